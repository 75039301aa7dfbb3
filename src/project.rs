//! The learner's project: `challenge.toml`, and the step that builds it.

use crate::bytes::printable;
use crate::trial::memory::Shortage;
use crate::trial::sandbox::Network;
use crate::trial::supervised::{self, Ending, Streams, Supervised, ending};
use crate::trial::{Place, Subject};
use serde::Deserialize;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, PipeReader, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};
use std::{fs, thread};

pub const FILE: &str = "challenge.toml";
pub const EXAMPLE: &str =
    "It should look like this:\n\nlanguage = \"python\"\nrun = \"python3 server.py\"";

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

/// It is printed, and stands in reports.
fn is_name(language: &str) -> bool {
    (1..=40).contains(&language.chars().count()) && !language.chars().any(char::is_control)
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
        let project: Project = toml::from_str(&text)
            .map_err(|error| format!("{FILE}: {}\n{EXAMPLE}", error.to_string().trim()))?;
        let commands = [Some(&project.run), project.build.as_ref()];
        if commands.into_iter().flatten().any(|command| command.contains('\0')) {
            return Err(format!("{FILE}: a command has a zero byte\n{EXAMPLE}"));
        }
        match is_name(&project.language) {
            true => Ok(project),
            false => {
                Err(format!("{FILE}: the language is no name of at most 40 letters\n{EXAMPLE}"))
            }
        }
    }

    /// The same, with no more time than a host grants.
    pub fn within(mut self, build_time: Duration, start_time: Duration) -> Project {
        self.build_seconds = self.build_seconds.min(build_time.as_secs());
        self.start_seconds = self.start_seconds.min(start_time.as_secs());
        self
    }

    pub fn subject(&self, place: Place) -> Subject {
        Subject {
            // The shell becomes the program, and is no process of its own beside it.
            program: ["sh", "-c", &format!("exec {}", self.run)].map(OsString::from).to_vec(),
            place,
            start_time: Duration::from_secs(self.start_seconds),
            one_thread: self.one_thread,
        }
    }

    /// Runs the build command, if there is one, and passes on each line that it prints. Nothing that
    /// it has started outlives it.
    pub fn build(&self, place: &Place, mut print: impl FnMut(&str)) -> Result<(), Unbuilt> {
        let Some(build) = &self.build else { return Ok(()) };
        let (started, shortage) = (Instant::now(), Shortage::now());
        let command = ["sh", "-c", build].map(OsString::from);
        let (mut process, streams) = Supervised::start(&command, place, Network::Own)
            .map_err(|error| Unbuilt::NotRun(format!("cannot start the build: {error}")))?;
        let limit = Duration::from_secs(self.build_seconds);
        // Whoever reads what we print may keep us waiting, and the build is not to gain by it.
        process.end_after(limit);
        let news = follow(streams)
            .map_err(|error| Unbuilt::NotRun(format!("cannot follow the build: {error}")))?;
        let ending = loop {
            let rest = limit.saturating_sub(started.elapsed());
            match news.recv_timeout(rest) {
                _ if rest.is_zero() => break None,
                Ok(News::Line(line)) => print(&line),
                Ok(News::Ended(how)) => break Some(how),
                Err(_) => break None,
            }
        };
        process.stop(); // a process that it has left behind could keep its output open for ever
        for late in news {
            if let News::Line(line) = late {
                print(&line);
            }
        }
        match ending {
            Some(ending) if ending.is_success() => Ok(()),
            _ if supervised::are_processes_used_up() => {
                Err(Unbuilt::NotRun("the system has no more processes for the build".to_owned()))
            }
            Some(Ending::Ran(how)) => {
                if let Some(why) = shortage.excuse(place) {
                    return Err(Unbuilt::NotRun(why));
                }
                Err(Unbuilt::Failed(format!("the build failed ({how}): {build}")))
            }
            Some(Ending::NotRun(why)) => {
                Err(Unbuilt::NotRun(format!("the build was not run: {why}")))
            }
            None => {
                let limit = self.build_seconds;
                Err(Unbuilt::Failed(format!("the build took longer than {limit} s: {build}")))
            }
        }
    }
}

/// Why there is nothing to run.
pub enum Unbuilt {
    /// The project's own command failed, or took too long.
    Failed(String),
    /// The machine could not run it, which says nothing about the project.
    NotRun(String),
}

impl Unbuilt {
    pub fn reason(self) -> String {
        match self {
            Unbuilt::Failed(reason) | Unbuilt::NotRun(reason) => reason,
        }
    }
}

/// What is heard of a build.
enum News {
    Line(String),
    Ended(Ending),
}

/// The most of one line of a build that is kept until its end comes, in bytes.
const LONGEST_LINE: u64 = 4096;

/// Listens to a build in threads, which do not run far ahead of what is shown.
fn follow(Streams { output, report }: Streams) -> io::Result<Receiver<News>> {
    let (sender, news) = sync_channel(64);
    thread::Builder::new().spawn({
        let sender = sender.clone();
        move || {
            let mut output = BufReader::new(output);
            while let Ok(line @ [_, ..]) = next_line(&mut output).as_deref() {
                let line = printable(String::from_utf8_lossy(line).trim_end());
                if sender.send(News::Line(line)).is_err() {
                    break;
                }
            }
        }
    })?;
    thread::Builder::new().spawn(move || sender.send(News::Ended(ending(report))))?;
    Ok(news)
}

/// The next line with its end, or a piece of one that is long: a build may print and print without an
/// end of line. Nothing, where nothing more comes.
fn next_line(output: &mut BufReader<PipeReader>) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    output.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    Ok(line)
}
