//! Histories, from what was pushed to what it came to.

use super::{Event, History};
use crate::host::record::{Push, State};
use crate::stages::STAGES;
use std::time::Duration;

/// A push at a minute of the day, on the branch that counts.
fn push(minute: u64, stages_passed: usize) -> Push {
    let time = format!("2026-11-02T{:02}:{:02}:00Z", minute / 60, minute % 60);
    serde_json::from_value(serde_json::json!({
        "push": minute + 1, "time": time, "commit": "0123456789abcdef", "branch": "main",
        "counts": true, "name": "Ada", "language": "python", "problem": null,
        "stages_passed": stages_passed, "passed": false, "graded": true, "seed": 1,
        "milliseconds": 1, "version": "1", "stages": [],
    }))
    .expect("this is the form of a push")
}

fn elsewhere(minute: u64, stages_passed: usize) -> Push {
    Push { counts: false, branch: "idea".to_owned(), ..push(minute, stages_passed) }
}

fn not_built(minute: u64) -> Push {
    Push { problem: Some("the build failed".to_owned()), ..push(minute, 0) }
}

fn unclear(minute: u64, stages_passed: usize) -> Push {
    let mut push = push(minute, stages_passed);
    push.results.graded = false;
    push
}

fn history(pushes: &[Push]) -> History {
    History::of(pushes).expect("the times are right")
}

fn tries(history: &History) -> Vec<usize> {
    history.stages.iter().map(|stage| stage.tries).collect()
}

fn minutes(history: &History) -> Vec<u64> {
    history.stages.iter().map(|stage| stage.time.as_secs() / 60).collect()
}

/// What stands for each stage, of which later ones have nothing to tell.
fn all_stages<T: Clone + Default>(first: &[T]) -> Vec<T> {
    let mut all = first.to_vec();
    all.resize(STAGES.len(), T::default());
    all
}

fn events(history: &History) -> Vec<Event> {
    history.pushes.iter().map(|push| push.event).collect()
}

#[test]
fn tries_and_time_of_a_stage_begin_when_the_one_before_passes() {
    let history = history(&[push(0, 0), push(10, 1), push(15, 1), push(40, 2), push(60, 2)]);
    assert_eq!(tries(&history), all_stages(&[2, 2, 1]));
    assert_eq!(minutes(&history), all_stages(&[10, 30, 20]));
    let passed: Vec<_> = history.stages.iter().map(|stage| stage.passed).collect();
    assert_eq!(passed, all_stages(&[Some(1), Some(3)]));
    assert_eq!((history.reached, history.current(), history.fails_again()), (2, Some(2), false));
}

#[test]
fn stages_that_pass_in_one_push_take_a_try_each_and_the_later_ones_no_time() {
    let history = history(&[push(0, 0), push(30, STAGES.len())]);
    let (first, later) = (tries(&history)[0], tries(&history)[1..].to_vec());
    assert_eq!((first, later), (2, vec![1; STAGES.len() - 1]));
    assert_eq!(minutes(&history), all_stages(&[30]));
    assert_eq!(history.current(), None);
}

#[test]
fn nothing_pushed_is_nothing_of_everything() {
    let history = history(&[]);
    assert_eq!((tries(&history), minutes(&history)), (all_stages(&[]), all_stages(&[])));
    assert_eq!((history.reached, history.current()), (0, Some(0)));
    assert_eq!((history.first(), history.reached_at()), (None, None));
}

#[test]
fn a_stage_that_is_lost_is_a_regression_and_fails_again_until_it_passes() {
    let lost = history(&[push(0, 2), push(1, 1), push(2, 1)]);
    assert_eq!(events(&lost), [Event::Advanced, Event::Lost, Event::Stuck]);
    let fails_again: Vec<bool> = lost.stages.iter().map(|stage| stage.fails_again).collect();
    assert_eq!(fails_again, all_stages(&[false, true]));
    assert_eq!((lost.reached, lost.holds, lost.fails_again()), (2, 1, true));

    let won_back = history(&[push(0, 2), push(1, 1), push(2, 2), push(3, 3)]);
    assert_eq!(events(&won_back)[2..], [Event::Kept, Event::Advanced]);
    assert!(!won_back.fails_again() && won_back.stages.iter().all(|stage| !stage.fails_again));
}

