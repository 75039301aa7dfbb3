//! The table on top of the page: a row for each repository, which leads to its card.

use super::{anchor, progress};
use crate::gradebook::history::{Event, StageHistory};
use crate::gradebook::{Entry, words};
use crate::stages::{STAGES, Stage};
use maud::{Markup, html};

pub fn table(entries: &[Entry]) -> Markup {
    html! {
        // On a phone, rows are blocks; the roles keep the table a table for those who have it read.
        table class="overview" role="table" {
            thead {
                tr {
                    th { "name" }
                    th { "stages" }
                    @for stage in STAGES {
                        th class="stage" title=(stage.title) {
                            (stage.number) " " small { (stage.slug) }
                        }
                    }
                    th class="number" { "pushes" }
                    th class="number" { "lost" }
                    th class="number" { "not built" }
                    th class="number" { "last push" }
                }
            }
            tbody role="rowgroup" {
                @for (number, entry) in entries.iter().enumerate() { (row(number, entry)) }
            }
            tfoot {
                tr {
                    th { "passed by" }
                    td {}
                    @for stage in STAGES { td class="stage" { (passed_by(stage, entries)) } }
                    td colspan="4" {}
                }
            }
        }
    }
}

fn row(number: usize, entry: &Entry) -> Markup {
    let history = &entry.history;
    let count = |event| match history.count(event) {
        0 => "–".to_owned(),
        count => count.to_string(),
    };
    html! {
        tr role="row" {
            th scope="row" role="rowheader" {
                a href={ "#" (anchor(number)) } { bdi { (entry.name) } }
                @if !entry.remarks().is_empty() { small { " with remarks" } }
            }
            td role="cell" class="reached" { (progress(history)) }
            @for (stage, past) in STAGES.iter().zip(&history.stages) { (stage_cell(stage, past)) }
            td role="cell" class="number" data-label="pushes" { (history.pushes.len()) }
            td role="cell" class="number" data-label="lost" { (count(Event::Lost)) }
            td role="cell" class="number" data-label="not built" { (count(Event::NotBuilt)) }
            td role="cell" class="number" data-label="last push" {
                @match history.last() {
                    Some(time) => { (words::date(time)) }
                    None => { "never" }
                }
            }
        }
    }
}

fn stage_cell(stage: &Stage, past: &StageHistory) -> Markup {
    let (class, sign) = match (past.passed, past.tries) {
        (Some(_), _) if past.fails_again => ("stage passed again", "↓"),
        (Some(_), _) => ("stage passed", ""),
        (None, 0) => ("stage ahead", ""),
        (None, _) => ("stage failing", "✗"),
    };
    html! {
        td role="cell" class=(class) data-label=(stage.number) {
            @if past.tries > 0 {
                (sign) (past.tries) small { (words::short_duration(past.time)) }
            } @else {
                "–"
            }
        }
    }
}

fn passed_by(stage: &Stage, entries: &[Entry]) -> String {
    let passed = entries.iter().filter(|entry| entry.history.reached > stage.number);
    format!("{} of {}", passed.count(), entries.len())
}
