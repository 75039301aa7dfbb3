//! Servers that are broken on purpose: each has one fault, and must fail the check that was made for
//! it, with an explanation that names the fault. A pass means something only because of these.
//!
//! A broken server is a Python program, `tests/broken/stageN_NAME.py`. It is graded on stage N alone, and
//! its first three lines tell its fault, the check that it fails, and words of the explanation. How many
//! a stage needs, the layout test says.
//! The failure card is kept as `tests/broken/transcripts/stageN_NAME.txt`. When a card is changed on
//! purpose, this records all of them anew:
//!
//!     RECORD=1 cargo test --test broken

#[path = "broken/fault.rs"]
mod fault;
#[path = "broken/transcript.rs"]
mod transcript;

use fault::{Fault, directory};
use std::collections::BTreeSet;
use test_support::{CheckReport, Grader, Need, RIGHT_STAGES, Report, StageReport, Suite};

const CHALLENGE: &str = env!("CARGO_BIN_EXE_challenge");

/// How often a server is graded when the machine is too busy to tell the same.
const ATTEMPTS: usize = 3;
/// How often, when the machine is too busy to tell anything.
const ATTEMPTS_WHEN_BUSY: usize = 10;
const BUSY: &str = "the machine is too busy to tell";

fn main() {
    let mut suite = Suite::default()
        .test("every transcript has its server", all_are_recorded)
        .test_with(
            &[Need::PYTHON],
            "the server that the broken ones are made of is right",
            the_right_one_is_right,
        )
        .test_with(
            &[Need::PYTHON],
            "a naive server passes stages 0 and 1, and no later one",
            naive_fails_from_stage_2_on,
        );
    for fault in Fault::all() {
        let name = format!("{}: {}", fault.name, fault.what);
        suite = suite.test_with(&[Need::PYTHON], &name, move || is_caught(&fault));
    }
    suite.run()
}

fn all_are_recorded() {
    let servers: BTreeSet<String> = Fault::all().into_iter().map(|fault| fault.name).collect();
    assert_eq!(transcript::recorded(), servers, "the transcripts, and the servers");
}

fn the_right_one_is_right() {
    let report = grade(&["--up-to", &(RIGHT_STAGES - 1).to_string()], "right");
    let failures: Vec<&str> = report.failures().map(|(_, check)| check.name.as_str()).collect();
    assert!(report.passed, "{failures:#?}");
}

fn naive_fails_from_stage_2_on() {
    for number in 0..RIGHT_STAGES {
        let report = grade(&["--stage", &number.to_string()], "naive");
        let StageReport { slug, passed, checks, .. } = &report.stages[0];
        assert_eq!(*passed, number < 2, "stage {number}, {slug}");
        assert!(checks[0].passed, "the happy path of stage {number}, {slug}");
    }
}

fn is_caught(fault: &Fault) {
    let (mut told, mut busy) = (0, 0);
    loop {
        let Err(problem) = card(fault).and_then(|card| transcript::compare(&fault.name, &card))
        else {
            return;
        };
        if problem == BUSY {
            busy += 1
        } else {
            told += 1
        }
        if told == ATTEMPTS || busy == ATTEMPTS_WHEN_BUSY {
            panic!("{problem}");
        }
        eprintln!("{}: once more, since this time {problem}", fault.name);
    }
}

/// The card of the check that was made for the fault.
fn card(fault: &Fault) -> Result<String, String> {
    let number = fault.stage.to_string();
    let mut report = grade(&["--stage", &number, "--fail-fast"], &fault.name);
    // Most fail at once in the check that was made for them. Some fault shows in an earlier one.
    if report.failures().all(|(_, check)| check.name != fault.check) {
        report = grade(&["--stage", &number], &fault.name);
    }
    if !report.graded {
        return Err(BUSY.to_owned());
    }
    let Some((_, check)) = report.failures().find(|(_, check)| check.name == fault.check) else {
        let failed: Vec<&str> = report.failures().map(|(_, check)| check.name.as_str()).collect();
        return Err(format!("\"{}\" does not fail, but these: {failed:#?}", fault.check));
    };
    let card = told(check);
    match transcript::words(card).contains(&transcript::words(&fault.says)) {
        true => Ok(card.to_owned()),
        false => Err(format!("the card does not say \"{}\":\n{card}", fault.says)),
    }
}

fn told(check: &CheckReport) -> &str {
    check.explanation.as_deref().unwrap_or_default()
}

fn grade(arguments: &[&str], server: &str) -> Report {
    let arguments = [&["--seed", "1"], arguments].concat();
    let program = ["python3", &format!("{server}.py")];
    Grader::new(CHALLENGE, &arguments).directory(directory()).report(&program)
}
