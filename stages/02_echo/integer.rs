//! Numbers as Redis reads them.

/// Reads a decimal number of 64 bits. Stricter than `str::parse`, and exactly as strict as Redis's
/// `string2ll`: no plus sign, no leading zero, no space, and nothing but digits.
pub fn parse(text: &[u8]) -> Option<i64> {
    match text.strip_prefix(b"-").unwrap_or(text) {
        b"0" if text.len() == 1 => Some(0),
        [b'1'..=b'9', rest @ ..] if rest.iter().all(u8::is_ascii_digit) => {
            str::from_utf8(text).ok()?.parse().ok()
        }
        _ => None,
    }
}
