//! One attempt: a commit is checked out, built and graded, in the place that the host's settings ask for.

use super::cache::Cache;
use super::contents::Contents;
use super::pending;
use super::place;
use super::remote::{Obstacle, WIDTH, say, say_dim, wrapped};
use super::settings::Settings;
use super::workplace::{CheckOut, Workplace};
use crate::bytes::printable;
use crate::cli;
use crate::grade::{Grade, Plan, Reporter, Verdict, grade};
use crate::project::{EXAMPLE, FILE, Project, Unbuilt};
use crate::report::{All, Detail, Record, Results, TextReport};
use crate::stages::STAGES;
use crate::style::{BAD, DIM};
use crate::trial::{Place, namespaces};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// The largest challenge.toml that is read, in bytes: all of it is held in memory, and some in messages.
const LARGEST_PROJECT: u64 = 64 * 1024;

/// A commit that was pushed, and where it is tried.
pub struct Pushed<'a> {
    pub repository: &'a Path,
    pub settings: &'a Settings,
    pub workplace: &'a Workplace,
    pub commit: &'a str,
    /// Its number in the record.
    pub number: usize,
}

/// What a commit is built from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// What earlier builds have left is there, too. The learner watches.
    Kept,
    /// The commit alone, and nothing is said but what goes wrong.
    Scratch,
}

impl Start {
    fn is_watched(self) -> bool {
        self == Start::Kept
    }
}

/// What came of building and grading a commit.
pub struct Attempt {
    /// What challenge.toml says, or what the repository was made for.
    pub language: String,
    pub contents: Contents,
    /// The demands that challenge.toml waives.
    pub waived: Vec<String>,
    pub stages_passed: usize,
    pub results: Record,
    /// Why nothing was graded, if so; the learner has read it.
    pub problem: Option<String>,
    /// Whether something was there that an earlier build has left.
    pub had_kept: bool,
}

impl Attempt {
    /// Whether it says nothing of the commit: the machine did not let it come to a verdict.
    pub fn is_unclear(&self) -> bool {
        self.problem.is_none() && !self.results.graded
    }
}

impl Pushed<'_> {
    /// Builds and grades the commit. The error is not the learner's.
    pub fn attempt(&self, start: Start) -> Result<Attempt, Obstacle> {
        let Pushed { repository, settings, workplace, commit, number } = *self;
        let detail = if settings.exam { Detail::Kind } else { Detail::FirstCard };
        let mut results = Results::new(detail);
        let checkout = match workplace.check_out(repository, commit) {
            Ok(checkout) => checkout,
            Err(CheckOut::Host(problem)) => return Err(problem.into()),
            Err(CheckOut::Commit(problem)) => {
                let language = settings.language.clone();
                return refused(language, Contents::default(), &problem, results);
            }
        };
        let contents = Contents::of(&checkout);
        let project = match load(&checkout) {
            Ok(project) => project,
            Err(problem) => {
                let language = settings.language.clone();
                return refused(language, contents, &problem, results);
            }
        };
        let (place, said) = place::choose(repository, settings, workplace, checkout, &project)?;
        if start.is_watched() {
            say_dim(&said)?;
        }
        let project = match place.sandbox {
            Some(_) => project.within(settings.build_time, settings.start_time),
            None => project,
        };
        let had_kept = match self.build(&place, &project, start) {
            Ok(had_kept) => had_kept,
            Err(Unbuilt::Failed(problem)) => {
                if start.is_watched() && place.sandbox.is_some() {
                    say_dim("A build has no network here: what it needs has to be in the commit.")?;
                }
                return refused(project.language, contents, &problem, results);
            }
            Err(Unbuilt::NotRun(problem)) => return Err(problem.into()),
        };
        let waived = if project.one_thread { Vec::new() } else { vec!["one_thread".to_owned()] };
        if namespaces::refusal().is_some() {
            cli::expect_free_port()?;
        }
        let plan = Plan {
            subject: project.subject(place),
            stages: STAGES.iter().collect(),
            seed: fastrand::u64(..1_000_000),
            fail_fast: false,
            all: false,
        };
        let started = Instant::now();
        let mut text = TextReport::new(Some(WIDTH), detail);
        let mut reports: Vec<&mut dyn Reporter> = vec![&mut results];
        if start.is_watched() {
            pending::shown(repository, number);
            reports.push(&mut text);
        }
        let Grade { verdict, stages_passed } =
            grade(&plan, &mut All(reports)).map_err(|_| Obstacle::Gone)?;
        let results = results.record(verdict, started.elapsed());
        let language = project.language;
        let problem = None;
        Ok(Attempt { language, contents, waived, stages_passed, results, problem, had_kept })
    }

    /// Says whether something was there that an earlier build has left.
    fn build(&self, place: &Place, project: &Project, start: Start) -> Result<bool, Unbuilt> {
        if project.build.is_none() {
            return Ok(false);
        }
        let mut cache = Cache::open(self.repository, self.commit, self.workplace.root(), place);
        let had_kept = start == Start::Kept && cache.restore();
        let started = Instant::now();
        let built = project.build(place, |line| {
            if start.is_watched() {
                let _ = say(&format!("{DIM}|{DIM:#} {line}"));
            }
        });
        match built {
            Ok(()) => {
                if start.is_watched() {
                    let time = started.elapsed().as_secs_f64();
                    let _ = say_dim(&format!("Built in {time:.1} s."));
                }
                cache.keep();
            }
            Err(Unbuilt::Failed(_)) => cache.doubt(),
            Err(Unbuilt::NotRun(_)) => {}
        }
        built.map(|()| had_kept)
    }
}

/// Nothing can be graded.
fn refused(
    language: String,
    contents: Contents,
    problem: &str,
    results: Results,
) -> Result<Attempt, Obstacle> {
    let problem = printable(problem);
    for line in problem.lines().flat_map(wrapped) {
        say(&format!("{BAD}{line}{BAD:#}"))?;
    }
    Ok(Attempt {
        language,
        contents,
        waived: Vec::new(),
        stages_passed: 0,
        results: results.record(Verdict::Failed, Duration::ZERO),
        problem: Some(problem),
        had_kept: false,
    })
}

fn load(checkout: &Path) -> Result<Project, String> {
    // A link could lead to a file of the host, whose beginning would be in the message.
    match fs::symlink_metadata(checkout.join(FILE)) {
        Ok(file) if file.len() > LARGEST_PROJECT => Err(format!("{FILE} is larger than 64 KiB.")),
        Ok(file) if file.is_file() => Project::load(checkout),
        Ok(_) => Err(format!("{FILE} is not a file in this commit. {EXAMPLE}")),
        Err(_) => Err(format!("There is no {FILE} in this commit. {EXAMPLE}")),
    }
}
