//! The commands that show what is embedded: the stages, their tasks and hints, the worked server.

use super::{Problem, stage_or_current};
use crate::stages::{STAGES, Stage};
use crate::style::{BAD, BOLD, DIM, GOOD};
use crate::{progress, worked};
use anstream::println;
use std::process::ExitCode;

pub fn stages() -> Result<ExitCode, Problem> {
    let passed = progress::passed();
    for stage in &STAGES {
        let mark = if stage.number < passed { "✓" } else { " " };
        println!("{GOOD}{mark}{GOOD:#} {:>2}  {:<12} {}", stage.number, stage.slug, stage.title);
    }
    Ok(ExitCode::SUCCESS)
}

pub fn task(stage: Option<usize>) -> Result<ExitCode, Problem> {
    let stage = stage_or_current(stage);
    println!("{BOLD}Stage {}: {}{BOLD:#}\n", stage.number, stage.title);
    markdown(stage.chapter.task());
    Ok(ExitCode::SUCCESS)
}

pub fn hint(stage: Option<usize>, number: usize) -> Result<ExitCode, Problem> {
    let stage = stage_or_current(stage);
    let hints = stage.chapter.hints();
    let Some(hint) = number.checked_sub(1).and_then(|index| hints.get(index)) else {
        let (stage, last) = (stage.number, hints.len());
        return Err(format!("stage {stage} has the hints 1 to {last}, and no hint {number}"));
    };
    let (heading, text) = hint.split_once('\n').unwrap_or((hint, ""));
    println!("{BOLD}Stage {}, hint {number} of {}: {heading}{BOLD:#}\n", stage.number, hints.len());
    markdown(text.trim());
    if number < hints.len() {
        println!("\n{DIM}The next one: challenge hint {} {}{DIM:#}", stage.number, number + 1);
    }
    Ok(ExitCode::SUCCESS)
}

pub fn diff(old: &Stage, new: &Stage) -> Result<ExitCode, Problem> {
    for line in worked::diff(old, new).lines() {
        match line.as_bytes() {
            [b'-', b'-', b'-', ..] | [b'+', b'+', b'+', ..] => println!("{BOLD}{line}{BOLD:#}"),
            [b'@', ..] => println!("{DIM}{line}{DIM:#}"),
            [b'-', ..] => println!("{BAD}{line}{BAD:#}"),
            [b'+', ..] => println!("{GOOD}{line}{GOOD:#}"),
            _ => println!("{line}"),
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints Markdown as it stands, with headings that stand out.
pub fn markdown(text: &str) {
    let mut in_code = false;
    for line in text.lines() {
        in_code ^= line.starts_with("```");
        match line.starts_with('#') && !in_code {
            true => println!("{BOLD}{line}{BOLD:#}"),
            false => println!("{line}"),
        }
    }
}
