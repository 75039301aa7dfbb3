//! The request parser: a state machine that can stop after any byte, and goes on when more comes.
//!
//! A request is an array of bulk strings, `*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n`, or a line that a
//! person types, `ECHO hi\r\n`. TCP delivers a stream of bytes and not these: a read may bring half
//! a request, or three and a half. The parser copies nothing. It remembers where in the input each
//! argument is.

use crate::{inline, integer};
use std::mem;
use std::ops::{Index, Range};

/// The longest line in bytes: an inline command, or the line of a length.
const MAX_LINE: usize = 64 * 1024;
/// The longest argument in bytes.
const MAX_BULK: i64 = 512 * 1024 * 1024;
/// The most arguments in a request.
const MAX_ARGUMENTS: i64 = i32::MAX as i64;

/// What the next byte belongs to.
#[derive(Clone, Copy)]
enum State {
    /// A new request: its first byte tells which of the two forms it has.
    Start,
    /// The line of an inline command.
    Inline,
    /// The line `*2`: how many arguments follow.
    Array,
    /// The line `$4`: how long the next argument is, of the `missing` ones.
    Length { missing: usize },
    /// The next argument itself, and the CR LF behind it.
    Argument { missing: usize, length: usize },
}

/// What one step of the machine came to.
enum Step {
    /// The part that `state` named has come, and `state` names the next.
    Next,
    /// All of the request has come.
    Complete,
    /// The next byte has not come yet.
    Starved,
}

/// Reads requests from the bytes of one client. Positions count from the start of the request.
pub struct Parser {
    state: State,
    /// Where the part that `state` names begins.
    position: usize,
    /// How much of an unfinished line has been searched for its end.
    searched: usize,
    arguments: Vec<Range<usize>>,
}

/// One request: the name of a command and its arguments, which lie in the input.
pub struct Request<'a> {
    input: &'a [u8],
    arguments: &'a [Range<usize>],
    /// How much of the input it took, in bytes.
    pub size: usize,
}

/// What a client can do that leaves no way to tell where its next request begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ProtocolError {
    LongInline,
    UnbalancedQuotes,
    LongArrayLength,
    BadArrayLength,
    LongBulkLength,
    NotABulk(u8),
    BadBulkLength,
}

impl Default for Parser {
    fn default() -> Parser {
        Parser { state: State::Start, position: 0, searched: 0, arguments: Vec::new() }
    }
}

impl Parser {
    /// Goes on reading a request. `input` begins where the request begins, and holds what was there
    /// at the last call and perhaps more. `None` means that some of the request is still to come.
    pub fn parse<'a>(
        &'a mut self,
        input: &'a mut [u8],
    ) -> Result<Option<Request<'a>>, ProtocolError> {
        if self.position == 0 {
            self.arguments.clear();
            self.arguments.shrink_to(64); // after a request of a million arguments
        }
        loop {
            match self.step(input)? {
                Step::Next => {}
                Step::Complete => break,
                Step::Starved => return Ok(None),
            }
        }
        self.state = State::Start;
        let size = mem::take(&mut self.position);
        Ok(Some(Request { input, arguments: &self.arguments, size }))
    }

    /// Takes in the part that `state` names, if all of it is there, and goes on to the next.
    fn step(&mut self, input: &mut [u8]) -> Result<Step, ProtocolError> {
        self.state = match self.state {
            State::Start => match input.first() {
                Some(b'*') => State::Array,
                Some(_) => State::Inline,
                None => return Ok(Step::Starved),
            },
            State::Inline => {
                let Some(line) = self.line(input, b'\n', ProtocolError::LongInline)? else {
                    return Ok(Step::Starved);
                };
                self.position = line.end + 1;
                return match inline::split(&mut input[line], &mut self.arguments) {
                    true => Ok(Step::Complete),
                    false => Err(ProtocolError::UnbalancedQuotes),
                };
            }
            State::Array => {
                let Some(line) = self.line(input, b'\r', ProtocolError::LongArrayLength)? else {
                    return Ok(Step::Starved);
                };
                self.position = line.end + 2;
                match integer::parse(&input[line][1..]) {
                    Some(..=0) => return Ok(Step::Complete),
                    Some(count @ 1..=MAX_ARGUMENTS) => State::Length { missing: count as usize },
                    _ => return Err(ProtocolError::BadArrayLength),
                }
            }
            State::Length { missing } => {
                let Some(line) = self.line(input, b'\r', ProtocolError::LongBulkLength)? else {
                    return Ok(Step::Starved);
                };
                self.position = line.end + 2;
                // In an empty line, the first byte is the CR that ends it.
                match input[line.start] {
                    b'$' => {}
                    other => return Err(ProtocolError::NotABulk(other)),
                }
                match integer::parse(&input[line][1..]) {
                    Some(length @ 0..=MAX_BULK) => {
                        State::Argument { missing, length: length as usize }
                    }
                    _ => return Err(ProtocolError::BadBulkLength),
                }
            }
            State::Argument { missing, length } => {
                let end = self.position + length;
                if input.len() < end + 2 {
                    return Ok(Step::Starved);
                }
                self.arguments.push(self.position..end);
                self.position = end + 2;
                match missing {
                    1 => return Ok(Step::Complete),
                    _ => State::Length { missing: missing - 1 },
                }
            }
        };
        Ok(Step::Next)
    }

    /// The line at the parser's position, without its end: LF in inline commands, otherwise CR and
    /// one byte more, whatever it is. No byte is looked at twice while the line is arriving.
    fn line(
        &mut self,
        input: &[u8],
        end: u8,
        too_long: ProtocolError,
    ) -> Result<Option<Range<usize>>, ProtocolError> {
        let line = &input[self.position..];
        // Redis searches with strchr(3), so that a zero byte hides the end of the line.
        let found = line[self.searched..].iter().position(|&byte| byte == end || byte == 0);
        self.searched = found.map_or(line.len(), |index| self.searched + index);
        let ended = line.get(self.searched) == Some(&end);
        let length_so_far = if ended { self.searched } else { line.len() };
        if length_so_far > MAX_LINE {
            return Err(too_long);
        }
        if !ended || (end == b'\r' && line.len() < self.searched + 2) {
            return Ok(None);
        }
        let length = mem::take(&mut self.searched);
        Ok(Some(self.position..self.position + length))
    }
}

impl<'a> Request<'a> {
    /// The number of arguments, with the command's name; 0 for an empty line.
    pub fn len(&self) -> usize {
        self.arguments.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> {
        self.arguments.iter().map(|range| &self.input[range.clone()])
    }
}

impl Index<usize> for Request<'_> {
    type Output = [u8];

    /// An argument; 0 is the command's name.
    fn index(&self, index: usize) -> &[u8] {
        &self.input[self.arguments[index].clone()]
    }
}

impl ProtocolError {
    /// The error's text, as Redis has it.
    pub fn message(self) -> Vec<u8> {
        let problem: &[u8] = match self {
            ProtocolError::LongInline => b"too big inline request",
            ProtocolError::UnbalancedQuotes => b"unbalanced quotes in request",
            ProtocolError::LongArrayLength => b"too big mbulk count string",
            ProtocolError::BadArrayLength => b"invalid multibulk length",
            ProtocolError::LongBulkLength => b"too big bulk count string",
            ProtocolError::NotABulk(byte) => &[b"expected '$', got '", &[byte][..], b"'"].concat(),
            ProtocolError::BadBulkLength => b"invalid bulk length",
        };
        [b"Protocol error: ", problem].concat()
    }
}
