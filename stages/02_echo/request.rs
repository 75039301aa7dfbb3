//! A request: a command's name and its arguments. It borrows the bytes that the parser has read.

use std::ops::{Index, Range};

pub struct Request<'a> {
    input: &'a [u8],
    /// Where in the input each argument is. As in C's `argv`, the name is the first of them.
    arguments: &'a [Range<usize>],
}

impl<'a> Request<'a> {
    /// There is at least one argument.
    pub fn new(input: &'a [u8], arguments: &'a [Range<usize>]) -> Request<'a> {
        Request { input, arguments }
    }

    pub fn name(&self) -> &'a [u8] {
        &self.input[self.arguments[0].clone()]
    }

    /// How many arguments there are, counting the name: what Redis compares with a command's arity.
    pub fn len(&self) -> usize {
        self.arguments.len()
    }

    /// The arguments after the name.
    pub fn arguments(&self) -> impl Iterator<Item = &'a [u8]> {
        self.arguments[1..].iter().map(|range| &self.input[range.clone()])
    }
}

impl Index<usize> for Request<'_> {
    type Output = [u8];

    /// The arguments after the name begin at 1.
    fn index(&self, index: usize) -> &[u8] {
        &self.input[self.arguments[index].clone()]
    }
}
