//! What a broken rule looks like to the person who has to mend it.

use std::fmt;

#[derive(Debug, PartialEq)]
pub struct Problem {
    /// Begins with the file's path from the repository's root.
    wrong: String,
    /// The command, run at the repository's root, or the step.
    mend: String,
}

impl Problem {
    pub fn new(wrong: impl Into<String>, mend: impl Into<String>) -> Problem {
        Problem { wrong: wrong.into(), mend: mend.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}\n    mend it: {}", self.wrong, self.mend)
    }
}
