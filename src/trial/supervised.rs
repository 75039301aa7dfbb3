//! A command under an `init` of its own: how it ended is told, and nothing that it started outlives
//! the value.

use super::{init, sandbox};
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, PipeReader, PipeWriter, pipe};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub struct Supervised {
    init: Child,
    /// Ends the command, and all that it has started, when it is dropped.
    lifeline: Option<PipeWriter>,
}

/// What comes from a command: what it prints, and how it ended.
pub struct Streams {
    pub output: PipeReader,
    pub report: PipeReader,
}

impl Supervised {
    /// Starts a command in `directory`. Whether it can be started at all shows in its ending.
    pub fn start(program: &[OsString], directory: &Path) -> io::Result<(Supervised, Streams)> {
        let (lifeline_reader, lifeline) = pipe()?;
        let (report, report_writer) = pipe()?;
        let (output, output_writer) = pipe()?;
        let mut command = Command::new("/proc/self/exe");
        command.arg(init::ARGUMENT).args(program).current_dir(directory);
        command.stdin(Stdio::from(lifeline_reader));
        command.stdout(Stdio::from(report_writer)).stderr(Stdio::from(output_writer));
        command.process_group(0); // Ctrl-C is for us; it would end init before the others
        let init = sandbox::spawn_isolated(command)?;
        Ok((Supervised { init, lifeline: Some(lifeline) }, Streams { output, report }))
    }

    /// The process that all processes of the command descend from.
    pub fn ancestor(&self) -> u32 {
        self.init.id()
    }

    /// Ends the command, and waits until nothing of it is left.
    pub fn stop(&mut self) {
        drop(self.lifeline.take());
        let _ = self.init.wait();
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits until the command ends, and says how: `exited with status 1`, `was killed by SIGSEGV`.
pub fn ending(report: PipeReader) -> String {
    let mut line = String::new();
    let _ = BufReader::new(report).read_line(&mut line);
    match line.trim_end() {
        "" => "was killed".to_owned(),
        text => text.to_owned(),
    }
}
