//! `challenge test`: which program, which stages, and who reports.

use super::{Problem, stage_number, terminal_width, unwritten};
use crate::grade::{Plan, Reporter, Verdict, grade};
use crate::project::{self, Project, Unbuilt};
use crate::report::{All, Detail, JsonReport, JunitReport, TextReport};
use crate::stages::{STAGES, Stage};
use crate::trial::{PORT, Place, Subject, namespaces};
use crate::{procfs, progress, sockets};
use anstream::{eprintln, println};
use clap::{Args, ValueEnum};
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Write, stdout};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

#[derive(Args, Default)]
pub struct Test {
    /// Grade only this stage
    #[arg(long, value_name = "N", value_parser = stage_number, conflicts_with_all = ["up_to", "all"])]
    stage: Option<usize>,
    /// Grade the stages up to this one
    #[arg(long, value_name = "N", value_parser = stage_number, conflicts_with = "all")]
    up_to: Option<usize>,
    /// Grade every stage, whatever fails
    #[arg(long)]
    all: bool,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the report of --format to a file, and print the text
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Repeat a run with the same random values
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Show the whole explanation of every failure, not of a stage's first only
    #[arg(long, conflicts_with = "fail_fast")]
    keep_going: bool,
    /// Stop at the first failure
    #[arg(long)]
    fail_fast: bool,
    /// The program to grade; without it, the project of this directory (challenge.toml)
    #[arg(last = true, value_name = "PROGRAM ARGS")]
    program: Vec<OsString>,
}

#[derive(Clone, Copy, Default, PartialEq, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
    Junit,
}

impl Test {
    /// Grades the project of this directory up to the first failure, which fills a screen.
    pub fn up_to_first_failure() -> Test {
        Test { fail_fast: true, ..Test::default() }
    }

    pub fn run(self) -> Result<ExitCode, Problem> {
        if self.format == Format::Text && self.output.is_some() {
            return Err("--output is for what programs read: add --format junit or json".to_owned());
        }
        let subject = self.subject()?;
        if namespaces::refusal().is_some() {
            expect_free_port()?;
        }
        let plan = Plan {
            subject,
            stages: self.stages(),
            seed: self.seed.unwrap_or_else(|| fastrand::u64(..1_000_000)),
            fail_fast: self.fail_fast,
            all: self.all,
        };
        let mut reports = self.reports()?;
        let mut all = All(reports.iter_mut().map(|report| report.as_mut() as _).collect());
        let grade = grade(&plan, &mut all).map_err(unwritten)?;
        if self.program.is_empty() && self.stage.is_none() {
            progress::note_passed(grade.stages_passed);
        }
        Ok(ExitCode::from(match grade.verdict {
            Verdict::Passed => 0,
            Verdict::Failed => 1,
            Verdict::Unclear => 2,
        }))
    }

    fn reports(&self) -> Result<Vec<Box<dyn Reporter>>, Problem> {
        let mut reports: Vec<Box<dyn Reporter>> = Vec::new();
        if self.prints_text() {
            let detail = if self.keep_going { Detail::AllCards } else { Detail::FirstCard };
            reports.push(Box::new(TextReport::new(terminal_width(), detail)));
        }
        match self.format {
            Format::Text => {}
            Format::Json => reports.push(Box::new(JsonReport::new(self.output()?))),
            Format::Junit => reports.push(Box::new(JunitReport::new(self.output()?))),
        }
        Ok(reports)
    }

    fn output(&self) -> Result<Box<dyn Write>, Problem> {
        let Some(path) = &self.output else { return Ok(Box::new(stdout())) };
        let file = File::create(path);
        Ok(Box::new(file.map_err(|error| format!("cannot write {}: {error}", path.display()))?))
    }

    fn prints_text(&self) -> bool {
        self.format == Format::Text || self.output.is_some()
    }

    fn stages(&self) -> Vec<&'static Stage> {
        let last = self.up_to.unwrap_or(STAGES.len() - 1);
        match self.stage {
            Some(number) => vec![&STAGES[number]],
            None => STAGES[..=last].iter().collect(),
        }
    }

    /// The program of the command line, or the project of this directory after its build.
    fn subject(&self) -> Result<Subject, Problem> {
        let directory = env::current_dir().map_err(|error| format!("no directory: {error}"))?;
        let Some(program) = self.program.first() else {
            let project = Project::load(&directory)?;
            let place = Place::plain(&directory);
            // What a build prints is no part of a report for machines.
            project
                .build(&place, |line| match self.prints_text() {
                    true => println!("  {line}"),
                    false => eprintln!("{line}"),
                })
                .map_err(Unbuilt::reason)?;
            return Ok(project.subject(place));
        };
        expect_program(program)?;
        Ok(Subject {
            program: self.program.clone(),
            place: Place::plain(&directory),
            start_time: Duration::from_secs(project::DEFAULT_START_SECONDS),
            one_thread: true,
        })
    }
}

/// Finds a program as a shell would, so that a wrong name is told at once.
fn expect_program(name: &OsStr) -> Result<(), Problem> {
    let path = Path::new(name);
    let candidates: Vec<PathBuf> = match path.components().count() {
        0 | 1 => {
            let directories = env::var_os("PATH").unwrap_or_default();
            env::split_paths(&directories).map(|directory| directory.join(path)).collect()
        }
        _ => vec![path.to_owned()],
    };
    let mut modes = candidates
        .iter()
        .filter_map(|path| path.metadata().ok().filter(|file| file.is_file()))
        .map(|file| file.permissions().mode())
        .peekable();
    let name = path.display();
    if modes.peek().is_none() {
        return Err(format!("there is no program {name}; check the name, or build it first"));
    }
    match modes.any(|mode| mode & 0o111 != 0) {
        true => Ok(()),
        false => {
            Err(format!("{name} is not executable; chmod +x it, or name its interpreter first"))
        }
    }
}

/// On the plain host, the port may be somebody else's.
pub fn expect_free_port() -> Result<(), Problem> {
    let Some(inode) = sockets::listener() else { return Ok(()) };
    let holder = match procfs::holder_of(inode) {
        Some((name, process)) => format!("by {name} (pid {process})"),
        None => "by a process of somebody else".to_owned(),
    };
    Err(format!(
        "port {PORT} is taken {holder}, and this system does not permit a private network; stop it \
         and try again"
    ))
}
