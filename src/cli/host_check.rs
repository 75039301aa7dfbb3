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
    let Some(cure) = &finding.cure else { return Ok(()) };
    let (text, command) = split(cure);
    for line in wrap_words(text, width).iter().filter(|line| !line.is_empty()) {
        writeln!(out, "      {DIM}{line}{DIM:#}")?;
    }
    // Not wrapped: it is to be copied.
    command.map_or(Ok(()), |command| writeln!(out, "        {command}"))
}

/// How a command begins that is the end of a cure.
const COMMANDS: [&str; 14] = [
    "apt-get",
    "chmod",
    "chown",
    "git",
    "gpasswd",
    "install",
    "passwd",
    "rm",
    "sed",
    "su",
    "sysctl",
    "systemctl",
    "usermod",
    "grep",
];

fn split(cure: &str) -> (&str, Option<&str>) {
    let is_command = |text: &str| {
        let first = text.split(' ').next().unwrap_or_default();
        COMMANDS.contains(&first)
    };
    if is_command(cure) {
        return ("", Some(cure));
    }
    let ends = cure.match_indices(": ").map(|(at, colon)| (at, at + colon.len()));
    let found = ends.map(|(at, start)| (&cure[..=at], &cure[start..]));
    found
        .filter(|(_, rest)| is_command(rest))
        .map(|(text, rest)| (text, Some(rest)))
        .next()
        .unwrap_or((cure, None))
}
