//! Every terminal session that the book shows is typed again, and what it prints is compared.
//!
//! A session has a shell, a copy of the stages and a network of its own, where every port is free.
//! What is left running ends with it.

use crate::page::{Block, Page, ROOT};
use crate::shell::Shell;
use regex_lite::Regex;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use test_support::{Need, Suite};

const CHALLENGE: &str = env!("CARGO_BIN_EXE_challenge");

/// What the words of a session need.
const NEEDS: [(&str, Need); 3] =
    [("strace ", Need::STRACE), ("| nc ", Need::NETCAT), ("redis-cli", Need::REDIS_CLI)];

/// The cargo of a session starts what is built. Its servers would keep the terminal of a reader.
const CARGO: &str = r#"cargo() {
    case "$*" in
        *--bin*) "target/release/${@: -1}" & ;;
        'run -- '*) shift 2; target/release/challenge "$@" ;;
    esac
}"#;

pub fn add_to(mut suite: Suite) -> Suite {
    for page in Page::all() {
        for block in page.blocks_of("console") {
            let place = page.place(block);
            let steps = steps(block);
            let is_needed = |(word, _): &&(&str, Need)| block.text.contains(word);
            let mut needs = vec![Need::PRIVATE_NETWORK];
            needs.extend(NEEDS.iter().filter(is_needed).map(|(_, need)| *need));
            suite = suite.test_with(&needs, &format!("the_session_of_{place}"), move || {
                prints_what_it_shows(&place, &steps);
            });
        }
    }
    suite
}

/// A command, and what it prints.
struct Step {
    command: String,
    shown: String,
}

fn steps(block: &Block) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block.text.lines() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => {
                steps.push(Step { command: command.to_owned(), shown: String::new() });
            }
            (None, Some(step)) => step.shown += &format!("{line}\n"),
            (None, None) => panic!("a session begins with a command, and not with {line:?}"),
        }
    }
    steps
}

fn prints_what_it_shows(place: &str, steps: &[Step]) {
    let scratch = scratch_copy();
    let folder = scratch.path().to_str().expect("the name of a temporary folder is text");
    let mut shell = Shell::start(scratch.path());
    shell.run(CARGO, 0);
    for Step { command, shown } in steps {
        // The files of two sessions that run at the same time do not meet.
        let own = command.replace("/tmp/", &format!("{folder}/tmp/"));
        let lives_on = command.ends_with('&') || command.contains("--bin ");
        let lines = if lives_on { shown.lines().count() } else { 0 };
        let printed = shell.run(&own, lines).replace(&format!("{folder}/tmp/"), "/tmp/");
        assert!(
            is_like(&normal(shown), &normal(&printed)),
            "{place}\n$ {command}\n--- the book shows\n{shown}--- this came\n{printed}---"
        );
    }
}

/// A folder with what the sessions look at: the stages, and the programs where a release would be.
fn scratch_copy() -> TempDir {
    let scratch = tempfile::tempdir().expect("there is room for it");
    let programs = Path::new(CHALLENGE).parent().expect("it is in a folder");
    let script = "mkdir target tmp && ln -s \"$1\" target/release && cp -R \"$0/stages\" .";
    let status =
        Command::new("sh").args(["-ec", script, ROOT]).arg(programs).current_dir(&scratch).status();
    assert!(status.is_ok_and(|status| status.success()), "the stages are not copied");
    scratch
}

/// The lines, without what is different each time: seconds, how busy the processor was, and what a
/// program has inherited.
fn normal(text: &str) -> Vec<String> {
    let times = Regex::new(r"\d+\.\d{2,}|tv_nsec=\d+|\d+ %|\d+ open").expect("it is one");
    text.lines().map(|line| times.replace_all(line.trim_end(), "~").into_owned()).collect()
}

/// A line `…` in the book stands for any number of lines.
fn is_like(shown: &[String], printed: &[String]) -> bool {
    match shown {
        [] => printed.is_empty(),
        [dots, rest @ ..] if dots == "…" => {
            (0..=printed.len()).any(|skipped| is_like(rest, &printed[skipped..]))
        }
        [line, rest @ ..] => printed.first() == Some(line) && is_like(rest, &printed[1..]),
    }
}
