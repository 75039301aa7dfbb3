//! The gradebook as CSV (RFC 4180), for a spreadsheet: a head, and a row for each repository. Its
//! columns are named as the keys of the JSON are.

use super::Entry;
use super::history::{Event, History, StageHistory};
use crate::stages::STAGES;
use csv::{QuoteStyle, Terminator, WriterBuilder};
use std::io::{self, Write};

const HEAD: [&str; 17] = [
    "name",
    "language",
    "repository",
    "stages_passed",
    "stages_now",
    "pushes",
    "regressions",
    "build_failures",
    "first_push",
    "last_push",
    "interrupted",
    "not_graded",
    "main",
    "main_is_graded",
    "source_lines",
    "binary_files",
    "waived",
];

/// What each stage has, behind its name.
const STAGE_HEAD: [&str; 3] = ["tries", "seconds", "passed_at"];

pub fn write(entries: &[Entry], out: &mut dyn Write) -> io::Result<()> {
    let mut csv = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        // Some programs separate cells by semicolons: what is quoted stays one cell for them, too.
        .quote_style(QuoteStyle::NonNumeric)
        .from_writer(out);
    let of_stages = STAGES
        .iter()
        .flat_map(|stage| STAGE_HEAD.map(|head| format!("stage{}_{head}", stage.number)));
    csv.write_record(HEAD.map(str::to_owned).into_iter().chain(of_stages))?;
    for entry in entries {
        csv.write_record(row(entry).iter().map(|cell| harmless(cell)))?;
    }
    csv.flush()
}

fn row(entry: &Entry) -> Vec<String> {
    let history = &entry.history;
    let time = |time: Option<jiff::Timestamp>| time.map_or(String::new(), |time| time.to_string());
    let mut row = vec![
        entry.name.clone(),
        entry.language.clone(),
        entry.repository.display().to_string(),
        history.reached.to_string(),
        history.holds.to_string(),
        history.pushes.len().to_string(),
        history.count(Event::Lost).to_string(),
        history.count(Event::NotBuilt).to_string(),
        time(history.first()),
        time(history.last()),
    ];
    let best = history.best();
    let contents = best.map(|push| push.contents.clone()).unwrap_or_default();
    row.extend([
        history.count(Event::Interrupted).to_string(),
        history.count(Event::Unclear).to_string(),
        entry.tip.clone().unwrap_or_default(),
        entry.is_tip_graded().to_string(),
        contents.source_lines.to_string(),
        contents.binary_files.to_string(),
        best.map_or(String::new(), |push| push.waived.join(" ")),
    ]);
    row.extend(history.stages.iter().flat_map(|stage| cells(stage, history)));
    row
}

fn cells(stage: &StageHistory, history: &History) -> [String; 3] {
    let passed = stage.passed.map(|at| history.pushes[at].time.to_string());
    [stage.tries.to_string(), stage.time.as_secs().to_string(), passed.unwrap_or_default()]
}

/// A spreadsheet takes text that begins like this for a formula, and would run it. An apostrophe in
/// front makes it text again: <https://owasp.org/www-community/attacks/CSV_Injection>.
fn harmless(cell: &str) -> String {
    match cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}
