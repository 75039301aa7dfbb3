//! Remarks on a repository, for a person who judges it: facts that its numbers do not show, in sentences.
//! `challenge status` and `challenge report` both take them from here.

use super::history::{Event, History, Mark};
use super::words;
use crate::host::BRANCH;
use crate::text::counted;

/// The most pushes with binary files that are named.
const MOST_NAMED: usize = 5;

/// `tip` is the commit at which the branch is that counts.
pub fn of(history: &History, tip: Option<&str>) -> Vec<String> {
    let mut remarks = Vec::new();
    remarks.extend(tip.and_then(|tip| not_graded(history, tip)));
    remarks.extend(history.best().and_then(large));
    remarks.extend(binaries(history));
    remarks.extend(waived(history));
    remarks.extend(interrupted(history));
    remarks.extend(unclear(history));
    remarks
}

/// The numbers are about another commit than the one on the branch.
fn not_graded(history: &History, tip: &str) -> Option<String> {
    // Nothing has been pushed to it as long as it is at the starter.
    let is_pushed = history.pushes.iter().any(|push| push.event != Event::Elsewhere);
    if !is_pushed || history.graded(tip).is_some() {
        return None;
    }
    let push = history.pushes.iter().rfind(|push| push.commit == tip);
    let why = match push.map(|push| (push, &push.problem)) {
        Some((push, Some(problem))) => {
            format!("push {}: {}", push.number, words::one_line(problem.lines().next()?))
        }
        Some((push, None)) => format!("push {} came to no verdict", push.number),
        None => "no push of it is in the record".to_owned(),
    };
    Some(format!("{BRANCH} is at {}, which was not graded ({why})", short(tip)))
}

/// A server for the stages is a few dozen kilobytes, in any language.
const LARGE: u64 = 256 * 1024;

fn large(best: &Mark) -> Option<String> {
    let (number, kilobytes) = (best.number, best.contents.source_bytes / 1024);
    (best.contents.source_bytes > LARGE)
        .then(|| format!("push {number}, the best, has {kilobytes} KiB of text"))
}

fn binaries(history: &History) -> Option<String> {
    let with: Vec<&Mark> =
        history.pushes.iter().filter(|push| push.contents.binary_files > 0).collect();
    let named = with.iter().take(MOST_NAMED).map(|push| {
        let names: Vec<String> =
            push.contents.binaries.iter().map(|name| words::one_line(name)).collect();
        let more = push.contents.binary_files as usize - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("push {} ({}): {}{more}", push.number, push.short_commit(), names.join(", "))
    });
    let named: Vec<String> = named.collect();
    let rest = with.len() - named.len();
    let rest = if rest > 0 { format!("; and {rest} more") } else { String::new() };
    (!named.is_empty())
        .then(|| format!("files that are no readable text in {}{rest}", named.join("; ")))
}

fn waived(history: &History) -> Option<String> {
    let with: Vec<&Mark> = history.pushes.iter().filter(|push| !push.waived.is_empty()).collect();
    let (first, last) = (with.first()?, with.last()?);
    let which = match first.number == last.number {
        true => format!("push {}", first.number),
        false => format!("{} pushes, of which {} is the last", with.len(), last.number),
    };
    let waived: Vec<String> = last.waived.iter().map(|name| words::one_line(name)).collect();
    Some(format!("{} = false in challenge.toml of {which}", waived.join(", ")))
}

fn interrupted(history: &History) -> Option<String> {
    match history.count(Event::Interrupted) {
        0 => None,
        1 => Some("1 push was interrupted before its end, and counts as a try".to_owned()),
        count => {
            Some(format!("{count} pushes were interrupted before their end, and count as tries"))
        }
    }
}

fn unclear(history: &History) -> Option<String> {
    let unclear: Vec<&Mark> =
        history.pushes.iter().filter(|push| push.event == Event::Unclear).collect();
    let last = unclear.last()?;
    let why = match &last.problem {
        Some(problem) => words::one_line(problem.lines().next().unwrap_or_default()),
        None => "the machine did not let every check come to a result".to_owned(),
    };
    let count = counted(unclear.len(), "push", "pushes");
    Some(format!(
        "{count} could not be graded, the last, push {}, for this reason: {why}",
        last.number
    ))
}

fn short(commit: &str) -> &str {
    commit.get(..8).unwrap_or(commit)
}
