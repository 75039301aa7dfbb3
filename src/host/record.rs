//! The record of a repository: for each graded commit, its results as a Git note.
//!
//! The notes are a branch too, `results`, so that a plain clone or fetch brings them. A note is a line
//! of JSON for each time that the commit was graded.

use super::IDENTITY;
use crate::report::Record;
use crate::{bytes, git};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::Path;

pub const BRANCH: &str = "refs/heads/results";
/// The same branch, as a clone has it.
pub const FETCHED: &str = "refs/remotes/origin/results";
pub const NOTES: &str = "refs/notes/challenge";

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
    /// Why nothing was graded, where that is so: a build that failed.
    pub problem: Option<String>,
    /// How many stages passed before the first that did not.
    pub stages_passed: usize,
    #[serde(flatten)]
    pub results: Record,
}

/// All pushes, in their order. `branch` is where the record is: here, or on the remote. A record of
/// which a part cannot be read is an error, and never taken for a shorter one.
pub fn read(repository: &Path, branch: &str) -> Result<Vec<Push>, String> {
    let blobs: String =
        notes(repository, branch)?.into_iter().map(|(_, blob)| blob + "\n").collect();
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
    format!("the record is broken ({why}); put back the branch results, which every clone has")
}

/// How many stages have passed at the best push that counts.
pub fn stages_passed(pushes: &[Push]) -> usize {
    let counting = pushes.iter().filter(|push| push.counts);
    counting.map(|push| push.stages_passed).max().unwrap_or(0)
}

/// Adds a push to the record, and gives it its number. One push at a time gets here; that of a
/// commit which was graded before adds a line to its note.
pub fn add(repository: &Path, mut push: Push) -> Result<Push, String> {
    let _lock = lock(repository)?;
    push.push = read(repository, BRANCH)?.last().map_or(1, |last| last.push + 1);
    let line = serde_json::to_string(&push).map_err(|error| error.to_string())?;
    let before = match notes(repository, BRANCH)?.iter().find(|(commit, _)| *commit == push.commit)
    {
        Some((_, blob)) => git::run(repository, &["cat-file", "blob", blob])?,
        None => String::new(),
    };
    let note = before + &line + "\n";
    let reference = format!("--ref={NOTES}");
    let add = ["notes", &reference, "add", "-f", "-F", "-", &push.commit];
    git::with_input(repository, &[IDENTITY.as_slice(), &add].concat(), note.as_bytes())?;
    Ok(push)
}

/// The commits that have notes, and the blobs that those are.
fn notes(repository: &Path, branch: &str) -> Result<Vec<(String, String)>, String> {
    if git::run(repository, &["for-each-ref", branch])?.is_empty() {
        return Ok(Vec::new()); // nothing has been graded
    }
    let list = git::run(repository, &["ls-tree", "-r", "--full-tree", branch])?;
    let entries = list.lines().filter_map(|line| {
        let (blob, path) = line.split_once('\t')?;
        // Where there are many, Git spreads them over directories: ab/cdef…
        Some((path.replace('/', ""), blob.rsplit(' ').next()?.to_owned()))
    });
    Ok(entries.collect())
}

/// Waits for the other pushes that are writing to the record; the lock ends with the file.
fn lock(repository: &Path) -> Result<File, String> {
    let file = File::create(repository.join("challenge.lock"));
    let locked = file.and_then(|file| file.lock().map(|()| file));
    locked.map_err(|error| format!("the record cannot be locked: {error}"))
}
