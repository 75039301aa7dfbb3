//! The hook: grades what was pushed, while the learner watches.

use super::BRANCH;
use super::attempt::{Attempt, Pushed, Start};
use super::key::bounds;
use super::record::{self, Push};
use super::remote::{say, say_dim, say_wrapped};
use super::settings::Settings;
use super::turn::{self, AT_A_TIME};
use super::workplace::{Workplace, undisturbed};
use crate::bytes::printable;
use crate::git;
use crate::stages::STAGES;
use crate::style::{BOLD, DIM, GOOD};
use anstream::ColorChoice;
use std::io::{Read, stdin};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Instant, SystemTime};

/// The most commits of one push that are graded.
const MOST_GRADED: usize = 3;

/// A ref that was pushed: what it was, what it is, what it is called.
struct Update {
    old: String,
    new: String,
    name: String,
}

/// Grades the refs that standard input names, as git gives them to `post-receive`. What the host could
/// not do is said to the learner.
pub fn post_receive(repository: &Path) -> ExitCode {
    ColorChoice::Always.write_global();
    bounds::lift();
    match grade_pushed(repository) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = say_wrapped(&printable(&format!("challenge: {problem}")));
            let _ =
                say_wrapped("When that is mended: git commit --allow-empty -m again, and push.");
            ExitCode::from(2)
        }
    }
}

fn grade_pushed(repository: &Path) -> Result<(), String> {
    let mut input = Vec::new();
    stdin().read_to_end(&mut input).map_err(|error| format!("no list of refs: {error}"))?;
    let input = String::from_utf8_lossy(&input);
    let mut updates: Vec<Update> = input.lines().filter_map(Update::parse).collect();
    let main = format!("refs/heads/{BRANCH}");
    updates.sort_by_key(|update| update.name != main); // what counts comes first
    let settings = Settings::of(repository)?;
    let _turn = turn::take(repository, || {
        say_wrapped(&format!(
            "{AT_A_TIME} pushes to this repository are being graded: this one waits for its turn."
        ))
    })?;
    let workplace = Workplace::open(repository, &settings)?;
    let graded = grade_all(repository, &settings, &workplace, updates);
    workplace.close();
    graded
}

fn grade_all(
    repository: &Path,
    settings: &Settings,
    place: &Workplace,
    updates: Vec<Update>,
) -> Result<(), String> {
    let mut graded: Vec<String> = Vec::new();
    for update in updates {
        match update.refusal(&graded) {
            Some(reason) => say_wrapped(&printable(&reason))?,
            None => {
                update.grade(repository, settings, place)?;
                graded.push(update.new);
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

    fn grade(
        &self,
        repository: &Path,
        settings: &Settings,
        place: &Workplace,
    ) -> Result<(), String> {
        let started = Instant::now();
        let branch = printable(self.branch().unwrap_or_default());
        let counts = branch == BRANCH;
        say(&format!("{BOLD}Grading {} on {branch}{BOLD:#}", &self.new[..8]))?;
        if !counts {
            say(&format!("This branch is tried out; what counts is {BRANCH}."))?;
        }
        if self.is_forced(repository) {
            say_wrapped(
                "The branch was rewritten; the results of what was there before are kept.",
            )?;
        }
        let before = record::stages_passed(&record::read(repository, record::BRANCH)?);
        if settings.exam {
            let kind = "its name, and what kind of failure it was";
            say_wrapped(&format!("This is an exam: of a failed check you see {kind}."))?;
        }
        let pushed = Pushed { repository, settings, workplace: place, commit: &self.new };
        let mut attempt = pushed.attempt(Start::Kept)?;
        if counts && attempt.stages_passed > before && attempt.had_kept {
            attempt = confirm(&pushed, &attempt)?;
        }
        let push = self.record(repository, &settings.name, attempt)?;
        let time = started.elapsed().as_secs_f64();
        say(&format!(
            "{DIM}Push {}, {time:.1} s. All of them: challenge status{DIM:#}",
            push.push
        ))?;
        match counts && push.stages_passed > before {
            true => announce(push.stages_passed),
            false => Ok(()),
        }
    }

    fn record(&self, repository: &Path, name: &str, attempt: Attempt) -> Result<Push, String> {
        let branch = printable(self.branch().unwrap_or_default());
        let push = Push {
            push: 0,
            time: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            commit: self.new.clone(),
            counts: branch == BRANCH,
            branch,
            name: name.to_owned(),
            language: attempt.language,
            problem: attempt.problem,
            stages_passed: attempt.stages_passed,
            results: attempt.results,
        };
        let _undisturbed = undisturbed();
        record::add(repository, push)
    }

    fn is_forced(&self, repository: &Path) -> bool {
        let ancestor = ["merge-base", "--is-ancestor", &self.old, &self.new];
        !git::is_nothing(&self.old) && git::run(repository, &ancestor).is_err()
    }
}

/// What an earlier push has left could be more than a build makes of this commit: what counts has to pass
/// without.
fn confirm(pushed: &Pushed, first: &Attempt) -> Result<Attempt, String> {
    say_dim("Further than ever: built and graded once more, from the commit alone.")?;
    let attempt = pushed.attempt(Start::Scratch)?;
    let passed = attempt.stages_passed;
    match passed < first.stages_passed {
        true => say_wrapped(&format!(
            "So, only {passed} of {} stages pass, which is what counts: something that an earlier push \
             has left is missing. A build in a fresh clone shows it.",
            STAGES.len()
        ))?,
        false => say_dim(&format!("{passed} of {} stages pass.", STAGES.len()))?,
    }
    Ok(attempt)
}

/// What comes next, for somebody who has come further than ever before.
fn announce(stages_passed: usize) -> Result<(), String> {
    say("")?;
    match STAGES.get(stages_passed) {
        Some(next) => {
            say(&format!("{GOOD}{BOLD}Stage {} passes.{BOLD:#}{GOOD:#}", stages_passed - 1))?;
            say(&format!("{BOLD}Stage {}: {}{BOLD:#}", next.number, next.title))?;
            say("")?;
            next.chapter.task().lines().try_for_each(say)
        }
        None => FINISH.lines().try_for_each(|line| say(&format!("{GOOD}{line}{GOOD:#}"))),
    }
}

const FINISH: &str = r"
    +------------------------------------------------+
    |                                                |
    |   Every stage passes. You have built a Redis.  |
    |                                                |
    |   What I cannot create, I cannot understand;   |
    |   this, you can.                               |
    |                                                |
    +------------------------------------------------+

How you got here: challenge status
How the worked server does it: challenge diff 0 5
";
