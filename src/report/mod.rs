//! Reports of a grade: for people, and for machines.

mod json;
mod junit;
mod text;

pub use json::JsonReport;
pub use junit::JunitReport;
pub use text::TextReport;

use crate::card;
use crate::grade::{CheckResult, Outcome, Verdict};
use crate::stages::Stage;
use std::time::Duration;

/// The width of text that is not for a terminal.
pub const WIDTH: usize = 72;

/// The results of one stage, for reports that are written at the end.
pub struct StageResult {
    pub stage: &'static Stage,
    pub checks: Vec<CheckResult>,
    pub verdict: Verdict,
    pub time: Duration,
}

/// Why a check did not pass, as plain text: the whole card of a failure.
pub fn explanation(stage: &Stage, result: &CheckResult, seed: u64) -> Option<String> {
    match &result.outcome {
        Outcome::Passed => None,
        Outcome::Failed(failure) => {
            let card = card::card(stage, result.check, failure, seed, WIDTH);
            Some(anstream::adapter::strip_str(&card).to_string())
        }
        Outcome::NotRun => Some("Not run: the program did not start.".to_owned()),
        Outcome::Unclear(why) => Some(format!("Not graded: {why}.")),
    }
}

/// Collects results stage by stage.
#[derive(Default)]
pub struct Results(pub Vec<StageResult>);

impl Results {
    pub fn stage_begins(&mut self, stage: &'static Stage) {
        let (checks, time) = (Vec::new(), Duration::ZERO);
        self.0.push(StageResult { stage, checks, verdict: Verdict::Unclear, time });
    }

    pub fn check_ended(&mut self, result: CheckResult) {
        if let Some(stage) = self.0.last_mut() {
            stage.checks.push(result);
        }
    }

    pub fn stage_ended(&mut self, verdict: Verdict, time: Duration) {
        if let Some(stage) = self.0.last_mut() {
            (stage.verdict, stage.time) = (verdict, time);
        }
    }
}
