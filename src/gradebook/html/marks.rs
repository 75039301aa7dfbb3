//! The marks of a timeline: what a push did is told by shape, and by colour as well.

use super::timeline::{Timeline, px};
use crate::gradebook::history::{Event, Mark};
use crate::gradebook::words;
use crate::stages::STAGES;
use maud::{Markup, html};

/// In the order in which they are drawn, so that what matters most is on top; the class of each, and
/// what it means.
pub const LEGEND: [(Event, &str, &str); 8] = [
    (Event::Elsewhere, "elsewhere", "on another branch, which does not count"),
    (Event::Unclear, "unclear", "not graded: the host could not, or was too busy"),
    (Event::Interrupted, "interrupted", "interrupted before it was graded; a try all the same"),
    (Event::Stuck, "stuck", "no further: the same stage fails"),
    (Event::NotBuilt, "not-built", "the build failed, and nothing was graded"),
    (Event::Kept, "kept", "all stages still pass, or lost ones again"),
    (Event::Lost, "lost", "a stage is lost that passed before"),
    (Event::Advanced, "advanced", "a stage passes for the first time"),
];

pub fn draw(timeline: &Timeline) -> Markup {
    let pushes = timeline.history.pushes.iter().zip(&timeline.axis.places);
    let path =
        |push: &Mark, x| shape(push.event, x, height(timeline, push), radius(timeline, push.event));
    html! {
        @for (event, class, _) in &LEGEND {
            @for (push, x) in pushes.clone().filter(|(push, _)| push.event == *event) {
                path class={ "mark " (class) } d=(path(push, *x)) { title { (tooltip(push)) } }
            }
        }
    }
}

fn height(timeline: &Timeline, push: &Mark) -> f64 {
    match push.problem {
        Some(_) => timeline.build_row(),
        None => timeline.height_of(push.stages_passed),
    }
}

/// Among hundreds, those of which there are few stand out.
fn radius(timeline: &Timeline, event: Event) -> f64 {
    match event {
        Event::Stuck => timeline.radius,
        _ => timeline.radius.max(3.6),
    }
}

/// A path around a point.
pub fn shape(event: Event, x: f64, y: f64, radius: f64) -> String {
    let at = |dx: f64, dy: f64| format!("{} {}", px(x + dx * radius), px(y + dy * radius));
    let polygon = |points: &[(f64, f64)]| {
        let points: Vec<String> = points.iter().map(|&(dx, dy)| at(dx, dy)).collect();
        format!("M{}Z", points.join("L"))
    };
    let circle = |size: f64| {
        let (start, end, radius) = (at(-size, 0.0), at(size, 0.0), px(size * radius));
        format!("M{start}A{radius} {radius} 0 1 1 {end}A{radius} {radius} 0 1 1 {start}Z")
    };
    match event {
        Event::Advanced => circle(1.2),
        Event::Kept | Event::Unclear => circle(0.9),
        Event::Stuck => {
            let [one, two, three, four] =
                [at(-0.8, -0.8), at(0.8, 0.8), at(-0.8, 0.8), at(0.8, -0.8)];
            format!("M{one}L{two}M{three}L{four}")
        }
        Event::Lost => polygon(&[(-1.3, -1.0), (1.3, -1.0), (0.0, 1.3)]),
        Event::NotBuilt => polygon(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
        Event::Interrupted => {
            let [one, two, three, four] =
                [at(-0.9, 0.0), at(0.9, 0.0), at(0.0, -0.9), at(0.0, 0.9)];
            format!("M{one}L{two}M{three}L{four}")
        }
        Event::Elsewhere => polygon(&[(0.0, -1.1), (1.1, 0.0), (0.0, 1.1), (-1.1, 0.0)]),
    }
}

fn tooltip(push: &Mark) -> String {
    let passed = format!("{} of {} stages pass", push.stages_passed, STAGES.len());
    let event = match (push.event, &push.problem) {
        (
            Event::Elsewhere | Event::NotBuilt | Event::Interrupted | Event::Unclear,
            Some(problem),
        ) => words::one_line(problem.lines().next().unwrap_or_default()),
        (Event::Advanced, _) => format!("{passed}, as never before"),
        (Event::Stuck, _) => format!("{passed}; stage {} fails", push.stages_passed),
        (Event::Lost, _) => format!("only {passed}"),
        (Event::Unclear, _) => "the machine did not let it come to a verdict".to_owned(),
        _ => passed,
    };
    let branch = match push.event {
        Event::Elsewhere => format!(" on branch {}", words::one_line(&push.branch)),
        _ => String::new(),
    };
    let (number, commit, time) = (push.number, push.short_commit(), words::moment(push.time));
    format!("Push {number}, {time}, {commit}{branch}: {event}")
}
