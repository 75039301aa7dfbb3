//! The gradebook as a page that needs nothing else: no script, and nothing from elsewhere. It is good
//! on a desk, on a phone and on paper, in the light and in the dark.

mod axis;
mod card;
mod labels;
mod marks;
mod overview;
mod timeline;

use super::history::{History, StageHistory};
use super::{Entry, words};
use crate::stages::STAGES;
use crate::text::counted;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::io::{self, Write};

const STYLE: &str = include_str!("style.css");

pub fn write(entries: &[Entry], out: &mut dyn Write) -> io::Result<()> {
    let repositories = counted(entries.len(), "repository", "repositories");
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Build Your Own Redis: " (repositories) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header class="page" {
                    h1 { "Build Your Own Redis" }
                    p { (subtitle(entries)) }
                }
                main {
                    (overview::table(entries))
                    (legend())
                    @for (number, entry) in entries.iter().enumerate() {
                        (card::card(number, entry))
                    }
                }
            }
        }
    };
    writeln!(out, "{}", page.into_string())
}

fn subtitle(entries: &[Entry]) -> String {
    let pushes = entries.iter().map(|entry| entry.history.pushes.len()).sum();
    let finished = entries.iter().filter(|entry| entry.history.current().is_none()).count();
    let mut parts = vec![
        counted(entries.len(), "repository", "repositories"),
        format!("{finished} finished"),
        counted(pushes, "push", "pushes"),
    ];
    let first = entries.iter().filter_map(|entry| entry.history.first()).min();
    let last = entries.iter().filter_map(|entry| entry.history.last()).max();
    if let Some((first, last)) = first.zip(last) {
        parts.push(format!("{} to {}", words::date(first), words::date(last)));
        parts.push("times are in UTC".to_owned());
    }
    parts.join(" · ")
}

/// The best mark first.
fn legend() -> Markup {
    html! {
        section class="legend" {
            h2 { "How to read it" }
            ul {
                @for (event, class, meaning) in marks::LEGEND.iter().rev() {
                    li {
                        svg viewBox="0 0 16 16" aria-hidden="true" {
                            path class={ "mark " (class) } d=(marks::shape(*event, 8.0, 8.0, 5.0)) {}
                        }
                        (meaning)
                    }
                }
                li {
                    svg viewBox="0 0 16 16" aria-hidden="true" {
                        rect class="pause" x="4" width="8" height="16" {}
                    }
                    "a long break, cut out of the time axis"
                }
            }
            p {
                "Each mark is a push, as high as the stages that passed. Of each stage the table has "
                "the tries, and the time from when the stage before first passed until it did; ✗ "
                "has not passed yet, ↓ has passed and fails again. Lost are pushes at which a stage "
                "failed that had passed at the try before."
            }
        }
    }
}

/// A box for each stage, and the number of those that passed.
fn progress(history: &History) -> Markup {
    let class = |stage: &StageHistory| match stage.passed {
        Some(_) if stage.fails_again => "again",
        Some(_) => "on",
        None => "off",
    };
    html! {
        span class="progress" {
            span class="boxes" aria-hidden="true" {
                @for stage in &history.stages { i class=(class(stage)) {} }
            }
            b { (history.reached) " of " (STAGES.len()) }
            @if history.fails_again() { em { "now " (history.holds) } }
        }
    }
}

fn anchor(number: usize) -> String {
    format!("candidate-{}", number + 1)
}
