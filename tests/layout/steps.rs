//! The rule of how much a stage may change: no more than a person reads in one sitting.

use super::problem::Problem;
use super::tree::{Stage, Tree};
use similar::{ChangeTag, TextDiff};
use std::collections::BTreeSet;

/// The most lines of code by which a stage may differ from the one before.
pub struct Bound {
    pub stage: &'static str,
    pub lines: usize,
    /// Why the step is too large for one sitting; empty when it is not.
    pub reason: &'static str,
}

/// What a person reads in one sitting, in lines.
const ONE_SITTING: usize = 150;

pub fn every_step_is_small(tree: &Tree, bounds: &[Bound]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut before = None;
    for stage in &tree.stages {
        let name = &stage.name;
        let changed = changed_lines(before, stage);
        match bounds.iter().find(|bound| bound.stage == name) {
            None => {
                let mend = format!("add it to BOUNDS in tests/layout.rs, with {changed} lines");
                problems.push(Problem::new(format!("stages/{name} has no bound"), mend));
            }
            Some(Bound { lines, .. }) if changed > *lines => {
                let wrong = format!("stages/{name} changes {changed} lines, and {lines} at most");
                let before = before.map_or("…", |before| &before.name);
                let mend = format!(
                    "find a smaller step with `diff -ruN stages/{before} stages/{name}`, \
                     or raise its bound in tests/layout.rs"
                );
                problems.push(Problem::new(wrong, mend));
            }
            Some(Bound { lines, reason: "", .. }) if *lines > ONE_SITTING => {
                let wrong = format!("stages/{name} may change {lines} lines for no reason");
                problems.push(Problem::new(wrong, "give the reason, in tests/layout.rs"));
            }
            Some(_) => {}
        }
        before = Some(stage);
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
