//! Where memory runs out, the kernel ends programs that have not taken it.

use crate::CHALLENGE;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use test_support::{Need, Suite};

const SERVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/machine/short_of_memory.py");

pub fn tests(suite: Suite) -> Suite {
    suite.test_with(
        &[Need::PYTHON, Need::CONTROL_GROUP],
        "who is ended for the memory that another has taken has not failed",
        || {
            a_server_is_ended();
            a_build_is_ended();
        },
    )
}

fn a_server_is_ended() {
    let output =
        in_group(&["--stage", "1", "--fail-fast", "--", "python3", SERVER], Path::new("."));
    let report = String::from_utf8_lossy(&output.stdout);
    let excuse = "not graded: the memory of this machine ran out";
    assert!(report.contains(excuse) && !report.contains('✗'), "{report}");
}

fn a_build_is_ended() {
    let project = tempfile::tempdir().expect("a temporary directory");
    let build = format!("build = \"python3 {SERVER} build\"\nrun = \"false\"\n");
    let text = format!("language = \"shell\"\n{build}");
    fs::write(project.path().join("challenge.toml"), text).expect("a new file");
    let output = in_group(&[], project.path());
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(problem.contains("the memory of this machine ran out"), "{problem}");
    assert!(!problem.contains("the build failed"), "{problem}");
}

fn in_group(arguments: &[&str], directory: &Path) -> Output {
    let command = ["-c", Need::IN_CONTROL_GROUP, CHALLENGE, "test"];
    let mut shell = Command::new("sh");
    shell.args(command).args(arguments).current_dir(directory);
    shell.output().expect("a shell can be run")
}
