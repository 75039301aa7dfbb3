//! The hook: grades what was pushed, while the learner watches.

use super::BRANCH;
use super::record::{self, Push};
use super::workplace::{Workplace, undisturbed};
use crate::grade::{CheckResult, Grade, Plan, Reporter, Verdict, grade};
use crate::project::{EXAMPLE, FILE, Project};
use crate::report::{Record, Results, TextReport};
use crate::stages::{STAGES, Stage};
use crate::style::{BAD, BOLD, DIM, GOOD};
use crate::text::wrap_words;
use crate::trial::sandbox;
use crate::{cli, git};
use anstream::{ColorChoice, stdout};
use std::io::{self, Read, Write, stdin};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

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
    let workplace = Workplace::open()?;
    let graded = grade_all(repository, &workplace, updates);
    workplace.close();
    graded
}

fn grade_all(repository: &Path, place: &Workplace, updates: Vec<Update>) -> Result<(), String> {
    let mut graded: Vec<String> = Vec::new();
    for update in updates {
        match update.refusal(&graded) {
            Some(reason) => say_wrapped(&reason)?,
            None => {
                update.grade(repository, place)?;
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

    fn grade(&self, repository: &Path, place: &Workplace) -> Result<(), String> {
        let started = Instant::now();
        let branch = self.branch().unwrap_or_default();
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
        let attempt = attempt(repository, place, &self.new)?;
        let push = self.record(repository, attempt)?;
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

    fn record(&self, repository: &Path, attempt: Attempt) -> Result<Push, String> {
        let branch = self.branch().unwrap_or_default();
        let push = Push {
            push: 0,
            time: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            commit: self.new.clone(),
            branch: branch.to_owned(),
            counts: branch == BRANCH,
            name: setting(repository, "challenge.name"),
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

/// What came of building and grading a commit.
struct Attempt {
    /// What challenge.toml says, or what the repository was made for.
    language: String,
    stages_passed: usize,
    results: Record,
    /// Why nothing was graded, if so; the learner has read it.
    problem: Option<String>,
}

/// Builds and grades a commit. The error is not the learner's.
fn attempt(repository: &Path, place: &Workplace, commit: &str) -> Result<Attempt, String> {
    let checkout = place.check_out(repository, commit)?;
    let mut report = HookReport::new();
    let built = load(&checkout).and_then(|project| {
        project.build(&checkout, |line| drop(say(&format!("{DIM}|{DIM:#} {line}"))))?;
        Ok(project)
    });
    let project = match built {
        Ok(project) => project,
        Err(problem) => {
            for line in problem.lines().flat_map(wrapped) {
                say(&format!("{BAD}{line}{BAD:#}"))?;
            }
            let language = setting(repository, "challenge.language");
            let results = report.results.record(Verdict::Failed, Duration::ZERO);
            return Ok(Attempt { language, stages_passed: 0, results, problem: Some(problem) });
        }
    };
    if sandbox::refusal().is_some() {
        cli::expect_free_port()?;
    }
    let plan = Plan {
        subject: project.subject(&checkout),
        stages: STAGES.iter().collect(),
        seed: fastrand::u64(..1_000_000),
        fail_fast: false,
        all: false,
    };
    let started = Instant::now();
    let Grade { verdict, stages_passed } = grade(&plan, &mut report).map_err(gone)?;
    let results = report.results.record(verdict, started.elapsed());
    Ok(Attempt { language: project.language, stages_passed, results, problem: None })
}

fn load(checkout: &Path) -> Result<Project, String> {
    match checkout.join(FILE).exists() {
        true => Project::load(checkout),
        false => Err(format!("There is no {FILE} in this commit. {EXAMPLE}")),
    }
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

fn say_wrapped(text: &str) -> Result<(), String> {
    wrapped(text).iter().try_for_each(|line| say(line))
}

/// Lines that fit; one that fits anyway keeps its spaces, which may point at something.
fn wrapped(line: &str) -> Vec<String> {
    match line.chars().count() <= WIDTH {
        true => vec![line.to_owned()],
        false => wrap_words(line, WIDTH),
    }
}

/// A line for the learner. Nobody reads any more when the push was interrupted: then there is
/// nothing left to do.
fn say(line: &str) -> Result<(), String> {
    let mut stdout = stdout();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush()).map_err(gone)
}

fn gone(error: io::Error) -> String {
    format!("the push was interrupted: {error}")
}

fn setting(repository: &Path, key: &str) -> String {
    git::run(repository, &["config", "--get", key]).unwrap_or_default().trim().to_owned()
}

/// Shows the results, and keeps them for the record.
struct HookReport {
    text: TextReport,
    results: Results,
}

impl HookReport {
    fn new() -> HookReport {
        HookReport { text: TextReport::new(Some(WIDTH), false), results: Results::default() }
    }
}

impl Reporter for HookReport {
    fn begin(&mut self, plan: &Plan) -> io::Result<()> {
        self.results.begin(plan.seed);
        self.text.begin(plan)
    }

    fn stage_begins(&mut self, stage: &'static Stage) -> io::Result<()> {
        self.results.stage_begins(stage);
        self.text.stage_begins(stage)
    }

    fn check_ended(&mut self, stage: &'static Stage, result: &CheckResult) -> io::Result<()> {
        self.results.check_ended(stage, result);
        self.text.check_ended(stage, result)
    }

    fn stage_ended(
        &mut self,
        stage: &'static Stage,
        verdict: Verdict,
        time: Duration,
    ) -> io::Result<()> {
        self.results.stage_ended(verdict, time);
        self.text.stage_ended(stage, verdict, time)
    }

    fn end(&mut self, plan: &Plan, verdict: Verdict, time: Duration) -> io::Result<()> {
        self.text.end(plan, verdict, time)
    }
}
