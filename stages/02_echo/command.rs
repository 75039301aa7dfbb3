//! A command: a row of a table, which stands beside the function that executes it.

use crate::error::Outcome;
use crate::reply::Reply;
use crate::request::Request;

pub struct Command {
    pub name: &'static str,
    /// How many words a request has, counting the name; -2 means two or more. See COMMAND INFO in
    /// Redis's documentation.
    arity: isize,
    pub run: Plain,
}

/// Works on its arguments and nothing else.
pub type Plain = fn(&Request, &mut Reply) -> Outcome;

impl Command {
    pub const fn plain(name: &'static str, arity: isize, run: Plain) -> Command {
        Command { name, arity, run }
    }

    /// Whether a request may have this many words.
    pub fn takes(&self, count: usize) -> bool {
        let least = self.arity.unsigned_abs();
        if self.arity < 0 { count >= least } else { count == least }
    }
}
