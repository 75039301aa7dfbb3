//! The report as JUnit XML, which CI systems read.

use super::{Results, explanation};
use crate::card;
use crate::grade::{CheckResult, Outcome, Plan, Reporter, Verdict};
use crate::stages::Stage;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::io::{self, stdout};
use std::time::Duration;

#[derive(Default)]
pub struct JunitReport {
    results: Results,
}

impl Reporter for JunitReport {
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

    fn end(&mut self, plan: &Plan, _: Verdict, time: Duration) -> io::Result<()> {
        let mut report = Report::new("challenge");
        report.set_time(time);
        for result in &self.results.0 {
            let name = format!("stage {}: {}", result.stage.number, result.stage.title);
            let mut suite = TestSuite::new(name);
            suite.set_time(result.time);
            for check in &result.checks {
                suite.add_test_case(case(result.stage, check, plan.seed));
            }
            report.add_test_suite(suite);
        }
        report.serialize(stdout()).map_err(io::Error::other)
    }
}

fn case(stage: &Stage, result: &CheckResult, seed: u64) -> TestCase {
    let kind_and_message = match &result.outcome {
        Outcome::Passed => None,
        Outcome::Failed(failure) => Some((NonSuccessKind::Failure, card::happened(failure))),
        Outcome::NotRun => Some((NonSuccessKind::Failure, "the program did not start".to_owned())),
        Outcome::Unclear(why) => Some((NonSuccessKind::Error, why.clone())),
    };
    let status = match kind_and_message {
        None => TestCaseStatus::success(),
        Some((kind, message)) => {
            let mut status = TestCaseStatus::non_success(kind);
            status.set_message(message);
            status.set_description(explanation(stage, result, seed).unwrap_or_default());
            status
        }
    };
    let mut case = TestCase::new(result.check.name, status);
    case.set_classname(format!("stage{}.{}", stage.number, stage.slug));
    case.set_time(result.time);
    case
}
