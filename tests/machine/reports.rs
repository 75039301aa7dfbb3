//! Reports for machines, and exit statuses.

use crate::{CHALLENGE, challenge_test, challenge_test_in, stage};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Value, json};
use std::fs;
use std::io::pipe;
use std::path::Path;
use std::process::Command;
use test_support::{Grader, Need, Suite, course};

pub fn tests(suite: Suite) -> Suite {
    suite
        .test("the exit status tells passed, failed and not graded apart", exit_statuses)
        .test("the JSON report has its shape, and is all of standard output", json_shape)
        .test("what a build prints stays out of the JSON report", a_build_prints)
        .test("the JUnit report is well-formed, and counts right", junit)
        .test("with --output, the report is in the file and the text is printed", output)
        .test_with(&[Need::PYTHON], "what many failures have in common is said once", said_once)
        .test("whoever stops reading is told nothing", a_reader_that_leaves)
        .test("the same seed gives the same random values, and another seed others", seeds)
}

fn exit_statuses() {
    let stage0 = stage(0);
    let range = format!("there are the stages 0 to {}", course().len() - 1);
    for (arguments, status, problem) in [
        (&["--stage", "0", "--", &stage0][..], 0, ""),
        (&["--stage", "1", "--", &stage0], 1, ""),
        (&["--stage", "0", "--", "./no-such-program"], 2, "there is no program ./no-such-program"),
        (&["--stage", "0", "--", "/etc/passwd"], 2, "/etc/passwd is not executable"),
        (&["--stage", "99"], 2, &range),
        (&["--no-such-option"], 2, "--no-such-option"),
    ] {
        let outcome = challenge_test(arguments);
        assert_eq!(outcome.status, Some(status), "{arguments:?}: {outcome:?}");
        assert!(outcome.stderr.contains(problem), "{arguments:?}: {outcome:?}");
    }
    let project = project("language = \"sh\"\nbuild = \"echo cannot; exit 1\"\nrun = \"true\"\n");
    let outcome = challenge_test_in(project.path(), &["--stage", "0"]);
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("the build failed"), "{outcome:?}");
}

fn said_once() {
    let broken = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken/stage1_bare_newline.py");
    let arguments = ["--stage", "1", "--", "python3", broken.to_str().expect("text")];
    let report = challenge_test(&arguments).stdout;
    let failures = report.lines().filter(|line| line.starts_with("  ✗ ")).count();
    let remarks: Vec<&str> =
        report.lines().filter(|line| line.starts_with("    A wrong answer")).collect();
    assert!(failures >= 10 && remarks.len() < failures / 2, "{report}");
    assert!(remarks.windows(2).all(|pair| pair[0] != pair[1]), "{report}");
}

/// As `head` does: the pipe is closed before anything is written.
fn a_reader_that_leaves() {
    for format in ["text", "json", "junit"] {
        let (reader, writer) = pipe().expect("a pipe");
        drop(reader);
        let mut command = Command::new(CHALLENGE);
        command.args(["test", "--stage", "0", "--format", format, "--", &stage(0)]);
        let output = command.stdout(writer).output().expect("it can be run");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
        assert_eq!(output.status.code(), Some(128 + libc::SIGPIPE), "{format}");
    }
}

fn json_shape() {
    let outcome =
        challenge_test(&["--up-to", "1", "--seed", "5", "--format", "json", "--", &stage(0)]);
    let report: Value = serde_json::from_str(&outcome.stdout).expect("standard output is JSON");
    assert_eq!([&report["passed"], &report["seed"]], [&json!(false), &json!(5)]);
    let stages = report["stages"].as_array().expect("a list");
    let heads: Vec<[&Value; 3]> =
        stages.iter().map(|stage| ["number", "slug", "passed"].map(|key| &stage[key])).collect();
    assert_eq!(
        heads,
        [[&json!(0), &json!("bind"), &json!(true)], [&json!(1), &json!("ping"), &json!(false)]]
    );
    for stage in stages {
        assert!(stage["title"].is_string());
        for check in stage["checks"].as_array().expect("a list") {
            assert!(check["name"].is_string() && check["milliseconds"].is_u64(), "{check}");
            let passed = check["passed"].as_bool().expect("true or false");
            assert_eq!(check["explanation"].is_null(), passed, "{check}");
        }
    }
}

fn a_build_prints() {
    let run = format!("language = \"sh\"\nbuild = \"echo built\"\nrun = \"{}\"\n", stage(0));
    let project = project(&run);
    let outcome = challenge_test_in(project.path(), &["--stage", "0", "--format", "json"]);
    assert!(serde_json::from_str::<Value>(&outcome.stdout).is_ok(), "{outcome:?}");
    assert!(outcome.stderr.contains("built"), "{outcome:?}");
    let outcome = challenge_test_in(project.path(), &["--stage", "0"]);
    assert!(outcome.stdout.contains("built"), "{outcome:?}");
}