#[test]
fn whoever_has_finished_keeps_everything_or_loses_it() {
    let all = STAGES.len();
    let history = history(&[push(0, all), push(1, all), push(2, all - 1), push(3, all)]);
    assert_eq!(events(&history), [Event::Advanced, Event::Kept, Event::Lost, Event::Kept]);
}

#[test]
fn a_build_that_failed_is_a_try_and_no_regression() {
    let history = history(&[push(0, 2), not_built(1), push(2, 2), not_built(3)]);
    let expected = [Event::Advanced, Event::NotBuilt, Event::Stuck, Event::NotBuilt];
    assert_eq!(events(&history), expected);
    assert_eq!(tries(&history), all_stages(&[1, 1, 3]));
    assert!(history.fails_again() && history.count(Event::Lost) == 0);
}

#[test]
fn what_is_lost_while_the_build_fails_is_lost() {
    let history = history(&[push(0, 2), not_built(1), push(2, 1)]);
    assert_eq!(events(&history)[2], Event::Lost);
}

#[test]
fn another_branch_is_no_try_and_reaches_nothing() {
    let history = history(&[elsewhere(0, 3), push(10, 0), elsewhere(20, 4), push(30, 1)]);
    assert_eq!(tries(&history), all_stages(&[2]));
    assert_eq!(history.reached, 1);
    assert_eq!(history.count(Event::Elsewhere), 2);
    assert_eq!(minutes(&history)[0], 30, "the first push of all is when somebody began");
}

#[test]
fn a_machine_that_was_too_busy_is_not_held_against_anybody() {
    let history = history(&[push(0, 2), unclear(1, 0), unclear(2, 3), unclear(3, 1)]);
    let expected = [Event::Advanced, Event::Unclear, Event::Advanced, Event::Unclear];
    assert_eq!(events(&history), expected);
    assert_eq!(tries(&history), all_stages(&[1, 1, 1]));
    assert!(!history.fails_again());
}

#[test]
fn who_goes_away_has_tried_and_loses_nothing() {
    let interrupted = |minute| Push { state: State::Interrupted, ..push(minute, 0) };
    let begun = |minute| Push { state: State::Begun, ..push(minute, 0) };
    let history = history(&[push(0, 2), interrupted(1), begun(2), push(3, 3), interrupted(4)]);
    let expected = [Event::Advanced, Event::Interrupted, Event::Interrupted, Event::Advanced];
    assert_eq!(events(&history)[..4], expected);
    assert_eq!(tries(&history), all_stages(&[1, 1, 3, 1]));
    assert_eq!((history.reached, history.holds, history.fails_again()), (3, 3, false));
}

#[test]
fn what_the_host_could_not_grade_is_no_try() {
    let problem = Some("there is no sandbox".to_owned());
    let refused = Push { state: State::NotGraded, problem, ..push(1, 0) };
    let history = history(&[push(0, 2), refused, push(2, 3)]);
    assert_eq!(events(&history)[1], Event::Unclear);
    assert_eq!(tries(&history), all_stages(&[1, 1, 1]));
}

#[test]
fn a_clock_that_is_set_back_takes_no_time() {
    let history = history(&[push(600, 0), push(60, 1), push(61, 2)]);
    assert_eq!(history.stages[0].time, Duration::ZERO);
    assert_eq!(minutes(&history)[1], 1);
}

#[test]
fn a_time_that_is_none_is_an_error_which_names_the_push() {
    let broken = Push { time: "yesterday".to_owned(), ..push(4, 1) };
    let error = History::of(&[broken]).err().expect("it has no time");
    assert!(error.contains("the time of push 5"), "{error}");
}

#[test]
fn more_stages_than_there_are_is_all_of_them() {
    assert_eq!(history(&[push(0, 99)]).reached, STAGES.len());
}
