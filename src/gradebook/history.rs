//! What the pushes of one repository come to: when each stage first passed, after how many tries, in
//! what time, and what each push did. `challenge status` and `challenge report` both say it from here.

use crate::host::contents::Contents;
use crate::host::record::{Push, State};
use crate::stages::STAGES;
use jiff::Timestamp;
use std::time::Duration;

pub struct History {
    /// Every push, in their order, whichever branch it went to.
    pub pushes: Vec<Mark>,
    /// One for each stage.
    pub stages: Vec<StageHistory>,
    /// How many stages passed at the best push.
    pub reached: usize,
    /// How many passed at the last try: fewer than `reached` when something fails again.
    pub holds: usize,
}

/// A push, and what it did.
pub struct Mark {
    pub number: usize,
    pub time: Timestamp,
    pub commit: String,
    pub branch: String,
    pub stages_passed: usize,
    pub event: Event,
    /// Why nothing was graded, if so.
    pub problem: Option<String>,
    pub contents: Contents,
    /// The demands that the project waives.
    pub waived: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A stage passes that never passed before.
    Advanced,
    /// Every stage still passes, or stages that were lost pass again.
    Kept,
    /// It came no further: the same stage fails.
    Stuck,
    /// A regression: a stage passes no more that passed at the try before.
    Lost,
    /// Nothing was graded, since the build failed or there was nothing to run.
    NotBuilt,
    /// The learner went away before it was graded, or it is being graded now. It is a try: cards may
    /// have been read.
    Interrupted,
    /// The host could not grade it, or its machine let it come to no verdict, and nothing new passes.
    /// This is no try, since it says nothing of the program.
    Unclear,
    /// On another branch, which does not count.
    Elsewhere,
}

pub struct StageHistory {
    /// The pushes that count, after the one at which the stage before first passed, up to the one at
    /// which this one did: at least 1 for a stage that has passed, as two may pass at once. For the
    /// stage that somebody is at: those so far.
    pub tries: usize,
    /// From when the stage before first passed, or from the first push, until this one did; for the
    /// stage that somebody is at, until the last push. Never negative, though a clock may be.
    pub time: Duration,
    /// At which of the pushes it first passed, as a place in `History::pushes`.
    pub passed: Option<usize>,
    /// Whether it has passed, and failed at the last try.
    pub fails_again: bool,
}

impl History {
    /// The error is that of a record which nobody but its host can have spoilt.
    pub fn of(pushes: &[Push]) -> Result<History, String> {
        let marks = pushes.iter().zip(events(pushes)).map(|(push, event)| Mark::of(push, event));
        let pushes: Vec<Mark> = marks.collect::<Result<_, _>>()?;
        let tries: Vec<usize> = (0..pushes.len()).filter(|&at| pushes[at].is_try()).collect();
        let passed = |at: &usize| pushes[*at].stages_passed;
        let last = tries.iter().rfind(|&&at| pushes[at].event != Event::Interrupted);
        let holds = last.map_or(0, passed);
        Ok(History {
            reached: tries.iter().map(passed).max().unwrap_or(0),
            holds,
            stages: stages(&pushes, &tries, holds),
            pushes,
        })
    }

    pub fn count(&self, event: Event) -> usize {
        self.pushes.iter().filter(|push| push.event == event).count()
    }

    /// The stage that somebody is at; none for those who have finished.
    pub fn current(&self) -> Option<usize> {
        (self.reached < STAGES.len()).then_some(self.reached)
    }

    /// The push at which as many stages passed as ever.
    pub fn best(&self) -> Option<&Mark> {
        let at = self.stages.get(self.reached.checked_sub(1)?)?.passed?;
        self.pushes.get(at)
    }

    /// The push that counts at which this commit was graded, or could not be built.
    pub fn graded(&self, commit: &str) -> Option<&Mark> {
        let is_it = |push: &&Mark| push.commit == commit && push.has_result();
        self.pushes.iter().rfind(is_it)
    }

    pub fn fails_again(&self) -> bool {
        self.holds < self.reached
    }

    pub fn first(&self) -> Option<Timestamp> {
        self.pushes.first().map(|push| push.time)
    }

