//! The gradebook for a terminal: one row a repository.

use super::history::{Event, History, StageHistory};
use super::{Entry, words};
use crate::stages::STAGES;
use crate::style::{BAD, BOLD, DIM, GOOD};
use crate::text::wrap_words;
use anstyle::Style;
use std::io::{self, Write};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Of a name, so much is shown in the narrowest of terminals.
const LEAST_NAME: usize = 8;
/// So much of a name is worth more than the times of the stages.
const GOOD_NAME: usize = 16;

struct Column {
    head: String,
    cells: Vec<Cell>,
    is_text: bool,
    /// The columns of blank before it.
    gap: usize,
}

struct Cell {
    text: String,
    style: Style,
}

/// `width` is that of the terminal, if it is one.
pub fn write(entries: &[Entry], width: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
    let width = width.unwrap_or(usize::MAX);
    let sizes = [(Size::Whole, GOOD_NAME), (Size::Tries, LEAST_NAME), (Size::Sums, LEAST_NAME)];
    let mut columns = Vec::new();
    for (size, least_name) in sizes {
        columns = self::columns(entries, size);
        if fit(&mut columns, width, least_name) {
            break;
        }
    }
    for row in 0..=entries.len() {
        let line: String = columns.iter().map(|column| column.shown(row)).collect();
        writeln!(out, "{}", line.trim_end())?;
    }
    for entry in entries {
        for remark in entry.remarks() {
            let line = format!("{}: {remark}", entry.name);
            for line in wrap_words(&line, width) {
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(())
}

/// Cuts names until a row fits, but not below so many columns; says whether it does.
fn fit(columns: &mut [Column], width: usize, least_name: usize) -> bool {
    let total = |columns: &[Column]| -> usize {
        columns.iter().map(|column| column.gap + column.width()).sum()
    };
    let excess = total(columns).saturating_sub(width);
    let name = columns[0].width().saturating_sub(excess).max(least_name);
    for cell in &mut columns[0].cells {
        cell.text = shortened(&cell.text, name);
    }
    total(columns) <= width
}

/// How much is shown of each person.
#[derive(Clone, Copy, PartialEq)]
enum Size {
    Whole,
    /// Neither the times of stages nor how much source there is.
    Tries,
    /// Nothing of single stages.
    Sums,
}

fn columns(entries: &[Entry], size: Size) -> Vec<Column> {
    let column = |head: &str, gap, cell: &dyn Fn(&Entry) -> (String, Style)| {
        let cells = entries.iter().map(cell).map(|(text, style)| Cell { text, style });
        Column { head: head.to_owned(), cells: cells.collect(), is_text: gap == 0, gap }
    };
    let newest = entries.iter().filter_map(|entry| entry.history.last()).max();
    let year = newest.map_or(String::new(), |time| time.strftime("%Y").to_string());
    let plain = |text: String| (text, Style::new());
    let mut columns = vec![
        column("name", 0, &|entry| plain(entry.name.clone())),
        column("stages", 2, &|entry| reached(&entry.history)),
        column("pushes", 2, &|entry| plain(entry.history.pushes.len().to_string())),
    ];
    if size == Size::Whole {
        columns.push(column("lines", 2, &|entry| lines(&entry.history)));
    }
    let stages = if size == Size::Sums { &[] } else { STAGES };
    for stage in stages {
        let gap = if stage.number == 0 { 2 } else { 1 };
        columns.push(column(&stage.number.to_string(), gap, &|entry| {
            tries(&entry.history.stages[stage.number], size == Size::Whole)
        }));
    }
    columns.push(column("lost", 2, &|entry| lost(&entry.history)));
    columns.push(column("last", 2, &|entry| last(&entry.history, &year)));
    columns
}

fn reached(history: &History) -> (String, Style) {
    let all = STAGES.len();
    match history.fails_again() {
        true => (format!("{}/{all}↓{}", history.reached, history.holds), BAD),
        false if history.reached == all => (format!("{all}/{all}"), GOOD),
        false => (format!("{}/{all}", history.reached), Style::new()),
    }
}

/// Of text, in the best push.
fn lines(history: &History) -> (String, Style) {
    match history.best().map(|push| push.contents.source_lines) {
        Some(lines @ 1..) => (lines.to_string(), Style::new()),
        _ => ("-".to_owned(), DIM),
    }
}

fn tries(stage: &StageHistory, with_time: bool) -> (String, Style) {
    let time = match with_time {
        true => format!("·{}", words::short_duration(stage.time)),
        false => String::new(),
    };
    match (stage.passed, stage.tries) {
        (Some(_), tries) => (format!("{tries}{time}"), if stage.fails_again { BAD } else { GOOD }),
        (None, 0) => ("-".to_owned(), DIM),
        (None, tries) => (format!("✗{tries}{time}"), BAD),
    }
}

fn lost(history: &History) -> (String, Style) {
    match history.count(Event::Lost) {
        0 => ("-".to_owned(), DIM),
        lost => (lost.to_string(), BAD),
    }
}

/// The day, or of years before that of the newest push, the month.
fn last(history: &History, year: &str) -> (String, Style) {
    match history.last() {
        Some(time) if time.strftime("%Y").to_string() == year => {
            (time.strftime("%-d %b").to_string(), Style::new())
        }
        Some(time) => (time.strftime("%b %Y").to_string(), Style::new()),
        None => ("never".to_owned(), DIM),
    }
}

impl Column {
    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|cell| cell.text.width());
        cells.chain([self.head.width()]).max().unwrap_or(0)
    }

    /// The head is row 0.
    fn shown(&self, row: usize) -> String {
        let (text, style) = match row.checked_sub(1) {
            None => (&self.head, BOLD),
            Some(row) => (&self.cells[row].text, self.cells[row].style),
        };
        let blank = " ".repeat(self.width() - text.width());
        let gap = " ".repeat(self.gap);
        match self.is_text {
            true => format!("{gap}{style}{text}{style:#}{blank}"),
            false => format!("{gap}{blank}{style}{text}{style:#}"),
        }
    }
}

/// Text that is cut, with an ellipsis, to so many columns of a terminal.
fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let fits = |character: &char| {
        let rest = left.checked_sub(character.width().unwrap_or(0));
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    text.chars().take_while(fits).collect::<String>() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> Entry {
        Entry {
            repository: "ada.git".into(),
            name: name.to_owned(),
            language: "python".to_owned(),
            history: History::of(&[]).expect("nothing is wrong with nothing"),
            tip: None,
        }
    }

    fn lines(names: &[&str], width: usize) -> Vec<String> {
        let entries: Vec<Entry> = names.iter().map(|name| entry(name)).collect();
        let mut text = Vec::new();
        write(&entries, Some(width), &mut text).expect("memory has room");
        let text = String::from_utf8(text).expect("text");
        anstream::adapter::strip_str(&text).to_string().lines().map(str::to_owned).collect()
    }

    #[test]
    fn rows_fit_the_terminal_and_are_as_wide_as_their_head() {
        let names =
            ["Ada", "Wolfeschlegelsteinhausenbergerdorff the Younger", "山田 花子 と 山田 太郎"];
        for width in [120, 80, 60, 50, 40] {
            let lines = lines(&names, width);
            let widths: Vec<usize> = lines.iter().map(|line| line.width()).collect();
            assert!(widths.iter().all(|&line| line <= width && line == widths[0]), "{lines:#?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_between_characters_and_says_so() {
        assert_eq!(shortened("Wolfeschlegel", 8), "Wolfesc…");
        assert_eq!(shortened("山田 花子", 8), "山田 花…");
        assert_eq!(shortened("山田 花子", 7), "山田 …");
        assert_eq!(shortened("山田 花子", 9), "山田 花子");
    }
}
