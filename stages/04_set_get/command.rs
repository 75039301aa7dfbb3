//! A command: a row of a table, which stands beside the function that executes it.

use crate::error::Outcome;
use crate::reply::Reply;
use crate::request::Request;
use crate::store::Store;

pub struct Command {
    pub name: &'static str,
    /// How many words a request has, counting the name; -2 means two or more. See COMMAND INFO in
    /// Redis's documentation.
    arity: isize,
    pub run: Run,
}

/// How a command runs: what it may touch.
#[derive(Clone, Copy)]
pub enum Run {
    Plain(Plain),
    Data(Data),
}

/// Works on its arguments and nothing else.
pub type Plain = fn(&Request, &mut Reply) -> Outcome;

/// Works on keys, too.
pub type Data = fn(&mut Store, &Request, &mut Reply) -> Outcome;

impl Command {
    pub const fn plain(name: &'static str, arity: isize, run: Plain) -> Command {
        Command { name, arity, run: Run::Plain(run) }
    }

    pub const fn data(name: &'static str, arity: isize, run: Data) -> Command {
        Command { name, arity, run: Run::Data(run) }
    }

    /// Whether a request may have this many words.
    pub fn takes(&self, count: usize) -> bool {
        let least = self.arity.unsigned_abs();
        if self.arity < 0 { count >= least } else { count == least }
    }
}
