//! A request: a command's name and its arguments. It borrows the bytes that the parser has read.

use std::ops::{Index, Range};

pub struct Request<'a> {
    input: &'a [u8],
    /// Where in the input each word is: the name, and the arguments.
    words: &'a [Range<usize>],
}

impl<'a> Request<'a> {
    /// There is at least one word.
    pub fn new(input: &'a [u8], words: &'a [Range<usize>]) -> Request<'a> {
        Request { input, words }
    }

    pub fn name(&self) -> &'a [u8] {
        &self.input[self.words[0].clone()]
    }

    /// How many words there are: what Redis compares with a command's arity.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// All words but the name.
    pub fn arguments(&self) -> impl Iterator<Item = &'a [u8]> {
        self.words[1..].iter().map(|range| &self.input[range.clone()])
    }
}

impl Index<usize> for Request<'_> {
    type Output = [u8];

    /// The name is 0, as in C's `argv`, and the arguments begin at 1.
    fn index(&self, index: usize) -> &[u8] {
        &self.input[self.words[index].clone()]
    }
}
