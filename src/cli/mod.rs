//! The command line: what there is to ask for, and who answers.

mod host;
mod host_check;
mod report;
mod show;
mod test;
mod watch;

use crate::host::hook;
use crate::stages::{STAGES, Stage};
use crate::trial::namespaces;
use anstream::eprintln;
use clap::{Parser, Subcommand};
use std::io::{self, IsTerminal, stdout};
use std::path::PathBuf;
use std::process::{ExitCode, exit};

pub use test::expect_free_port;

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
    Test(test::Test),
    /// Grade again whenever a file of the project changes
    Watch,
    /// Begin: make a project of your own, with a repository that grades what you push
    New(host::New),
    /// List the languages that there is a starter for
    Languages,
    /// Make a repository that grades what is pushed to it, for somebody to clone
    Host(host::Host),
    /// Show how far this project has come, push by push
    Status,
    /// Show how far everybody has come: a table, or a page with a timeline for each
    ///
    /// Of each stage, a row has the tries and the time: 2·12m. ✗ before them says that the stage has
    /// not passed. ↓3 after the number of stages says that at the last try only three have passed. "lost"
    /// counts the pushes at which a stage failed that had passed at the try before.
    Report(report::Report),
    /// List the stages
    Stages,
    /// Show what a stage asks
    Task {
        /// The stage; without it, the one that you are at
        #[arg(value_parser = stage_number)]
        stage: Option<usize>,
    },
    /// Show a hint, from a nudge to nearly the answer
    Hint {
        /// The stage; without it, the one that you are at
        #[arg(value_parser = stage_number)]
        stage: Option<usize>,
        /// Which of the stage's hints, from 1
        #[arg(default_value_t = 1)]
        hint: usize,
    },
    /// Show how the worked server does a stage, which gives it away
    Chapter {
        /// The stage; without it, the last that has passed here
        #[arg(value_parser = stage_number)]
        stage: Option<usize>,
    },
    /// Show what the worked server changed from one stage to another
    Diff {
        /// The stage to begin with
        #[arg(value_parser = stage_number)]
        old: usize,
        /// The stage whose changes are shown
        #[arg(value_parser = stage_number)]
        new: usize,
    },
    /// Grade what a push has brought; git runs this
    #[command(hide = true)]
    Hook {
        /// Before anything is changed
        #[arg(long)]
        before: bool,
        repository: PathBuf,
    },
    /// Let somebody clone and push to one repository; sshd runs this
    #[command(hide = true)]
    Serve { repository: PathBuf },
}

impl Command {
    /// Whether it runs programs that are under test, or finds out where it could. What else it starts is to
    /// be the same user as we are: git, which starts us again as its hook.
    fn tries_programs(&self) -> bool {
        match self {
            Command::Test(_) | Command::Watch | Command::New(_) | Command::Host(_) => true,
            Command::Hook { before, .. } => !before,
            _ => false,
        }
    }
}

/// What a command could not do, in a line for a person.
type Problem = String;

pub fn run() -> ExitCode {
    let cli = Cli::parse();
    cli.color.write_global();
    if cli.command.tries_programs() {
        namespaces::prepare();
    }
    let result = match cli.command {
        Command::Test(test) => test.run(),
        Command::Watch => watch::run(),
        Command::New(new) => new.run(),
        Command::Languages => host::languages(),
        Command::Host(host) => host.run(),
        Command::Status => host::status(),
        Command::Report(report) => report.run(),
        Command::Hook { before: true, repository } => Ok(hook::pre_receive(&repository)),
        Command::Hook { before: false, repository } => Ok(hook::post_receive(&repository)),
        Command::Serve { repository } => host::serve(&repository),
        Command::Stages => show::stages(),
        Command::Task { stage } => show::task(stage),
        Command::Hint { stage, hint } => show::hint(stage, hint),
        Command::Chapter { stage } => show::chapter(stage),
        Command::Diff { old, new } => show::diff(&STAGES[old], &STAGES[new]),
    };
    result.unwrap_or_else(|problem| {
        eprintln!("challenge: {problem}");
        ExitCode::from(2)
    })
}

/// Why a report is not there. Whoever reads no more, as `head` does, has seen enough: then this ends
/// here, as quietly as SIGPIPE ends others.
fn unwritten(error: io::Error) -> Problem {
    if error.kind() == io::ErrorKind::BrokenPipe {
        exit(128 + libc::SIGPIPE);
    }
    format!("the report could not be written: {error}")
}

fn stage_number(text: &str) -> Result<usize, String> {
    let last = STAGES.len() - 1;
    match text.parse() {
        Ok(number) if number <= last => Ok(number),
        _ => Err(format!("there are the stages 0 to {last}")),
    }
}

/// The stage that was named, or the first one that has not passed here.
fn stage_or_current(number: Option<usize>) -> &'static Stage {
    let current = || crate::progress::passed().min(STAGES.len() - 1);
    &STAGES[number.unwrap_or_else(current)]
}

/// The width to print at: that of the terminal, within reason.
fn terminal_width() -> Option<usize> {
    let (width, _) = stdout().is_terminal().then(terminal_size::terminal_size)??;
    Some(usize::from(width.0).clamp(50, 80))
}
