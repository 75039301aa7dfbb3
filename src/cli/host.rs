//! The commands around repositories: languages, host, new, status, and the hook.

use super::Problem;
use crate::git;
use crate::host::record::{self, Push};
use crate::host::{self, hook, shell_word};
use crate::languages::{self, LANGUAGES};
use crate::stages::{STAGES, Stage};
use crate::style::{BAD, BOLD, DIM, GOOD};
use anstream::println;
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

pub fn host(repository: &Path, language: &str, name: Option<String>) -> Result<ExitCode, Problem> {
    let language = languages::find(language)?;
    let stem = repository.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    host::create(repository, language, &name.unwrap_or(stem))?;
    println!("git clone {}", shell_word(&absolute(repository)?));
    Ok(ExitCode::SUCCESS)
}

/// For a single learner: the repository is beside the clone, and has its name with `.git` behind it.
pub fn new(directory: &Path, language: &str) -> Result<ExitCode, Problem> {
    let language = languages::find(language)?;
    if directory.exists() {
        return Err(format!("{} exists already; choose another name", directory.display()));
    }
    let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let repository = directory.with_file_name(format!("{name}.git"));
    host::create(&repository, language, &name)?;
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

pub fn hook(repository: &Path) -> Result<ExitCode, Problem> {
    hook::post_receive(repository)?;
    Ok(ExitCode::SUCCESS)
}

pub fn status() -> Result<ExitCode, Problem> {
    let here = Path::new(".");
    let is_host = git::run(here, &["rev-parse", "--is-bare-repository"])?.trim() == "true";
    if !is_host && git::run(here, &["fetch", "-q", "origin"]).is_err() {
        println!(
            "{DIM}(origin cannot be reached: this is what was known at the last fetch){DIM:#}"
        );
    }
    let pushes = record::read(here, if is_host { record::BRANCH } else { record::FETCHED })?;
    let Some(last) = pushes.last() else {
        println!("Nothing has been pushed yet: git commit --allow-empty -m start && git push");
        return Ok(ExitCode::SUCCESS);
    };
    let count = pushes.len();
    println!(
        "{BOLD}{}{BOLD:#}, {}, {count} push{}",
        last.name,
        last.language,
        if count == 1 { "" } else { "es" }
    );
    let counting: Vec<&Push> = pushes.iter().filter(|push| push.counts).collect();
    let mut tries = 0;
    for stage in &STAGES {
        tries = stage_status(stage, &counting, tries);
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints when a stage passed. `before` is how many pushes it took to pass the stage before, or all of
/// them if it did not; returns the same for this stage.
fn stage_status(stage: &Stage, pushes: &[&Push], before: usize) -> usize {
    let passes = |push: &&&Push| push.stages_passed > stage.number;
    let (number, slug) = (stage.number, stage.slug);
    let Some(first) = pushes.iter().position(|push| passes(&push)) else {
        let tries = pushes.len().saturating_sub(before);
        match tries {
            0 => println!("  {DIM}  {number} {slug}{DIM:#}"),
            _ => println!("  {BAD}✗{BAD:#} {number} {slug:<12} {}", times(tries, "try", "tries")),
        }
        return pushes.len();
    };
    let push = pushes[first];
    let tries = times((first + 1).saturating_sub(before).max(1), "try", "tries");
    let lost = match pushes.last().is_some_and(|last| !passes(&last)) {
        true => format!("  {BAD}fails again since{BAD:#}"),
        false => String::new(),
    };
    println!(
        "  {GOOD}✓{GOOD:#} {number} {slug:<12} {tries:<9} {}  push {}, {}{lost}",
        push.time.replace('T', " ").trim_end_matches('Z'),
        push.push,
        &push.commit[..8]
    );
    first + 1
}

fn times(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn absolute(path: &Path) -> Result<PathBuf, Problem> {
    let directory = env::current_dir().map_err(|error| format!("no directory: {error}"))?;
    Ok(directory.join(path))
}
