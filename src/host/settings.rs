//! What a host has set for a repository: `challenge.…` in its git configuration, or in the host's own,
//! which holds for all of its repositories. See git-config(1).

use crate::git;
use crate::trial::sandbox::{Limits, Toolchain};
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Whether a push is graded without a sandbox.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum SandboxMode {
    /// Never
    Required,
    /// Where there is none
    Preferred,
    /// Always
    Off,
}

impl SandboxMode {
    pub fn name(self) -> &'static str {
        match self {
            SandboxMode::Required => "required",
            SandboxMode::Preferred => "preferred",
            SandboxMode::Off => "off",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Settings {
    /// Whose repository it is.
    pub name: String,
    /// What it was made for.
    pub language: String,
    pub sandbox: SandboxMode,
    /// Whether learners see no more of a failed check than its name and what kind of failure it was.
    pub exam: bool,
    pub limits: Limits,
    /// The root of the system that programs in the sandbox come from.
    pub root: PathBuf,
    pub toolchains: Vec<Toolchain>,
    /// The most that `build_seconds` and `start_seconds` in challenge.toml can ask for in a sandbox.
    pub build_time: Duration,
    pub start_time: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            name: String::new(),
            language: String::new(),
            sandbox: SandboxMode::Preferred,
            exam: false,
            limits: Limits { memory_mib: 2048, disk_mib: 1024, processes: 256, cpu_seconds: 600 },
            root: PathBuf::from("/"),
            toolchains: Vec::new(),
            build_time: Duration::from_secs(600),
            start_time: Duration::from_secs(60),
        }
    }
}

impl Settings {
    pub fn of(repository: &Path) -> Result<Settings, String> {
        Settings::read(repository, &[])
    }

    /// Of all repositories of this account.
    pub fn of_account() -> Result<Settings, String> {
        Settings::read(Path::new("/"), &["--global"])
    }

    fn read(repository: &Path, scope: &[&str]) -> Result<Settings, String> {
        // Without any setting git fails, and says nothing.
        let list = ["--null", "--get-regexp", r"^challenge\."];
        let list = [&["config"], scope, &list].concat();
        let list = git::run(repository, &list).unwrap_or_default();
        let mut settings = Settings::default();
        for entry in list.split_terminator('\0') {
            let (key, value) = entry.split_once('\n').unwrap_or((entry, "true"));
            settings.set(key, value).map_err(|expected| {
                let place = repository.display();
                format!("the setting {key} is {value:?}, and not {expected}: see git -C {place} config --list --show-origin")
            })?;
        }
        Ok(settings)
    }

    /// The error is what the value should have been. Settings of another version are left alone.
    fn set(&mut self, key: &str, value: &str) -> Result<(), &'static str> {
        match key {
            "challenge.name" => self.name = value.to_owned(),
            "challenge.language" => self.language = value.to_owned(),
            "challenge.sandbox" => {
                self.sandbox = SandboxMode::from_str(value, false)
                    .map_err(|_| "required, preferred or off")?;
            }
            "challenge.exam" => self.exam = value.parse().map_err(|_| "true or false")?,
            "challenge.memory" => self.limits.memory_mib = number(value)?,
            "challenge.disk" => self.limits.disk_mib = number(value)?,
            "challenge.processes" => self.limits.processes = number(value)?,
            "challenge.cpu" => self.limits.cpu_seconds = number(value)?,
            "challenge.buildseconds" => self.build_time = Duration::from_secs(number(value)?),
            "challenge.startseconds" => self.start_time = Duration::from_secs(number(value)?),
            "challenge.root" => self.root = absolute(value)?,
            "challenge.toolchain" => self.toolchains.push(Toolchain::at(absolute(value)?)),
            _ => {}
        }
        Ok(())
    }
}

fn number(value: &str) -> Result<u64, &'static str> {
    value.parse().ok().filter(|number| (1..=1 << 32).contains(number)).ok_or("a number from 1")
}

fn absolute(value: &str) -> Result<PathBuf, &'static str> {
    let path = PathBuf::from(value);
    path.is_absolute().then_some(path).ok_or("a path that begins with /")
}
