//! The report for people: a line a check as it comes, the card of what failed, and what comes next.

use super::{Detail, WIDTH};
use crate::card;
use crate::grade::{CheckResult, Outcome, Plan, Reporter, Verdict};
use crate::stages::{STAGES, Stage};
use crate::style::{BAD, BOLD, DIM, GOOD};
use crate::text::wrap_words;
use crate::trial::namespaces;
use anstream::stdout;
use anstyle::Style;
use std::io::{self, Write};
use std::mem;
use std::time::Duration;

pub struct TextReport {
    width: usize,
    detail: Detail,
    seed: u64,
    /// The stages that were graded, and whether they passed.
    graded: Vec<(&'static Stage, bool)>,
    /// Of the stage that is being graded.
    failures: usize,
    /// What was said of the failure before: it is often the same, and not said again.
    said: String,
    not_run: usize,
}

impl TextReport {
    pub fn new(width: Option<usize>, detail: Detail) -> TextReport {
        let width = width.unwrap_or(WIDTH);
        TextReport {
            width,
            detail,
            seed: 0,
            graded: Vec::new(),
            failures: 0,
            said: String::new(),
            not_run: 0,
        }
    }

    fn failed(&mut self, stage: &Stage, result: &CheckResult) -> io::Result<()> {
        let Outcome::Failed(failure) = &result.outcome else { return Ok(()) };
        let is_first = self.failures == 1;
        let short = match self.detail {
            Detail::Kind => card::kind(failure),
            _ => card::happened(failure),
        };
        let is_said = mem::replace(&mut self.said, short.clone()) == short && !is_first;
        let card = match self.detail {
            Detail::Kind if is_first => card::brief(failure, self.width - 4),
            Detail::Kind | Detail::FirstCard if is_said => return Ok(()),
            Detail::Kind | Detail::FirstCard if !is_first => return self.remark(&short),
            _ => {
                let card = card::card(stage, result.check, failure, self.seed, self.width - 4);
                format!("\n{card}\n")
            }
        };
        for line in card.lines() {
            writeln!(stdout(), "{}", format!("    {line}").trim_end())?;
        }
        Ok(())
    }

    /// The name of a check behind a mark.
    fn line(&self, mark: &str, style: Style, name: &str) -> io::Result<()> {
        for (index, line) in wrap_words(name, self.width - 4).iter().enumerate() {
            let mark = if index == 0 { mark } else { " " };
            writeln!(stdout(), "  {mark} {style}{line}{style:#}")?;
        }
        Ok(())
    }

    /// What there is to say of the check above.
    fn remark(&self, text: &str) -> io::Result<()> {
        wrap_words(text, self.width - 4)
            .iter()
            .try_for_each(|line| writeln!(stdout(), "    {DIM}{line}{DIM:#}"))
    }

    /// All stages of the challenge: those that pass are filled.
    fn bar(&self) -> String {
        let is_passed =
            |number| self.graded.iter().any(|(stage, passed)| stage.number == number && *passed);
        let boxes: String =
            (0..STAGES.len()).map(|number| if is_passed(number) { "■" } else { "□" }).collect();
        let passed = (0..STAGES.len()).filter(|&number| is_passed(number)).count();
        format!("[{boxes}] {passed} of {} stages pass", STAGES.len())
    }

    fn what_next(&self, verdict: Verdict) -> String {
        let failed = self.graded.iter().find(|(_, passed)| !passed).map(|(stage, _)| stage.number);
        let last = self.graded.last().map_or(0, |(stage, _)| stage.number);
        match (verdict, failed) {
            (Verdict::Unclear, _) => {
                "The machine did not let every check come to a result: try again.".to_owned()
            }
            (Verdict::Failed, Some(number)) if self.detail == Detail::Kind => {
                format!("What is asked: challenge task {number}.")
            }
            (Verdict::Failed, Some(number)) => {
                format!("What is asked: challenge task {number}. A hint: challenge hint {number}.")
            }
            (_, _) if last + 1 < STAGES.len() => {
                let next = &STAGES[last + 1];
                format!(
                    "Next is stage {}, {}: challenge task {}",
                    next.number, next.title, next.number
                )
            }
            (_, _) => {
                "You have built a Redis. What I cannot create, I do not understand; this, you do."
                    .to_owned()
            }
        }
    }
}

impl Reporter for TextReport {
    fn begin(&mut self, plan: &Plan) -> io::Result<()> {
        self.seed = plan.seed;
        let Some(why) = namespaces::refusal() else { return Ok(()) };
        let line = format!("The program runs on the plain host, one stage at a time: {why}.");
        wrap_words(&line, self.width)
            .iter()
            .try_for_each(|line| writeln!(stdout(), "{DIM}{line}{DIM:#}"))
    }

    fn stage_begins(&mut self, stage: &'static Stage) -> io::Result<()> {
        self.failures = 0;
        let (number, slug, title) = (stage.number, stage.slug, stage.title);
        writeln!(stdout(), "{BOLD}Stage {number}, {slug}: {title}{BOLD:#}")
    }

    fn check_ended(&mut self, stage: &'static Stage, result: &CheckResult) -> io::Result<()> {
        let name = result.check.name;
        match &result.outcome {
            Outcome::Passed => {
                self.line(&format!("{GOOD}✓{GOOD:#}"), Style::new(), name)?;
                result.note.iter().try_for_each(|note| self.remark(&format!("({note})")))?;
            }
            Outcome::Failed(_) => {
                self.failures += 1;
                self.line(&format!("{BAD}✗{BAD:#}"), BAD, name)?;
                self.failed(stage, result)?;
            }
            Outcome::NotRun => self.not_run += 1,
            Outcome::Unclear(why) => {
                self.line(&format!("{BAD}?{BAD:#}"), BAD, name)?;
                self.remark(&format!("(not graded: {why})"))?;
            }
        }
        match result.repeats {
            0 => Ok(()),
            times => self.remark(&format!("(repeated {times} ×, because of this machine)")),
        }
    }

    fn stage_ended(
        &mut self,
        stage: &'static Stage,
        verdict: Verdict,
        _: Duration,
    ) -> io::Result<()> {
        self.graded.push((stage, verdict == Verdict::Passed));
        match mem::take(&mut self.not_run) {
            0 => {}
            count => writeln!(
                stdout(),
                "  {DIM}- {count} checks are not run, since the program did not start{DIM:#}"
            )?,
        }
        writeln!(stdout())
    }

    fn end(&mut self, plan: &Plan, verdict: Verdict, time: Duration) -> io::Result<()> {
        let mut out = stdout();
        let colour = if verdict == Verdict::Passed { GOOD } else { BAD };
        writeln!(out, "{colour}{}{colour:#}", self.bar())?;
        writeln!(out, "{DIM}{:.2} s, seed {}{DIM:#}", time.as_secs_f64(), plan.seed)?;
        wrap_words(&self.what_next(verdict), self.width)
            .iter()
            .try_for_each(|line| writeln!(out, "{line}"))
    }
}
