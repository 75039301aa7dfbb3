//! Several reports of one grade, such as the text for whoever looks on, and a file for a program.

use crate::grade::{CheckResult, Plan, Reporter, Verdict};
use crate::stages::Stage;
use std::io;
use std::time::Duration;

pub struct All<'a>(pub Vec<&'a mut dyn Reporter>);

impl All<'_> {
    fn each(
        &mut self,
        mut tell: impl FnMut(&mut dyn Reporter) -> io::Result<()>,
    ) -> io::Result<()> {
        self.0.iter_mut().try_for_each(|reporter| tell(*reporter))
    }
}

impl Reporter for All<'_> {
    fn begin(&mut self, plan: &Plan) -> io::Result<()> {
        self.each(|reporter| reporter.begin(plan))
    }

    fn stage_begins(&mut self, stage: &'static Stage) -> io::Result<()> {
        self.each(|reporter| reporter.stage_begins(stage))
    }

    fn check_ended(&mut self, stage: &'static Stage, result: &CheckResult) -> io::Result<()> {
        self.each(|reporter| reporter.check_ended(stage, result))
    }

    fn stage_ended(
        &mut self,
        stage: &'static Stage,
        verdict: Verdict,
        time: Duration,
    ) -> io::Result<()> {
        self.each(|reporter| reporter.stage_ended(stage, verdict, time))
    }

    fn end(&mut self, plan: &Plan, verdict: Verdict, time: Duration) -> io::Result<()> {
        self.each(|reporter| reporter.end(plan, verdict, time))
    }
}
