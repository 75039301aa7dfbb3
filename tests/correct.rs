//! Servers that are right, and some of them unusual, pass: a check that fails one of these asks for more
//! than the task does.

use std::path::{Path, PathBuf};
use test_support::{Grader, Need, RIGHT_STAGES, Report, Stage, Suite, course, stages};

const CHALLENGE: &str = env!("CARGO_BIN_EXE_challenge");

/// Right servers in `tests/correct/`, and what is unusual about each.
const UNUSUAL: [(&str, &str); 7] = [
    ("slow_start", "a server that takes three seconds to start"),
    ("slow_replies", "a server that takes 50 ms for its replies"),
    ("byte_by_byte", "a server that sends its replies a byte at a time"),
    ("short_queue", "a server with room for one client in its listener's queue"),
    ("event_loop", "a server on an event loop of its language"),
    ("helpers", "a server with threads that wait for its loop"),
    ("starts_helpers", "a server that starts processes while it serves"),
];

const REDIS: [&str; 7] = ["redis-server", "--port", "6379", "--save", "", "--appendonly", "no"];

fn main() {
    let mut suite = Suite::default()
        .test_with(&[Need::PYTHON], "threads pass where challenge.toml allows them", threads_pass)
        .test_with(&[Need::REDIS_SERVER], "a real redis-server passes every check", || {
            passes_all(&REDIS);
        });
    for (name, what) in UNUSUAL {
        suite = suite.test_with(&[Need::PYTHON], &format!("{what} passes its stages"), move || {
            passes_its_stages(&["python3", &format!("{name}.py")], directory());
        });
    }
    for stage in stages(CHALLENGE) {
        let name = format!("our own stage {} passes its checks, and fails the next", stage.number);
        suite = suite.test(&name, move || our_own(&stage));
    }
    suite.run()
}

fn threads_pass() {
    let report = passes_its_stages(&[], directory().join("threads"));
    let stage = &report.stages[3];
    let check = stage.checks.iter().find(|check| check.name == "one thread serves all clients");
    let note = check.and_then(|check| check.note.as_deref());
    assert_eq!(note, Some("not demanded: challenge.toml says one_thread = false"));
}

/// Each is graded for itself and the next one, and the last for all: what a stage has from those before it,
/// it has through links.
fn our_own(stage: &Stage) {
    let last = course().len() - 1;
    let program = [stage.path()];
    if stage.number >= last {
        return passes_all(&program);
    }
    let report = grade(&["--stage", &stage.number.to_string()], &program);
    assert!(report.passed, "{}", explanations(&report));
    let report = grade(&["--stage", &(stage.number + 1).to_string()], &program);
    let has_checks = !report.stages[0].checks.is_empty();
    assert_eq!(report.passed, !has_checks, "whether it passes the next stage, too");
}

#[track_caller]
fn passes_all(program: &[&str]) {
    let report = grade(&["--all"], program);
    assert!(report.passed, "{}", explanations(&report));
    assert_eq!(report.stages.len(), course().len(), "all stages are graded");
}

/// Of a server that is made of the right one.
#[track_caller]
fn passes_its_stages(program: &[&str], directory: PathBuf) -> Report {
    let last = (RIGHT_STAGES - 1).to_string();
    let report = Grader::new(CHALLENGE, &["--up-to", &last]).directory(directory).report(program);
    assert!(report.passed, "{}", explanations(&report));
    assert_eq!(report.stages.len(), RIGHT_STAGES, "all stages are graded");
    report
}

fn explanations(report: &Report) -> String {
    let cards = report.failures().filter_map(|(_, check)| check.explanation.as_deref());
    cards.collect::<Vec<_>>().join("\n\n")
}

fn grade(arguments: &[&str], program: &[&str]) -> Report {
    Grader::new(CHALLENGE, arguments).directory(directory()).report(program)
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/correct")
}
