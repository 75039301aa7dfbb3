//! Two reports of one grade: the text for whoever looks on, and a file for a program.

use crate::grade::{CheckResult, Plan, Reporter, Verdict};
use crate::stages::Stage;
use std::io;
use std::time::Duration;

pub struct Pair(pub Box<dyn Reporter>, pub Box<dyn Reporter>);

impl Reporter for Pair {
    fn begin(&mut self, plan: &Plan) -> io::Result<()> {
        self.0.begin(plan)?;
        self.1.begin(plan)
    }

    fn stage_begins(&mut self, stage: &'static Stage) -> io::Result<()> {
        self.0.stage_begins(stage)?;
        self.1.stage_begins(stage)
    }

    fn check_ended(&mut self, stage: &'static Stage, result: &CheckResult) -> io::Result<()> {
        self.0.check_ended(stage, result)?;
        self.1.check_ended(stage, result)
    }

    fn stage_ended(
        &mut self,
        stage: &'static Stage,
        verdict: Verdict,
        time: Duration,
    ) -> io::Result<()> {
        self.0.stage_ended(stage, verdict, time)?;
        self.1.stage_ended(stage, verdict, time)
    }

    fn end(&mut self, plan: &Plan, verdict: Verdict, time: Duration) -> io::Result<()> {
        self.0.end(plan, verdict, time)?;
        self.1.end(plan, verdict, time)
    }
}