    /// When somebody was last active.
    pub fn last(&self) -> Option<Timestamp> {
        self.pushes.last().map(|push| push.time)
    }

    /// When somebody came as far as they have come: for no stage at all, with the first push.
    pub fn reached_at(&self) -> Option<Timestamp> {
        let stage = self.reached.checked_sub(1).map(|number| &self.stages[number]);
        match stage.and_then(|stage| stage.passed) {
            Some(at) => Some(self.pushes[at].time),
            None => self.first(),
        }
    }
}

impl Mark {
    fn of(push: &Push, event: Event) -> Result<Mark, String> {
        let number = push.push;
        let broken = |error: jiff::Error| {
            format!("the time of push {number} is {:?}, and {error}", push.time)
        };
        Ok(Mark {
            number,
            time: push.time.parse().map_err(broken)?,
            commit: push.commit.clone(),
            branch: push.branch.clone(),
            stages_passed: push.stages_passed.min(STAGES.len()),
            event,
            problem: match push.state {
                State::Begun => Some("not finished: interrupted, or being graded now".to_owned()),
                State::Interrupted => Some("interrupted before it was graded".to_owned()),
                State::NotGraded | State::Graded => push.problem.clone().or_else(|| unclear(push)),
            },
            contents: push.contents.clone(),
            waived: push.waived.clone(),
        })
    }

    /// Whether it counts, and something is known of the commit by it.
    pub fn has_result(&self) -> bool {
        self.is_try() && self.event != Event::Interrupted
    }

    /// Whether it is one of the tries that are counted.
    pub fn is_try(&self) -> bool {
        !matches!(self.event, Event::Elsewhere | Event::Unclear)
    }

    pub fn short_commit(&self) -> &str {
        self.commit.get(..8).unwrap_or(&self.commit)
    }
}

/// Why a check came to no verdict, where one did not.
fn unclear(push: &Push) -> Option<String> {
    let checks = push.results.stages.iter().flat_map(|stage| &stage.checks);
    let mut why =
        checks.filter_map(|check| check.explanation.as_ref()?.strip_prefix("Not graded: "));
    why.next().filter(|_| !push.results.graded).map(str::to_owned)
}

fn events(pushes: &[Push]) -> Vec<Event> {
    let (mut best, mut before) = (0, 0);
    let event = |push: &Push| {
        let passed = push.stages_passed.min(STAGES.len());
        let event = match () {
            () if !push.counts => return Event::Elsewhere,
            () if matches!(push.state, State::Begun | State::Interrupted) => {
                return Event::Interrupted;
            }
            () if push.state == State::NotGraded => return Event::Unclear,
            () if push.problem.is_some() => return Event::NotBuilt,
            () if passed > best => Event::Advanced,
            () if !push.results.graded => return Event::Unclear,
            () if passed < before => Event::Lost,
            () if passed > before || passed == STAGES.len() => Event::Kept,
            () => Event::Stuck,
        };
        best = best.max(passed);
        before = passed;
        event
    };
    pushes.iter().map(event).collect()
}

/// `tries` are places in `pushes`, and `holds` is how many stages passed at the last that was graded.
fn stages(pushes: &[Mark], tries: &[usize], holds: usize) -> Vec<StageHistory> {
    // Which try it was that the stage before first passed at, counted from 1, and when.
    let mut before = (0, pushes.first().map(|push| push.time));
    let last = pushes.last().map(|push| push.time);
    let stage = |number| {
        let first = tries.iter().position(|&at| pushes[at].stages_passed > number);
        let passed = first.map(|first| tries[first]);
        let after = match (first, passed) {
            (Some(first), Some(at)) => (first + 1, Some(pushes[at].time)),
            _ => (tries.len(), last),
        };
        let stage = StageHistory {
            tries: (after.0 - before.0).max(usize::from(passed.is_some())),
            time: between(before.1, after.1),
            passed,
            fails_again: passed.is_some() && holds <= number,
        };
        before = after;
        stage
    };
    (0..STAGES.len()).map(stage).collect()
}

/// No time at all where the host's clock was set back between the two.
fn between(start: Option<Timestamp>, end: Option<Timestamp>) -> Duration {
    let time = start.zip(end).map(|(start, end)| end.duration_since(start));
    time.and_then(|time| time.try_into().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
