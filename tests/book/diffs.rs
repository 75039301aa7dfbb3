//! The pages in `docs/diffs/`: what each stage changes, as `challenge diff` says it. They are
//! made by `RECORD=1 cargo test --test book`, and a stale one fails.

use crate::page::{Page, ROOT};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

pub fn the_diffs_are_those_of_the_stages() {
    let chapters = Page::chapters();
    for number in 1..chapters.len() {
        let name = chapters[number].path.file_name().expect("a chapter is a file");
        let path = Path::new("docs/diffs").join(name);
        let fresh = page_of_step(&chapters[number - 1].path, &chapters[number].path, number);
        if env::var_os("RECORD").is_some() {
            fs::write(Path::new(ROOT).join(&path), &fresh).expect("the folder is ours");
        }
        let written = fs::read_to_string(Path::new(ROOT).join(&path)).unwrap_or_default();
        assert!(
            written == fresh,
            "{} is stale; `RECORD=1 cargo test --test book` writes it anew",
            path.display()
        );
    }
}

/// The page for the step to a stage: each file in a block of its own.
fn page_of_step(before: &Path, after: &Path, number: usize) -> String {
    let diff = challenge_diff(number - 1, number);
    let (before, after) = (stage_folder(before), stage_folder(after));
    let mut page = format!(
        "# What stage {number} changes\n\n\
         Lines with `+` are new in stage {number}, and lines with `-` have gone. In a terminal, \
         `diff -ruN {} {}` shows the same.\n\n\
         `RECORD=1 cargo test --test book` makes this page.\n",
        before.display(),
        after.display(),
    );
    for file in files_of(&diff) {
        let name = name_of(file);
        page += &format!("\n## {name}\n\n```diff\n{file}```\n");
    }
    page
}

fn stage_folder(chapter: &Path) -> PathBuf {
    Path::new("stages").join(chapter.file_stem().expect("a chapter is a file"))
}

fn challenge_diff(old: usize, new: usize) -> String {
    let mut challenge = Command::new(env!("CARGO_BIN_EXE_challenge"));
    let output = challenge.args(["diff", &old.to_string(), &new.to_string()]).output();
    let output = output.expect("the challenge starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the sources are text")
}

/// Cuts a diff in front of each `--- ` header.
fn files_of(diff: &str) -> Vec<&str> {
    let header = regex_lite::Regex::new(r"(?m)^--- .*\n\+\+\+ ").expect("it is one");
    let starts: Vec<usize> = header.find_iter(diff).map(|found| found.start()).collect();
    let ends = starts.iter().skip(1).copied().chain([diff.len()]);
    starts.iter().zip(ends).map(|(&start, end)| &diff[start..end]).collect()
}

/// The name of the file that a part of a diff is about.
fn name_of(diff: &str) -> &str {
    let paths = diff.lines().take(2).map(|line| &line[4..]);
    let path = paths.filter(|path| *path != "/dev/null").last().expect("one of the two is a file");
    path.rsplit('/').next().unwrap_or(path)
}
