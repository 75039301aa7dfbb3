//! What cannot be reported, and what is said of it.

use crate::class::{Class, Push};
use std::fs;

fn one_push() -> Vec<Push> {
    vec![Push::new("2026-11-02T10:00:00Z", 1)]
}

/// Reports a good repository and a bad one: the good one is there, the bad one is said in one line.
#[track_caller]
fn expect_problem(class: &Class, bad: &str, words: &[&str]) {
    for arguments in [["good.git", bad], [bad, "good.git"]] {
        let output = class.try_report(&arguments);
        let (said, table) =
            (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(table.lines().count() == 2 && table.contains("\nAda "), "{table}");
        assert!(said.starts_with(&format!("challenge: {bad}: ")), "{said}");
        assert!(said.lines().count() == 1 && !said.contains("fatal"), "{said}");
        assert!(words.iter().all(|word| said.contains(word)), "{said} does not say {words:?}");
    }
}

pub fn what_cannot_be_read_is_said_and_the_others_are_reported() {
    let class = Class::new();
    class.hosted("good.git", "Ada", &one_push());
    fs::write(class.path("file"), "text").expect("a new file");
    fs::create_dir(class.path("empty")).expect("a new directory");
    class.run("git", &["init", "-q", "--bare", "bare.git"]);
    expect_problem(&class, "missing.git", &["No such file or directory", "check the name"]);
    expect_problem(&class, "file", &["not a Git repository"]);
    expect_problem(&class, "empty", &["not a Git repository", "challenge host"]);
    expect_problem(&class, "bare.git", &["challenge host", "did not make"]);

    let nothing = class.try_report(&["--format", "json", "missing.git"]);
    assert_eq!((nothing.status.code(), nothing.stdout), (Some(2), b"[]\n".to_vec()));
    assert_eq!(class.try_report(&[]).status.code(), Some(2), "nothing is named");
}

/// The owner is another one, as Git's own tests pretend.
pub fn the_repository_of_somebody_else_is_said_to_be_so() {
    let class = Class::new();
    class.hosted("ada.git", "Ada", &one_push());
    let mut command = class.command(env!("CARGO_BIN_EXE_challenge"), &["report", "ada.git"]);
    let output = command.env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1").output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("belongs to somebody else") && said.lines().count() == 1, "{said}");
    let (_, advice) = said.trim().rsplit_once(": ").expect("it says what to do");
    class.run("sh", &["-c", advice]);
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "after {advice}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Git itself would go up, and find the repository that is around.
pub fn a_directory_inside_of_a_repository_is_none() {
    let class = Class::new();
    class.hosted("good.git", "Ada", &one_push());
    class.run("git", &["clone", "-q", "good.git", "clone"]);
    fs::create_dir(class.path("clone/inside")).expect("a new directory");
    expect_problem(&class, "clone/inside", &["not a Git repository"]);
    expect_problem(&class, "good.git/hooks", &["not a Git repository"]);
}

pub fn a_record_that_is_broken_is_no_shorter_record() {
    let class = Class::new();
    class.hosted("good.git", "Ada", &one_push());
    let note = |repository: &str, text: &str| {
        class.hosted(repository, "Bob", &one_push());
        let add = ["notes", "--ref=challenge", "append", "-m", text, "tries"];
        class.run("git", &[&["-C", repository], add.as_slice()].concat());
    };
    note("words.git", "Well done!");
    expect_problem(&class, "words.git", &["the record is broken", "Well done!", "results"]);
    note("half.git", "{\"push\": 2, \"time\"");
    expect_problem(&class, "half.git", &["the record is broken"]);
    let mut timeless = one_push();
    timeless.push(Push::new("yesterday", 2));
    class.hosted("timeless.git", "Bob", &timeless);
    expect_problem(&class, "timeless.git", &["the record is broken", "push 2", "yesterday"]);

    class.hosted("lost.git", "Bob", &one_push());
    let blob = class.run("git", &["-C", "lost.git", "notes", "--ref=challenge", "list"]);
    let blob = blob.split(' ').next().expect("a note");
    let object = format!("lost.git/objects/{}/{}", &blob[..2], &blob[2..]);
    fs::remove_file(class.path(&object)).expect("so few objects are files");
    expect_problem(&class, "lost.git", &["missing"]);
}
