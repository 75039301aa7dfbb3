//! The learner's project: `challenge.toml`, and the step that builds it.

use crate::bytes::printable;
use crate::trial::Subject;
use serde::Deserialize;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, pipe};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

pub const FILE: &str = "challenge.toml";

/// What `challenge.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    pub language: String,
    /// A command for the shell that builds the program.
    pub build: Option<String>,
    /// A command for the shell that starts the program.
    pub run: String,
    /// Whether one thread has to serve all clients, from stage 3 on.
    #[serde(default = "yes")]
    pub one_thread: bool,
    /// How long the program may take until it listens.
    #[serde(default = "default_start_seconds")]
    pub start_seconds: u64,
    /// How long the build may take.
    #[serde(default = "default_build_seconds")]
    pub build_seconds: u64,
}

fn yes() -> bool {
    true
}

/// How long a program may take until it listens, unless it asks for more: a runtime has to start.
pub const DEFAULT_START_SECONDS: u64 = 10;

fn default_start_seconds() -> u64 {
    DEFAULT_START_SECONDS
}

fn default_build_seconds() -> u64 {
    300
}

impl Project {
    pub fn load(directory: &Path) -> Result<Project, String> {
        let path = directory.join(FILE);
        let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => format!(
                "there is no {FILE} here ({}); go to your project, or name the program to grade: \
                 challenge test -- ./my-redis",
                directory.display()
            ),
            _ => format!("cannot read {}: {error}", path.display()),
        })?;
        toml::from_str(&text).map_err(|error| {
            let example = "language = \"python\"\nrun = \"python3 main.py\"";
            format!("{FILE}: {}\nIt should look like this:\n\n{example}", error.to_string().trim())
        })
    }

    pub fn subject(&self, directory: &Path) -> Subject {
        Subject {
            // The shell becomes the program, and is no process of its own beside it.
            program: ["sh", "-c", &format!("exec {}", self.run)].map(OsString::from).to_vec(),
            directory: directory.to_owned(),
            start_time: Duration::from_secs(self.start_seconds),
            one_thread: self.one_thread,
        }
    }

    /// Runs the build command, if there is one, and passes on each line that it prints.
    pub fn build(&self, directory: &Path, mut print: impl FnMut(&str)) -> Result<(), String> {
        let Some(build) = &self.build else { return Ok(()) };
        let (reader, writer) = pipe().map_err(|error| error.to_string())?;
        let also_writer = writer.try_clone().map_err(|error| error.to_string())?;
        let mut command = Command::new("timeout");
        command.args(["--kill-after=5", &self.build_seconds.to_string(), "sh", "-c", build]);
        command.current_dir(directory).stdin(Stdio::null()).stdout(writer).stderr(also_writer);
        command.process_group(0);
        let mut child =
            command.spawn().map_err(|error| format!("cannot start the build: {error}"))?;
        drop(command); // and with it our copies of the pipe's other end
        for line in BufReader::new(reader).split(b'\n') {
            let Ok(line) = line else { break };
            print(&printable(String::from_utf8_lossy(&line).trim_end()));
        }
        let status = child.wait().map_err(|error| error.to_string())?;
        match status.code() {
            Some(0) => Ok(()),
            Some(124) => {
                Err(format!("the build took longer than {} s: {build}", self.build_seconds))
            }
            _ => Err(format!("the build failed ({status}): {build}")),
        }
    }
}
