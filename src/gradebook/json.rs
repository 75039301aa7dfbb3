//! The gradebook as JSON, for other programs.

use super::Entry;
use super::history::{Event, History, StageHistory};
use crate::stages::{STAGES, Stage};
use serde::Serialize;
use std::io::{self, Write};

/// A repository. The names of these fields are the keys, and stay as they are; times are in UTC, as
/// RFC 3339 has them, and null where nothing has happened.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    language: &'a str,
    /// As it was named on the command line.
    repository: String,
    /// How many stages passed at the best push.
    stages_passed: usize,
    /// How many passed at the last one that counts.
    stages_now: usize,
    /// All of them, whichever branch they went to.
    pushes: usize,
    /// How many lost a stage that passed at the try before.
    regressions: usize,
    /// How many could not be graded, because the build failed.
    build_failures: usize,
    first_push: Option<String>,
    last_push: Option<String>,
    stages: Vec<StageRow>,
    /// How many ended before they were graded, because the learner went away. They count as tries.
    interrupted: usize,
    /// How many the host could not grade, or was too busy to.
    not_graded: usize,
    /// The commit at which the branch is that counts, and whether it is one that was graded.
    main: Option<&'a str>,
    main_is_graded: bool,
    /// Of the best push: lines and bytes of text, and how many files are none.
    source_lines: u64,
    source_bytes: u64,
    binary_files: u64,
    /// The demands that the best push waives.
    waived: Vec<&'a str>,
    /// The same in words, with other pushes.
    remarks: Vec<String>,
}

/// A stage, whether it was reached or not.
#[derive(Serialize)]
struct StageRow {
    number: usize,
    slug: &'static str,
    /// Whether it has ever passed.
    passed: bool,
    /// Whether it has passed, and fails at the last push that counts.
    fails_again: bool,
    tries: usize,
    seconds: u64,
    /// When it first passed.
    passed_at: Option<String>,
    /// The number of that push, from 1.
    push: Option<usize>,
    commit: Option<String>,
}

pub fn write(entries: &[Entry], out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<Row> = entries.iter().map(Row::of).collect();
    serde_json::to_writer_pretty(&mut *out, &rows)?;
    writeln!(out)
}

impl Row<'_> {
    fn of(entry: &Entry) -> Row<'_> {
        let history = &entry.history;
        let best = history.best();
        let contents = best.map(|push| push.contents.clone()).unwrap_or_default();
        Row {
            name: &entry.name,
            language: &entry.language,
            repository: entry.repository.display().to_string(),
            stages_passed: history.reached,
            stages_now: history.holds,
            pushes: history.pushes.len(),
            regressions: history.count(Event::Lost),
            build_failures: history.count(Event::NotBuilt),
            interrupted: history.count(Event::Interrupted),
            not_graded: history.count(Event::Unclear),
            main: entry.tip.as_deref(),
            main_is_graded: entry.is_tip_graded(),
            source_lines: contents.source_lines,
            source_bytes: contents.source_bytes,
            binary_files: contents.binary_files,
            waived: best
                .map_or(Vec::new(), |push| push.waived.iter().map(String::as_str).collect()),
            remarks: entry.remarks(),
            first_push: history.first().map(|time| time.to_string()),
            last_push: history.last().map(|time| time.to_string()),
            stages: STAGES
                .iter()
                .zip(&history.stages)
                .map(|(stage, past)| StageRow::of(stage, past, history))
                .collect(),
        }
    }
}

impl StageRow {
    fn of(stage: &Stage, past: &StageHistory, history: &History) -> StageRow {
        let push = past.passed.map(|at| &history.pushes[at]);
        StageRow {
            number: stage.number,
            slug: stage.slug,
            passed: push.is_some(),
            fails_again: past.fails_again,
            tries: past.tries,
            seconds: past.time.as_secs(),
            passed_at: push.map(|push| push.time.to_string()),
            push: push.map(|push| push.number),
            commit: push.map(|push| push.commit.clone()),
        }
    }
}
