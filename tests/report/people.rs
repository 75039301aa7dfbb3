//! A class as a teacher meets it: who finished fast, who slowly, who is stuck, and who has only just
//! begun or not at all.

use crate::class::{Class, Push};
use jiff::{SignedDuration, Timestamp};
use test_support::course;

/// The name that would run a script, were it not text.
pub const SCRIPT: &str = "<script>alert('hi')</script> & \"Co\"";
pub const JAPANESE: &str = "山田 花子";

/// Makes a repository for each, and returns their names as the command line has them.
pub fn everybody(class: &Class) -> Vec<&'static str> {
    let people = [
        ("amara.git", "Amara Okafor", fast("2026-11-02T13:01:12Z", 8)),
        ("lena.git", "Lena Fischer", slow()),
        ("tom.git", "Tom Baker", stuck()),
        ("priya.git", "Priya Nair", with_regressions()),
        ("jonas.git", "Jonas Lindqvist-Bergström", only_build_failures()),
        ("mei.git", "Mei Chen", Vec::new()),
        ("carlos.git", "Carlos Díaz", many()),
        ("hanako.git", JAPANESE, with_branches()),
        ("bobby.git", SCRIPT, vec![Push::new("2026-11-20T09:30:00Z", 1).in_language(SCRIPT)]),
    ];
    for (repository, name, pushes) in &people {
        class.hosted(repository, name, pushes);
    }
    people.map(|(repository, ..)| repository).to_vec()
}

/// Pushes, each so many minutes after the one before.
fn paced(start: &str, steps: &[(i64, usize)]) -> Vec<Push> {
    let mut time: Timestamp = start.parse().expect("a time");
    let push = |&(minutes, stages_passed): &(i64, usize)| {
        // Nobody pushes at full minutes.
        let seconds = minutes * 60 + minutes * 37 % 60;
        time = time.checked_add(SignedDuration::from_secs(seconds)).expect("it is not far");
        Push::new(&time.to_string(), stages_passed)
    };
    steps.iter().map(push).collect()
}

pub fn fast(start: &str, minutes: i64) -> Vec<Push> {
    let passed = [0, 1, 2, 2, 2, 3, 3, 3, 4, 5, 5, course().len()];
    let steps: Vec<(i64, usize)> = passed
        .iter()
        .enumerate()
        .map(|(at, &passed)| (minutes + at as i64 % 3 * 4, passed))
        .collect();
    paced(start, &steps)
}

/// Evenings over three weeks, with a week in which nothing happened.
fn slow() -> Vec<Push> {
    let night = 22 * 60;
    let mut steps =
        vec![(0, 0), (25, 0), (31, 1), (night, 1), (40, 2), (3 * night, 2), (18, 2), (35, 2)];
    steps.extend([(22, 3), (7 * night, 3), (12, 3), (15, 3), (44, 3), (9, 3), (night, 3), (20, 3)]);
    steps.extend([(33, 3), (17, 3), (26, 4), (2 * night, 4), (30, 5), (12, 5), (4 * night, 5)]);
    let all = course().len();
    steps.extend([(14, 5), (41, 5), (16, all), (6, all)]);
    paced("2026-11-02T18:02:40Z", &steps)
}

fn stuck() -> Vec<Push> {
    let mut steps = vec![(0, 0), (12, 1), (9, 2), (30, 2), (14, 3)];
    steps.extend((0..25).map(|at| (if at % 9 == 8 { 20 * 60 } else { 6 + at % 5 * 7 }, 3)));
    paced("2026-11-09T14:10:05Z", &steps)
}

fn with_regressions() -> Vec<Push> {
    let mut pushes = paced(
        "2026-11-03T08:15:00Z",
        &[(0, 1), (22, 2), (41, 1), (7, 2), (18, 3), (90, 2), (11, 0), (6, 3), (25, 4), (1_300, 4)],
    );
    let problem = Push::not_built("2026-11-04T13:02:11Z");
    pushes.push(problem);
    pushes.extend(paced("2026-11-04T13:05:00Z", &[(0, 4), (31, 5), (20, 5), (15, 3)]));
    pushes
}

fn only_build_failures() -> Vec<Push> {
    let times = ["2026-11-05T16:00:10Z", "2026-11-05T16:04:31Z", "2026-11-05T16:21:09Z"];
    let mut pushes: Vec<Push> = times.map(Push::not_built).to_vec();
    pushes.push(Push::not_built("2026-11-06T09:12:44Z"));
    pushes.into_iter().map(|push| push.in_language("c")).collect()
}

/// Three hundred pushes in a dozen sessions: somebody who saves by pushing.
pub fn many() -> Vec<Push> {
    let step = |at: i64| {
        let minutes = if at % 26 == 25 { 19 * 60 + at } else { 1 + at * 7 % 6 };
        let best = [(20, 0), (45, 1), (110, 2), (215, 3), (260, 4)];
        let passed: usize = best.iter().find(|(end, _)| at < *end).map_or(5, |(_, passed)| *passed);
        (minutes, if at % 17 == 16 { passed.saturating_sub(1) } else { passed })
    };
    paced("2026-11-02T17:30:00Z", &(0..300).map(step).collect::<Vec<_>>())
}

fn with_branches() -> Vec<Push> {
    let mut pushes = fast("2026-11-10T10:00:00Z", 11);
    pushes.truncate(9);
    for at in [2, 4, 7] {
        pushes[at] = pushes[at].clone().on("実験");
    }
    pushes[6] = Push::unclear(&pushes[6].time.clone(), 2);
    pushes.into_iter().map(|push| push.in_language("typescript")).collect()
}
