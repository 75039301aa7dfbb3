//! Grading: the checks of some stages against a program, each stage in a trial of its own.

use crate::check::{Check, Failure, Problem, Symptom};
use crate::stages::Stage;
use crate::trial::supervised::are_processes_used_up;
use crate::trial::{Subject, Trial, namespaces};
use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What to grade.
#[derive(Clone)]
pub struct Plan {
    pub subject: Subject,
    pub stages: Vec<&'static Stage>,
    pub seed: u64,
    /// End with the first check that fails.
    pub fail_fast: bool,
    /// Go on after a stage that fails.
    pub all: bool,
}

pub enum Outcome {
    Passed,
    Failed(Box<Failure>),
    /// The program does not even start, which an earlier check has said.
    NotRun,
    /// The machine was too busy, or refused something: this says nothing of the program.
    Unclear(String),
}

pub struct CheckResult {
    pub check: &'static Check,
    pub outcome: Outcome,
    pub time: Duration,
    /// How often the check was repeated, because the tester was delayed.
    pub repeats: usize,
    pub note: Option<String>,
}

impl CheckResult {
    pub fn passed(&self) -> bool {
        matches!(self.outcome, Outcome::Passed)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Passed,
    /// The machine did not let every check come to a result.
    Unclear,
    /// A check failed, whatever came of the others.
    Failed,
}

/// Receives results as they come, in the order of stages and checks.
pub trait Reporter {
    fn begin(&mut self, plan: &Plan) -> io::Result<()>;
    fn stage_begins(&mut self, stage: &'static Stage) -> io::Result<()>;
    fn check_ended(&mut self, stage: &'static Stage, result: &CheckResult) -> io::Result<()>;
    fn stage_ended(
        &mut self,
        stage: &'static Stage,
        verdict: Verdict,
        time: Duration,
    ) -> io::Result<()>;
    fn end(&mut self, plan: &Plan, verdict: Verdict, time: Duration) -> io::Result<()>;
}

/// What a grade came to.
#[derive(Clone, Copy, Debug)]
pub struct Grade {
    pub verdict: Verdict,
    /// How many stages passed before the first that did not.
    pub stages_passed: usize,
}

/// Grades, and reports to `reporter`. Stages are graded side by side where trials are private. Ends
/// early when nobody takes the report.
pub fn grade(plan: &Plan, reporter: &mut dyn Reporter) -> io::Result<Grade> {
    let started = Instant::now();
    reporter.begin(plan)?;
    let workers = Workers::start(plan);
    let followed = follow(plan, &workers, reporter);
    workers.stop();
    let grade = followed?;
    reporter.end(plan, grade.verdict, started.elapsed())?;
    Ok(grade)
}

fn follow(plan: &Plan, workers: &Workers, reporter: &mut dyn Reporter) -> io::Result<Grade> {
    let mut grade = Grade { verdict: Verdict::Passed, stages_passed: 0 };
    for (stage, messages) in plan.stages.iter().zip(&workers.stages) {
        reporter.stage_begins(stage)?;
        // No message says that a stage has ended if no thread could be started to grade it.
        let (mut verdict, mut time) = (Verdict::Unclear, Duration::ZERO);
        for message in messages {
            match message {
                Message::Check(result) => reporter.check_ended(stage, &result)?,
                Message::Ended(its_verdict, its_time) => {
                    (verdict, time) = (its_verdict, its_time);
                    break;
                }
            }
        }
        reporter.stage_ended(stage, verdict, time)?;
        grade.verdict = grade.verdict.max(verdict);
        if grade.verdict == Verdict::Passed {
            grade.stages_passed += 1;
        } else if !plan.all {
            break;
        }
    }
    Ok(grade)
}

enum Message {
    Check(CheckResult),
    Ended(Verdict, Duration),
}

/// Threads that take stages in order and grade them, ahead of what is reported.
struct Workers {
    threads: Vec<thread::JoinHandle<()>>,
    stages: Vec<Receiver<Message>>,
    cancelled: Arc<AtomicBool>,
}

impl Workers {
    fn start(plan: &Plan) -> Workers {
        let (senders, stages): (Vec<_>, Vec<_>) =
            plan.stages.iter().map(|_| channel::<Message>()).unzip();
        let senders: Arc<[Sender<Message>]> = senders.into();
        let queue = Arc::new(Mutex::new((0..plan.stages.len()).collect::<VecDeque<usize>>()));
        let cancelled = Arc::new(AtomicBool::new(false));
        let count = match namespaces::refusal() {
            None => thread::available_parallelism().map_or(1, usize::from).clamp(2, 8),
            Some(_) => 1,
        };
        // Where the system has no room for more threads, fewer will do.
        let threads = (0..count.min(plan.stages.len()))
            .map_while(|worker| {
                let (plan, senders) = (plan.clone(), Arc::clone(&senders));
                let (queue, cancelled) = (Arc::clone(&queue), Arc::clone(&cancelled));
                let work = move || {
                    while let Some(index) = take(&queue, worker) {
                        grade_stage(&plan, plan.stages[index], &senders[index], &cancelled);
                    }
                };
                thread::Builder::new().spawn(work).ok()
            })
            .collect();
        Workers { threads, stages, cancelled }
    }

    /// Ends trials that nobody will hear of.
    fn stop(self) {
        self.cancelled.store(true, Ordering::Relaxed);
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

/// The first worker takes the stages in order, since that is how they are reported. The others begin
/// at the end: the last stage waits for the clock most, and the sooner it starts the better.
fn take(queue: &Mutex<VecDeque<usize>>, worker: usize) -> Option<usize> {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    if worker == 0 { queue.pop_front() } else { queue.pop_back() }
}

fn grade_stage(plan: &Plan, stage: &Stage, results: &Sender<Message>, cancelled: &Arc<AtomicBool>) {
    let started = Instant::now();
    let mut verdict = Verdict::Passed;
    let mut bench = Bench { plan, stage, trial: None, starts: true, is_silent: false, cancelled };
    for (index, check) in stage.checks.iter().enumerate() {
        if cancelled.load(Ordering::Relaxed) {
            return;
        }
        let result = bench.run(index, check);
        let check_verdict = match result.outcome {
            Outcome::Passed => Verdict::Passed,
            Outcome::Failed(_) | Outcome::NotRun => Verdict::Failed,
            Outcome::Unclear(_) => Verdict::Unclear,
        };
        verdict = verdict.max(check_verdict);
        let _ = results.send(Message::Check(result));
        if plan.fail_fast && verdict != Verdict::Passed {
            break;
        }
    }
    drop(bench);
    let _ = results.send(Message::Ended(verdict, started.elapsed()));
}

/// Where the checks of a stage are run: one program serves them all, until a check fails.
struct Bench<'a> {
    plan: &'a Plan,
    stage: &'a Stage,
    trial: Option<Trial>,
    /// Whether the program has not failed to start.
    starts: bool,
    /// Whether the program has once been silent when it should have answered.
    is_silent: bool,
    cancelled: &'a Arc<AtomicBool>,
}

impl Bench<'_> {
    fn run(&mut self, index: usize, check: &'static Check) -> CheckResult {
        let started = Instant::now();
        let (outcome, repeats) =
            if self.starts { self.attempts(index, check) } else { (Outcome::NotRun, 0) };
        let note = self.trial.as_ref().and_then(Trial::take_note);
        if !matches!(outcome, Outcome::Passed) {
            self.trial = None; // who knows what state it is in
        }
        CheckResult { check, outcome, time: started.elapsed(), repeats, note }
    }

    /// Repeats a check that proved nothing, because the tester or the program did not get to run.
    fn attempts(&mut self, index: usize, check: &Check) -> (Outcome, usize) {
        const ATTEMPTS: usize = 4;
        let mut why = String::new();
        for repeats in 0..ATTEMPTS {
            match self.attempt(index, check) {
                Ok(()) => return (Outcome::Passed, repeats),
                Err(Problem::Failed(_)) if are_processes_used_up() => {
                    why = "the system has no more processes for the program".to_owned();
                }
                Err(Problem::Failed(failure)) => return (Outcome::Failed(failure), repeats),
                Err(Problem::Delayed(reason)) => why = reason,
            }
            self.trial = None;
            if self.cancelled.load(Ordering::Relaxed) {
                break;
            }
        }
        (Outcome::Unclear(why), ATTEMPTS - 1)
    }

    fn attempt(&mut self, index: usize, check: &Check) -> Result<(), Problem> {
        let mut trial = match self.trial.take() {
            Some(trial) => trial,
            None => self.start()?,
        };
        let seed = self.plan.seed.wrapping_add((self.stage.number * 1000 + index) as u64);
        trial.begin(seed);
        if self.is_silent {
            trial.lose_patience();
        }
        let result = (check.run)(&mut trial).and_then(|()| {
            trial.settle();
            trial.expect_running()
        });
        let result = result.map_err(|problem| doubt(problem, &trial));
        if let Err(Problem::Failed(failure)) = &result {
            self.is_silent |= failure.symptom.is_silence();
        }
        self.trial = Some(trial);
        result
    }

    fn start(&mut self) -> Result<Trial, Problem> {
        namespaces::renew_network()
            .map_err(|error| Problem::Delayed(format!("no private network: {error}")))?;
        let (trial, listening) = Trial::start(&self.plan.subject, Arc::clone(self.cancelled))
            .map_err(|error| Problem::Delayed(format!("cannot start a process: {error}")))?;
        let started = listening.map_err(|problem| doubt(problem, &trial)).map(|()| trial);
        if let Err(Problem::Failed(_)) = &started {
            self.starts = false;
        }
        started
    }
}

/// A failure that is a matter of time proves nothing if others kept the machine too busy, nor does the end of
/// a program to which they left no memory.
fn doubt(problem: Problem, trial: &Trial) -> Problem {
    let Problem::Failed(failure) = problem else { return problem };
    let excuse = match failure.symptom {
        Symptom::NeverListened(_)
        | Symptom::Silence { .. }
        | Symptom::NotAccepted(_)
        | Symptom::NotRead { .. }
        | Symptom::TooSlow(_)
        | Symptom::Measured(_) => trial.excuse(),
        Symptom::Exited(ref how) if how.starts_with("was killed") => trial.excuse_for_memory(),
        _ => None,
    };
    excuse.map_or(Problem::Failed(failure), Problem::Delayed)
}
