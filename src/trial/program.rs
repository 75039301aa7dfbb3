//! The program under test, while it runs: what it printed last, and how it ended.

use super::supervised::{self, Streams, Supervised};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, PipeReader, Read};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How much of the program's output is kept, in bytes: the last of it.
const KEPT_OUTPUT: usize = 16 * 1024;

pub struct Program {
    process: Supervised,
    output: Arc<LastOutput>,
    ending: Arc<(Mutex<Option<String>>, Condvar)>,
}

impl Program {
    /// Starts a program in `directory`. Whether it can be started at all shows in its ending.
    pub fn start(program: &[OsString], directory: &Path) -> io::Result<Program> {
        let (process, streams) = Supervised::start(program, directory)?;
        let Streams { output, report } = streams;
        let output = Arc::new(LastOutput { pipe: output, kept: Mutex::default() });
        let ending = Arc::new((Mutex::new(None), Condvar::new()));
        thread::spawn({
            let output = Arc::clone(&output);
            move || output.keep()
        });
        thread::spawn({
            let ending = Arc::clone(&ending);
            move || keep_ending(report, &ending)
        });
        Ok(Program { process, output, ending })
    }

    /// The process that all processes of the program descend from.
    pub fn ancestor(&self) -> u32 {
        self.process.ancestor()
    }

    /// How the program ended: `exited with status 1`, `was killed by SIGSEGV`. Gives a program that
    /// is just ending `patience` to do so.
    pub fn ending(&self, patience: Duration) -> Option<String> {
        let (ending, changed) = &*self.ending;
        let ending = ending.lock().unwrap_or_else(PoisonError::into_inner);
        let (ending, _) = changed
            .wait_timeout_while(ending, patience, |ending| ending.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        ending.clone()
    }

    /// The last of what the program printed, on standard output and standard error together.
    pub fn output(&self) -> Vec<u8> {
        self.output.bytes()
    }

    /// Ends the program, and waits until nothing of it is left.
    pub fn stop(&mut self) {
        self.process.stop();
    }
}

/// What a program printed last. A thread reads for as long as it prints, so that it never has to wait
/// for us; whoever asks first reads what that thread has not got round to.
struct LastOutput {
    pipe: PipeReader,
    kept: Mutex<VecDeque<u8>>,
}

impl LastOutput {
    fn keep(&self) {
        while self.is_readable(PollTimeout::NONE) && self.read().is_ok() {}
    }

    fn bytes(&self) -> Vec<u8> {
        let _ = self.read();
        self.lock().iter().copied().collect()
    }

    /// Reads what is in the pipe, without waiting. The error is the end of the output.
    fn read(&self) -> io::Result<()> {
        const PIPE: usize = 64 * 1024; // what does not fit was written since
        let mut kept = self.lock();
        let mut chunk = [0; 8192];
        for _ in 0..PIPE / chunk.len() {
            if !self.is_readable(PollTimeout::ZERO) {
                break;
            }
            match (&self.pipe).read(&mut chunk)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                length => kept.extend(&chunk[..length]),
            }
            let excess = kept.len().saturating_sub(KEPT_OUTPUT);
            kept.drain(..excess);
        }
        Ok(())
    }

    fn is_readable(&self, patience: PollTimeout) -> bool {
        let mut pipe = [PollFd::new(self.pipe.as_fd(), PollFlags::POLLIN)];
        loop {
            match poll(&mut pipe, patience) {
                Err(Errno::EINTR) => {}
                result => return result.is_ok_and(|ready| ready > 0),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<u8>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keep_ending(report: PipeReader, ending: &(Mutex<Option<String>>, Condvar)) {
    let how = supervised::ending(report);
    let (ending, changed) = ending;
    *ending.lock().unwrap_or_else(PoisonError::into_inner) = Some(how);
    changed.notify_all();
}
