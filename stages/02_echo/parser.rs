//! The parser: bytes go in as they arrive, requests come out. It is a state machine that can stop
//! after any byte, and goes on from there when more has arrived.
//!
//! A request is an array of bulk strings, `*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n`, or a line that a person
//! types, `ECHO hi\r\n`. TCP delivers a stream of bytes and not requests: one read may bring half a
//! request, or three and a half. So the parser keeps what has arrived, and remembers where in it each
//! argument is.

use crate::error::Error;
use crate::request::Request;
use crate::{inline, integer};
use std::mem;
use std::ops::Range;

/// The most bytes of a line whose end has not arrived: an inline command, or the line of a length.
const MAX_LINE: usize = 64 * 1024;
/// The longest argument, in bytes.
const MAX_BULK: i64 = 512 * 1024 * 1024;
/// The most arguments of a request.
const MAX_ARGUMENTS: i64 = i32::MAX as i64;
/// What stays allocated when no part of a request has come: bytes, and arguments.
const KEPT_INPUT: usize = 64 * 1024;
const KEPT_ARGUMENTS: usize = 64;

/// What the next byte belongs to.
#[derive(Clone, Copy, Default)]
enum State {
    /// A new request: its first byte tells which of the two forms it has.
    #[default]
    Start,
    /// The line of an inline command.
    Inline,
    /// The line `*2`: how many arguments follow.
    Array,
    /// The line `$4`: how long the next argument is. Of the arguments, `missing` have not arrived.
    Length { missing: usize },
    /// The next argument, and the CR LF after it.
    Argument { missing: usize, length: usize },
}

/// Why there is no request to execute.
pub enum NoRequest {
    /// The rest of it has not arrived.
    NotYet,
    /// The client broke the protocol, and nobody can tell where its next request begins.
    Broken(Error),
}

/// Reads requests from the bytes of one client.
#[derive(Default)]
pub struct Parser {
    /// What has arrived.
    input: Vec<u8>,
    /// Where in the input the request begins. All positions below count from there.
    start: usize,
    state: State,
    /// Where the part begins that `state` names.
    position: usize,
    /// How much of an unfinished line has been searched for its end, so that no byte is searched twice.
    searched: usize,
    arguments: Vec<Range<usize>>,
}

impl Parser {
    /// Takes in what has arrived.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.input.drain(..mem::take(&mut self.start));
        self.input.extend_from_slice(bytes);
    }

    /// How many bytes have arrived of a request that has not arrived whole.
    pub fn unfinished(&self) -> usize {
        self.input.len() - self.start
    }

    /// The next request that has arrived whole. When the client breaks the protocol, all that has
    /// arrived after that is forgotten.
    pub fn next_request(&mut self) -> Result<Request<'_>, NoRequest> {
        if self.unfinished() == 0 {
            self.release_memory();
        }
        loop {
            if let Err(no_request) = self.read_request() {
                if matches!(no_request, NoRequest::Broken(_)) {
                    *self = Parser::default();
                }
                return Err(no_request);
            }
            let start = self.start;
            self.start += mem::take(&mut self.position);
            self.state = State::Start;
            if !self.arguments.is_empty() {
                return Ok(Request::new(&self.input[start..], &self.arguments));
            } // An empty line or array: Redis passes over it, too.
        }
    }

    /// Goes from part to part until all of the request has arrived.
    fn read_request(&mut self) -> Result<(), NoRequest> {
        loop {
            self.state = match self.state {
                State::Start => {
                    self.arguments.clear();
                    match self.input.get(self.start).ok_or(NoRequest::NotYet)? {
                        b'*' => State::Array,
                        _ => State::Inline,
                    }
                }
                State::Inline => {
                    let line = self.line(b'\n', "too big inline request")?;
                    let line = &mut self.input[self.start..][line];
                    if !inline::split(line, &mut self.arguments) {
                        return Err(broken(b"unbalanced quotes in request"));
                    }
                    return Ok(());
                }
                State::Array => {
                    let line = self.line(b'\r', "too big mbulk count string")?;
                    match integer::parse(&self.input[self.start..][line][1..]) {
                        Some(..=0) => return Ok(()),
                        Some(count @ ..=MAX_ARGUMENTS) => State::Length { missing: count as usize },
                        _ => return Err(broken(b"invalid multibulk length")),
                    }
                }
                State::Length { missing } => {
                    let line = self.line(b'\r', "too big bulk count string")?;
                    // In an empty line, the first byte is the CR that ends it.
                    let first = self.input[self.start + line.start];
                    if first != b'$' {
                        return Err(broken(&[b"expected '$', got '", &[first][..], b"'"].concat()));
                    }
                    match integer::parse(&self.input[self.start..][line][1..]) {
                        Some(length @ 0..=MAX_BULK) => {
                            State::Argument { missing, length: length as usize }
                        }
                        _ => return Err(broken(b"invalid bulk length")),
                    }
                }
                State::Argument { missing, length } => {
                    let end = self.position + length;
                    if self.unfinished() < end + 2 {
                        return Err(NoRequest::NotYet);
                    }
                    self.arguments.push(self.position..end);
                    self.position = end + 2;
                    match missing {
                        1 => return Ok(()),
                        _ => State::Length { missing: missing - 1 },
                    }
                }
            }
        }
    }

    /// Reads the line at the position: up to LF in inline commands, otherwise up to CR and one byte
    /// more, whatever that is. Returns where it is, without its end.
    fn line(&mut self, end: u8, too_long: &str) -> Result<Range<usize>, NoRequest> {
        let line = &self.input[self.start + self.position..];
        // Redis searches with strchr(3), so that a zero byte hides the end of the line.
        let found = line[self.searched..].iter().position(|&byte| byte == end || byte == 0);
        self.searched = found.map_or(line.len(), |index| self.searched + index);
        if line.get(self.searched) != Some(&end) {
            let is_too_long = line.len() > MAX_LINE;
            return Err(if is_too_long { broken(too_long.as_bytes()) } else { NoRequest::NotYet });
        }
        let end_length = if end == b'\n' { 1 } else { 2 };
        if line.len() < self.searched + end_length {
            return Err(NoRequest::NotYet);
        }
        let start = self.position;
        let length = mem::take(&mut self.searched);
        self.position += length + end_length;
        Ok(start..start + length)
    }

    /// After a request of a hundred megabytes, or of a million arguments.
    fn release_memory(&mut self) {
        self.input.clear();
        self.start = 0;
        self.input.shrink_to(KEPT_INPUT);
        self.arguments.clear();
        self.arguments.shrink_to(KEPT_ARGUMENTS);
    }
}

fn broken(problem: &[u8]) -> NoRequest {
    NoRequest::Broken([b"ERR Protocol error: ", problem].concat().into())
}
