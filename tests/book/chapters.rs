//! What a chapter is: code that stands in the stages word for word, both parts with the sections
//! that readers count on, and a length for one sitting.

use crate::page::{Block, Page, ROOT, files};
use regex_lite::Regex;
use std::collections::HashSet;
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::Command;

/// The words of a chapter, task, hints and worked server, besides blocks of code.
const WORDS: RangeInclusive<usize> = 900..=1_850;

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
        let [task, hints, _] = parts(page);
        let count = hints.matches("\n### ").count();
        let mut shown = shown_by(&["task", &number.to_string()]);
        for hint in 1..=count {
            shown += &shown_by(&["hint", &number.to_string(), &hint.to_string()]);
        }
        let part = task + &hints;
        assert_eq!(shown, part, "what is shown of {}, and what stands there", page.path.display());
    }
}

/// The second part is the rest of the chapter.
pub fn challenge_shows_the_second_part() {
    for (number, page) in Page::chapters().iter().enumerate() {
        let [.., part] = parts(page);
        let shown = shown_by(&["chapter", &number.to_string()]);
        assert_eq!(shown, part, "what is shown of {}, and what stands there", page.path.display());
    }
}

/// Names that are not ours: of other programs, of system calls that a reader may try, and what is sent.
const NOT_OURS: [&str; 5] = ["nc", "top", "getpeername", "hello", "xx"];

/// What the second part says of the code is there, in this stage or another. What it says of Redis is not.
pub fn names_in_the_worked_server_are_in_its_code() {
    let chapters = Page::chapters();
    let folders =
        chapters.iter().filter_map(|page| Some(Path::new("stages").join(page.path.file_stem()?)));
    let code: String =
        folders.flat_map(|folder| files(folder, "rs")).map(|file| text_of(&file)).collect();
    let word = Regex::new(r"\w+").expect("it is one");
    let ours: HashSet<&str> = word.find_iter(&code).map(|word| word.as_str()).collect();
    let block = Regex::new(r"(?s)```.*?```").expect("it is one");
    let span = Regex::new(r"(?:`|<code>)([a-z_]+(?:::[a-z_]+)*)(?:\([^`<]*\))?(?:`|</code>)");
    let span = span.expect("it is one");
    let mut problems = Vec::new();
    for page in &chapters {
        let [.., part] = parts(page);
        let part = block.replace_all(&part, "");
        for section in part.split("\n### ").filter(|section| !section.starts_with("How Redis")) {
            let names = span.captures_iter(section).map(|span| span.extract::<1>().1[0]);
            let unknown = names
                .flat_map(|name| name.split("::"))
                .filter(|name| !ours.contains(name) && !NOT_OURS.contains(name));
            problems.extend(
                unknown.map(|name| format!("{}: nothing is called {name}", page.path.display())),
            );
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// The task, the hints and the worked server, each without its heading.
fn parts(page: &Page) -> [String; 3] {
    let after = |text: &str, section: &str| match text.split_once(&format!("\n## {section}\n")) {
        Some((before, text)) => (before.to_owned(), text.to_owned()),
        None => panic!("{} has no section \"{section}\" in its place", page.path.display()),
    };
    let (_, rest) = after(&text_of(&page.path), "The task");
    let (task, rest) = after(&rest, "Hints");
    let (hints, worked) = after(&rest, "The worked server");
    [task, hints, worked]
}

fn text_of(file: &Path) -> String {
    let text = fs::read_to_string(Path::new(ROOT).join(file));
    text.unwrap_or_else(|error| panic!("{}: {error}", file.display()))
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
