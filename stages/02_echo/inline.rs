//! Inline commands: a request that a person types, `SET name "Ada L."`, and how it is quoted. You may
//! skip this file: without quotes, a line could simply be split at its blanks.
//!
//! The rules are those of `sdssplitargs` in Redis: words are separated by blanks; in double quotes
//! `\n`, `\r`, `\t`, `\b`, `\a` and `\xHH` mean a byte, and a backslash makes any other character
//! literal; in single quotes only `\'` is special; after a closing quote comes a blank or the end.

use std::ops::Range;

/// Splits a line into words, and adds to `words` where in the line each of them is.
///
/// A word without its quotes is never longer than with them, so it is unquoted in place. Returns
/// false when the quotes are not balanced.
pub fn split(line: &mut [u8], words: &mut Vec<Range<usize>>) -> bool {
    let mut next = 0;
    loop {
        while line.get(next).is_some_and(is_blank) {
            next += 1;
        }
        if next == line.len() {
            return true;
        }
        let start = next;
        let Some(length) = unquote(line, &mut next) else { return false };
        words.push(start..start + length);
    }
}

/// Reads the word that begins at `next`, writes it unquoted to the same place, and moves `next`
/// behind it. Returns the length of the unquoted word; `None` when its quotes are not balanced.
fn unquote(line: &mut [u8], next: &mut usize) -> Option<usize> {
    let start = *next;
    let mut end = start; // where the next byte of the word goes
    let mut quote = None;
    loop {
        let byte = match (quote, line.get(*next).copied()) {
            (None, None | Some(b' ' | b'\t' | b'\r' | b'\n')) => return Some(end - start),
            (Some(_), None) => return None,
            (_, Some(byte)) => byte,
        };
        *next += 1;
        let literal = match quote {
            None if byte == b'"' || byte == b'\'' => {
                quote = Some(byte);
                continue;
            }
            Some(quote) if byte == quote => {
                let is_last = line.get(*next).is_none_or(is_blank);
                return is_last.then_some(end - start);
            }
            Some(b'"') if byte == b'\\' => {
                let (literal, length) = unescape(&line[*next..]);
                *next += length;
                literal
            }
            Some(b'\'') if byte == b'\\' && line.get(*next) == Some(&b'\'') => {
                *next += 1;
                b'\''
            }
            _ => byte,
        };
        line[end] = literal;
        end += 1;
    }
}

/// The byte that a backslash and `rest` stand for, and how much of `rest` belongs to it.
fn unescape(rest: &[u8]) -> (u8, usize) {
    match *rest {
        [b'x', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            (hex(high) * 16 + hex(low), 3)
        }
        [b'n', ..] => (b'\n', 1),
        [b'r', ..] => (b'\r', 1),
        [b't', ..] => (b'\t', 1),
        [b'b', ..] => (0x08, 1),
        [b'a', ..] => (0x07, 1),
        [other, ..] => (other, 1),
        [] => (b'\\', 0),
    }
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit.to_ascii_lowercase() - b'a' + 10,
    }
}

/// What isspace(3) calls a space.
fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}
