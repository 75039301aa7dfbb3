//! The hook: grades what was pushed, while the learner watches.

use super::BRANCH;
use super::attempt::{Attempt, Pushed, Start};
use super::key::bounds;
use super::pending;
use super::record;
use super::remote::{Obstacle, say, say_dim, say_wrapped};
use super::settings::{SandboxMode, Settings};
use super::turn::{self, AT_A_TIME};
use super::update::{self, Update, expect_clear, expect_few, updates};
use super::upkeep;
use super::workplace::{self, Workplace};
use crate::bytes::printable;
use crate::stages::STAGES;
use crate::style::{BOLD, DIM, GOOD};
use anstream::ColorChoice;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

/// Before git changes anything: refuses what would harm the host, and writes the push into the record. Git
/// gives the refs to `pre-receive` on standard input, and changes nothing if the exit status is not 0.
pub fn pre_receive(repository: &Path) -> ExitCode {
    ColorChoice::Always.write_global();
    let announced = updates().and_then(|updates| {
        expect_few(&updates)?;
        expect_clear(&updates)?;
        let settings = Settings::of(repository).unwrap_or_default();
        // If this fails, the repository stays as it was, which is no reason not to grade.
        let _ = upkeep::renew(repository, settings.sandbox == SandboxMode::Required);
        let graded: Vec<Update> = update::steps(updates).into_iter().flatten().collect();
        if graded.is_empty() {
            return Ok(());
        }
        let pushes = graded.iter().map(|update| update.push(&settings)).collect();
        pending::announce(repository, pushes, || {
            graded.iter().try_for_each(|update| update.expect_acceptable(repository))
        })
    });
    match announced {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = say_wrapped(&printable(&format!("challenge: {problem}. Nothing has changed.")));
            ExitCode::from(2)
        }
    }
}

/// Grades the refs that standard input names, as git gives them to `post-receive`. What the host could
/// not do is said to the learner.
pub fn post_receive(repository: &Path) -> ExitCode {
    ColorChoice::Always.write_global();
    bounds::lift();
    let problem = match grade_pushed(repository) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Obstacle::Gone) => {
            let _ = pending::interrupted();
            return ExitCode::from(2);
        }
        Err(Obstacle::Host(problem)) => problem,
    };
    let _ = say_wrapped(&printable(&format!("challenge: {problem}")));
    if let Err(problem) = pending::not_graded(&problem) {
        let _ = say_wrapped(&printable(&format!("challenge: {problem}")));
    }
    let _ = say_wrapped("When that is fixed: git commit --allow-empty -m again, and push.");
    ExitCode::from(2)
}

fn grade_pushed(repository: &Path) -> Result<(), Obstacle> {
    let settings = Settings::of(repository);
    let known = settings.as_ref().cloned().unwrap_or_default();
    // If this fails, the repository stays as it was, which is no reason not to grade.
    let _ = upkeep::renew(repository, known.sandbox == SandboxMode::Required);
    let steps = update::steps(updates()?);
    let pushes = steps.iter().flatten().map(|update| update.push(&known));
    let numbers = pending::adopt(repository, pushes.collect())?;
    let settings = settings?;
    workplace::leave_with_learner()?;
    let _turn = turn::take(repository, || {
        say_wrapped(&format!(
            "{AT_A_TIME} pushes to this repository are being graded: this one waits for its turn."
        ))
    })?;
    let workplace = Workplace::open(repository, &settings)?;
    let mut numbers = numbers.into_iter();
    let graded =
        steps.into_iter().try_for_each(|step| match step.map(|update| (update, numbers.next())) {
            Err(reason) => say_wrapped(&printable(&reason)),
            Ok((update, Some(number))) => grade(&update, number, repository, &settings, &workplace),
            Ok((_, None)) => Ok(()),
        });
    workplace.close();
    graded
}

