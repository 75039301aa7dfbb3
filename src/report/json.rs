//! The report as JSON: one object in one line, and the form in which results are recorded.

use super::{Detail, explanation};
use crate::grade::{CheckResult, Plan, Reporter, Verdict};
use crate::stages::Stage;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::mem;
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

/// Collects results stage by stage, in the form in which they are printed and kept.
#[derive(Default)]
pub struct Results {
    stages: Vec<StageRecord>,
    seed: u64,
    detail: Detail,
}

impl Results {
    pub fn new(detail: Detail) -> Results {
        Results { detail, ..Results::default() }
    }

    pub fn record(self, verdict: Verdict, time: Duration) -> Record {
        Record {
            passed: verdict == Verdict::Passed,
            graded: verdict != Verdict::Unclear,
            seed: self.seed,
            milliseconds: time.as_millis() as u64,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            stages: self.stages,
        }
    }
}

impl Reporter for Results {
    fn begin(&mut self, plan: &Plan) -> io::Result<()> {
        self.seed = plan.seed;
        Ok(())
    }

    fn stage_begins(&mut self, stage: &'static Stage) -> io::Result<()> {
        self.stages.push(StageRecord {
            number: stage.number,
            slug: stage.slug.to_owned(),
            title: stage.title.to_owned(),
            passed: false,
            milliseconds: 0,
            checks: Vec::new(),
        });
        Ok(())
    }

    fn check_ended(&mut self, stage: &'static Stage, result: &CheckResult) -> io::Result<()> {
        let Some(record) = self.stages.last_mut() else { return Ok(()) };
        record.checks.push(CheckRecord {
            name: result.check.name.to_owned(),
            passed: result.passed(),
            milliseconds: result.time.as_millis() as u64,
            explanation: explanation(stage, result, self.seed, self.detail),
            note: result.note.clone(),
            repeats: result.repeats,
        });
        Ok(())
    }

    fn stage_ended(
        &mut self,
        _: &'static Stage,
        verdict: Verdict,
        time: Duration,
    ) -> io::Result<()> {
        let Some(record) = self.stages.last_mut() else { return Ok(()) };
        record.passed = verdict == Verdict::Passed;
        record.milliseconds = time.as_millis() as u64;
        Ok(())
    }

    fn end(&mut self, _: &Plan, _: Verdict, _: Duration) -> io::Result<()> {
        Ok(())
    }
}

pub struct JsonReport {
    results: Results,
    output: Box<dyn Write>,
}

impl JsonReport {
    pub fn new(output: Box<dyn Write>) -> JsonReport {
        JsonReport { results: Results::default(), output }
    }
}

impl Reporter for JsonReport {
    fn begin(&mut self, plan: &Plan) -> io::Result<()> {
        self.results.begin(plan)
    }

    fn stage_begins(&mut self, stage: &'static Stage) -> io::Result<()> {
        self.results.stage_begins(stage)
    }

    fn check_ended(&mut self, stage: &'static Stage, result: &CheckResult) -> io::Result<()> {
        self.results.check_ended(stage, result)
    }

    fn stage_ended(
        &mut self,
        stage: &'static Stage,
        verdict: Verdict,
        time: Duration,
    ) -> io::Result<()> {
        self.results.stage_ended(stage, verdict, time)
    }

    fn end(&mut self, _: &Plan, verdict: Verdict, time: Duration) -> io::Result<()> {
        let record = mem::take(&mut self.results).record(verdict, time);
        serde_json::to_writer(&mut self.output, &record)?;
        writeln!(self.output)
    }
}
