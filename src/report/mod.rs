//! Reports of a grade: for people, and for machines.

mod all;
mod json;
mod junit;
mod text;

pub use all::All;
pub use json::{JsonReport, Record, Results};
pub use junit::JunitReport;
pub use text::TextReport;

use crate::card;
use crate::grade::{CheckResult, Outcome};
use crate::stages::Stage;

/// The width of text that is not for a terminal.
pub const WIDTH: usize = 72;

/// How much is said of what failed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Detail {
    /// What kind of failure it was: in an exam, nobody is told what would have been right.
    Kind,
    /// The card of a stage's first failure, and what happened in the others.
    FirstCard,
    #[default]
    AllCards,
}

/// Why a check did not pass, as plain text: the whole card of a failure, but in an exam.
pub fn explanation(
    stage: &Stage,
    result: &CheckResult,
    seed: u64,
    detail: Detail,
) -> Option<String> {
    match &result.outcome {
        Outcome::Passed => None,
        Outcome::Failed(failure) if detail == Detail::Kind => Some(card::kind(failure)),
        Outcome::Failed(failure) => {
            let card = card::card(stage, result.check, failure, seed, WIDTH);
            Some(anstream::adapter::strip_str(&card).to_string())
        }
        Outcome::NotRun => Some("Not run: the program did not start.".to_owned()),
        Outcome::Unclear(why) => Some(format!("Not graded: {why}.")),
    }
}
