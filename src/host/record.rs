//! The record of a repository: for each commit that was pushed, what came of it, as a Git note.
//!
//! The notes are a branch too, `results`, so that a plain clone or fetch brings them. A note is a line
//! of JSON for each push of its commit. A line is written when the push begins, in the order in which
//! pushes come, and written again when it ends; see `pending`. Each commit is also kept by a ref of its
//! own, which learners do not see, so that what was graded can be looked at however they rewrite their
//! branches.

use super::contents::Contents;
use super::locks;
use crate::report::Record;
use crate::{bytes, git};
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

pub const BRANCH: &str = "refs/heads/results";
/// The same branch, as a clone has it.
pub const FETCHED: &str = "refs/remotes/origin/results";
/// The branch that counts, here and as a clone has it.
pub const MAIN: &str = "refs/heads/main";
pub const FETCHED_MAIN: &str = "refs/remotes/origin/main";
pub const NOTES: &str = "refs/notes/challenge";
/// Refs below this one are the host's, and learners do not see them.
pub const KEPT: &str = "refs/challenge";

/// One push, and what came of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Push {
    /// The number of the push in this repository, from 1.
    pub push: usize,
    /// In UTC, as RFC 3339 has it.
    pub time: String,
    pub commit: String,
    pub branch: String,
    /// Whether the branch is the one that counts.
    pub counts: bool,
    pub name: String,
    pub language: String,
    #[serde(default)]
    pub state: State,
    /// Why nothing was graded, where that is so: a build that failed, or what the host could not do.
    pub problem: Option<String>,
    #[serde(default)]
    pub contents: Contents,
    /// The demands that the project waives, such as `one_thread`.
    #[serde(default)]
    pub waived: Vec<String>,
    /// How many stages passed before the first that did not.
    pub stages_passed: usize,
    #[serde(flatten)]
    pub results: Record,
}

/// How far a push has come.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is being graded; or it was, and its host was switched off.
    Begun,
    /// The learner went away before the end.
    Interrupted,
    /// The host could not grade it, which says nothing of the commit.
    NotGraded,
    /// It was graded, or there was nothing to grade, since its build failed.
    #[default]
    Graded,
}

/// All pushes, in their order. `branch` is where the record is: here, or on the remote. A record of
/// which a part cannot be read is an error, and never taken for a shorter one.
pub fn read(repository: &Path, branch: &str) -> Result<Vec<Push>, String> {
    let Some(tip) = tip(repository, branch)? else { return Ok(Vec::new()) };
    let blobs: String = notes(repository, &tip)?.into_iter().map(|note| note.blob + "\n").collect();
    // Git writes a line before each note, here always the same one.
    let text = git::with_input(repository, &["cat-file", "--batch=note"], blobs.as_bytes())?;
    let lines = text.lines().filter(|line| !line.is_empty() && *line != "note");
    let mut pushes: Vec<Push> = lines.map(parse).collect::<Result<_, _>>()?;
    pushes.sort_by_key(|push| push.push);
    Ok(pushes)
}

fn parse(line: &str) -> Result<Push, String> {
    serde_json::from_str(line)
        .map_err(|error| broken(&format!("{error}: {}", bytes::excerpt(line.as_bytes(), 60))))
}

/// What is said of a record that is not as it was written.
pub fn broken(why: &str) -> String {
    format!("the record is broken ({why}); put back the branch results from a backup of this host")
}

/// How many stages have passed at the best push that counts.
pub fn stages_passed(pushes: &[Push]) -> usize {
    let counting = pushes.iter().filter(|push| push.counts);
    counting.map(|push| push.stages_passed).max().unwrap_or(0)
}

