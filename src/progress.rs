//! How far a project has come, which `challenge task` and `challenge hint` begin with: as
//! `challenge test` last saw it, which is a number in the project's Git directory, or as its pushes
//! were recorded. It is a convenience and no record; without a repository, nothing is noted.

use crate::git;
use crate::host::record;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How many stages pass.
pub fn passed() -> usize {
    let noted = file().and_then(|file| fs::read_to_string(file).ok());
    noted.and_then(|text| text.trim().parse().ok()).unwrap_or(0).max(pushed())
}

/// How many passed when they were pushed. A host on this machine is asked; of another, what it said
/// at the last fetch or `challenge status` is enough, since nobody wants to wait for a task.
fn pushed() -> usize {
    let here = Path::new(".");
    let origin = git::run(here, &["remote", "get-url", "origin"]).unwrap_or_default();
    if Path::new(origin.trim_end()).is_absolute() {
        let _ = git::run(here, &["fetch", "-q", "origin"]); // it may have gone
    }
    record::read(here, record::FETCHED).map_or(0, |pushes| record::stages_passed(&pushes))
}

pub fn note_passed(stages: usize) {
    if let Some(file) = file() {
        let _ = fs::write(file, format!("{stages}\n"));
    }
}

fn file() -> Option<PathBuf> {
    let mut git = Command::new("git");
    git.args(["rev-parse", "--git-path", "challenge-stage"]).stderr(Stdio::null());
    let output = git.output().ok().filter(|output| output.status.success())?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim_end()))
}
