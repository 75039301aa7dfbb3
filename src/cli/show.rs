//! The commands that show what is embedded: the stages, their chapters, the worked server.

use super::{Problem, stage_or_current, terminal_width};
use crate::stages::{STAGES, Stage};
use crate::style::{BAD, BOLD, DIM, GOOD};
use crate::text::wrap_words;
use crate::{progress, worked};
use anstream::println;
use std::mem;
use std::process::ExitCode;

pub fn stages() -> Result<ExitCode, Problem> {
    let passed = progress::passed();
    for stage in STAGES {
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

/// It gives away how a stage can be done, so that nobody is shown one that has not passed, unless they
/// ask for it.
pub fn chapter(stage: Option<usize>) -> Result<ExitCode, Problem> {
    let number = stage.or_else(|| progress::passed().min(STAGES.len()).checked_sub(1));
    let Some(number) = number else {
        return Err("no stage has passed here yet; challenge chapter 0 shows the first".to_owned());
    };
    let stage = &STAGES[number];
    println!("{BOLD}Stage {number}: {}, the worked server{BOLD:#}\n", stage.title);
    markdown(stage.chapter.worked_server());
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

/// Prints Markdown as it stands, with headings that stand out. Where the terminal is narrower than that,
/// what can be wrapped is.
pub fn markdown(text: &str) {
    let width = terminal_width().unwrap_or(usize::MAX);
    let is_wide = text.lines().any(|line| line.chars().count() > width);
    let text = if is_wide { &wrapped(text, width) } else { text };
    let mut in_code = false;
    for line in text.lines() {
        in_code ^= line.starts_with("```");
        match line.starts_with('#') && !in_code {
            true => println!("{BOLD}{line}{BOLD:#}"),
            false => println!("{line}"),
        }
    }
}

/// Paragraphs and items of lists, each wrapped anew; code and tables as they stand.
fn wrapped(text: &str, width: usize) -> String {
    let mut wrapped = String::new();
    let mut paragraph = String::new();
    let mut in_code = false;
    for line in text.lines() {
        let is_fence = line.starts_with("```");
        let stands = in_code || is_fence || line.is_empty() || line.starts_with(['#', '|']);
        in_code ^= is_fence;
        if stands || line.starts_with("- ") {
            end(&mut paragraph, width, &mut wrapped);
        }
        match stands {
            true => wrapped += &format!("{line}\n"),
            false => paragraph += &format!("{line} "),
        }
    }
    end(&mut paragraph, width, &mut wrapped);
    wrapped
}

fn end(paragraph: &mut String, width: usize, wrapped: &mut String) {
    let indent = if paragraph.starts_with("- ") { 2 } else { 0 };
    let words = mem::take(paragraph);
    if words.is_empty() {
        return;
    }
    for (index, line) in wrap_words(&words, width - indent).iter().enumerate() {
        let indent = if index == 0 { 0 } else { indent };
        *wrapped += &format!("{:indent$}{line}\n", "");
    }
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn what_can_be_wrapped_is_and_code_and_tables_stand() {
        let text = "One two three\nfour.\n\n- five six seven\n  eight\n- nine\n\n| a long table row |\n```\n\
                    some  long  code\n```\n";
        let narrow = "One two\nthree four.\n\n- five\n  six seven\n  eight\n- nine\n\n| a long table row |\n\
                      ```\nsome  long  code\n```\n";
        assert_eq!(wrapped(text, 11), narrow);
    }
}
