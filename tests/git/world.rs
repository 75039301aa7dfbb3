//! A world of its own for each test: a home, Git settings, a place for temporary files, and the
//! repositories. When it ends, nothing may be left of what ran in it.

use crate::push::{Push, Pushed};
use crate::sshd::Sshd;
use serde_json::Value;
use std::cell::RefCell;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;
use test_support::eventually;

pub const MAIN: &str = "main";
/// A program that ends at once, and is graded in no time.
pub const FAILING: &str = "language = \"shell\"\nrun = \"false\"\n";

pub struct World {
    directory: TempDir,
    /// For how many seconds sleep those processes of this world that do nothing else: by that they are
    /// known, in a sandbox too.
    pub nap: String,
    /// Where programs are searched for.
    search_path: RefCell<String>,
    /// How clones reach the repositories: by their path, or over ssh.
    sshd: Option<Sshd>,
}

impl World {
    pub fn new() -> World {
        let directory = tempfile::tempdir().expect("a temporary directory");
        for name in ["home", "tmp"] {
            fs::create_dir(directory.path().join(name)).expect("a new name");
        }
        let config =
            "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n";
        fs::write(directory.path().join("gitconfig"), config).expect("a new file");
        let search_path = RefCell::new(std::env::var("PATH").unwrap_or_default());
        World { directory, nap: nap(), search_path, sshd: None }
    }

    pub fn with_sshd() -> World {
        let mut world = World::new();
        world.sshd = Some(Sshd::start(&world.path("ssh"), &world.environment()));
        world
    }

    /// Of a world that has one.
    pub fn sshd(&self) -> &Sshd {
        self.sshd.as_ref().expect("this world has an sshd")
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.directory.path().join(name)
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let path = |name| self.path(name).display().to_string();
        vec![
            ("HOME", path("home")),
            ("TMPDIR", path("tmp")),
            ("GIT_CONFIG_GLOBAL", path("gitconfig")),
            ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
            ("GIT_TERMINAL_PROMPT", "0".to_owned()),
            ("PATH", self.search_path.borrow().clone()),
        ]
    }

    pub fn command<S: AsRef<OsStr>>(&self, program: &str, arguments: &[S]) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command.args(arguments).envs(self.environment()).current_dir(self.directory.path());
        if let Some(sshd) = &self.sshd {
            command.env("GIT_SSH_COMMAND", sshd.command());
        }
        command
    }

    /// Runs `challenge` in the world's directory, which must succeed, and returns what it prints.
    #[track_caller]
    pub fn challenge<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        succeed(&mut self.command(env!("CARGO_BIN_EXE_challenge"), arguments))
    }

    /// Runs `challenge`, which must fail, and returns why.
    #[track_caller]
    pub fn fails(&self, arguments: &[&str]) -> String {
        let mut command = self.command(env!("CARGO_BIN_EXE_challenge"), arguments);
        let output = command.output().expect("it can be run");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        text
    }

    /// From now on, programs are searched for here.
    pub fn search_in(&self, path: String) {
        *self.search_path.borrow_mut() = path;
    }

    /// Runs git on a repository of the host.
    #[track_caller]
    pub fn git(&self, repository: &str, arguments: &[&str]) -> String {
        succeed(self.command("git", arguments).current_dir(self.path(repository)))
    }

    /// A repository `NAME.git` and a clone of it, `NAME`, with this challenge.toml.
    #[track_caller]
    pub fn project(&self, name: &str, project: &str) -> Clone<'_> {
        let repository = format!("{name}.git");
        self.challenge(&["host", &repository, "--language", "python", "--name", name]);
        let clone = self.clone_of(&repository, name);
        clone.write("challenge.toml", project);
        clone
    }

    #[track_caller]
    pub fn clone_of(&self, repository: &str, name: &str) -> Clone<'_> {
        let path = self.path(repository).display().to_string();
        let from = self.sshd.as_ref().map_or(path.clone(), |sshd| sshd.url(&path));
        succeed(&mut self.command("git", &["clone", "-q", &from, name]));
        Clone { world: self, directory: self.path(name) }
    }

    /// What the notes of a repository say, by the number of the push.
    #[track_caller]
    pub fn record(&self, repository: &str) -> Vec<Value> {
        let list = self.git(repository, &["notes", "--ref=challenge", "list"]);
        let mut pushes: Vec<Value> = Vec::new();
        for commit in list.lines().filter_map(|line| line.split(' ').nth(1)) {
            let note = self.git(repository, &["notes", "--ref=challenge", "show", commit]);
            pushes.extend(note.lines().map(|line| serde_json::from_str(line).expect("JSON")));
        }
        pushes.sort_by_key(|push| push["push"].as_u64());
        pushes
    }

    /// The processes that run in this world, with their command lines. They are known by the directory
    /// that they have for temporary files, or by their nap.
    pub fn processes(&self) -> Vec<(i32, String)> {
        let ours = format!("TMPDIR={}", self.path("tmp").display());
        let read = |process: &Path, file| fs::read(process.join(file)).unwrap_or_default();
        let processes = fs::read_dir("/proc").expect("proc is mounted").flatten();
        let mut found = Vec::new();
        for process in processes.map(|entry| entry.path()) {
            let environment = read(&process, "environ");
            let number = process.file_name().and_then(|name| name.to_str()?.parse().ok());
            let mut variables = environment.split(|byte| *byte == 0);
            let line = String::from_utf8_lossy(&read(&process, "cmdline")).replace('\0', " ");
            if variables.any(|variable| variable == ours.as_bytes()) || line.contains(&self.nap) {
                found.extend(number.map(|number| (number, line)));
            }
        }
        found
    }

    /// Waits until nothing runs any more, and nothing temporary is left.
    #[track_caller]
    pub fn expect_quiet(&self) {
        let left = || {
            let files = fs::read_dir(self.path("tmp")).expect("a directory").flatten();
            files.map(|entry| entry.path()).collect::<Vec<PathBuf>>()
        };
        // This is cheap to ask, and true at last; whoever still runs could write there again.
        eventually("the checkout is removed", || left().is_empty());
        eventually("every process ends", || self.processes().is_empty());
        assert_eq!(left(), [] as [PathBuf; 0], "left behind");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        match std::thread::panicking() {
            false => self.expect_quiet(),
            true => self.processes().into_iter().for_each(|(process, _)| kill(process)),
        }
    }
}

