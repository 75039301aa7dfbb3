//! The program under test, while it runs: what it printed last, and how it ended.

use super::Place;
use super::sandbox::Network;
use super::supervised::{self, Ending, Report, Streams, Supervised};
use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, PipeReader, Read};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How much of the program's output is kept, in bytes: the last of it.
const KEPT_OUTPUT: usize = 16 * 1024;

pub struct Program {
    process: Supervised,
    output: Arc<(Mutex<Output>, Condvar)>,
    ending: Arc<(Mutex<Option<Ending>>, Condvar)>,
}

/// The last of what the program printed.
#[derive(Default)]
struct Output {
    kept: VecDeque<u8>,
    /// Nobody is left who could print more.
    ended: bool,
}

impl Program {
    /// Starts a program in the network of this thread. Whether it can be started at all shows in its
    /// ending.
    pub fn start(program: &[OsString], place: &Place) -> io::Result<Program> {
        let (process, streams) = Supervised::start(program, place, Network::Trial)?;
        let Streams { output: output_reader, report } = streams;
        let output = Arc::new((Mutex::new(Output::default()), Condvar::new()));
        let ending = Arc::new((Mutex::new(None), Condvar::new()));
        thread::Builder::new().spawn({
            let output = Arc::clone(&output);
            move || keep_output(output_reader, &output)
        })?;
        thread::Builder::new().spawn({
            let ending = Arc::clone(&ending);
            move || keep_ending(report, &ending)
        })?;
        Ok(Program { process, output, ending })
    }

    /// Every process of the program.
    pub fn processes(&self) -> Vec<u32> {
        self.process.processes()
    }

    /// How the program ended. Gives one that is just ending `patience` to do so.
    pub fn ending(&self, patience: Duration) -> Option<Ending> {
        let (ending, changed) = &*self.ending;
        let ending = ending.lock().unwrap_or_else(PoisonError::into_inner);
        let (ending, _) = changed
            .wait_timeout_while(ending, patience, |ending| ending.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        ending.clone()
    }

    /// The last of what the program printed, on standard output and standard error together. What a
    /// program that has ended printed may still be on its way, for which there is `patience`.
    pub fn output(&self, patience: Duration) -> Vec<u8> {
        let (output, changed) = &*self.output;
        let output = output.lock().unwrap_or_else(PoisonError::into_inner);
        let (output, _) = changed
            .wait_timeout_while(output, patience, |output| !output.ended)
            .unwrap_or_else(PoisonError::into_inner);
        output.kept.iter().copied().collect()
    }

    /// Ends the program, and waits until nothing of it is left.
    pub fn stop(&mut self) {
        self.process.stop();
    }
}

/// Reads for as long as the program prints, so that it never has to wait for us.
fn keep_output(mut reader: PipeReader, output: &(Mutex<Output>, Condvar)) {
    let (output, changed) = output;
    let lock = || output.lock().unwrap_or_else(PoisonError::into_inner);
    let mut chunk = [0; 8192];
    while let Ok(length @ 1..) = reader.read(&mut chunk) {
        let kept = &mut lock().kept;
        kept.extend(&chunk[..length]);
        let excess = kept.len().saturating_sub(KEPT_OUTPUT);
        kept.drain(..excess);
    }
    lock().ended = true;
    changed.notify_all();
}

fn keep_ending(report: Report, ending: &(Mutex<Option<Ending>>, Condvar)) {
    let how = supervised::ending(report);
    let (ending, changed) = ending;
    *ending.lock().unwrap_or_else(PoisonError::into_inner) = Some(how);
    changed.notify_all();
}
