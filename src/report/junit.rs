//! The report as JUnit XML, which CI systems read.

use super::{Detail, explanation};
use crate::card;
use crate::grade::{CheckResult, Outcome, Plan, Reporter, Verdict};
use crate::stages::Stage;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::io::{self, Write};
use std::mem;
use std::time::Duration;

pub struct JunitReport {
    report: Report,
    seed: u64,
    output: Box<dyn Write>,
}

impl JunitReport {
    pub fn new(output: Box<dyn Write>) -> JunitReport {
        JunitReport { report: Report::new("challenge"), seed: 0, output }
    }
}

impl Reporter for JunitReport {
    fn begin(&mut self, plan: &Plan) -> io::Result<()> {
        self.seed = plan.seed;
        Ok(())
    }

    fn stage_begins(&mut self, stage: &'static Stage) -> io::Result<()> {
        let name = format!("stage {}: {}", stage.number, stage.title);
        self.report.add_test_suite(TestSuite::new(name));
        Ok(())
    }

    fn check_ended(&mut self, stage: &'static Stage, result: &CheckResult) -> io::Result<()> {
        if let Some(suite) = self.report.test_suites.last_mut() {
            suite.add_test_case(case(stage, result, self.seed));
        }
        Ok(())
    }

    fn stage_ended(&mut self, _: &'static Stage, _: Verdict, time: Duration) -> io::Result<()> {
        if let Some(suite) = self.report.test_suites.last_mut() {
            suite.set_time(time);
        }
        Ok(())
    }

    fn end(&mut self, _: &Plan, _: Verdict, time: Duration) -> io::Result<()> {
        self.report.set_time(time);
        // A suite knows its cases one by one, and the report only sums of what it is given at once.
        let suites = mem::take(&mut self.report.test_suites);
        let mut report = Report::new("challenge");
        report.set_time(time);
        report.add_test_suites(suites);
        let text = report.to_string().map_err(io::Error::other)?;
        self.output.write_all(text.as_bytes())
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
            status.set_description(
                explanation(stage, result, seed, Detail::AllCards).unwrap_or_default(),
            );
            status
        }
    };
    let mut case = TestCase::new(result.check.name, status);
    case.set_classname(format!("stage{}.{}", stage.number, stage.slug));
    case.set_time(result.time);
    case
}
