//! The program as its user meets it: its command line, what it prints, and how it ends when it
//! cannot go on. The same in every stage.

use std::ffi::OsString;
use std::io::Write;
use std::{env, io, process};

/// What this program is called: `stage0`, `stage1` and so on.
pub const NAME: &str = env!("CARGO_BIN_NAME");

const DEFAULT_PORT: u16 = 6379;

/// The port to listen on; 0 lets the kernel choose one.
///
/// Ends the program when the command line asks for help (status 0) or makes no sense (status 2).
pub fn port() -> u16 {
    parse(env::args_os().skip(1))
        .unwrap_or_else(|problem| fail(2, &format!("{problem}; see {NAME} --help")))
}

fn parse(mut arguments: impl Iterator<Item = OsString>) -> Result<u16, String> {
    let mut port = DEFAULT_PORT;
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--help") => help(),
            Some("--port") => {
                let value = arguments.next().ok_or("--port needs a number")?;
                port = (value.to_str()).and_then(|text| text.parse().ok()).ok_or_else(|| {
                    format!("--port takes a number from 0 to 65535, not {value:?}")
                })?;
            }
            _ => return Err(format!("unexpected argument {argument:?}")),
        }
    }
    Ok(port)
}

fn help() -> ! {
    say(&format!(
        "usage: {NAME} [--port PORT]\n\n\
         Listens on 127.0.0.1. PORT is {DEFAULT_PORT} unless given; 0 lets the kernel choose."
    ));
    process::exit(0)
}

/// Prints a line. A reader that has gone away is no reason to stop serving, so errors are ignored.
pub fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Ends the program with `status`, after a line on standard error that says why.
pub fn fail(status: i32, problem: &str) -> ! {
    let _ = writeln!(io::stderr(), "{NAME}: {problem}");
    process::exit(status)
}
