//! Nothing that a program started outlives its trial.

use crate::{CHALLENGE, challenge_test, stage};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use test_support::{Suite, eventually};

pub fn tests(suite: Suite) -> Suite {
    suite
        .test("a grandchild in a session of its own ends with the trial", a_grandchild_ends)
        .test("everything ends when the grader is killed", everything_ends_with_the_grader)
}

fn a_grandchild_ends() {
    let grandchild = Grandchild::new();
    let outcome =
        challenge_test(&["--stage", "0", "--", "sh", "-c", &grandchild.script(), "sh", &stage(0)]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(grandchild.has_started(), "the grandchild has never run");
    assert_eq!(grandchild.processes(), [0; 0], "it is still running");
}

fn everything_ends_with_the_grader() {
    let grandchild = Grandchild::new();
    let mut grader = Command::new(CHALLENGE)
        .args(["test", "--stage", "3", "--", "sh", "-c", &grandchild.script(), "sh", &stage(3)])
        .stdout(Stdio::null())
        .spawn()
        .expect("the grader is built");
    eventually("the grandchild starts", || grandchild.has_started());
    grader.kill().expect("it is our child");
    grader.wait().expect("it is our child");
    eventually("the grandchild ends", || grandchild.processes().is_empty());
}

/// A process that the program starts and does not wait for. It is known by its argument.
struct Grandchild {
    directory: tempfile::TempDir,
}

impl Grandchild {
    fn new() -> Grandchild {
        Grandchild { directory: tempfile::tempdir().expect("there is room for a directory") }
    }

    /// Starts it, and goes on as the server that is the script's argument.
    fn script(&self) -> String {
        let mark = self.mark();
        format!("setsid sh -c 'touch {mark}; sleep 600; : {mark}' & exec \"$1\"")
    }

    fn mark(&self) -> String {
        self.directory.path().join("started").to_str().expect("it is text").to_owned()
    }

    fn has_started(&self) -> bool {
        Path::new(&self.mark()).exists()
    }

    /// The processes that have its mark among their arguments, as the grader has while it runs.
    fn processes(&self) -> Vec<u32> {
        let entries = fs::read_dir("/proc").expect("proc is mounted").flatten();
        let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let is_marked = |number: &u32| {
            let arguments = fs::read(format!("/proc/{number}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&arguments).contains(&self.mark())
        };
        numbers.filter(is_marked).collect()
    }
}
