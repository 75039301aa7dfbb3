//! The grader itself: where it runs a program, what it leaves behind, and what it reports.

#[path = "machine/busy.rs"]
mod busy;
#[path = "machine/memory.rs"]
mod memory;
#[path = "machine/output.rs"]
mod output;
#[path = "machine/places.rs"]
mod places;
#[path = "machine/pools.rs"]
mod pools;
#[path = "machine/reports.rs"]
mod reports;
#[path = "machine/survivors.rs"]
mod survivors;

use std::path::Path;
use test_support::{Suite, stages};

const CHALLENGE: &str = env!("CARGO_BIN_EXE_challenge");

fn main() {
    let suite = Suite::default();
    let suite = busy::tests(suite);
    let suite = memory::tests(suite);
    let suite = pools::tests(suite);
    let suite = survivors::tests(suite);
    let suite = output::tests(suite);
    let suite = reports::tests(suite);
    places::tests(suite).run()
}

/// The program of one of our own stages.
fn stage(number: usize) -> String {
    let program = Path::new(CHALLENGE).with_file_name(format!("stage{number}"));
    assert!(program.exists(), "{} is not there: cargo build --workspace", program.display());
    program.to_str().expect("the path of the build is text").to_owned()
}

/// The program of the last stage, which passes everything.
fn last_stage() -> String {
    stage(stages(CHALLENGE).len() - 1)
}

/// Runs `challenge test` with these arguments; all behind `--` are the program and its own.
fn challenge_test(arguments: &[&str]) -> Outcome {
    challenge_test_in(Path::new("."), arguments)
}

fn challenge_test_in(directory: &Path, arguments: &[&str]) -> Outcome {
    let split = arguments.iter().position(|&argument| argument == "--").unwrap_or(arguments.len());
    let (arguments, program) = arguments.split_at(split);
    let program = program.get(1..).unwrap_or_default();
    let output = test_support::Grader::new(CHALLENGE, arguments).directory(directory).run(program);
    Outcome {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("a report is text"),
        stderr: String::from_utf8(output.stderr).expect("a problem is text"),
    }
}

#[derive(Debug)]
struct Outcome {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}
