//! A candidate's card: how far they came, the timeline, and what each stage took.

use super::timeline::{NARROW, WIDE, draw};
use super::{anchor, progress};
use crate::gradebook::history::{Event, History, StageHistory};
use crate::gradebook::{Entry, words};
use crate::stages::{STAGES, Stage};
use crate::text::counted;
use maud::{Markup, html};

pub fn card(number: usize, entry: &Entry) -> Markup {
    let history = &entry.history;
    let summary = summary(history);
    html! {
        article class="card" id=(anchor(number)) {
            header {
                h2 { bdi { (entry.name) } }
                (progress(history))
                p class="origin" {
                    bdi { (entry.language) } " · " code { (entry.repository.display()) }
                }
            }
            p { (summary) }
            @for remark in entry.remarks() { p class="remark" { (remark) "." } }
            @if !history.pushes.is_empty() {
                @for screen in [&WIDE, &NARROW] {
                    (draw(history, screen, &format!("{}: {summary}", entry.name)))
                }
                ol class="stages" {
                    @for (stage, past) in STAGES.iter().zip(&history.stages) {
                        (stage_cell(stage, past, history))
                    }
                }
            }
        }
    }
}

fn stage_cell(stage: &Stage, past: &StageHistory, history: &History) -> Markup {
    let tries = counted(past.tries, "try", "tries");
    let time = words::duration(past.time);
    let (class, state) = match past.passed.map(|at| &history.pushes[at]) {
        Some(push) if past.fails_again => ("again", words::moment(push.time)),
        Some(push) => ("passed", words::moment(push.time)),
        None if past.tries > 0 => ("failing", "so far".to_owned()),
        None => ("ahead", String::new()),
    };
    html! {
        li class=(class) {
            b { (stage.number) " " (stage.slug) }
            @if class != "ahead" {
                span { (tries) }
                span { (time) }
            }
            small { (state) }
            @if past.fails_again { strong { "fails again" } }
        }
    }
}

/// The timeline in words.
fn summary(history: &History) -> String {
    let (Some(first), Some(last)) = (history.first(), history.last()) else {
        return "Nothing has been pushed yet.".to_owned();
    };
    let when = words::span(first, last);
    let count = counted(history.pushes.len(), "push", "pushes");
    let (reached, all) = (history.reached, STAGES.len());
    let mut text = format!("{reached} of {all} stages passed in {count} {when}.");
    for (event, one, many) in [
        (Event::Lost, "push lost a stage that had passed", "pushes lost a stage that had passed"),
        (Event::NotBuilt, "push was not built", "pushes were not built"),
        (Event::Interrupted, "push was interrupted", "pushes were interrupted"),
        (Event::Unclear, "push was not graded", "pushes were not graded"),
        (Event::Elsewhere, "push went to another branch", "pushes went to other branches"),
    ] {
        match history.count(event) {
            0 => {}
            count => text += &format!(" {}.", counted(count, one, many)),
        }
    }
    if let Some(lines @ 1..) = history.best().map(|push| push.contents.source_lines) {
        text += &format!(" The best has {} of text.", counted(lines as usize, "line", "lines"));
    }
    if let Some(current) = history.current().filter(|&stage| history.stages[stage].tries > 0) {
        let tries = counted(history.stages[current].tries, "try", "tries");
        text += &format!(" Stage {current} has not passed in {tries}.");
    }
    if history.fails_again() {
        text += &format!(" At the last try, only {} passed.", history.holds);
    }
    text
}
