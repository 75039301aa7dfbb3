//! Replies as bytes: each function adds one to what a client is to be sent.

use crate::error::Error;
use std::io::Write;

#[derive(Default)]
pub struct Reply {
    pub bytes: Vec<u8>,
}

impl Reply {
    /// A short text, such as `OK`: `+OK\r\n`.
    pub fn simple(&mut self, text: &str) {
        self.line(b'+', text.as_bytes());
    }

    /// Any bytes, after their number: `$2\r\nhi\r\n`.
    pub fn bulk(&mut self, bytes: &[u8]) {
        let _ = write!(self.bytes, "${}\r\n", bytes.len()); // writing to memory does not fail
        self.bytes.extend_from_slice(bytes);
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// `-ERR syntax error\r\n`. An error is one line, so line ends in it become spaces.
    pub fn error(&mut self, error: &Error) {
        let is_end = |&byte: &u8| matches!(byte, b'\r' | b'\n');
        let text = error.text().iter().map(|byte| if is_end(byte) { b' ' } else { *byte });
        self.line(b'-', &text.collect::<Vec<u8>>());
    }

    fn line(&mut self, sign: u8, text: &[u8]) {
        self.bytes.push(sign);
        self.bytes.extend_from_slice(text);
        self.bytes.extend_from_slice(b"\r\n");
    }
}
