//! What a chapter is: code that stands in the stages word for word, both parts with the sections
//! that readers count on, and a length for one sitting.

use crate::page::{Block, Page, ROOT};
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::Command;

/// The words of a chapter, task, hints and worked server, besides blocks of code.
const WORDS: RangeInclusive<usize> = 900..=1_700;

/// In the order in which a chapter has them.
const SECTIONS: [&str; 12] = [
    "The task",
    "The idea",
    "The bytes on the wire",
    "What is tested",
    "What is not required yet",
    "Hints",
    "The worked server",
    "Predict before you read on",
    "What the kernel sees",
    "How Redis does it",
    "Check yourself",
    "Exercises",
];

pub fn quoted_code_stands_in_its_file() {
    let pages = Page::all();
    let quotes = pages.iter().flat_map(|page| page.blocks.iter().map(move |block| (page, block)));
    let problems: Vec<String> = quotes
        .filter_map(|(page, block)| {
            let problem = problem_of_quote(block)?;
            Some(format!("{}: {problem}:\n{}", page.place(block), block.text))
        })
        .collect();
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// A block of Rust names its file and stands in it, from the start of a line on.
fn problem_of_quote(block: &Block) -> Option<String> {
    let Some((_, file)) = block.info.split_once("file=") else {
        return block.info.starts_with("rust").then(|| "this code names no file".to_owned());
    };
    match fs::read_to_string(Path::new(ROOT).join(file)) {
        Err(error) => Some(format!("{file}: {error}")),
        Ok(text) if format!("\n{text}").contains(&format!("\n{}", block.text)) => None,
        Ok(_) => Some(format!("this does not stand in {file}")),
    }
}

pub fn every_chapter_has_its_sections() {
    for page in Page::chapters() {
        let headings = page.headings.iter().map(|heading| heading.text.as_str());
        let found: Vec<&str> = headings.filter(|heading| SECTIONS.contains(heading)).collect();
        assert_eq!(found, SECTIONS, "the sections of {}", page.path.display());
    }
}

pub fn every_chapter_is_read_in_one_sitting() {
    let others: Vec<String> = Page::chapters()
        .into_iter()
        .filter(|page| !WORDS.contains(&page.words()))
        .map(|page| format!("{} has {}", page.path.display(), page.words()))
        .collect();
    assert!(others.is_empty(), "a chapter has {WORDS:?} words:\n{}", others.join("\n"));
}

/// The task and the hints are the first part of the chapter, all of it and nothing else.
pub fn challenge_shows_the_first_part() {
    for (number, page) in Page::chapters().iter().enumerate() {
        let chapter = fs::read_to_string(Path::new(ROOT).join(&page.path)).expect("it is text");
        let (_, part) = chapter.split_once("\n## The task\n").expect("it has a task");
        let (part, _) = part.split_once("\n## The worked server\n").expect("it has a second part");
        let (_, hints) = part.split_once("\n## Hints\n").expect("it has hints");
        let hints = hints.matches("\n### ").count();
        let mut shown = shown_by(&["task", &number.to_string()]) + "\n## Hints\n";
        for hint in 1..=hints {
            shown += &shown_by(&["hint", &number.to_string(), &hint.to_string()]);
        }
        assert_eq!(shown, part, "what is shown of {}, and what stands there", page.path.display());
    }
}

/// The second part is the rest of the chapter.
pub fn challenge_shows_the_second_part() {
    for (number, page) in Page::chapters().iter().enumerate() {
        let chapter = fs::read_to_string(Path::new(ROOT).join(&page.path)).expect("it is text");
        let (_, part) = chapter.split_once("\n## The worked server\n").expect("it has one");
        let shown = shown_by(&["chapter", &number.to_string()]);
        assert_eq!(shown, part, "what is shown of {}, and what stands there", page.path.display());
    }
}

/// A task below its title, or a hint below its heading, as the chapter has them.
fn shown_by(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_challenge")).args(arguments).output();
    let text = String::from_utf8(output.expect("it starts").stdout).expect("it is text");
    let (title, text) = text.split_once('\n').expect("it has a title");
    let text = text.split_once("\n\nThe next one: ").map_or(text, |(hint, _)| hint);
    match title.split_once(" of ") {
        None => format!("{}\n", text.trim_end()),
        Some((_, heading)) => {
            let (_, heading) = heading.split_once(": ").expect("it has a heading");
            format!("\n### {heading}\n{}\n", text.trim_end())
        }
    }
}

/// A console block that shows lines of a trace shows the command that recorded it, too.
pub fn every_trace_names_the_command_that_recorded_it() {
    for page in Page::all() {
        for block in &page.blocks {
            let is_recorded = block.text.lines().any(|line| line.starts_with("$ strace "));
            let is_fine = !shows_a_trace(&block.text) || (is_recorded && block.info == "console");
            assert!(is_fine, "{}: who recorded this?\n{}", page.place(block), block.text);
        }
    }
}

/// strace writes `read(4, "", 1024)    = 0`.
fn shows_a_trace(text: &str) -> bool {
    let call = regex_lite::Regex::new(r"(?m)^[a-z_0-9]+\(.*\)\s+= -?[0-9]").expect("it is one");
    call.is_match(text)
}
