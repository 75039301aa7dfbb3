//! Repositories that are made for a service, and their clones.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

pub const CHALLENGE: &str = env!("CARGO_BIN_EXE_challenge");

#[derive(Clone, Copy, PartialEq)]
pub enum Service {
    Github,
    Gitlab,
}

impl Service {
    pub fn name(self) -> &'static str {
        match self {
            Service::Github => "github",
            Service::Gitlab => "gitlab",
        }
    }

    pub fn file(self) -> &'static str {
        match self {
            Service::Github => ".github/workflows/challenge.yml",
            Service::Gitlab => ".gitlab-ci.yml",
        }
    }
}

pub struct World {
    directory: TempDir,
}

impl World {
    pub fn new() -> World {
        World { directory: tempfile::tempdir().expect("there is room for a directory") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A clone of a repository that `challenge host` makes with these arguments.
    #[track_caller]
    pub fn clone_of(&self, language: &str, arguments: &[&str]) -> PathBuf {
        let name = format!("{language}{}", arguments.concat());
        let repository = format!("{name}.git");
        let host = ["host", &repository, "--language", language];
        self.run(CHALLENGE, &[&host, arguments].concat());
        self.run("git", &["clone", "-q", &repository, &name]);
        self.path(&name)
    }

    /// A program in this world; neither the user's Git settings nor those of a hook reach it.
    pub fn command<S: AsRef<OsStr>>(&self, program: &str, arguments: &[S]) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command.args(arguments).current_dir(self.directory.path());
        command
    }

    #[track_caller]
    fn run(&self, program: &str, arguments: &[&str]) {
        let output = self.command(program, arguments).output().expect("it can be run");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {stderr}");
    }
}

/// Puts the complete solution in the place of the starter.
pub fn solve(clone: &Path) {
    let solution = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/solutions/python");
    for file in fs::read_dir(solution).expect("it is there").flatten() {
        if file.path().is_file() {
            fs::copy(file.path(), clone.join(file.file_name())).expect("there is room for a file");
        }
    }
}
