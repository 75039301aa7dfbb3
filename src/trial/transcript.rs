//! The conversation so far: what each client sent and received, and when.

use std::time::{Duration, Instant};

/// A client of the trial, counted from 1.
pub type Lane = usize;

/// The most bytes of one event that are kept.
const KEPT: usize = 512;

#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Connected,
    Sent {
        start: Vec<u8>,
        length: usize,
        pieces: usize,
    },
    Received {
        start: Vec<u8>,
        length: usize,
        pieces: usize,
    },
    /// The client said that it will send no more.
    FinishedSending,
    /// The client closed its connection, or reset it.
    Left,
    Reset,
    /// The server closed the connection, or reset it.
    ServerClosed,
    ServerReset,
    Refused,
    /// The client waited, and nothing came.
    Silence(Duration),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub at: Duration,
    pub lane: Lane,
    pub event: Event,
}

pub struct Transcript {
    started: Instant,
    entries: Vec<Entry>,
    lanes: Lane,
}

impl Transcript {
    pub fn new() -> Transcript {
        Transcript { started: Instant::now(), entries: Vec::new(), lanes: 0 }
    }

    pub fn new_lane(&mut self) -> Lane {
        self.lanes += 1;
        self.lanes
    }

    pub fn add(&mut self, lane: Lane, event: Event) {
        let at = self.started.elapsed();
        self.entries.push(Entry { at, lane, event });
    }

    pub fn sent(&mut self, lane: Lane, bytes: &[u8]) {
        match self.entries.last_mut() {
            Some(Entry { lane: last, event: Event::Sent { start, length, pieces }, .. })
                if *last == lane =>
            {
                append(start, length, pieces, bytes)
            }
            _ => {
                let (start, length) = (kept(bytes), bytes.len());
                self.add(lane, Event::Sent { start, length, pieces: 1 });
            }
        }
    }

    pub fn received(&mut self, lane: Lane, bytes: &[u8]) {
        match self.entries.last_mut() {
            Some(Entry {
                lane: last, event: Event::Received { start, length, pieces }, ..
            }) if *last == lane => append(start, length, pieces, bytes),
            _ => {
                let (start, length) = (kept(bytes), bytes.len());
                self.add(lane, Event::Received { start, length, pieces: 1 });
            }
        }
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

fn kept(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len().min(KEPT)].to_vec()
}

fn append(start: &mut Vec<u8>, length: &mut usize, pieces: &mut usize, bytes: &[u8]) {
    start.extend_from_slice(&bytes[..bytes.len().min(KEPT - start.len().min(KEPT))]);
    *length += bytes.len();
    *pieces += 1;
}
