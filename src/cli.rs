//! The command line.

use crate::grade::{Plan, Reporter, Verdict, grade};
use crate::project::{self, Project};
use crate::report::{JsonReport, JunitReport, TextReport, WIDTH};
use crate::stages::{STAGES, Stage};
use crate::trial::{PORT, Subject, sandbox};
use crate::{procfs, sockets};
use anstream::{eprintln, println};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Build your own Redis, in any language, test-driven from the first connection on.
#[derive(Parser)]
#[command(version, max_term_width = 80)]
struct Cli {
    #[command(flatten)]
    color: colorchoice_clap::Color,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Grade a program, and explain what fails
    Test(Test),
    /// List the stages
    Stages,
}

#[derive(Args)]
struct Test {
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

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    Text,
    Json,
    Junit,
}

fn stage_number(text: &str) -> Result<usize, String> {
    let last = STAGES.len() - 1;
    match text.parse() {
        Ok(number) if number <= last => Ok(number),
        _ => Err(format!("there are the stages 0 to {last}")),
    }
}

/// What a command could not do, in a line for a person.
pub type Problem = String;

pub fn run() -> ExitCode {
    let cli = Cli::parse();
    cli.color.write_global();
    let result = match cli.command {
        Command::Test(test) => test.run(),
        Command::Stages => list_stages(),
    };
    result.unwrap_or_else(|problem| {
        eprintln!("challenge: {problem}");
        ExitCode::from(2)
    })
}

impl Test {
    fn run(self) -> Result<ExitCode, Problem> {
        let subject = self.subject()?;
        if sandbox::refusal().is_some() {
            expect_free_port()?;
        }
        let plan = Plan {
            subject,
            stages: self.stages(),
            seed: self.seed.unwrap_or_else(|| fastrand::u64(..1_000_000)),
            fail_fast: self.fail_fast,
            all: self.all,
        };
        let mut reporter: Box<dyn Reporter> = match self.format {
            Format::Text => Box::new(TextReport::new(terminal_width(), self.keep_going)),
            Format::Json => Box::new(JsonReport::default()),
            Format::Junit => Box::new(JunitReport::default()),
        };
        let verdict = grade(&plan, &mut *reporter)
            .map_err(|error| format!("the report could not be written: {error}"))?;
        Ok(ExitCode::from(match verdict {
            Verdict::Passed => 0,
            Verdict::Failed => 1,
            Verdict::Unclear => 2,
        }))
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
        let directory = std::env::current_dir().map_err(|error| error.to_string())?;
        if self.program.is_empty() {
            let project = Project::load(&directory)?;
            // What a build prints is no part of a report for machines.
            project.build(&directory, |line| match self.format {
                Format::Text => println!("  {line}"),
                _ => eprintln!("{line}"),
            })?;
            return Ok(project.subject(&directory));
        }
        expect_program(&self.program[0])?;
        Ok(Subject {
            program: self.program.clone(),
            directory,
            start_time: Duration::from_secs(project::default_start_seconds()),
            one_thread: true,
        })
    }
}

/// Finds a program as a shell would, so that a wrong name is told at once.
fn expect_program(name: &OsString) -> Result<(), Problem> {
    use std::os::unix::fs::PermissionsExt;
    let path = Path::new(name);
    let candidates: Vec<PathBuf> = match path.components().count() {
        0 | 1 => {
            let directories = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&directories).map(|directory| directory.join(path)).collect()
        }
        _ => vec![path.to_owned()],
    };
    let found: Vec<&PathBuf> = candidates.iter().filter(|path| path.is_file()).collect();
    let is_executable =
        |path: &&PathBuf| path.metadata().is_ok_and(|file| file.permissions().mode() & 0o111 != 0);
    match found.iter().find(|path| is_executable(path)) {
        Some(_) => Ok(()),
        None if found.is_empty() => Err(format!("there is no program {}", path.display())),
        None => Err(format!(
            "{} is not executable; chmod +x it, or put its interpreter before it",
            path.display()
        )),
    }
}

/// On the plain host, the port may be somebody else's.
fn expect_free_port() -> Result<(), Problem> {
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

fn list_stages() -> Result<ExitCode, Problem> {
    for stage in &STAGES {
        println!("{:>2}  {:<12} {}", stage.number, stage.slug, stage.title);
    }
    Ok(ExitCode::SUCCESS)
}

/// The width to print at: that of the terminal within reason.
fn terminal_width() -> Option<usize> {
    let is_terminal = std::io::stdout().is_terminal();
    let size = is_terminal.then(crossterm::terminal::size)?.ok()?;
    Some(usize::from(size.0).clamp(50, WIDTH + 8))
}
