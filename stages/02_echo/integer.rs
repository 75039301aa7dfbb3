//! Numbers as Redis reads them.

/// Reads a decimal number of 64 bits. Stricter than `str::parse`, and exactly as strict as Redis's
/// `string2ll`: no plus sign, no leading zero, no space, and nothing but digits.
pub fn parse(text: &[u8]) -> Option<i64> {
    match text.strip_prefix(b"-") {
        None if text == b"0" => Some(0),
        None => negative(text)?.checked_neg(),
        Some(digits) => negative(digits),
    }
}

/// Reads digits, and returns the number with a minus: there is one more of these numbers.
fn negative(digits: &[u8]) -> Option<i64> {
    if digits.first().is_none_or(|&first| first == b'0') {
        return None;
    }
    digits.iter().try_fold(0_i64, |number, digit| match digit {
        b'0'..=b'9' => number.checked_mul(10)?.checked_sub(i64::from(digit - b'0')),
        _ => None,
    })
}
