//! A command under an `init` of its own: how it ended is told, and nothing that it started outlives
//! the value.

use super::sandbox::{Network, Sandbox};
use super::{Place, init, namespaces};
use crate::procfs;
use nix::sys::signal::Signal;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, PipeReader, PipeWriter, Read, pipe, sink};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;
use std::{fs, thread};

/// How long a command of ours may take, and how much of what it prints is kept, in bytes: it works on
/// files that a learner's program has made.
const MOST_TIME: Duration = Duration::from_secs(60);
const KEPT_OUTPUT: u64 = 64 * 1024;

/// How a command ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// It ran, and how that ended: `exited with status 1`, `was killed by SIGSEGV`.
    Ran(String),
    /// It was never run, or not to its end, since the host could not do something, and what.
    NotRun(String),
}

impl Ending {
    pub fn is_success(&self) -> bool {
        matches!(self, Ending::Ran(how) if how == "exited with status 0")
    }
}

pub struct Supervised {
    init: Child,
    is_sandboxed: bool,
    /// Ends the command, and all that it has started, when it is dropped.
    lifeline: Option<PipeWriter>,
    /// The same where a clock has the lifeline.
    clock: Option<Sender<()>>,
}

/// What comes from a command: what it prints, and how it ended.
pub struct Streams {
    pub output: PipeReader,
    pub report: Report,
}

/// How a command ended is read from here.
pub struct Report {
    pipe: PipeReader,
    sandbox: Option<Arc<Sandbox>>,
}

impl Supervised {
    /// Starts a command. Whether it can be started at all shows in its ending.
    pub fn start(
        program: &[OsString],
        place: &Place,
        network: Network,
    ) -> io::Result<(Supervised, Streams)> {
        let (lifeline_reader, lifeline) = pipe()?;
        let (report, report_writer) = pipe()?;
        let (output, output_writer) = pipe()?;
        let mut command = Command::new("/proc/self/exe");
        let is_sandboxed = place.sandbox.is_some();
        let mode = if is_sandboxed { init::SANDBOXED } else { init::PLAIN };
        command.args([init::ARGUMENT, mode]).args(place.command(program, network));
        command.current_dir(place.start());
        if let Some(sandbox) = &place.sandbox {
            sandbox.reopen()?;
        }
        command.stdin(Stdio::from(lifeline_reader));
        command.stdout(Stdio::from(report_writer)).stderr(Stdio::from(output_writer));
        command.process_group(0); // Ctrl-C is for us; it would end init before the others
        let init = namespaces::spawn_isolated(command, &place.scratch(), place.becomes_another())?;
        let report = Report { pipe: report, sandbox: place.sandbox.clone() };
        let supervised = Supervised { init, is_sandboxed, lifeline: Some(lifeline), clock: None };
        Ok((supervised, Streams { output, report }))
    }

    /// Every process of the command.
    pub fn processes(&self) -> Vec<u32> {
        let mut processes = procfs::descendants(self.init.id());
        if self.is_sandboxed {
            // The first two are bubblewrap's own: one is outside, and the other is process 1 of the
            // sandbox. That one only waits; should it do more, somebody else has it do so.
            let own: Vec<u32> = processes.drain(..processes.len().min(2)).collect();
            if let [outside, first] = own[..]
                && !is_reaper(first, outside)
            {
                processes.insert(0, first);
            }
        }
        processes
    }

    /// Ends the command after so long, whatever keeps us from doing so.
    pub fn end_after(&mut self, time: Duration) {
        let (clock, stopped) = channel::<()>();
        let lifeline = self.lifeline.take();
        self.clock = Some(clock);
        // Where there is no thread for it, the lifeline ends here.
        let _ = thread::Builder::new().spawn(move || {
            let _ = stopped.recv_timeout(time);
            drop(lifeline);
        });
    }

    /// Ends the command, and waits until nothing of it is left.
    pub fn stop(&mut self) {
        drop(self.lifeline.take());
        drop(self.clock.take());
        let _ = self.init.wait();
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Whether the system gives us no more processes at this moment: an account has a number of them, which all
/// of its pushes share, and a program that fails then may fail for that.
pub fn are_processes_used_up() -> bool {
    thread::Builder::new().spawn(|| ()).is_err()
}

/// Whether a process does what bubblewrap's process 1 does, and no more: wait.
fn is_reaper(process: u32, bubblewrap: u32) -> bool {
    let program = |process| fs::metadata(format!("/proc/{process}/exe")).ok();
    let same = |file: &fs::Metadata, other: &fs::Metadata| {
        (file.dev(), file.ino()) == (other.dev(), other.ino())
    };
    let is_bubblewrap = match (program(process), program(bubblewrap)) {
        (Some(file), Some(other)) => same(&file, &other),
        _ => true, // it is ending, or we may not look
    };
    let has_socket = || {
        let mut descriptors = procfs::descriptors(process).into_iter();
        descriptors.any(|number| procfs::socket_inode(process, number.into()).is_some())
    };
    is_bubblewrap && procfs::threads(process).len() <= 1 && !has_socket()
}

/// Runs a command that ends soon, without a network. Gives how it ended, and what it printed first.
pub fn run(program: &[OsString], place: &Place) -> io::Result<(Ending, String)> {
    let (mut process, Streams { mut output, report }) =
        Supervised::start(program, place, Network::Own)?;
    process.end_after(MOST_TIME);
    let read = move || -> io::Result<String> {
        let mut printed = Vec::new();
        output.by_ref().take(KEPT_OUTPUT).read_to_end(&mut printed)?;
        io::copy(&mut output, &mut sink())?; // it would wait for us
        Ok(String::from_utf8_lossy(&printed).into_owned())
    };
    let printed = thread::Builder::new().spawn(read)?;
    let ending = ending(report);
    drop(process); // what it has left behind could keep its output open
    let printed = printed.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))?;
    Ok((ending, printed))
}

/// Waits until the command ends, and says how.
pub fn ending(Report { pipe, sandbox }: Report) -> Ending {
    let mut line = String::new();
    let _ = BufReader::new(pipe).read_line(&mut line);
    let text = line.trim_end();
    let is_sandboxed = sandbox.is_some();
    if let Some(why) = text.strip_prefix(init::NOT_RUN) {
        // Where the push itself takes all memory or all processes that it may have, that is no fault of the
        // host's.
        return match sandbox {
            Some(sandbox) if sandbox.has_run_out_of_memory() => {
                Ending::Ran(format!("was killed by {}", Signal::SIGKILL))
            }
            Some(sandbox) if sandbox.has_run_out_of_processes() => {
                Ending::Ran("could not start: the push has as many processes as it may".to_owned())
            }
            _ => Ending::NotRun(why.to_owned()),
        };
    }
    let how = match text {
        // Nobody in a sandbox can end the process that reports.
        "" if is_sandboxed => return Ending::NotRun("the sandbox was killed".to_owned()),
        "" => "was killed".to_owned(),
        text if is_sandboxed => signal_behind(text).unwrap_or(text.to_owned()),
        text => text.to_owned(),
    };
    Ending::Ran(how)
}

/// bwrap itself ends with 128 and the signal's number, as a shell does, where a signal has killed the
/// program.
fn signal_behind(ending: &str) -> Option<String> {
    let status: i32 = ending.strip_prefix("exited with status ")?.parse().ok()?;
    let signal = Signal::try_from(status - 128).ok()?;
    Some(format!("was killed by {signal}"))
}
