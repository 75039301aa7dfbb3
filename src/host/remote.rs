//! Lines for the learner, while the push goes on.

use crate::style::DIM;
use crate::text::{wrap_line, wrap_words};
use anstream::stdout;
use std::io::Write;

/// Git shows what a hook prints behind `remote: `, in a terminal that may have 72 columns.
pub const WIDTH: usize = 64;

/// Why a push is not graded to its end.
#[derive(Debug)]
pub enum Obstacle {
    /// The learner has gone: our output has no reader.
    Gone,
    /// The host cannot do something, named in a sentence.
    Host(String),
}

impl From<String> for Obstacle {
    fn from(problem: String) -> Obstacle {
        Obstacle::Host(problem)
    }
}

pub fn say_wrapped(text: &str) -> Result<(), Obstacle> {
    wrapped(text).iter().try_for_each(|line| say(line))
}

/// What is less important than the results.
pub fn say_dim(text: &str) -> Result<(), Obstacle> {
    wrapped(text).iter().try_for_each(|line| say(&format!("{DIM}{line}{DIM:#}")))
}

/// Lines that fit; one that fits anyway keeps its spaces, which may point at something. A word that is too
/// long by itself, such as the name of a file, is cut.
pub fn wrapped(line: &str) -> Vec<String> {
    if line.chars().count() <= WIDTH {
        return vec![line.to_owned()];
    }
    wrap_words(line, WIDTH).iter().flat_map(|line| wrap_line(line, WIDTH)).collect()
}

/// A line for the learner.
pub fn say(line: &str) -> Result<(), Obstacle> {
    let mut stdout = stdout();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush()).map_err(|_| Obstacle::Gone)
}
