//! What a program prints, and how it ends, is shown, and does no harm.

use crate::{CHALLENGE, challenge_test, challenge_test_in, stage};
use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use test_support::{Grader, Need, Suite};

pub fn tests(suite: Suite) -> Suite {
    suite
        .test("a flood of output fills no memory and stops nothing", a_flood)
        .test("control characters of the program are shown and never sent", control_characters)
        .test("a crash at start is told at once, with its status and last words", a_crash_at_start)
        .test("a signal that ends the program is named", a_signal)
        .test("a program that never listens is told from one that crashes", never_listens)
        .test_with(
            &[Need::PYTHON],
            "a program that never answers is waited for less than a minute",
            silent,
        )
}

fn a_flood() {
    const MOST: u64 = 200 * 1024 * 1024;
    let mut grader = Command::new(CHALLENGE)
        .args([
            "test",
            "--stage",
            "0",
            "--",
            "sh",
            "-c",
            "yes flood & exec \"$1\"",
            "sh",
            &stage(0),
        ])
        .stdout(Stdio::null())
        .spawn()
        .expect("the grader is built");
    let mut peak = 0;
    let status = loop {
        // Once it has ended, the kernel does not tell any more.
        peak = peak.max(peak_memory(grader.id()).unwrap_or(0));
        match grader.try_wait().expect("it is our child") {
            Some(status) => break status,
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    assert!(status.success(), "stage 0 fails beside a flood: {status}");
    assert!((1..MOST).contains(&peak), "the grader took {peak} bytes");
}

/// The most memory that a process has held, in bytes.
fn peak_memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}

fn control_characters() {
    let print = r"printf 'a \033[31mred\007\r \302\233 \000 word\n'; exit 3";
    let outcome = challenge_test(&["--stage", "0", "--", "sh", "-c", print]);
    let shown = r"a \u{1b}[31mred\u{7}\r \u{9b} \u{0} word";
    assert!(outcome.stdout.contains(shown), "{}", outcome.stdout);
    let sent: Vec<char> = outcome.stdout.chars().filter(|char| char.is_control()).collect();
    assert!(sent.iter().all(|&char| char == '\n'), "{sent:?}");
}

fn a_crash_at_start() {
    let start = Instant::now();
    let outcome = challenge_test(&["--all", "--", "sh", "-c", "echo last words >&2; exit 7"]);
    assert_eq!(outcome.status, Some(1));
    assert!(outcome.stdout.contains("The program exited with status 7."), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("| last words"), "{}", outcome.stdout);
    // To wait until it listens would take ten seconds, in each of the stages.
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

fn a_signal() {
    let outcome = challenge_test(&["--stage", "0", "--", "sh", "-c", "kill -SEGV $$"]);
    assert!(outcome.stdout.contains("The program was killed by SIGSEGV."), "{}", outcome.stdout);
}

fn never_listens() {
    let project = tempfile::tempdir().expect("there is room for a directory");
    let settings = "language = \"sh\"\nrun = \"sleep 600\"\nstart_seconds = 1\n";
    fs::write(project.path().join("challenge.toml"), settings).expect("there is room for a file");
    let outcome = challenge_test_in(project.path(), &["--stage", "0"]);
    assert_eq!(outcome.status, Some(1));
    for words in [
        "The program is running, but 1.0 s after its start nobody listens",
        "It listens nowhere",
        "its only thread was sleeping in",
    ] {
        assert!(outcome.stdout.contains(words), "no \"{words}\" in {}", outcome.stdout);
    }
}

fn silent() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/machine");
    let report =
        Grader::new(CHALLENGE, &["--all"]).directory(directory).report(&["python3", "silent.py"]);
    for stage in &report.stages {
        // A stage that has no checks yet fails nobody.
        let is_passed = stage.number == 0 || stage.checks.is_empty();
        assert_eq!(stage.passed, is_passed, "stage {}", stage.number);
    }
    let cards = report.failures().filter_map(|(_, check)| check.explanation.as_deref());
    let waits: Vec<f64> = cards.filter_map(waited).collect();
    assert!(waits.len() > 50, "only {} of the failures are silence", waits.len());
    assert!(waits.iter().sum::<f64>() < 60.0, "{waits:?}");
}

/// The seconds that a client waited in vain.
fn waited(card: &str) -> Option<f64> {
    let (_, rest) = card.split_once(" waited ")?;
    rest.split(' ').next()?.parse().ok()
}