/// Writes pushes, each in place of the line that has its number, if there is one. One process at a time
/// gets here: see `locks::record`.
pub fn write(repository: &Path, pushes: &[Push]) -> Result<(), String> {
    let mut all = read(repository, BRANCH)?;
    all.retain(|old| !pushes.iter().any(|new| new.push == old.push));
    all.extend_from_slice(pushes);
    all.sort_by_key(|push| push.push);
    let tip = tip(repository, BRANCH)?;
    let notes = match &tip {
        Some(tip) => notes(repository, tip)?,
        None => Vec::new(),
    };
    let input = stream(tip, &notes, &all, pushes)?;
    import(repository, &input)
}

/// Keeps the commits of pushes, as far as git has them by now.
pub fn keep(repository: &Path, pushes: &[Push]) -> Result<(), String> {
    let is_there = |push: &&Push| {
        let commit = format!("{}^{{commit}}", push.commit);
        git::run(repository, &["cat-file", "-e", &commit]).is_ok()
    };
    let refs: String = (pushes.iter().filter(is_there))
        .map(|push| format!("reset {KEPT}/pushes/{}\nfrom {}\n\n", push.push, push.commit))
        .collect();
    if refs.is_empty() { Ok(()) } else { import(repository, &(refs + "done\n")) }
}

fn import(repository: &Path, stream: &str) -> Result<(), String> {
    let import = ["fast-import", "--quiet", "--done"];
    locks::wait(repository, || git::with_input(repository, &import, stream.as_bytes())).map(drop)
}

/// The input of `git fast-import`: a commit that gives these pushes' commits their notes, taken from `all`.
/// It takes notes for files, since git does not show it yet what a push brings.
fn stream(
    tip: Option<String>,
    notes: &[Note],
    all: &[Push],
    pushes: &[Push],
) -> Result<String, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let mut stream =
        format!("commit {BRANCH}\ncommitter challenge <challenge@localhost> {now} +0000\n");
    let numbers: Vec<String> = pushes.iter().map(|push| push.push.to_string()).collect();
    add_data(&mut stream, &format!("Push {}\n", numbers.join(", ")));
    if let Some(tip) = tip {
        let _ = writeln!(stream, "from {tip}");
    }
    let mut commits: Vec<&str> = pushes.iter().map(|push| push.commit.as_str()).collect();
    commits.sort_unstable();
    commits.dedup();
    for commit in commits {
        for old in notes.iter().filter(|note| note.commit == commit) {
            let _ = writeln!(stream, "D {}", old.path);
        }
        let mut note = String::new();
        for push in all.iter().filter(|push| push.commit == commit) {
            note += &serde_json::to_string(push).map_err(|error| error.to_string())?;
            note.push('\n');
        }
        let _ = writeln!(stream, "M 100644 inline {commit}");
        add_data(&mut stream, &note);
    }
    Ok(stream + "done\n")
}

fn add_data(stream: &mut String, text: &str) {
    let _ = write!(stream, "data {}\n{text}\n", text.len());
}

/// The commit at which exactly this ref is, if it is there: Git would take a short name, or one that is
/// missing, for a ref of another folder, which a learner may have pushed.
pub fn tip(repository: &Path, reference: &str) -> Result<Option<String>, String> {
    let list = ["for-each-ref", "--format=%(objectname) %(refname)", reference];
    let refs = git::run(repository, &list)?;
    let found = refs.lines().filter_map(|line| line.split_once(' '));
    Ok(found.filter(|(_, name)| *name == reference).map(|(tip, _)| tip.to_owned()).next())
}

struct Note {
    commit: String,
    /// Where it is in the tree: where there are many, Git spreads them over directories, ab/cdef…
    path: String,
    blob: String,
}

fn notes(repository: &Path, tip: &str) -> Result<Vec<Note>, String> {
    let list = git::run(repository, &["ls-tree", "-r", "--full-tree", tip])?;
    let entries = list.lines().filter_map(|line| {
        let (blob, path) = line.split_once('\t')?;
        let blob = blob.rsplit(' ').next()?.to_owned();
        Some(Note { commit: path.replace('/', ""), path: path.to_owned(), blob })
    });
    Ok(entries.collect())
}
