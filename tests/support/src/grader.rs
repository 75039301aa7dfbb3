//! The grader, `challenge test`, as a test runs it, and the report that it prints for machines.

use serde::Deserialize;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

#[derive(Debug, Deserialize)]
pub struct Report {
    pub passed: bool,
    /// Whether the machine let every check come to a result.
    pub graded: bool,
    pub seed: u64,
    pub stages: Vec<StageReport>,
}

#[derive(Debug, Deserialize)]
pub struct StageReport {
    pub number: usize,
    pub slug: String,
    pub title: String,
    pub passed: bool,
    pub checks: Vec<CheckReport>,
}

#[derive(Debug, Deserialize)]
pub struct CheckReport {
    pub name: String,
    pub passed: bool,
    pub milliseconds: u64,
    /// The whole failure card.
    pub explanation: Option<String>,
    pub note: Option<String>,
}

impl Report {
    /// Every check that did not pass, with its stage.
    pub fn failures(&self) -> impl Iterator<Item = (&StageReport, &CheckReport)> {
        let checks = self
            .stages
            .iter()
            .flat_map(|stage| stage.checks.iter().map(move |check| (stage, check)));
        checks.filter(|(_, check)| !check.passed)
    }
}

/// A run of `challenge test` that is about to be made.
pub struct Grader {
    command: Command,
}

impl Grader {
    /// `challenge` is the program, which cargo tells its tests in `CARGO_BIN_EXE_challenge`.
    pub fn new(challenge: impl AsRef<OsStr>, arguments: &[&str]) -> Grader {
        let mut command = Command::new(challenge);
        command.arg("test").args(arguments).stdin(Stdio::null());
        // Python programs leave no compiled files behind, and their tracebacks are alike in all versions.
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONNODEBUGRANGES", "1");
        Grader { command }
    }

    pub fn directory(mut self, directory: impl AsRef<Path>) -> Grader {
        self.command.current_dir(directory);
        self
    }

    /// Grades a program, and gives what was printed and the exit status.
    pub fn run(mut self, program: &[&str]) -> Output {
        if !program.is_empty() {
            self.command.arg("--").args(program);
        }
        let output = self.command.output();
        output.unwrap_or_else(|error| panic!("cannot start {:?}: {error}", self.command))
    }

    /// Grades a program, and gives the report for machines.
    #[track_caller]
    pub fn report(mut self, program: &[&str]) -> Report {
        self.command.args(["--format", "json"]);
        let Output { status, stdout, stderr } = self.run(program);
        serde_json::from_slice(&stdout).unwrap_or_else(|error| {
            let [stdout, stderr] =
                [stdout, stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
            panic!("{status}, and the report is no JSON: {error}\n{stdout}\n{stderr}")
        })
    }
}
