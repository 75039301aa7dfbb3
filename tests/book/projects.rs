//! What the book says can stand in `challenge.toml` is taken.

use crate::page::Page;
use std::fs;
use std::process::Command;

const CHALLENGE: &str = env!("CARGO_BIN_EXE_challenge");

/// `build_seconds = 600`
fn is_setting(span: &str) -> bool {
    let name = span.split_once(" = ").map_or("", |(name, _)| name);
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

pub fn every_project_file_is_taken() {
    let mut taken = 0;
    for page in Page::all() {
        let settings: Vec<&str> =
            page.spans.iter().map(String::as_str).filter(|span| is_setting(span)).collect();
        for block in page.blocks_of("toml") {
            let project = format!("{}{}\n", block.text, settings.join("\n"));
            let problem = problem_of(&project);
            assert!(problem.is_none(), "{}: {}", page.place(block), problem.unwrap_or_default());
            taken += 1;
        }
    }
    assert!(taken > 0, "no page shows a project file");
}

/// What `challenge test` says of the file itself; that there is no program to build is no matter.
fn problem_of(project: &str) -> Option<String> {
    let folder = tempfile::tempdir().expect("there is room for it");
    fs::write(folder.path().join("challenge.toml"), project).expect("the folder is ours");
    let output = Command::new(CHALLENGE).arg("test").current_dir(&folder).output();
    let said = String::from_utf8_lossy(&output.expect("it starts").stderr).into_owned();
    said.contains("challenge.toml").then_some(said)
}