/// A time that nobody else on this machine sleeps for.
fn nap() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1000);
    let process = std::process::id();
    format!("{}.{process:010}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A learner's clone.
pub struct Clone<'a> {
    pub world: &'a World,
    pub directory: PathBuf,
}

impl Clone<'_> {
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.directory.join(name), text).expect("a file of the clone");
    }

    /// Copies a file of `tests/` to this name.
    pub fn copy(&self, from: &str, to: &str) {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        fs::copy(tests.join(from), self.directory.join(to)).expect("a copy");
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.directory.join(name)).expect("a file of the clone")
    }

    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        succeed(self.world.command("git", arguments).current_dir(&self.directory))
    }

    #[track_caller]
    pub fn challenge(&self, arguments: &[&str]) -> String {
        let challenge = env!("CARGO_BIN_EXE_challenge");
        succeed(self.world.command(challenge, arguments).current_dir(&self.directory))
    }

    /// Commits everything, even if nothing has changed; returns the commit.
    #[track_caller]
    pub fn commit(&self) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "A try"]);
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// Commits on a branch of this name, made where we are.
    #[track_caller]
    pub fn commit_on(&self, branch: &str) -> String {
        self.git(&["checkout", "-q", "-B", branch]);
        self.commit()
    }

    pub fn start_push(&self, arguments: &[&str]) -> Push {
        let mut command = self.world.command("git", &[&["push"], arguments].concat());
        command.current_dir(&self.directory);
        Push::start(command)
    }

    /// Pushes, which must succeed.
    #[track_caller]
    pub fn push(&self, arguments: &[&str]) -> Pushed {
        let pushed = self.start_push(arguments).end();
        assert!(pushed.succeeded, "git push {arguments:?} fails:\n{}", pushed.text);
        pushed
    }
}

#[track_caller]
fn succeed(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("it can be run");
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{command:?}: {status}\n{stderr}");
    String::from_utf8(stdout).expect("text")
}

pub fn kill(process: i32) {
    // SAFETY: kill only sends a signal, to a process that a test has started.
    unsafe { libc::kill(process, libc::SIGKILL) };
}
