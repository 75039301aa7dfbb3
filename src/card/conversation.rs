//! The conversation of a check: a lane for each client, a line for each event, with its time.

use crate::bytes;
use crate::check::Failure;
use crate::style::DIM;
use crate::text::{count, seconds, wrap_bytes};
use crate::trial::{Entry, Event, Lane};
use std::fmt::Write;

/// How many events are shown, and for how many clients.
const MOST_EVENTS: usize = 12;
const MOST_LANES: usize = 3;
/// How many characters of one event.
const MOST_OF_EVENT: usize = 110;

/// The lines of the conversation, for each client that matters: the one that failed, and those that
/// acted last.
pub fn lines(failure: &Failure, width: usize) -> Vec<String> {
    let lanes = lanes(failure);
    let entries: Vec<&Entry> =
        failure.transcript.iter().filter(|entry| lanes.contains(&entry.lane)).collect();
    let hidden = entries.len().saturating_sub(MOST_EVENTS);
    let column = (width - 8) / lanes.len();
    let mut head = format!("{:>7} ", "time");
    for lane in &lanes {
        let _ = write!(head, "{:column$}", format!("client {lane}"));
    }
    let mut lines = vec![dim(head.trim_end())];
    if hidden > 0 {
        lines.push(dim(&format!("        … {}", count(hidden, "earlier event"))));
    }
    for entry in &entries[hidden..] {
        let place = lanes.iter().position(|lane| *lane == entry.lane).unwrap_or(0);
        let time = format!("{:.3}", entry.at.as_secs_f64());
        for (index, line) in wrap_bytes(&event(&entry.event), column - 1).iter().enumerate() {
            let time = if index == 0 { time.as_str() } else { "" };
            lines.push(format!("{time:>7} {:1$}{line}", "", place * column));
        }
    }
    let all = failure.transcript.iter().map(|entry| entry.lane).max().unwrap_or(0);
    if all > lanes.len() {
        let others = count(all - lanes.len(), "other client");
        lines.push(dim(&format!("        ({others} not shown)")));
    }
    lines
}

fn dim(text: &str) -> String {
    format!("{DIM}{text}{DIM:#}")
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
