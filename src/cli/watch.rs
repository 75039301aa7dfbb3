//! `challenge watch`: grades again whenever a file of the project changes, and obeys single keys.

use super::test::Test;
use super::{Problem, show, stage_or_current};
use crate::project::Project;
use crate::style::{BAD, BOLD, DIM};
use anstream::println;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use notify::{EventKind, RecursiveMode, Watcher};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::env;
use std::io::{IsTerminal, Read, stdin};
use std::path::Path;
use std::process::{ExitCode, exit};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

/// An editor writes a file in several steps: so long after the last of them it is taken to be done.
const QUIET: Duration = Duration::from_millis(100);

enum Event {
    Changed,
    Key(u8),
}

pub fn run() -> Result<ExitCode, Problem> {
    let directory = env::current_dir().map_err(|error| format!("no directory: {error}"))?;
    Project::load(&directory)?;
    if !stdin().is_terminal() {
        return Err("challenge watch needs a terminal; elsewhere, use challenge test".to_owned());
    }
    let (sender, events) = channel();
    let _watcher = watch_files(&directory, sender.clone())?;
    let _keys = SingleKeys::begin()?;
    thread::spawn(move || read_keys(&sender));
    let mut hint = 0;
    grade();
    loop {
        match events.recv() {
            Ok(Event::Changed) => {
                while_changing(&events);
                hint = 0;
                grade();
            }
            Ok(Event::Key(b'r')) => grade(),
            Ok(Event::Key(b'h')) => {
                hint = (hint + 1).min(stage_or_current(None).chapter.hints().len());
                let _ = show::hint(None, hint);
                prompt();
            }
            Ok(Event::Key(b't')) => {
                let _ = show::task(None);
                prompt();
            }
            Ok(Event::Key(b'q' | 4)) | Err(_) => return Ok(ExitCode::SUCCESS),
            Ok(Event::Key(_)) => {}
        }
    }
}

fn grade() {
    print!("\x1b[2J\x1b[H"); // an empty screen
    let project = env::current_dir().ok().and_then(|directory| Project::load(&directory).ok());
    if let Some(build) = project.and_then(|project| project.build) {
        println!("{DIM}Building: {build}{DIM:#}"); // which may take its time, and say nothing
    }
    if let Err(problem) = Test::up_to_first_failure().run() {
        println!("{BAD}{problem}{BAD:#}");
    }
    prompt();
}

fn prompt() {
    println!(
        "\n{DIM}Waiting for a change.{DIM:#}  {BOLD}r{BOLD:#} run  {BOLD}h{BOLD:#} hint  \
         {BOLD}t{BOLD:#} task  {BOLD}q{BOLD:#} quit"
    );
}

/// Reports changes of files that Git would not ignore: what a build writes is no change.
fn watch_files(directory: &Path, sender: Sender<Event>) -> Result<impl Watcher, Problem> {
    let ignored = ignored_files(directory);
    let cannot = |error: notify::Error| format!("cannot watch {}: {error}", directory.display());
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        let is_change = !matches!(event.kind, EventKind::Access(_) | EventKind::Other);
        let is_ours = |path: &Path| {
            let in_git = path.components().any(|part| part.as_os_str() == ".git");
            !in_git && !ignored.matched_path_or_any_parents(path, path.is_dir()).is_ignore()
        };
        if is_change && event.paths.iter().any(|path| is_ours(path)) {
            let _ = sender.send(Event::Changed);
        }
    })
    .map_err(cannot)?;
    watcher.watch(directory, RecursiveMode::Recursive).map_err(cannot)?;
    Ok(watcher)
}

fn ignored_files(directory: &Path) -> Gitignore {
    let mut builder = GitignoreBuilder::new(directory);
    builder.add(directory.join(".gitignore"));
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// Waits until nothing has changed for a moment.
fn while_changing(events: &Receiver<Event>) {
    while let Ok(Event::Changed) = events.recv_timeout(QUIET) {}
}

fn read_keys(sender: &Sender<Event>) {
    let mut key = [0];
    while let Ok(1) = stdin().read(&mut key) {
        if sender.send(Event::Key(key[0])).is_err() {
            break;
        }
    }
}

/// The terminal hands over each key as it is pressed, and does not show it. However the program ends,
/// the terminal is what it was before.
struct SingleKeys {
    before: Termios,
}

impl SingleKeys {
    fn begin() -> Result<SingleKeys, Problem> {
        let cannot = |error: nix::Error| format!("cannot set up the terminal: {error}");
        let before = tcgetattr(stdin()).map_err(cannot)?;
        let mut mode = before.clone();
        mode.local_flags.remove(LocalFlags::ICANON | LocalFlags::ECHO);
        tcsetattr(stdin(), SetArg::TCSANOW, &mode).map_err(cannot)?;
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
            .map_err(|error| format!("cannot wait for signals: {error}"))?;
        let mode_before = libc::termios::from(before.clone());
        thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                let _ = tcsetattr(stdin(), SetArg::TCSANOW, &Termios::from(mode_before));
                exit(128 + signal);
            }
        });
        Ok(SingleKeys { before })
    }
}

impl Drop for SingleKeys {
    fn drop(&mut self) {
        let _ = tcsetattr(stdin(), SetArg::TCSANOW, &self.before);
    }
}
