//! Bytes as people read them: `*1\r\n$4\r\nPING\r\n`.

/// Bytes with everything that is not printable ASCII made visible.
pub fn visible(bytes: &[u8]) -> String {
    pieces(bytes).concat()
}

/// One visible piece of text for each byte.
fn pieces(bytes: &[u8]) -> Vec<String> {
    bytes
        .iter()
        .map(|&byte| match byte {
            b'\\' => "\\\\".to_owned(),
            b'\0' => "\\0".to_owned(),
            b'"' | b'\'' => (byte as char).to_string(),
            _ => byte.escape_ascii().to_string(),
        })
        .collect()
}

/// Bytes made visible in at most about `most` characters; of more, the beginning and the end, and how
/// many bytes they are.
pub fn excerpt(bytes: &[u8], most: usize) -> String {
    excerpt_of(bytes, &[], bytes.len(), most)
}

/// The same for bytes of which only the start and perhaps the end are known.
pub fn excerpt_of(start: &[u8], end: &[u8], length: usize, most: usize) -> String {
    let pieces = pieces(start);
    if start.len() == length && pieces.concat().len() <= most {
        return pieces.concat();
    }
    let tail = if start.len() == length { start } else { end };
    let tail = self::pieces(tail);
    let head = fitting(pieces.iter(), most * 2 / 3);
    let tail: Vec<&str> = fitting(tail.iter().rev(), most / 3).into_iter().rev().collect();
    format!("{}…{} ({} bytes)", head.concat(), tail.concat(), thousands(length))
}

/// As many of the pieces as have room in `most` characters.
fn fitting<'a>(pieces: impl Iterator<Item = &'a String>, most: usize) -> Vec<&'a str> {
    let mut length = 0;
    pieces
        .map(String::as_str)
        .take_while(|piece| {
            length += piece.len();
            length <= most
        })
        .collect()
}

/// Two byte strings around the first place at which they differ, and the column of that place in
/// both texts.
pub fn beside(expected: &[u8], received: &[u8], most: usize) -> (String, String, usize) {
    let at = first_difference(expected, received);
    // Both begin a little before the difference, at the same byte.
    let start = if at <= most / 2 { 0 } else { at - most / 3 };
    let ellipsis = if start > 0 { "…" } else { "" };
    let window = |bytes: &[u8]| {
        let end = bytes.len().min(start + most);
        let more = if end < bytes.len() { "…" } else { "" };
        format!("{ellipsis}{}{more}", visible(&bytes[start.min(end)..end]))
    };
    let column = ellipsis.chars().count() + visible(&expected[start..at]).chars().count();
    (window(expected), window(received), column)
}

/// Where two byte strings first differ; their common length where one is the beginning of the other.
pub fn first_difference(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// A byte by its character, if it has one, and its number: `'+' (0x2b)`.
pub fn named(byte: u8) -> String {
    match byte {
        b'\r' => "CR (0x0d)".to_owned(),
        b'\n' => "LF (0x0a)".to_owned(),
        b'\0' => "a zero byte".to_owned(),
        0x20..=0x7e => format!("'{}' (0x{byte:02x})", byte as char),
        _ => format!("0x{byte:02x}"),
    }
}

/// A number with its digits in groups: `1,048,576`.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An argument for printf(1), in single quotes.
pub fn for_printf(bytes: &[u8]) -> String {
    let quoted = bytes.iter().map(|&byte| match byte {
        b'\r' => "\\r".to_owned(),
        b'\n' => "\\n".to_owned(),
        b'\\' => "\\\\".to_owned(),
        b'%' => "%%".to_owned(),
        b'\'' => "\\047".to_owned(),
        0x20..=0x7e => (byte as char).to_string(),
        _ => format!("\\{byte:03o}"),
    });
    format!("'{}'", quoted.collect::<String>())
}

/// Text that is safe to print: what could command a terminal is made visible.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' | '\t' => character.to_string(),
            _ if character.is_control() => character.escape_default().to_string(),
            _ => character.to_string(),
        })
        .collect()
}
