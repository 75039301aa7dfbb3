//! Replies as bytes: each function adds one to what a client is to be sent.

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
