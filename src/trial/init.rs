//! The first process of a trial: it starts the program under test, collects orphans, tells how the
//! program ended, and takes everything down with it.
//!
//! It is this same executable, started with a hidden argument. Its standard input is the lifeline: a
//! pipe that ends when the trial ends, or when the tester is killed. On its standard output it
//! reports, and its standard error is where the program prints.

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, wait};
use nix::unistd::{Pid, getpid, setsid};
use std::ffi::OsString;
use std::io::{ErrorKind, PipeReader, PipeWriter, Read, Write, pipe, stdin, stdout};
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio, exit};
use std::{fs, thread};

use crate::procfs;

/// The hidden argument.
pub const ARGUMENT: &str = "__init";

/// What comes behind it: whether the program is bubblewrap, which runs the program under test.
pub const PLAIN: &str = "plain";
pub const SANDBOXED: &str = "sandboxed";

/// Where bubblewrap tells how far it came: a descriptor that nobody uses otherwise.
pub const STATUS: RawFd = 100;

/// How a report begins when the program under test was never run.
pub const NOT_RUN: &str = "not run: ";

/// How the program ended, or why it did not start, as one line of text.
pub fn run(arguments: &[OsString]) -> ! {
    leave_inheritance();
    // Where memory is short, the kernel ends a pushed program sooner than what grades it; see proc(5).
    let _ = fs::write("/proc/self/oom_score_adj", "1000");
    // Orphans come to us even where we are not process 1.
    let _ = prctl::set_child_subreaper(true);
    let (mode, program) = arguments.split_first().expect("the tester names a mode");
    let report = match mode == SANDBOXED {
        true => run_sandbox(program),
        false => run_program(program, None),
    };
    // Once nobody has the output open any more, the trial knows that it has read all of it.
    // SAFETY: nothing in this process prints to standard error from here on.
    let _ = unsafe { libc::close(libc::STDERR_FILENO) };
    let _ = writeln!(stdout(), "{report}");
    // The program is over; what it left running ends with the lifeline.
    die_with_lifeline()
}

fn run_program(program: &[OsString], status: Option<PipeWriter>) -> String {
    match spawn(program, status) {
        Ok(child) => match thread::Builder::new().spawn(|| die_with_lifeline()) {
            Ok(_) => await_end_of(child),
            Err(error) => format!("{NOT_RUN}no thread can be started: {error}"),
        },
        Err(error) => match error.kind() {
            // The host has no more processes or memory to give.
            ErrorKind::WouldBlock | ErrorKind::OutOfMemory => {
                format!("{NOT_RUN}no process can be started: {error}")
            }
            _ => format!("cannot start: {error}"),
        },
    }
}

/// bubblewrap says how the program ended, if it came to start it: otherwise what has failed is the host's.
fn run_sandbox(program: &[OsString]) -> String {
    let (reader, writer) = match pipe() {
        Ok(pipe) => pipe,
        Err(error) => return format!("{NOT_RUN}{error}"),
    };
    let report = run_program(program, Some(writer));
    match report.starts_with(NOT_RUN) || written(reader).contains("\"exit-code\"") {
        true => report,
        false => format!("{NOT_RUN}the sandbox {report}"),
    }
}

/// What has been written to a pipe so far.
fn written(mut reader: PipeReader) -> String {
    let _ = fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK));
    let mut text = Vec::new();
    let _ = reader.read_to_end(&mut text); // it ends with EAGAIN, where somebody could write more
    String::from_utf8_lossy(&text).into_owned()
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

fn spawn(program: &[OsString], status: Option<PipeWriter>) -> std::io::Result<Pid> {
    let Some((name, arguments)) = program.split_first() else {
        return Err(std::io::ErrorKind::InvalidInput.into());
    };
    let output = std::io::stderr().as_fd().try_clone_to_owned()?;
    let mut command = Command::new(name);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::from(output));
    // SAFETY: setsid, setrlimit and dup2 are system calls, which may be made between fork and exec.
    unsafe {
        command.pre_exec(move || {
            setsid()?; // no key that is pressed at the terminal reaches it
            setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
            if let Some(status) = &status {
                Errno::result(libc::dup2(status.as_raw_fd(), STATUS))?;
            }
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
