//! Text for people: wrapped to a width, and with numbers in words.

use crate::bytes;
use std::time::Duration;

/// Wraps at spaces.
pub fn wrap_words(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        let length = lines[last].chars().count();
        if length > 0 && length + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if length > 0 {
                lines[last].push(' ');
            }
            lines[last] += word;
        }
    }
    lines
}

/// Wraps a line of somebody else's, whose spaces may mean something: at a space, or where it must be.
pub fn wrap_line(line: &str, width: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let mut rest: Vec<char> = line.chars().collect();
    while rest.len() > width {
        let space = rest[width / 2..=width].iter().rposition(|&character| character == ' ');
        let row: String = rest.drain(..space.map_or(width, |space| width / 2 + space)).collect();
        rows.push(row);
        rest.drain(..usize::from(space.is_some()));
    }
    rows.push(rest.into_iter().collect());
    rows
}

/// Wraps bytes that were made visible, best behind a CR LF, and never inside of an escape.
pub fn wrap_bytes(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest: Vec<char> = text.chars().collect();
    while rest.len() > width {
        let line: String = rest[..width].iter().collect();
        let end = match (line.rfind("\\r\\n"), line.rfind(' ')) {
            (Some(end), _) if end + 4 > width / 2 => line[..end + 4].chars().count(),
            (_, Some(end)) if end > width / 2 => line[..end + 1].chars().count(),
            _ => match line.rfind('\\').map(|start| line[..start].chars().count()) {
                Some(start) if start + 4 > width => start,
                _ => width,
            },
        };
        lines.push(rest.drain(..end.max(1)).collect());
        let indent: Vec<char> = "  ".chars().collect();
        rest.splice(0..0, indent);
    }
    lines.push(rest.into_iter().collect());
    lines
}

/// Seconds, to a tenth.
pub fn seconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64())
}

/// A number of things: `1 byte`, `1,024 bytes`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", bytes::thousands(number))
}

/// The same for a noun that has a plural of its own: `1 try`, `2 tries`.
pub fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A cause as a sentence: with a capital letter and a full stop.
pub fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if text.split(' ').next().is_some_and(|word| !word.contains('(')) => {
            format!("{}{}.", first.to_uppercase(), characters.as_str())
        }
        _ => format!("{text}."),
    }
}

#[cfg(test)]
mod tests {
    use super::wrap_line;

    #[test]
    fn a_line_keeps_its_spaces_and_loses_nothing_but_those_at_which_it_is_cut() {
        for (line, rows) in [
            ("", &[""][..]),
            ("  File x", &["  File x"]),
            ("  File \"x\", line 1", &["  File", "\"x\", line", "1"]),
            ("    0123456789", &["    012345", "6789"]),
            ("0123456789 1", &["0123456789", "1"]),
        ] {
            assert_eq!(wrap_line(line, 10), rows, "{line:?}");
        }
    }
}
