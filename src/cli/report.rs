//! `challenge report`: how far everybody has come, from the records of their repositories.

use super::{Problem, unwritten};
use crate::gradebook::{self, Entry};
use anstream::{eprintln, stdout};
use clap::{Args, ValueEnum};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Report {
    /// Repositories that `challenge host` has made, or clones of them
    #[arg(required = true, value_name = "REPO.git")]
    repositories: Vec<PathBuf>,
    /// What to print: a table, data for other programs, or a page for a browser
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
    Html,
}

impl Report {
    /// A repository that cannot be read does not keep the others from being reported.
    pub fn run(self) -> Result<ExitCode, Problem> {
        let mut entries = Vec::new();
        let mut status = ExitCode::SUCCESS;
        for repository in &self.repositories {
            match Entry::read(repository) {
                Ok(entry) => entries.push(entry),
                Err(problem) => {
                    eprintln!("challenge: {}: {problem}", repository.display());
                    status = ExitCode::from(2);
                }
            }
        }
        gradebook::sort(&mut entries);
        self.write(&entries).map_err(unwritten)?;
        Ok(status)
    }

    fn write(&self, entries: &[Entry]) -> io::Result<()> {
        // Only the table has colours, which anstream takes away where nobody would see them.
        let mut plain = BufWriter::new(io::stdout().lock());
        match self.format {
            Format::Text => return gradebook::write_text(entries, width(), &mut stdout().lock()),
            Format::Json => gradebook::write_json(entries, &mut plain)?,
            Format::Csv => gradebook::write_csv(entries, &mut plain)?,
            Format::Html => gradebook::write_html(entries, &mut plain)?,
        }
        plain.flush()
    }
}

/// All of the terminal's: a row has many columns.
fn width() -> Option<usize> {
    let (width, _) = io::stdout().is_terminal().then(terminal_size::terminal_size)??;
    Some(usize::from(width.0))
}
