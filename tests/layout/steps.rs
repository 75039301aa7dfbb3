//! The rule of how much a stage may change: no more than a person reads in one sitting.

use super::problem::Problem;
use super::tree::{Stage, Tree};
use similar::{ChangeTag, TextDiff};
use std::collections::BTreeSet;

/// Where the exceptions stand.
const LIST: &str = "tests/layout/mod.rs";

/// What a person reads in one sitting, in lines of code that a stage adds and removes.
pub const ONE_SITTING: usize = 150;

/// A stage that may change more than that.
pub struct Exception {
    pub slug: &'static str,
    pub lines: usize,
    /// Why the step cannot be smaller.
    pub reason: &'static str,
}

pub fn every_step_is_small(tree: &Tree, exceptions: &[Exception]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut before = None;
    for stage in &tree.stages {
        let exception = exceptions.iter().find(|exception| exception.slug == stage.slug());
        let most = exception.map_or(ONE_SITTING, |exception| exception.lines);
        let changed = changed_lines(before, stage);
        let name = &stage.name;
        let wrong = format!("stages/{name} changes {changed} lines");
        if changed > most {
            let before = before.map_or("…", |before| &before.name);
            let mend = format!(
                "find a smaller step with `diff -ruN stages/{before} stages/{name}`, \
                 or make it one of the EXCEPTIONS in {LIST}"
            );
            problems.push(Problem::new(format!("{wrong}, and {most} at most"), mend));
        } else if exception.is_some() && changed <= ONE_SITTING {
            let mend = format!("take it off the EXCEPTIONS in {LIST}");
            problems.push(Problem::new(format!("{wrong}, and needs no exception"), mend));
        }
        before = Some(stage);
    }
    problems
}

/// An exception is for a stage that there is, and says why.
pub fn every_exception_has_its_reason(tree: &Tree, exceptions: &[Exception]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for Exception { slug, reason, .. } in exceptions {
        if !tree.stages.iter().any(|stage| stage.slug() == *slug) {
            let wrong = format!("{LIST} makes an exception for {slug}, which is no stage");
            problems.push(Problem::new(wrong, "take it off"));
        } else if reason.is_empty() {
            let wrong = format!("{LIST} makes an exception for {slug}, and does not say why");
            problems.push(Problem::new(wrong, "give the reason"));
        }
    }
    problems
}

/// How many lines `diff -ruN` shows between two stages, removed and added, besides blank lines and
/// comments. All of the first stage is new.
fn changed_lines(before: Option<&Stage>, after: &Stage) -> usize {
    let names = before.into_iter().chain([after]).flat_map(|stage| stage.files.keys());
    let names: BTreeSet<&String> = names.collect();
    let changed_lines = |name: &String| {
        let old = before.map_or(String::new(), |before| code(before, name));
        let new = code(after, name);
        let diff = TextDiff::from_lines(&old, &new);
        diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal).count()
    };
    names.into_iter().map(changed_lines).sum()
}

/// A file without its blank lines and the lines that are only a comment.
fn code(stage: &Stage, name: &str) -> String {
    let text = stage.files.get(name).map_or("", |file| &file.text);
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    text.lines().filter(is_code).flat_map(|line| [line, "\n"]).collect()
}
