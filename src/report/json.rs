//! The report as JSON: one object on standard output, and the form in which results are recorded.

use super::{Results, explanation};
use crate::grade::{CheckResult, Plan, Reporter, Verdict};
use crate::stages::Stage;
use serde::{Deserialize, Serialize};
use std::io::{self, Write, stdout};
use std::time::Duration;

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Record {
    pub passed: bool,
    /// Whether the machine let every check come to a result.
    pub graded: bool,
    pub seed: u64,
    pub milliseconds: u64,
    pub version: String,
    pub stages: Vec<StageRecord>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct StageRecord {
    pub number: usize,
    pub slug: String,
    pub title: String,
    pub passed: bool,
    pub milliseconds: u64,
    pub checks: Vec<CheckRecord>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct CheckRecord {
    pub name: String,
    pub passed: bool,
    pub milliseconds: u64,
    pub explanation: Option<String>,
    pub note: Option<String>,
    pub repeats: usize,
}

/// The results in the form in which they are printed and kept.
pub fn record(results: &Results, seed: u64, verdict: Verdict, time: Duration) -> Record {
    let stages = results.0.iter().map(|result| StageRecord {
        number: result.stage.number,
        slug: result.stage.slug.to_owned(),
        title: result.stage.title.to_owned(),
        passed: result.verdict == Verdict::Passed,
        milliseconds: result.time.as_millis() as u64,
        checks: (result.checks.iter())
            .map(|check| check_record(result.stage, check, seed))
            .collect(),
    });
    Record {
        passed: verdict == Verdict::Passed,
        graded: verdict != Verdict::Unclear,
        seed,
        milliseconds: time.as_millis() as u64,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        stages: stages.collect(),
    }
}

fn check_record(stage: &Stage, result: &CheckResult, seed: u64) -> CheckRecord {
    CheckRecord {
        name: result.check.name.to_owned(),
        passed: result.passed(),
        milliseconds: result.time.as_millis() as u64,
        explanation: explanation(stage, result, seed),
        note: result.note.clone(),
        repeats: result.repeats,
    }
}

#[derive(Default)]
pub struct JsonReport {
    results: Results,
}

impl Reporter for JsonReport {
    fn begin(&mut self, _: &Plan) {}

    fn stage_begins(&mut self, stage: &'static Stage) {
        self.results.stage_begins(stage);
    }

    fn check_ended(&mut self, _: &'static Stage, result: CheckResult) {
        self.results.check_ended(result);
    }

    fn stage_ended(&mut self, _: &'static Stage, verdict: Verdict, time: Duration) {
        self.results.stage_ended(verdict, time);
    }

    fn end(&mut self, plan: &Plan, verdict: Verdict, time: Duration) -> io::Result<()> {
        let record = record(&self.results, plan.seed, verdict, time);
        serde_json::to_writer(stdout(), &record)?;
        writeln!(stdout())
    }
}