/// The program prints what XML does not permit, and fails as many checks as the report for machines
/// of the other kind says.
fn junit() {
    let print = r#"printf '\033\000\377 ]]> &<\n'; exec "$1""#;
    let program = ["sh", "-c", print, "sh", &stage(0)];
    let json = Grader::new(CHALLENGE, &["--up-to", "1"]).report(&program);
    let (checks, failures) =
        (json.stages.iter().map(|stage| stage.checks.len()).sum(), json.failures().count());
    let outcome =
        challenge_test(&[&["--up-to", "1", "--format", "junit", "--"][..], &program].concat());
    let elements = elements(&outcome.stdout);
    let count = |name: &str| elements.iter().filter(|(other, _, _)| other == name).count();
    assert_eq!([count("testsuite"), count("testcase"), count("failure")], [2, checks, failures]);
    let (_, tests, failed) =
        elements.iter().find(|(name, ..)| name == "testsuites").expect("a root");
    assert_eq!([tests, failed], [&checks.to_string(), &failures.to_string()]);
}

/// Nothing is graded twice: the file has the seed of the text.
fn output() {
    let run = format!("language = \"sh\"\nbuild = \"echo built\"\nrun = \"{}\"\n", stage(0));
    let project = project(&run);
    let grade = |format, file| {
        let arguments = ["--up-to", "1", "--format", format, "--output", file];
        challenge_test_in(project.path(), &arguments)
    };
    let read = |file| fs::read_to_string(project.path().join(file)).expect("it is written");
    let outcome = grade("json", "report.json");
    let report: Value = serde_json::from_str(&read("report.json")).expect("the file is JSON");
    let seed = format!("seed {}\n", report["seed"]);
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    for part in ["  built\n", "✓ the connection is accepted", "What happened", &seed] {
        assert!(outcome.stdout.contains(part), "no {part:?}: {outcome:?}");
    }

    assert!(grade("junit", "report.xml").stdout.contains("] 1 of "));
    let document = read("report.xml");
    assert!(elements(&document).iter().any(|(name, ..)| name == "failure"), "{document}");

    let (text, nowhere) = (grade("text", "report.txt"), grade("junit", "no/report.xml"));
    assert!(text.status == Some(2) && text.stderr.contains("add --format junit"), "{text:?}");
    assert!(nowhere.status == Some(2) && nowhere.stderr.contains("cannot write"), "{nowhere:?}");
}

/// The elements of a document, each with its attributes `tests` and `failures`.
fn elements(document: &str) -> Vec<(String, String, String)> {
    let is_permitted = |char: &char| matches!(char, '\t' | '\n' | '\r' | ' '..);
    assert_eq!(
        document.chars().find(|char| !is_permitted(char)),
        None,
        "XML 1.0 does not permit it"
    );
    let attribute = |start: &BytesStart, name: &str| {
        let attribute = start.try_get_attribute(name).expect("attributes are well-formed");
        attribute.map_or(String::new(), |value| String::from_utf8_lossy(&value.value).into_owned())
    };
    let mut reader = Reader::from_str(document);
    let mut elements = Vec::new();
    loop {
        match reader.read_event().expect("the report is well-formed") {
            Event::Start(start) | Event::Empty(start) => {
                let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
                elements.push((name, attribute(&start, "tests"), attribute(&start, "failures")));
            }
            Event::Text(text) => drop(text.xml10_content().expect("entities are known")),
            Event::Eof => return elements,
            _ => {}
        }
    }
}

/// Stage 1 answers everything with PONG, so that the card of stage 2's first check shows its word.
fn seeds() {
    let expected = |seed: &str| {
        let arguments = ["--stage", "2", "--fail-fast", "--seed", seed];
        let report = Grader::new(CHALLENGE, &arguments).report(&[&stage(1)]);
        assert_eq!(report.seed.to_string(), seed);
        let (_, check) = report.failures().next().expect("stage 1 has no ECHO");
        let card = check.explanation.clone().expect("a failure has a card");
        card.lines().find(|line| line.starts_with("  expected")).expect("bytes").to_owned()
    };
    assert_eq!(expected("7"), expected("7"));
    assert_ne!(expected("7"), expected("8"));
}

fn project(settings: &str) -> tempfile::TempDir {
    let project = tempfile::tempdir().expect("there is room for a directory");
    fs::write(project.path().join("challenge.toml"), settings).expect("there is room for a file");
    project
}
