//! Replies as bytes: each function adds one to what a client is to be sent.

use crate::resp::Request;

/// A short text, such as `OK`: `+OK\r\n`.
pub fn simple(replies: &mut Vec<u8>, text: &str) {
    replies.push(b'+');
    replies.extend_from_slice(text.as_bytes());
    replies.extend_from_slice(b"\r\n");
}

/// Any bytes, with their number before them: `$2\r\nhi\r\n`.
pub fn bulk(replies: &mut Vec<u8>, bytes: &[u8]) {
    replies.push(b'$');
    decimal(replies, bytes.len());
    replies.extend_from_slice(b"\r\n");
    replies.extend_from_slice(bytes);
    replies.extend_from_slice(b"\r\n");
}

/// What `write!` does as well, but at several times the cost, and there is a number in each reply.
fn decimal(replies: &mut Vec<u8>, number: usize) {
    if number >= 10 {
        decimal(replies, number / 10);
    }
    replies.push(b'0' + (number % 10) as u8);
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

pub fn wrong_arity(replies: &mut Vec<u8>, command: &str) {
    error(replies, format!("wrong number of arguments for '{command}' command").as_bytes());
}

/// Quotes the name and as many arguments as fit into 128 bytes, with Redis's own cuts.
pub fn unknown_command(replies: &mut Vec<u8>, request: &Request) {
    let mut arguments = Vec::new();
    for argument in request.iter().skip(1) {
        if arguments.len() >= 128 {
            break;
        }
        let shown = printable(argument, 128 - arguments.len());
        arguments.extend_from_slice(&[b"'", shown, b"' "].concat());
    }
    let name = printable(&request[0], 128);
    let parts = [b"unknown command '", name, b"', with args beginning with: ", &arguments];
    error(replies, &parts.concat());
}

/// What C's `%.*s` prints: no more than `most` bytes, and nothing from a zero byte on.
fn printable(bytes: &[u8], most: usize) -> &[u8] {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    &bytes[..end.min(most)]
}
