//! A push while it runs, as the learner sees it: line by line.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};
use test_support::{PATIENCE, course, eventually, right_stages};

/// As wide as a terminal must be, with what Git writes before each line.
const WIDTH: usize = 72;

pub struct Push {
    pub child: Child,
    started: Instant,
    lines: Receiver<(Duration, String)>,
    seen: Vec<(Duration, String)>,
}

/// What came of a push.
pub struct Pushed {
    pub succeeded: bool,
    /// Everything that git printed, without colours.
    pub text: String,
    /// The lines as they came, since the push began.
    pub lines: Vec<(Duration, String)>,
    pub time: Duration,
}

impl Push {
    /// Starts `git push` in a process group of its own, as a shell does.
    pub fn start(mut command: Command) -> Push {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
        let started = Instant::now();
        let mut child = command.spawn().expect("git is installed");
        let stderr = BufReader::new(child.stderr.take().expect("it is a pipe"));
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in stderr.split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                let _ = sender.send((started.elapsed(), line));
            }
        });
        Push { child, started, lines, seen: Vec::new() }
    }

    /// Waits for a line that contains `text`.
    #[track_caller]
    pub fn await_line(&mut self, text: &str) {
        while !self.seen.iter().any(|(_, line)| plain(line).contains(text)) {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => self.seen.push(line),
                Err(_) => panic!("no line says {text:?}, only: {:#?}", self.seen),
            }
        }
    }

    /// Whether a line that contains `text` has come.
    pub fn has_line(&mut self, text: &str) -> bool {
        self.seen.extend(self.lines.try_iter());
        self.seen.iter().any(|(_, line)| plain(line).contains(text))
    }

    /// Waits until git has ended.
    #[track_caller]
    pub fn end(mut self) -> Pushed {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => self.seen.push(line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("git hangs after {:#?}", self.seen),
            }
        }
        let time = self.started.elapsed();
        let succeeded = self.child.wait().expect("it is our child").success();
        let lines = self.seen;
        let text = lines.iter().map(|(_, line)| plain(line) + "\n").collect();
        expect_readable(&lines);
        Pushed { succeeded, text, lines, time }
    }

    /// Sends a signal to git and to what it has started, as a terminal does.
    pub fn signal(&self, signal: libc::c_int) {
        // SAFETY: killpg only sends a signal, to a group that was made for this push.
        assert_eq!(unsafe { libc::killpg(self.child.id() as i32, signal) }, 0);
    }

    /// Waits until git has ended, however it did.
    pub fn await_end(mut self) {
        eventually("git ends", || self.child.try_wait().is_ok_and(|status| status.is_some()));
    }
}

impl Pushed {
    /// In these texts, `{all}` is the number of stages, and `{right}` how many a right server passes.
    #[track_caller]
    pub fn expect(&self, texts: &[&str]) {
        for text in texts {
            let text = text.replace("{all}", &course().len().to_string());
            let text = &text.replace("{right}", &right_stages().to_string());
            assert!(self.text.contains(text), "nothing says {text:?}:\n{}", self.text);
        }
    }

    #[track_caller]
    pub fn expect_not(&self, text: &str) {
        assert!(!self.text.contains(text), "something says {text:?}:\n{}", self.text);
    }

    /// When the first line came that contains `text`.
    #[track_caller]
    pub fn time_of(&self, text: &str) -> Duration {
        let line = self.lines.iter().find(|(_, line)| line.contains(text));
        line.unwrap_or_else(|| panic!("nothing says {text:?}:\n{}", self.text)).0
    }
}

/// What comes from the hook fits, but for tasks, commands to copy, and what a build or git itself prints;
/// and nothing moves the cursor.
#[track_caller]
fn expect_readable(lines: &[(Duration, String)]) {
    let remote = lines.iter().filter(|(_, line)| line.starts_with("remote: "));
    let mut is_task = false;
    for (_, line) in remote {
        let text = plain(line);
        is_task |= is_announcement(&text);
        let most = if is_task { 80 + "remote: ".len() } else { WIDTH };
        let is_free = ["remote: | ", "remote: error: "].iter().any(|start| text.starts_with(start))
            || text.contains(" printf ");
        assert!(is_free || text.chars().count() <= most, "wider than {most} columns: {text}");
        assert!(!text.contains(['\x1b', '\r']), "moves the cursor: {text:?}");
    }
}

/// `Stage 1: …` begins the task of the next stage; a stage that is graded is `Stage 1, ping: …`.
fn is_announcement(text: &str) -> bool {
    let stage = text.strip_prefix("remote: Stage ");
    stage.is_some_and(|stage| {
        stage.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(':')
    })
}

/// A line without its colours: every other escape stays.
fn plain(line: &str) -> String {
    let mut parts = line.split("\x1b[");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('m') {
            Some((colour, rest)) if colour.chars().all(|c| c.is_ascii_digit() || c == ';') => {
                text += rest;
            }
            _ => {
                text += "\x1b[";
                text += part;
            }
        }
    }
    text
}
