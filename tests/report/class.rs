//! A class: repositories of `challenge host` in a world of their own, to which people push with real
//! git, or whose record is written with real git as the host would, so that times can be chosen.

use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use test_support::course;

const CHALLENGE: &str = env!("CARGO_BIN_EXE_challenge");

pub struct Class {
    directory: TempDir,
}

/// A push as the record has it. What stands here is what a test chooses.
#[derive(Clone)]
pub struct Push {
    /// In RFC 3339.
    pub time: String,
    pub stages_passed: usize,
    pub branch: String,
    pub problem: Option<String>,
    pub graded: bool,
    pub language: String,
}

impl Push {
    pub fn new(time: &str, stages_passed: usize) -> Push {
        Push {
            time: time.to_owned(),
            stages_passed,
            branch: "main".to_owned(),
            problem: None,
            graded: true,
            language: "python".to_owned(),
        }
    }

    pub fn on(self, branch: &str) -> Push {
        Push { branch: branch.to_owned(), ..self }
    }

    pub fn not_built(time: &str) -> Push {
        let problem = "the build failed (exited with status 1): make".to_owned();
        Push { problem: Some(problem), ..Push::new(time, 0) }
    }

    pub fn unclear(time: &str, stages_passed: usize) -> Push {
        Push { graded: false, ..Push::new(time, stages_passed) }
    }

    pub fn in_language(self, language: &str) -> Push {
        Push { language: language.to_owned(), ..self }
    }

    /// The line of a note that the hook would write.
    pub fn line(&self, name: &str, number: usize, commit: &str) -> Value {
        json!({
            "push": number, "time": self.time, "commit": commit, "branch": self.branch,
            "counts": self.branch == "main", "name": name, "language": self.language,
            "state": "graded", "problem": self.problem, "waived": [],
            "contents": {
                "source_lines": 60 + 80 * self.stages_passed, "source_bytes": 9000,
                "binary_files": 0, "binaries": [],
            },
            "stages_passed": self.stages_passed,
            "passed": self.stages_passed == course().len(), "graded": self.graded, "seed": 1,
            "milliseconds": 900, "version": "0.1.0", "stages": [],
        })
    }
}

impl Class {
    pub fn new() -> Class {
        let directory = tempfile::tempdir().expect("there is room for it");
        let config = "[user]\n\tname = Ada\n\temail = ada@example.org\n";
        fs::write(directory.path().join("gitconfig"), config).expect("a new file");
        Class { directory }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A command in the class's directory, with Git settings of its own.
    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.directory.path());
        command.env("GIT_CONFIG_GLOBAL", self.path("gitconfig")).env("GIT_CONFIG_NOSYSTEM", "1");
        command
    }

    #[track_caller]
    pub fn run(&self, program: &str, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } =
            self.command(program, arguments).output().expect("it can be run");
        let stderr = String::from_utf8_lossy(&stderr);
        assert!(status.success(), "{program} {arguments:?}: {status}\n{stderr}");
        String::from_utf8(stdout).expect("text")
    }

    /// What `challenge report` prints of these repositories, all of which can be read.
    #[track_caller]
    pub fn report(&self, format: &str, repositories: &[&str]) -> String {
        self.run(CHALLENGE, &[&["report", "--format", format], repositories].concat())
    }

    /// The same, where something may be wrong.
    pub fn try_report(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(CHALLENGE, &[&["report"], arguments].concat());
        command.output().expect("it can be run")
    }

    #[track_caller]
    pub fn host(&self, repository: &str, name: &str) {
        self.run(CHALLENGE, &["host", repository, "--language=python", &format!("--name={name}")]);
    }

    /// A repository with this history.
    #[track_caller]
    pub fn hosted(&self, repository: &str, name: &str, pushes: &[Push]) {
        self.host(repository, name);
        if !pushes.is_empty() {
            self.record(&self.path(repository), name, pushes);
        }
    }

    /// Makes a commit for each push and, as only then its name is known, a note for each commit.
    #[track_caller]
    fn record(&self, repository: &Path, name: &str, pushes: &[Push]) {
        let directory = repository.to_str().expect("text");
        let mut commits = String::new();
        for number in 1..=pushes.len() {
            let message = format!("Push {number}");
            write!(commits, "commit refs/heads/tries\nmark :{number}\n{IDENTITY}").expect("memory");
            write!(commits, "data {}\n{message}\n", message.len()).expect("memory");
        }
        let marks = format!("--export-marks={}", self.path("marks").display());
        // What counts is at the last push to it.
        if let Some(at) = pushes.iter().rposition(|push| push.branch == "main") {
            write!(commits, "reset refs/heads/main\nfrom :{}\n\n", at + 1).expect("memory");
        }
        self.import(directory, &["--force", &marks], &commits);
        let marks = fs::read_to_string(self.path("marks")).expect("git has written it");
        let mut notes = format!("commit refs/heads/results\n{IDENTITY}data 5\nNotes\n");
        for line in marks.lines() {
            let (mark, commit) = line.split_once(' ').expect("a mark and a commit");
            let number: usize = mark[1..].parse().expect("a number");
            let note = pushes[number - 1].line(name, number, commit).to_string() + "\n";
            write!(notes, "N inline {commit}\ndata {}\n{note}", note.len()).expect("memory");
        }
        self.import(directory, &[], &notes);
    }

    #[track_caller]
    fn import(&self, repository: &str, options: &[&str], stream: &str) {
        let start = ["-C", repository, "fast-import", "--quiet"];
        let mut git = self.command("git", &[&start, options].concat());
        let mut child = git.stdin(Stdio::piped()).spawn().expect("git is there");
        let mut stdin = child.stdin.take().expect("it is piped");
        stdin.write_all(stream.as_bytes()).expect("git reads");
        drop(stdin);
        assert!(child.wait().expect("it is our child").success(), "git fast-import fails");
    }
}

const IDENTITY: &str = "committer challenge <challenge@localhost> 1790000000 +0000\n";
