//! The hook: grades what was pushed, while the learner watches.

use super::record::{self, Push};
use super::{BRANCH, record as records};
use crate::card::wrap_words;
use crate::grade::{CheckResult, Grade, Plan, Reporter, Verdict, grade};
use crate::project::Project;
use crate::report::{Record, Results, TextReport, record as results_record};
use crate::stages::{STAGES, Stage};
use crate::style::{BAD, BOLD, DIM, GOOD};
use crate::{cli, git};
use anstream::{ColorChoice, stdout};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io::{self, Read, Write, stdin};
use std::path::{Path, PathBuf};
use std::process::exit;
use std::time::{Duration, Instant, SystemTime};
use std::{fs, thread};
use tempfile::TempDir;

/// Git shows what a hook prints behind `remote: `, in a terminal that may have 72 columns.
const WIDTH: usize = 64;
/// The most commits of one push that are graded.
const MOST_GRADED: usize = 3;

/// A ref that was pushed: what it was, what it is, what it is called.
struct Update {
    old: String,
    new: String,
    name: String,
}

/// Grades the refs that standard input names, as git gives them to `post-receive`.
pub fn post_receive(repository: &Path) -> Result<(), String> {
    ColorChoice::Always.write_global();
    let mut input = String::new();
    stdin().read_to_string(&mut input).map_err(|error| format!("no list of refs: {error}"))?;
    let mut updates: Vec<Update> = input.lines().filter_map(Update::parse).collect();
    let main = format!("refs/heads/{BRANCH}");
    updates.sort_by_key(|update| update.name != main); // what counts comes first
    let mut graded: Vec<String> = Vec::new();
    for update in updates {
        match update.refusal(&graded) {
            Some(reason) => say(&reason)?,
            None => {
                graded.push(update.new.clone());
                update.grade(repository)?;
            }
        }
    }
    Ok(())
}

impl Update {
    fn parse(line: &str) -> Option<Update> {
        let mut words = line.split(' ').map(str::to_owned);
        Some(Update { old: words.next()?, new: words.next()?, name: words.next()? })
    }

    fn branch(&self) -> Option<&str> {
        self.name.strip_prefix("refs/heads/")
    }

    /// Why there is nothing to grade, if so.
    fn refusal(&self, graded: &[String]) -> Option<String> {
        let name = &self.name;
        if git::is_nothing(&self.new) {
            return Some(format!("{name} is deleted; its results are kept."));
        }
        if self.branch().is_none() {
            return Some(format!("{name} is kept, and not graded: only branches are."));
        }
        if graded.contains(&self.new) {
            return Some(format!("{name} is the same commit, which has just been graded."));
        }
        (graded.len() == MOST_GRADED).then(|| {
            format!("{name} is kept, and not graded: {MOST_GRADED} branches at a time are enough.")
        })
    }

    fn grade(&self, repository: &Path) -> Result<(), String> {
        let branch = self.branch().unwrap_or_default();
        let counts = branch == BRANCH;
        let before = passed(&records::read(repository, record::BRANCH)?);
        say(&format!("{BOLD}Grading {} on {branch}{BOLD:#}", &self.new[..8]))?;
        if !counts {
            say(&format!("This branch is tried out; what counts is {BRANCH}."))?;
        }
        if self.is_forced(repository) {
            say("The branch was rewritten; the results of what was there before are kept.")?;
        }
        let started = Instant::now();
        let checkout = check_out(repository, &self.new)?;
        let (grade, results, problem) = match attempt(checkout.path()) {
            Ok((grade, results)) => (grade, results, None),
            Err(problem) => {
                for line in wrap_words(&problem, WIDTH) {
                    say(&format!("{BAD}{line}{BAD:#}"))?;
                }
                (None, Record::empty(), Some(problem))
            }
        };
        drop(checkout);
        let push = Push {
            push: 0,
            time: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            commit: self.new.clone(),
            branch: branch.to_owned(),
            counts,
            name: setting(repository, "challenge.name"),
            language: setting(repository, "challenge.language"),
            problem,
            stages_passed: grade.map_or(0, |grade| grade.stages_passed),
            results,
        };
        let push = record::add(repository, push)?;
        let time = started.elapsed().as_secs_f64();
        say(&format!("{DIM}Push {}, {time:.1} s; challenge status shows them all.{DIM:#}", push.push))?;
        if counts {
            announce(repository, before, push.stages_passed)?;
        }
        Ok(())
    }

    fn is_forced(&self, repository: &Path) -> bool {
        let ancestor = ["merge-base", "--is-ancestor", &self.old, &self.new];
        !git::is_nothing(&self.old) && git::run(repository, &ancestor).is_err()
    }
}

type Attempt = (Option<Grade>, Record, Option<String>);

/// Builds and grades a checkout. The error is the learner's to mend.
fn attempt(directory: &Path) -> Result<(Option<Grade>, Record), String> {
    let project = Project::load(directory)?;
    project.build(directory, |line| {
        let _ = say(&format!("{DIM}|{DIM:#} {line}"));
    })?;
    cli::expect_free_port()?;
    let plan = Plan {
        subject: project.subject(directory),
        stages: STAGES.iter().collect(),
        seed: fastrand::u64(..1_000_000),
        fail_fast: false,
        all: false,
    };
    let mut report = HookReport::default();
    let grade = grade(&plan, &mut report).map_err(|error| format!("nobody listens: {error}"))?;
    let record = report.record.unwrap_or_else(Record::empty);
    Ok((Some(grade), record))
}

/// A clean copy of a commit, in a place that goes away with the value, or with a signal.
fn check_out(repository: &Path, commit: &str) -> Result<TempDir, String> {
    let place = tempfile::tempdir().map_err(|error| format!("no place to check out: {error}"))?;
    remove_at_signal(place.path().to_owned());
    let tree = place.path().join("checkout");
    fs::create_dir(&tree).map_err(|error| format!("no place to check out: {error}"))?;
    Ok(place)
}

fn remove_at_signal(directory: PathBuf) {
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else { return };
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            let _ = fs::remove_dir_all(&directory);
            exit(128 + signal);
        }
    });
}
