//! What people read: times, dates and names, in one line.

use jiff::Timestamp;
use std::time::Duration;

/// The units of time, from the longest on, with their seconds.
const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];

/// So many characters of somebody else's text are enough.
const LONGEST: usize = 100;

/// A time in at most two units: `3 h 20 min`, `45 s`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let largest = UNITS.iter().position(|(_, unit)| seconds >= *unit).unwrap_or(UNITS.len() - 1);
    let (unit, length) = UNITS[largest];
    let first = format!("{} {unit}", seconds / length);
    match UNITS.get(largest + 1) {
        Some((unit, smaller)) if seconds % length >= *smaller && largest < 2 => {
            format!("{first} {} {unit}", seconds % length / smaller)
        }
        _ => first,
    }
}

/// A time in about three columns: `45s`, `20m`, `3h`, `12d`.
pub fn short_duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let unit = UNITS.iter().find(|(_, length)| seconds >= *length).unwrap_or(&UNITS[3]);
    format!("{}{}", seconds / unit.1, &unit.0[..1])
}

/// `20 Nov 2026`
pub fn date(time: Timestamp) -> String {
    time.strftime("%-d %b %Y").to_string()
}

/// `20 Nov 2026, 14:05`
pub fn moment(time: Timestamp) -> String {
    time.strftime("%-d %b %Y, %H:%M").to_string()
}

/// `on 20 Nov 2026 from 14:05 to 15:10`, with as much as the two do not share.
pub fn span(first: Timestamp, last: Timestamp) -> String {
    let time = |time: Timestamp| time.strftime("%H:%M").to_string();
    match (date(first) == date(last), time(first) == time(last)) {
        (true, true) => format!("on {}", moment(first)),
        (true, false) => format!("on {} from {} to {}", date(first), time(first), time(last)),
        (false, _) => format!("from {} to {}", moment(first), moment(last)),
    }
}

/// Text of somebody else, in one line of bounded length, and without what could command a terminal or
/// turn the direction of writing.
pub fn one_line(text: &str) -> String {
    let end = if text.chars().nth(LONGEST).is_some() { "…" } else { "" };
    let shown: String = text
        .chars()
        .take(LONGEST)
        .map(|character| match character {
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                character.escape_default().to_string()
            }
            _ if character.is_control() => character.escape_default().to_string(),
            _ => character.to_string(),
        })
        .collect();
    shown + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_two_units_at_most() {
        let cases = [
            (0, "0 s", "0s"),
            (59, "59 s", "59s"),
            (60, "1 min", "1m"),
            (1_259, "20 min", "20m"),
            (12_000, "3 h 20 min", "3h"),
            (10_800, "3 h", "3h"),
            (86_400, "1 d", "1d"),
            (100_000, "1 d 3 h", "1d"),
            (86_400 * 400 + 59, "400 d", "400d"),
        ];
        for (seconds, long, short) in cases {
            let time = Duration::from_secs(seconds);
            assert_eq!((&*duration(time), &*short_duration(time)), (long, short));
        }
    }

    #[test]
    fn what_could_command_a_terminal_is_made_visible() {
        assert_eq!(one_line("a\x1b[31m\n\tb\u{202e}c"), "a\\u{1b}[31m\\n\\tb\\u{202e}c");
        assert_eq!(one_line("山田 太郎 👩‍💻 O'Neil"), "山田 太郎 👩‍💻 O'Neil");
        assert_eq!(one_line(&"x".repeat(5_000)).chars().count(), LONGEST + 1);
    }
}
