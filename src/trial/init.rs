//! The first process of a trial: it starts the program under test, collects orphans, tells how the
//! program ended, and takes everything down with it.
//!
//! It is this same executable, started with a hidden argument. Its standard input is the lifeline: a
//! pipe that ends when the trial ends, or when the tester is killed. On its standard output it
//! reports, and its standard error is where the program prints.

use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, wait};
use nix::unistd::{Pid, getpid, setsid};
use std::ffi::OsString;
use std::io::{Read, Write, stdin, stdout};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio, exit};
use std::thread;

use crate::procfs;

/// The hidden argument.
pub const ARGUMENT: &str = "__init";

/// How the program ended, or why it did not start, as one line of text.
pub fn run(program: &[OsString]) -> ! {
    leave_inheritance();
    // Orphans come to us even where we are not process 1.
    let _ = prctl::set_child_subreaper(true);
    let report = match spawn(program) {
        Ok(child) => {
            thread::spawn(die_with_lifeline);
            await_end_of(child)
        }
        Err(error) => format!("cannot start: {error}"),
    };
    // Once nobody has the output open any more, the trial knows that it has read all of it.
    // SAFETY: nothing in this process prints to standard error from here on.
    let _ = unsafe { libc::close(libc::STDERR_FILENO) };
    let _ = writeln!(stdout(), "{report}");
    // The program is over; what it left running ends with the lifeline.
    die_with_lifeline()
}

/// Gives up what whoever hosts this has had open, and the keys of their session: both go from process to
/// process, into a sandbox too. See close_range(2), session-keyring(7).
fn leave_inheritance() {
    const BEHIND_STANDARD_ERROR: libc::c_int = libc::STDERR_FILENO + 1;
    const OLD_LIMIT: libc::c_int = 1024;
    // SAFETY: nothing in this process has opened a descriptor yet.
    unsafe {
        // Kernels before 5.9 do not have it.
        if libc::syscall(libc::SYS_close_range, BEHIND_STANDARD_ERROR, libc::c_int::MAX, 0) != 0 {
            for descriptor in BEHIND_STANDARD_ERROR..OLD_LIMIT {
                libc::close(descriptor);
            }
        }
    }
    // SAFETY: this only gives us an empty keyring. Where the kernel has none, there is no key.
    let _ = unsafe { libc::syscall(libc::SYS_keyctl, libc::KEYCTL_JOIN_SESSION_KEYRING, 0) };
}

fn spawn(program: &[OsString]) -> std::io::Result<Pid> {
    let Some((name, arguments)) = program.split_first() else {
        return Err(std::io::ErrorKind::InvalidInput.into());
    };
    let output = std::io::stderr().as_fd().try_clone_to_owned()?;
    let mut command = Command::new(name);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::from(output));
    // SAFETY: setsid and setrlimit are system calls, which may be made between fork and exec.
    unsafe {
        command.pre_exec(|| {
            setsid()?; // no key that is pressed at the terminal reaches it
            setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
            Ok(())
        })
    };
    Ok(Pid::from_raw(command.spawn()?.id() as i32))
}

/// Collects every child that ends, orphans too, until the program does.
fn await_end_of(program: Pid) -> String {
    loop {
        match wait() {
            Ok(WaitStatus::Exited(child, status)) if child == program => {
                return format!("exited with status {status}");
            }
            Ok(WaitStatus::Signaled(child, signal, _)) if child == program => {
                return format!("was killed by {signal}");
            }
            Ok(_) => {}
            Err(error) => return format!("could not be watched: {error}"),
        }
    }
}

fn die_with_lifeline() -> ! {
    let _ = stdin().read_to_end(&mut Vec::new());
    if getpid() != Pid::from_raw(1) {
        kill_descendants();
    }
    exit(0)
}

/// On a plain host, descendants do not die by themselves. New ones may be born while we look.
pub fn kill_descendants() {
    loop {
        let descendants = procfs::descendants(std::process::id());
        if descendants.iter().all(|process| procfs::is_zombie(*process)) {
            return;
        }
        for process in descendants {
            let _ = kill(Pid::from_raw(process as i32), Signal::SIGKILL);
        }
    }
}
