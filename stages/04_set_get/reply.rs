//! Replies as bytes: each function adds one to what a client is to be sent.

use std::io::Write;

/// A short text, such as `OK`: `+OK\r\n`.
pub fn simple(replies: &mut Vec<u8>, text: &str) {
    replies.push(b'+');
    replies.extend_from_slice(text.as_bytes());
    replies.extend_from_slice(b"\r\n");
}

/// Any bytes, with their number before them: `$2\r\nhi\r\n`.
pub fn bulk(replies: &mut Vec<u8>, bytes: &[u8]) {
    let _ = write!(replies, "${}\r\n", bytes.len()); // a Vec takes whatever is written to it
    replies.extend_from_slice(bytes);
    replies.extend_from_slice(b"\r\n");
}

/// No value: `$-1\r\n`.
pub fn null(replies: &mut Vec<u8>) {
    replies.extend_from_slice(b"$-1\r\n");
}

/// `-ERR problem\r\n`. An error is one line, so line ends in it become spaces.
pub fn error(replies: &mut Vec<u8>, problem: &[u8]) {
    replies.extend_from_slice(b"-ERR ");
    replies.extend(problem.iter().map(|&byte| match byte {
        b'\r' | b'\n' => b' ',
        _ => byte,
    }));
    replies.extend_from_slice(b"\r\n");
}
