//! The commands around repositories: languages, host, new, status, and the hook.

use super::{Problem, host_check, terminal_width};
use crate::git;
use crate::gradebook::history::{History, StageHistory};
use crate::gradebook::remarks;
use crate::gradebook::words::one_line;
use crate::host::ci::Service;
use crate::host::key::{self, Key};
use crate::host::settings::SandboxMode;
use crate::host::{self, Hosting, pending, record, shell_word};
use crate::languages::{self, LANGUAGES};
use crate::stages::{STAGES, Stage};
use crate::style::{BAD, BOLD, DIM, GOOD};
use crate::text::{counted, wrap_words};
use anstream::println;
use clap::{Args, Subcommand};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

pub fn languages() -> Result<ExitCode, Problem> {
    for language in LANGUAGES {
        let (slug, title, program) = (language.slug, language.title, language.program);
        match language.found() {
            Some(path) => println!("{GOOD}✓{GOOD:#} {slug:<12} {title:<12} {}", path.display()),
            None => println!(
                "  {slug:<12} {title:<12} {DIM}needs {program}: {}{DIM:#}",
                language.install
            ),
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(disable_help_subcommand = true)]
pub struct Host {
    #[command(subcommand)]
    command: Option<HostCommand>,
    /// The bare repository to make
    #[arg(required = true)]
    repository: Option<PathBuf>,
    /// The language of the starter: see challenge languages
    #[arg(long, required = true)]
    language: Option<String>,
    /// Whose repository it is; without it, the name of the repository
    #[arg(long)]
    name: Option<String>,
    /// Others than you push to it: a sandbox is required, and a push has a limited size
    #[arg(long)]
    shared: bool,
    /// When a push is graded without a sandbox; never, if the repository is shared, and otherwise
    /// where there is none
    #[arg(long, value_enum, value_name = "MODE")]
    sandbox: Option<SandboxMode>,
    /// Show of a failed check only its name, and what kind of failure it was
    #[arg(long, conflicts_with = "ci")]
    exam: bool,
    /// A public key (id_ed25519.pub) that opens this repository over ssh, and nothing else
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Add the file that lets a CI service grade pushes on its own machines
    #[arg(long, value_name = "SERVICE")]
    ci: Option<Service>,
}

#[derive(Subcommand)]
enum HostCommand {
    /// Tell what protects this host from those who push to it, what does not, and how to fix it
    ///
    /// Run it as the account that hosts. Its exit status is 1 where there is a hole.
    Check(host_check::Check),
}

impl Host {
    pub fn run(self) -> Result<ExitCode, Problem> {
        if let Some(HostCommand::Check(check)) = self.command {
            return check.run();
        }
        // The command line has both, or the command that needs neither.
        let repository = &self.repository.unwrap_or_default();
        let language = languages::find(&self.language.unwrap_or_default())?;
        let key = self.key.as_deref().map(Key::read).transpose()?;
        let stem = || repository.file_stem().unwrap_or_default().to_string_lossy().into();
        let usual = if self.shared { SandboxMode::Required } else { SandboxMode::Preferred };
        let hosting = Hosting {
            language,
            name: self.name.unwrap_or_else(stem),
            shared: self.shared,
            sandbox: self.sandbox.unwrap_or(usual),
            exam: self.exam,
            ci: self.ci,
        };
        host::create(repository, &hosting)?;
        let address = match key {
            None => shell_word(&absolute(repository)?),
            Some(key) => {
                // No line of a key is left for a repository that is not there.
                let address = key::address(repository);
                address.and_then(|address| key.admit(repository).map(|()| address)).inspect_err(
                    // It would be in the way of the next attempt.
                    |_| drop(fs::remove_dir_all(repository)),
                )?
            }
        };
        println!("git clone {address}");
        Ok(ExitCode::SUCCESS)
    }
}

/// For a single learner: the repository is beside the clone, and has its name with `.git` behind it.
#[derive(Args)]
pub struct New {
    /// Where; it must not exist yet
    directory: PathBuf,
    /// The language to write the server in: see challenge languages
    #[arg(long)]
    language: String,
    /// Add the file that lets a CI service grade pushes on its own machines
    #[arg(long, value_name = "SERVICE")]
    ci: Option<Service>,
}

impl New {
    pub fn run(self) -> Result<ExitCode, Problem> {
        let directory = &self.directory;
        let language = languages::find(&self.language)?;
        if directory.exists() {
            return Err(format!("{} exists already; choose another name", directory.display()));
        }
        let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let repository = directory.with_file_name(format!("{name}.git"));
        let sandbox = SandboxMode::Preferred;
        let hosting = Hosting { language, name, shared: false, sandbox, exam: false, ci: self.ci };
        host::create(&repository, &hosting)?;
        let (from, to) = (absolute(&repository)?, absolute(directory)?);
        let clone = ["clone", "-q", "--origin=origin", "--"].map(OsStr::new);
        let cloned =
            git::run(Path::new("."), &[&clone, [from.as_ref(), to.as_ref()].as_slice()].concat());
        if cloned.is_err() {
            let _ = fs::remove_dir_all(&repository); // it would be in the way of the next attempt
        }
        cloned?;
        println!("{BOLD}cd {}{BOLD:#}", shell_word(directory));
        println!("{BOLD}git commit --allow-empty -m start{BOLD:#}");
        println!("{BOLD}git push{BOLD:#}");
        Ok(ExitCode::SUCCESS)
    }
}

pub fn serve(repository: &Path) -> Result<ExitCode, Problem> {
    key::serve(repository)?;
    Ok(ExitCode::SUCCESS)
}

pub fn status() -> Result<ExitCode, Problem> {
    let here = Path::new(".");
    let is_bare = git::run(here, &["rev-parse", "--is-bare-repository"]).map_err(|error| {
        match error.contains("not a git repository") {
            true => "there is no repository here; go to your project, or to one that you host"
                .to_owned(),
            false => error,
        }
    })?;
    let is_host = is_bare.trim() == "true";
    if !is_host && git::run(here, &["fetch", "-q", "origin"]).is_err() {
        println!(
            "{DIM}(origin cannot be reached: this is what was known at the last fetch){DIM:#}"
        );
    }
    let mut pushes = record::read(here, if is_host { record::BRANCH } else { record::FETCHED })?;
    if is_host {
        pending::settle(here, &mut pushes);
    }
    let Some(last) = pushes.last() else {
        println!("Nothing has been pushed yet: git commit --allow-empty -m start && git push");
        return Ok(ExitCode::SUCCESS);
    };
    let count = counted(pushes.len(), "push", "pushes");
    let (name, language) = (one_line(&last.name), one_line(&last.language));
    println!("{BOLD}{name}{BOLD:#}, {language}, {count}");
    let history = History::of(&pushes).map_err(|error| record::broken(&error))?;
    for (stage, past) in STAGES.iter().zip(&history.stages) {
        stage_status(stage, past, &history);
    }
    let main = if is_host { record::MAIN } else { record::FETCHED_MAIN };
    for remark in remarks::of(&history, record::tip(here, main)?.as_deref()) {
        for line in wrap_words(&remark, terminal_width().map_or(usize::MAX, |width| width - 2)) {
            println!("  {DIM}{line}{DIM:#}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints when a stage passed, or after how many tries it has not.
fn stage_status(stage: &Stage, past: &StageHistory, history: &History) {
    let (number, slug) = (stage.number, stage.slug);
    let tries = counted(past.tries, "try", "tries");
    let lost = match past.fails_again {
        true => format!("  {BAD}fails again since{BAD:#}"),
        false => String::new(),
    };
    match past.passed.map(|at| &history.pushes[at]) {
        Some(push) => println!(
            "  {GOOD}✓{GOOD:#} {number} {slug:<12} {tries:<9} {}  push {}, {}{lost}",
            push.time.strftime("%F %T"),
            push.number,
            push.short_commit()
        ),
        None if past.tries == 0 => println!("  {DIM}  {number} {slug}{DIM:#}"),
        None => println!("  {BAD}✗{BAD:#} {number} {slug:<12} {tries}"),
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Problem> {
    let directory = env::current_dir().map_err(|error| format!("no directory: {error}"))?;
    Ok(directory.join(path))
}
