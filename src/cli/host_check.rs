//! `challenge host check`, in a page.

use super::{Problem, terminal_width, unwritten};
use crate::host::checkup::{self, Finding, Grade, Section};
use crate::report::WIDTH;
use crate::style::{BAD, BOLD, DIM, GOOD};
use crate::text::{counted, wrap_words};
use anstream::stdout;
use anstyle::{AnsiColor, Style};
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Check {
    /// Repositories to look at as well
    #[arg(value_name = "REPO.git")]
    repositories: Vec<PathBuf>,
}

const WEAK: Style = AnsiColor::Yellow.on_default();

impl Check {
    pub fn run(self) -> Result<ExitCode, Problem> {
        let sections = checkup::sections(&self.repositories)?;
        write(&sections, &mut stdout().lock()).map_err(unwritten)?;
        let worst =
            sections.iter().flat_map(|section| &section.findings).map(|found| found.grade).max();
        Ok(if worst == Some(Grade::Bad) { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }
}

fn write(sections: &[Section], out: &mut dyn Write) -> io::Result<()> {
    for Section { title, findings } in sections {
        writeln!(out, "{BOLD}{title}{BOLD:#}")?;
        findings.iter().try_for_each(|finding| write_finding(finding, out))?;
        writeln!(out)?;
    }
    let count = |grade| {
        let all = sections.iter().flat_map(|section| &section.findings);
        all.filter(|finding| finding.grade == grade).count()
    };
    let (good, weak, bad) = (count(Grade::Good), count(Grade::Weak), count(Grade::Bad));
    writeln!(
        out,
        "{}, {weak} could be better (!), {} (✗).",
        counted(good, "protects", "protect"),
        counted(bad, "is a hole", "are holes")
    )
}

fn write_finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let width = terminal_width().unwrap_or(WIDTH) - 6;
    let (sign, style) = match finding.grade {
        Grade::Good => ("✓", GOOD),
        Grade::Weak => ("!", WEAK),
        Grade::Bad => ("✗", BAD),
    };
    for (at, line) in wrap_words(&finding.text, width).iter().enumerate() {
        let sign = if at == 0 { sign } else { " " };
        writeln!(out, "  {style}{sign}{style:#} {line}")?;
    }
    for line in finding.cure.iter().flat_map(|cure| wrap_words(cure, width)) {
        writeln!(out, "      {DIM}{line}{DIM:#}")?;
    }
    Ok(())
}
