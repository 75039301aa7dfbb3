//! The recorded failure cards, in which everything that differs from run to run is made the same.

use crate::fault::directory;
use regex_lite::Regex;
use similar::TextDiff;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::{env, fs};

/// What differs between two runs, and what stands for it. Lines may be broken anywhere.
const VARIABLE: [(&str, &str); 21] = [
    // The times of the conversation, and how much of it there was.
    (r"(?m)^ +\d+\.\d{3} ", "  0.000 "),
    (r"… \d+ earlier", "… N earlier"),
    (r"\b\d+\s+ms\b", "N ms"),
    (r"\bsent\s+anything\s+for\s+\d+\.\d\s+s\b", "sent anything for N s"),
    // Where a long reply was cut off.
    (r"(?m)^  (expected|received)  ….*$", "  $1  …"),
    (
        r"(?m)^ {12}byte [\d,]+: nothing instead of .*$",
        "            byte N: nothing instead of more",
    ),
    (r"(?m)^ {13,}\^$", "            ^"),
    (r"\b\d{1,3}(,\d{3}){2,}\s+bytes", "N bytes"),
    // The X-ray.
    (r"\bwas\s+running(,\s+and\s+used\s+\d+\s+%\s+of\s+a\s+processor)?", "was running"),
    (r"\bthread\s+\x22[^\x22]*\x22", "thread \x22…\x22"),
    (r"\b\d{2,}\s+(threads|processes|in)\b", "N $1"),
    // Which of many threads has which client.
    (
        r"(thread\s+\x22…\x22\s+was\s+waiting\s+in)\s+(accept4|recvfrom)\s+on\s+(the\s+listening\s+socket|client\s+\d+'s\s+connection)",
        "$1 accept4 or recvfrom",
    ),
    (r"\bsocket\s+and\s+\d+\s+clients\b", "socket and N clients"),
    (r"\b\d+\s+%\s+of\s+a\s+processor", "N % of a processor"),
    (r"\b\d+\s+open\s+descriptors", "N open descriptors"),
    (r"\b(had|has)\s+\d+\b", "$1 N"),
    (r":\[\d+\]", ":[N]"),
    // A program that keeps starting processes is never the same at two moments.
    (r"(?s)(keeps\s+starting\s+processes.*?At that moment ).*?\n\n", "$1…\n\n"),
    (
        r"(?s)(last\s+half\s+second.*?At that moment )[^(]*\(\d+ threads in \d+ ",
        "${1}…\n  (N threads in N ",
    ),
    // Where the repository is, and how a version of Python shows its own files.
    (r#"(?m)^  \| +File ".*(\n {4,}\S.*)*$"#, "  |   File …"),
    (r"(?m)^  \| +[\^~]+\n", ""),
];

/// Compares a card with the recorded one, or records it.
pub fn compare(name: &str, card: &str) -> Result<(), String> {
    let (card, path) = (steady(card), path(name));
    if env::var_os("RECORD").is_some_and(|value| value == "1") {
        fs::write(&path, card).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return Ok(());
    }
    let recorded = fs::read_to_string(&path).unwrap_or_default();
    if words(&recorded) == words(&card) {
        return Ok(());
    }
    let difference = TextDiff::from_lines(&recorded, &card).unified_diff().to_string();
    Err(format!(
        "the card is not the recorded one:\n{difference}\nIf it is better, record it: \
         RECORD=1 cargo test --test broken {name}"
    ))
}

fn steady(card: &str) -> String {
    VARIABLE.iter().fold(card.to_owned(), |card, (variable, constant)| {
        let variable = Regex::new(variable).expect("the expressions above are well-formed");
        variable.replace_all(&card, *constant).into_owned()
    })
}

/// The words of a text in lower case: how its lines are broken does not matter.
pub fn words(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The names of all recorded cards.
pub fn recorded() -> BTreeSet<String> {
    let entries = fs::read_dir(directory().join("transcripts")).expect("it is there").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.map(|name| name.trim_end_matches(".txt").to_owned()).collect()
}

fn path(name: &str) -> PathBuf {
    directory().join(format!("transcripts/{name}.txt"))
}
