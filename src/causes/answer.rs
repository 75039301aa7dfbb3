//! What a wrong answer tells of its cause.

use crate::bytes::first_difference;

/// Compares what was expected with what came.
pub fn of_answer(expected: &[u8], received: &[u8]) -> Option<&'static str> {
    if received.is_empty() {
        return None;
    }
    let without_cr: Vec<u8> = expected.iter().copied().filter(|&byte| byte != b'\r').collect();
    let same = |bytes: &[u8]| first_difference(bytes, received) == bytes.len();
    if expected.contains(&b'\r') && same(&without_cr) {
        return Some(
            "a line of RESP ends in CR LF, \\r\\n; println, puts and print end it in a bare \\n",
        );
    }
    if expected.strip_suffix(b"\r\n").is_some_and(|line| line == received) {
        return Some("the reply is not ended by CR LF, \\r\\n");
    }
    if received.windows(4).any(|window| window == b"\\r\\n") {
        return Some(
            "a backslash and an r were sent, and not CR: in these quotes the language does not \
             translate \\r\\n",
        );
    }
    if received.windows(3).any(|window| window == "\u{fffd}".as_bytes()) {
        return Some("bytes were decoded to text, with U+FFFD for what is not; keep them as bytes");
    }
    if expected == b"$-1\r\n" {
        return None;
    }
    match (expected.first(), received.first()) {
        (Some(b'$'), Some(b'$')) => of_length(expected, received),
        (Some(b'$'), Some(b'+')) => Some(
            "a bulk string is due, with its length before it; only fixed texts such as OK and \
                  PONG are simple strings",
        ),
        (Some(b'+'), Some(b'$')) => {
            Some("fixed texts such as OK and PONG are simple strings: + and the text")
        }
        (Some(b'$' | b'+'), Some(b'-')) => of_error(received),
        _ => None,
    }
}

/// The server refuses what it should do.
fn of_error(received: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(received);
    let name = text.split_once("unknown command '")?.1.split('\'').next()?;
    let is_known = ["PING", "ECHO", "SET", "GET"].contains(&name.to_ascii_uppercase().as_str());
    (is_known && name.bytes().any(|byte| byte.is_ascii_lowercase()))
        .then_some("names of commands are compared with regard to case; Redis does not do that")
}

/// Something else where there is no value.
pub fn of_null(expected: &[u8], received: &[u8]) -> Option<&'static str> {
    let likenesses = [&b"$0\r\n"[..], b"+\r\n", b"$3\r\nnil", b"+nil", b"+(nil)", b"$4\r\n", b"_"];
    let is_like_null = likenesses.iter().any(|start| received.starts_with(start));
    (expected == b"$-1\r\n" && is_like_null)
        .then_some("no value is the null bulk string: $-1 and CR LF")
}

/// Two bulk strings of different lengths.
fn of_length(expected: &[u8], received: &[u8]) -> Option<&'static str> {
    let length = |bulk: &[u8]| -> Option<usize> {
        let digits = bulk[1..].split(|&byte| byte == b'\r').next()?;
        str::from_utf8(digits).ok()?.parse().ok()
    };
    let start = expected.iter().position(|&byte| byte == b'\n')? + 1;
    let value = expected.get(start..expected.len().checked_sub(2)?)?;
    let claimed = length(received)?;
    if claimed == value.len() {
        return None;
    }
    if value.iter().position(|&byte| byte == 0) == Some(claimed) {
        return Some("the value was cut off at a zero byte, where a string of C ends");
    }
    let text = str::from_utf8(value).ok()?;
    let counts = [text.chars().count(), text.encode_utf16().count()];
    counts
        .contains(&claimed)
        .then_some("the length of a string was taken in characters; RESP counts bytes")
}