fn grade(
    update: &Update,
    number: usize,
    repository: &Path,
    settings: &Settings,
    place: &Workplace,
) -> Result<(), Obstacle> {
    let started = Instant::now();
    let branch = update.printable_branch();
    let counts = branch == BRANCH;
    say(&format!("{BOLD}Grading {} on {branch}{BOLD:#}", &update.new[..8]))?;
    if !counts {
        say(&format!("This branch is tried out; what counts is {BRANCH}."))?;
    }
    if update.is_forced(repository) {
        say_wrapped("The branch was rewritten; the results of what was there before are kept.")?;
    }
    let before = record::stages_passed(&record::read(repository, record::BRANCH)?);
    if settings.exam {
        let kind = "its name, and what kind of failure it was";
        say_wrapped(&format!("This is an exam: of a failed check you see {kind}."))?;
    }
    let pushed = Pushed { repository, settings, workplace: place, commit: &update.new, number };
    let mut attempt = pushed.attempt(Start::Kept)?;
    if counts && attempt.stages_passed > 0 && attempt.had_kept {
        let again = confirm(&pushed, &attempt)?;
        if is_try_without_verdict(&attempt, &again) {
            return pending::unconfirmed(number).map_err(Obstacle::Host);
        }
        attempt = again;
    }
    let push = pending::graded(number, attempt)?;
    let time = started.elapsed().as_secs_f64();
    say(&format!("{DIM}Push {number}, {time:.1} s. All of them: challenge status{DIM:#}"))?;
    match counts && push.stages_passed > before {
        true => announce(push.stages_passed),
        false => Ok(()),
    }
}

/// Whether the learner has read what is wrong, and the second run came to no verdict. It is a try all the
/// same: a learner could bring that about, and hide what the cards said.
fn is_try_without_verdict(first: &Attempt, second: &Attempt) -> bool {
    let has_failed = first.results.graded && !first.results.passed;
    has_failed && second.is_unclear()
}

/// What an earlier push has left could be more than a build makes of this commit: what counts has to pass
/// without.
fn confirm(pushed: &Pushed, first: &Attempt) -> Result<Attempt, Obstacle> {
    say_dim("Once more from the commit alone, which is what counts.")?;
    let attempt = pushed.attempt(Start::Scratch)?;
    let passed = attempt.stages_passed;
    let all = STAGES.len();
    let is_less = passed < first.stages_passed;
    match (is_less, attempt.is_unclear()) {
        (false, _) => say_dim(&format!("{passed} of {all} stages pass."))?,
        (true, true) => say_wrapped(&format!(
            "This machine was too busy to confirm more than {passed} of {all} stages. Push once more: \
             git commit --allow-empty -m again, and git push."
        ))?,
        (true, false) => say_wrapped(&format!(
            "So, only {passed} of {all} stages pass, which is what counts: something that an earlier push \
             has left is missing. A build in a fresh clone shows it."
        ))?,
    }
    Ok(attempt)
}

/// What comes next, for somebody who has come further than ever before.
fn announce(stages_passed: usize) -> Result<(), Obstacle> {
    say("")?;
    match STAGES.get(stages_passed) {
        Some(next) => {
            say(&format!("{GOOD}{BOLD}Stage {} passes.{BOLD:#}{GOOD:#}", stages_passed - 1))?;
            say(&format!("{BOLD}Stage {}: {}{BOLD:#}", next.number, next.title))?;
            say("")?;
            next.chapter.task().lines().try_for_each(say)
        }
        None => {
            let last = STAGES.len() - 1;
            let diff = format!("How the worked server does it: challenge diff 0 {last}");
            let mut lines = FINISH.lines().chain([diff.as_str()]);
            lines.try_for_each(|line| say(&format!("{GOOD}{line}{GOOD:#}")))
        }
    }
}

const FINISH: &str = r"
    +------------------------------------------------+
    |                                                |
    |   Every stage passes. You have built a Redis.  |
    |                                                |
    |   What I cannot create, I do not understand;   |
    |   this, you do.                                |
    |                                                |
    +------------------------------------------------+

How you got here: challenge status
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::Verdict;
    use crate::host::contents::Contents;
    use crate::report::Results;
    use std::time::Duration;

    fn attempt(verdict: Verdict) -> Attempt {
        Attempt {
            language: "python".to_owned(),
            contents: Contents::default(),
            waived: Vec::new(),
            stages_passed: 0,
            results: Results::default().record(verdict, Duration::ZERO),
            problem: None,
            had_kept: true,
        }
    }

    #[test]
    fn cards_that_were_read_are_a_try_though_the_second_run_says_nothing() {
        use Verdict::{Failed, Passed, Unclear};
        for (first, second, is_try) in [
            (Failed, Unclear, true),
            (Failed, Failed, false),
            (Passed, Unclear, false),
            (Unclear, Unclear, false),
        ] {
            let (first, second) = (attempt(first), attempt(second));
            assert_eq!(is_try_without_verdict(&first, &second), is_try);
        }
    }
}
