//! A runner of the services, in small: the shell lines of a file, run as each service documents it.
//!
//! Steps that change the machine are left out, by name: those that install a language, which is here
//! already, and the one that asks for the right to make namespaces.

use crate::files::{parse, published};
use crate::world::{CHALLENGE, Service, World};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

pub struct Job<'a> {
    pub world: &'a World,
    pub service: Service,
    pub clone: PathBuf,
    /// The variables that whoever runs the course has set.
    pub variables: Vec<(&'static str, String)>,
    /// A command that runs another, in some place.
    pub inside: &'static [&'static str],
}

pub struct Outcome {
    pub status: Option<i32>,
    pub log: String,
    /// What GitHub shows on the page of the run.
    pub summary: String,
    /// The text of the file that is published.
    pub report: Option<String>,
}

impl<'a> Job<'a> {
    /// The job of a starter in Python.
    pub fn new(world: &'a World, service: Service) -> Job<'a> {
        let clone = world.clone_of("python", &["--ci", service.name()]);
        let variables = vec![("CHALLENGE_URL", format!("file://{CHALLENGE}"))];
        Job { world, service, clone, variables, inside: &[] }
    }

    pub fn run(&self) -> Outcome {
        let file = parse(&self.clone.join(self.service.file()));
        for name in ["temp", "path", "summary"] {
            let _ = fs::remove_dir_all(self.world.path(name));
            let _ = fs::remove_file(self.world.path(name));
        }
        fs::create_dir(self.world.path("temp")).expect("it was removed");
        let mut log = String::new();
        let status = match self.service {
            Service::Github => self.github(&file["jobs"]["grade"], &mut log),
            Service::Gitlab => self.gitlab(&file["grade"], &mut log),
        };
        let summary = fs::read_to_string(self.world.path("summary")).unwrap_or_default();
        let report = fs::read_to_string(self.clone.join(published(self.service, &file))).ok();
        Outcome { status, log, summary, report }
    }

    /// Each step in a shell of its own, with the options that GitHub gives it. After a failure, only
    /// steps with `if: always()` are run.
    fn github(&self, job: &Value, log: &mut String) -> Option<i32> {
        let options: &[&str] = match job["defaults"]["run"]["shell"].as_str() {
            Some("bash") => &["--noprofile", "--norc", "-e", "-o", "pipefail"],
            _ => &["-e"],
        };
        for step in job["steps"].as_array().expect("a list") {
            let Some(run) = step["run"].as_str() else { continue };
            let name = step["name"].as_str().expect("a step that runs something has a name");
            if name == "Allow private networks"
                || (name.starts_with("Get ") && name != "Get challenge")
            {
                continue;
            }
            let mut command = self.shell(options, run);
            let added = fs::read_to_string(self.world.path("path")).unwrap_or_default();
            let path = std::env::var("PATH").unwrap_or_default();
            command.env("PATH", added.replace('\n', ":") + &path);
            for (name, value) in step["env"].as_object().into_iter().flatten() {
                command.env(name, self.expand(value.as_str().expect("text")));
            }
            let status = finish(command, log);
            if status != Some(0) {
                return status;
            }
        }
        Some(0)
    }

    /// All lines in one shell; the variables of the group are in its environment.
    fn gitlab(&self, job: &Value, log: &mut String) -> Option<i32> {
        let lines = ["before_script", "script"].iter().flat_map(|part| job[part].as_array());
        let lines: Vec<&str> =
            lines.flatten().map(|line| line.as_str().expect("a line is text")).collect();
        let mut command = self.shell(&["-e", "-o", "pipefail"], &lines.join("\n"));
        for (name, value) in job["variables"].as_object().into_iter().flatten() {
            command.env(name, value.as_str().expect("text"));
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        finish(command, log)
    }

    /// `${{ vars.NAME }}`, which is nothing where the variable is not set.
    fn expand(&self, text: &str) -> String {
        let name = text.strip_prefix("${{ vars.").and_then(|rest| rest.strip_suffix(" }}"));
        let Some(name) = name else { return text.to_owned() };
        let found = self.variables.iter().find(|(other, _)| *other == name);
        found.map_or(String::new(), |(_, value)| value.clone())
    }

    fn shell(&self, options: &[&str], script: &str) -> Command {
        let file = self.world.path("script");
        fs::write(&file, script).expect("there is room for a file");
        let script = file.to_str().expect("the path is text");
        let line = [self.inside, &["bash"], options, &[script]].concat();
        let mut command = self.world.command(line[0], &line[1..]);
        let temp = self.world.path("temp");
        command.current_dir(&self.clone).env("CI", "true");
        command.env("RUNNER_TEMP", &temp).env("TMPDIR", &temp);
        command.env("GITHUB_PATH", self.world.path("path"));
        command.env("GITHUB_STEP_SUMMARY", self.world.path("summary"));
        command
    }
}

fn finish(mut command: Command, log: &mut String) -> Option<i32> {
    let output = command.output().expect("bash is installed");
    *log += &String::from_utf8_lossy(&output.stdout);
    *log += &String::from_utf8_lossy(&output.stderr);
    output.status.code()
}
