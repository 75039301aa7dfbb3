//! A check: a small function that talks to the program under test and says what it proves.

use crate::resp::Reply;
use crate::trial::{Entry, Lane, Trial};
use crate::xray::Xray;
use std::time::Duration;

pub struct Check {
    /// A sentence that is true of a right program.
    pub name: &'static str,
    pub run: fn(&mut Trial) -> Result<(), Problem>,
    /// The mistake that most often fails this check; empty where there is no such.
    pub cause: &'static str,
}

/// Why a check ended early.
pub enum Problem {
    Failed(Box<Failure>),
    /// The tester itself was delayed, so that the check proves nothing: it has to be repeated.
    Delayed(String),
}

/// Everything that is known of a failure at the moment it is seen.
pub struct Failure {
    pub symptom: Symptom,
    /// The client that saw it.
    pub lane: Option<Lane>,
    /// What that client was waiting for.
    pub expected: Option<Reply>,
    pub transcript: Vec<Entry>,
    pub xray: Option<Xray>,
    /// The last of what the program printed.
    pub output: Vec<u8>,
}

impl Symptom {
    /// Whether the program was given all of the time that it may take, and did nothing.
    pub fn is_silence(&self) -> bool {
        use Symptom::{NotAccepted, NotRead, Silence};
        matches!(self, Silence { .. } | NotAccepted(_) | NotRead { .. })
    }
}

/// What was seen from outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Symptom {
    /// The program did not listen on the port within this time.
    NeverListened(Duration),
    /// The program ended, and how.
    Exited(String),
    /// Nobody listens on the port any more.
    Refused,
    /// The connection waited in the listener's queue for this long.
    NotAccepted(Duration),
    /// A reply did not come, or only the beginning of it.
    Silence {
        waited: Duration,
        received: Vec<u8>,
    },
    Closed {
        received: Vec<u8>,
    },
    Reset {
        received: Vec<u8>,
    },
    /// The bytes differ from the reply.
    Wrong {
        received: Vec<u8>,
    },
    /// Bytes came that no request had asked for.
    Unasked {
        received: Vec<u8>,
    },
    /// The client could not send: the server takes nothing in.
    NotRead {
        waited: Duration,
    },
    /// Everything was right, but the whole check took longer than this.
    TooSlow(Duration),
    /// A measurement of time that is not what it should be, in a sentence.
    Measured(String),
    /// A fact, in a sentence, which holds on a busy machine too.
    Found(String),
}
