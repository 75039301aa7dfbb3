//! The failure card: everything that somebody needs to understand why a check failed, about a screen
//! long, complete on its own.

mod conversation;
mod symptom;

pub use symptom::{happened, kind};

use crate::bytes;
use crate::causes;
use crate::check::{Check, Failure, Symptom};
use crate::resp::type_of;
use crate::stages::Stage;
use crate::style::{BAD, BOLD, DIM, GOOD};
use crate::text::{sentence, wrap_line, wrap_words};
use crate::trial::{Event, PORT};
use anstyle::Style;
use symptom::waiting;

/// How many lines of the program's output are shown.
const MOST_OUTPUT: usize = 8;
/// How many rows one of these lines may take.
const MOST_ROWS: usize = 4;

/// The card as text for a terminal of this width, with colours.
pub fn card(stage: &Stage, check: &Check, failure: &Failure, seed: u64, width: usize) -> String {
    let mut card = Card { text: String::new(), width: width.clamp(40, 100) };
    let number = stage.checks.iter().position(|other| other.name == check.name).unwrap_or(0) + 1;
    let title = format!("✗ stage {}, check {number}: {}", stage.number, check.name);
    card.styled(BAD, &title);
    card.section("What happened", &happened(failure));
    if !failure.transcript.is_empty() {
        card.heading("The conversation");
        for line in conversation::lines(failure, card.width) {
            card.line(&line);
        }
    }
    card.difference(failure);
    if let Some(xray) = &failure.xray {
        let sentence = xray.describe(waiting(failure));
        let sentence = format!("At that moment {sentence}");
        card.section("X-ray", &sentence);
        card.paragraph(&format!("({})", xray.figures()), 2);
    }
    if let Some(cause) = causes::likely(check, failure) {
        card.section("Likely cause", &sentence(&cause));
    }
    card.output(&failure.output);
    card.by_hand(stage, failure, seed);
    card.text
}

/// What may be said in an exam: what kind of failure it was, a limit that the program ran into, and what
/// the program itself has said.
pub fn brief(failure: &Failure, width: usize) -> String {
    let mut card = Card { text: String::new(), width: width.clamp(40, 100) };
    card.paragraph(&kind(failure), 0);
    if let Some(limit) = causes::limit(failure) {
        card.paragraph(&sentence(limit), 0);
    }
    card.output(&failure.output);
    card.text
}

struct Card {
    text: String,
    width: usize,
}

impl Card {
    fn line(&mut self, line: &str) {
        self.text += line.trim_end();
        self.text.push('\n');
    }

    fn heading(&mut self, heading: &str) {
        self.line("");
        self.line(&format!("{BOLD}{heading}{BOLD:#}"));
    }

    fn styled(&mut self, style: Style, text: &str) {
        for line in wrap_words(text, self.width) {
            self.line(&format!("{style}{line}{style:#}"));
        }
    }

    fn section(&mut self, heading: &str, body: &str) {
        self.heading(heading);
        self.paragraph(body, 2);
    }

    fn paragraph(&mut self, body: &str, indent: usize) {
        for line in wrap_words(body, self.width - indent) {
            self.line(&format!("{:indent$}{line}", ""));
        }
    }

    /// Expected and received, one above the other, with a mark under the first byte that differs.
    fn difference(&mut self, failure: &Failure) {
        let Some(reply) = &failure.expected else { return };
        let expected = reply.bytes();
        let received: &[u8] = match &failure.symptom {
            Symptom::Wrong { received }
            | Symptom::Silence { received, .. }
            | Symptom::Closed { received }
            | Symptom::Reset { received } => received,
            _ => &[],
        };
        let most = (self.width - 12) / 3;
        let (shown, got, column) = bytes::beside(&expected, received, most);
        self.line("");
        self.line(&format!("  {GOOD}expected{GOOD:#}  {shown}"));
        self.line(&format!("            {DIM}{}, as Redis answers{DIM:#}", type_of(&expected)));
        if received.is_empty() {
            return self.line(&format!("  {BAD}received{BAD:#}  nothing"));
        }
        self.line(&format!("  {BAD}received{BAD:#}  {got}"));
        self.line(&format!("            {:column$}{BAD}^{BAD:#}", ""));
        let at = bytes::first_difference(&expected, received);
        let named =
            |byte: Option<&u8>| byte.map_or("nothing".to_owned(), |&byte| bytes::named(byte));
        let place = format!(
            "byte {}: {} instead of {}",
            bytes::thousands(at + 1),
            named(received.get(at)),
            named(expected.get(at))
        );
        self.line(&format!("            {place}"));
        if type_of(received) != type_of(&expected) {
            self.paragraph(&format!("(what came is {})", type_of(received)), 12);
        }
    }

    fn output(&mut self, output: &[u8]) {
        let text = bytes::printable(&String::from_utf8_lossy(output));
        let lines: Vec<&str> = text.lines().collect();
        if lines.is_empty() {
            return;
        }
        self.heading("The program's last output");
        for line in &lines[lines.len().saturating_sub(MOST_OUTPUT)..] {
            // What matters most is often at the end, as in `python3: can't open file '…': No such …`.
            for (index, row) in wrap_line(line, self.width - 4).iter().take(MOST_ROWS).enumerate() {
                let mark = if index == 0 { "|" } else { " " };
                self.line(&format!("  {DIM}{mark}{DIM:#} {row}"));
            }
        }
    }

    fn by_hand(&mut self, stage: &Stage, failure: &Failure, seed: u64) {
        self.heading("Try it by hand");
        for command in commands(failure) {
            self.line(&format!("  {command}"));
        }
        let (number, slug) = (stage.number, stage.slug);
        self.line(&format!("  challenge test --stage {number} --seed {seed}"));
        self.line("");
        let more = format!("challenge task {number}, challenge hint {number}");
        self.styled(DIM, &format!("Read more: {more}, docs/{number:02}_{slug}.md"));
    }
}

/// What the failed client sent, as a command line; and a second client where the first is in the way.
fn commands(failure: &Failure) -> Vec<String> {
    const LONGEST: usize = 200;
    let lane = failure.lane.unwrap_or(1);
    let mut sent = Vec::new();
    for entry in failure.transcript.iter().filter(|entry| entry.lane == lane) {
        if let Event::Sent { start, length, .. } = &entry.event {
            if *length > start.len() || sent.len() + length > LONGEST {
                return Vec::new();
            }
            sent.extend_from_slice(start);
        }
    }
    let nc = format!("nc 127.0.0.1 {PORT}");
    let mut commands = Vec::new();
    if failure.transcript.iter().any(|entry| entry.lane != lane) {
        commands.push(format!("{nc}  # in another terminal; leave it open"));
    }
    commands.push(match sent.is_empty() {
        true => nc,
        false => format!("printf {} | {nc}", bytes::for_printf(&sent)),
    });
    commands
}
