//! The failure card: everything that somebody needs to understand why a check failed, about a screen
//! long, complete on its own.

use crate::bytes;
use crate::causes;
use crate::check::{Check, Failure, Symptom};
use crate::resp::type_of;
use crate::stages::Stage;
use crate::style::{BAD, BOLD, DIM, GOOD};
use crate::trial::{Entry, Event, Lane, PORT};
use anstyle::Style;
use std::fmt::Write;
use std::time::Duration;

/// How many events of the conversation are shown, and for how many clients.
const MOST_EVENTS: usize = 12;
const MOST_LANES: usize = 3;
/// How many characters of one event.
const MOST_OF_EVENT: usize = 110;
/// How many lines of the program's output are shown.
const MOST_OUTPUT: usize = 8;

/// The card as text for a terminal of this width, with colours.
pub fn card(stage: &Stage, check: &Check, failure: &Failure, seed: u64, width: usize) -> String {
    let mut card = Card { text: String::new(), width: width.clamp(40, 100) };
    let number = stage.checks.iter().position(|other| other.name == check.name).unwrap_or(0) + 1;
    let title = format!("✗ stage {}, check {number}: {}", stage.number, check.name);
    card.styled(BAD, &title);
    card.section("What happened", &happened(failure));
    if !failure.transcript.is_empty() {
        card.heading("The conversation");
        card.conversation(failure);
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

/// The symptom in a sentence, which is also the short form of the card.
pub fn happened(failure: &Failure) -> String {
    let client = failure.lane.map_or("a client".to_owned(), |lane| format!("client {lane}"));
    match &failure.symptom {
        Symptom::NeverListened(time) => format!(
            "The program is running, but {} s after its start nobody listens on 127.0.0.1, port \
             {PORT}.",
            seconds(*time)
        ),
        Symptom::Exited(how) if failure.lane.is_some() => {
            format!("The program {how}, while {client} was connected.")
        }
        Symptom::Exited(how) => format!("The program {how}."),
        Symptom::Refused => format!(
            "The connection of {client} was refused: nobody listens on 127.0.0.1, port {PORT}."
        ),
        Symptom::NotAccepted(time) => format!(
            "The connection of {client} was not accepted within {} s: it waits in the listener's \
             queue.",
            seconds(*time)
        ),
        Symptom::Silence { waited, received } if received.is_empty() => {
            format!(
                "Silence: {client} waited {} s for a reply, and no byte came.",
                seconds(*waited)
            )
        }
        Symptom::Silence { waited, received } => format!(
            "Silence after a part of the reply: {client} got {} of it, and in {} s no more came.",
            count(received.len(), "byte"),
            seconds(*waited)
        ),
        Symptom::Closed { received } => format!(
            "The server closed the connection of {client}, which was waiting for {}.",
            if received.is_empty() { "a reply" } else { "the rest of a reply" }
        ),
        Symptom::Reset { .. } => format!(
            "The server reset the connection of {client}, which was waiting for a reply. A system \
             does so when a program closes a connection with unread bytes in it, or ends."
        ),
        Symptom::Wrong { received } => format!(
            "A wrong answer: {client} got {} and not {}",
            bytes::excerpt(received, 40),
            failure
                .expected
                .as_ref()
                .map_or(String::new(), |reply| bytes::excerpt(&reply.bytes(), 40))
        ),
        Symptom::Unasked { received } => format!(
            "The server sent {client} {} that nothing had asked for: {}",
            count(received.len(), "byte"),
            bytes::excerpt(received, 60)
        ),
        Symptom::NotRead { waited } => format!(
            "The server takes nothing in: for {} s, {client} could not send.",
            seconds(*waited)
        ),
        Symptom::TooSlow(time) => format!(
            "Every reply was right, but the check took longer than {} s and was ended.",
            seconds(*time)
        ),
        Symptom::Measured(finding) | Symptom::Found(finding) => finding.clone(),
    }
}

/// The client that waits for something, and for how long it has.
fn waiting(failure: &Failure) -> Option<(Lane, Duration)> {
    let lane = failure.lane?;
    match failure.symptom {
        Symptom::Silence { waited, .. }
        | Symptom::NotAccepted(waited)
        | Symptom::NotRead { waited } => Some((lane, waited)),
        _ => None,
    }
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

    /// A lane for each client that matters: the one that failed, and those that acted last.
    fn conversation(&mut self, failure: &Failure) {
        let lanes = lanes(failure);
        let entries: Vec<&Entry> =
            failure.transcript.iter().filter(|entry| lanes.contains(&entry.lane)).collect();
        let hidden = entries.len().saturating_sub(MOST_EVENTS);
        let column = (self.width - 8) / lanes.len();
        let mut head = format!("{:>7} ", "time");
        for lane in &lanes {
            let _ = write!(head, "{:column$}", format!("client {lane}"));
        }
        self.line(&format!("{DIM}{}{DIM:#}", head.trim_end()));
        if hidden > 0 {
            self.line(&format!("{DIM}        … {}{DIM:#}", count(hidden, "earlier event")));
        }
        for entry in &entries[hidden..] {
            let place = lanes.iter().position(|lane| *lane == entry.lane).unwrap_or(0);
            let time = format!("{:.3}", entry.at.as_secs_f64());
            for (index, line) in wrap_bytes(&event(&entry.event), column - 1).iter().enumerate() {
                let time = if index == 0 { time.as_str() } else { "" };
                self.line(&format!("{time:>7} {:1$}{line}", "", place * column));
            }
        }
        let all = failure.transcript.iter().map(|entry| entry.lane).max().unwrap_or(0);
        if all > lanes.len() {
            let others = count(all - lanes.len(), "other client");
            self.line(&format!("{DIM}        ({others} not shown){DIM:#}"));
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
            let cut: String = line.chars().take(self.width - 4).collect();
            self.line(&format!("  {DIM}|{DIM:#} {cut}"));
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
        commands.push(format!("{nc}    # in another terminal, and leave it open"));
    }
    commands.push(match sent.is_empty() {
        true => nc,
        false => format!("printf {} | {nc}", bytes::for_printf(&sent)),
    });
    commands
}

/// The clients to show, in their order.
fn lanes(failure: &Failure) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = failure.lane.into_iter().collect();
    for entry in failure.transcript.iter().rev() {
        if lanes.len() < MOST_LANES && !lanes.contains(&entry.lane) {
            lanes.push(entry.lane);
        }
    }
    lanes.sort_unstable();
    lanes
}

fn event(event: &Event) -> String {
    let bytes = |start: &[u8], length: usize| bytes::excerpt_of(start, &[], length, MOST_OF_EVENT);
    match event {
        Event::Connected => "connects".to_owned(),
        Event::Sent { start, length, pieces: 1 } => format!("→ {}", bytes(start, *length)),
        Event::Sent { start, length, pieces } => {
            format!("→ {} in {pieces} pieces", bytes(start, *length))
        }
        Event::Received { start, length, .. } => format!("← {}", bytes(start, *length)),
        Event::FinishedSending => "sends no more".to_owned(),
        Event::Left => "leaves".to_owned(),
        Event::Reset => "resets".to_owned(),
        Event::ServerClosed => "← the server closes".to_owned(),
        Event::ServerReset => "← the server resets".to_owned(),
        Event::Refused => "is refused".to_owned(),
        Event::Silence(time) => format!("… silence for {} s", seconds(*time)),
    }
}

pub fn wrap_words(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        let length = lines[last].chars().count();
        if length > 0 && length + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if length > 0 {
                lines[last].push(' ');
            }
            lines[last] += word;
        }
    }
    lines
}

/// Wraps bytes that were made visible, best behind a CR LF, and never inside of an escape.
fn wrap_bytes(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest: Vec<char> = text.chars().collect();
    while rest.len() > width {
        let line: String = rest[..width].iter().collect();
        let end = match (line.rfind("\\r\\n"), line.rfind(' ')) {
            (Some(end), _) if end + 4 > width / 2 => line[..end + 4].chars().count(),
            (_, Some(end)) if end > width / 2 => line[..end + 1].chars().count(),
            _ => match line.rfind('\\').map(|start| line[..start].chars().count()) {
                Some(start) if start + 4 > width => start,
                _ => width,
            },
        };
        lines.push(rest.drain(..end.max(1)).collect());
        let indent: Vec<char> = "  ".chars().collect();
        rest.splice(0..0, indent);
    }
    lines.push(rest.into_iter().collect());
    lines
}

fn seconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64())
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", bytes::thousands(number))
}

/// A cause as a sentence: with a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if text.split(' ').next().is_some_and(|word| !word.contains('(')) => {
            format!("{}{}.", first.to_uppercase(), characters.as_str())
        }
        _ => format!("{text}."),
    }
}
