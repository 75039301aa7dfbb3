//! What people read: times, dates and names, in one line.

use std::time::Duration;

/// The units of time, from the longest on, with their seconds.
const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];

/// So many characters of somebody else's text are enough.
const LONGEST: usize = 100;

/// A time in about three columns: `45s`, `20m`, `3h`, `12d`.
pub fn short_duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let unit = UNITS.iter().find(|(_, length)| seconds >= *length).unwrap_or(&UNITS[3]);
    format!("{}{}", seconds / unit.1, &unit.0[..1])
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
    fn what_could_command_a_terminal_is_made_visible() {
        assert_eq!(one_line("a\x1b[31m\n\tb\u{202e}c"), "a\\u{1b}[31m\\n\\tb\\u{202e}c");
        assert_eq!(one_line("山田 太郎 👩‍💻 O'Neil"), "山田 太郎 👩‍💻 O'Neil");
        assert_eq!(one_line(&"x".repeat(5_000)).chars().count(), LONGEST + 1);
    }
}
