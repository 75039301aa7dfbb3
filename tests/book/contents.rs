//! The lists of stages: in the README, in the introduction and in the contents of the book. They are made
//! of the chapters' titles and the heads of the stages' `main.rs`, by `RECORD=1 cargo test --test book`.

use crate::page::{Page, ROOT};
use regex_lite::Regex;
use std::fs;
use std::path::Path;
use test_support::{course, is_made};

/// A stage, as the lists show it.
struct Row {
    number: usize,
    /// Of its folder and its chapter.
    name: String,
    title: String,
    /// What the stage adds, and what is new in it, from the head of `main.rs`.
    adds: String,
    new: String,
}

fn rows() -> Vec<Row> {
    let row = |folder: test_support::Folder| {
        let chapter = Page::read(Path::new(&folder.chapter()));
        let heading = &chapter.headings.first().expect("a chapter has a title").text;
        let (_, title) = heading.split_once(": ").expect("it begins with the stage's number");
        let (adds, new) = head(&folder.name);
        Row { number: folder.number, title: title.to_owned(), name: folder.name, adds, new }
    };
    course().into_iter().map(row).collect()
}

/// The first two paragraphs of a `main.rs`, without `Stage 5, expiry: ` and `New system calls: `.
fn head(stage: &str) -> (String, String) {
    let main = Path::new(ROOT).join("stages").join(stage).join("main.rs");
    let main = fs::read_to_string(main).expect("a stage has a main.rs");
    let head = main.lines().map_while(|line| line.strip_prefix("//!"));
    let head = head.map(str::trim).collect::<Vec<&str>>().join("\n");
    let mut paragraphs = head.split("\n\n");
    let mut next = |label| as_cell(paragraphs.next().unwrap_or_default(), label);
    (next("Stage "), next("New"))
}

/// A paragraph in one line, without the label that it begins with, the full stop at its end, and addresses.
fn as_cell(paragraph: &str, label: &str) -> String {
    let text = match paragraph.split_once(": ") {
        Some((before, text)) if before.starts_with(label) => text,
        _ => paragraph,
    };
    let address = Regex::new(",? <[^>]*>").expect("it is one");
    address.replace_all(&text.replace('\n', " "), "").trim_end_matches('.').to_owned()
}

pub fn the_readme_lists_the_stages_and_runs_the_last() {
    const HEAD: &str =
        "| stage | what it adds | run | read | what it changes |\n|---|---|---|---|---|\n";
    let mut table = String::new();
    let mut before: Option<Row> = None;
    for row in rows() {
        let Row { number, name, adds, .. } = &row;
        let changes = before.map_or(String::new(), |before| {
            let old = before.name;
            format!(" [diff](docs/diffs/{name}.md), `diff -ruN stages/{old} stages/{name}`")
        });
        table += &format!(
            "| {number} | {adds} | `cargo run --bin stage{number}` | \
             [chapter](docs/{name}.md), [code](stages/{name}) |{changes} |\n"
        );
        before = Some(row);
    }
    is_made("README.md", HEAD, "\n\n", table.trim_end());
    let last = before.expect("there are stages").number;
    let session = format!("stage{last}\nstage{last}");
    is_made("README.md", "$ cargo run --release --bin ", ": listening", &session);
}

pub fn the_introduction_lists_the_stages() {
    const HEAD: &str = "| stage | what it adds | what is new |\n|---|---|---|\n";
    let line = |Row { number, name, title, adds, new }: Row| {
        format!("| [{number}. {title}]({name}.md) | {adds} | {new} |\n")
    };
    let table: String = rows().into_iter().map(line).collect();
    is_made("docs/introduction.md", HEAD, "\n\n", table.trim_end());
}

pub fn the_contents_list_the_stages() {
    let lines = |Row { number, name, title, .. }: Row| {
        let chapter = format!("- [{number}. {title}]({name}.md)\n");
        let diff = format!("  - [What stage {number} changes](diffs/{name}.md)\n");
        chapter + if number == 0 { "" } else { &diff }
    };
    let list: String = rows().into_iter().map(lines).collect();
    is_made("docs/SUMMARY.md", "# The stages\n\n", "\n# The challenge", &list);
}
