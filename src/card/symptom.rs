//! The symptom in words.

use crate::bytes;
use crate::check::{Failure, Symptom};
use crate::text::{count, seconds};
use crate::trial::{Lane, PORT};
use std::time::Duration;

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

/// What kind of failure it was, in a sentence that gives away nothing of what was expected.
pub fn kind(failure: &Failure) -> String {
    let kind = match &failure.symptom {
        Symptom::Exited(how) => return format!("The program {how}."),
        Symptom::NeverListened(_) => "Nobody listened on the port in time.",
        Symptom::Refused => "A connection was refused.",
        Symptom::NotAccepted(_) => "A connection was not accepted.",
        Symptom::Silence { received, .. } if received.is_empty() => "No reply came.",
        Symptom::Silence { .. } => "Only a part of a reply came.",
        Symptom::Closed { .. } => "The connection was closed.",
        Symptom::Reset { .. } => "The connection was reset.",
        Symptom::Wrong { .. } => "A reply was wrong.",
        Symptom::Unasked { .. } => "Bytes came that nothing had asked for.",
        Symptom::NotRead { .. } => "The server took nothing in.",
        Symptom::TooSlow(_) => "It took too long.",
        Symptom::Measured(_) | Symptom::Found(_) => "It is not so.",
    };
    kind.to_owned()
}

/// The client that waits for something, and for how long it has.
pub fn waiting(failure: &Failure) -> Option<(Lane, Duration)> {
    let lane = failure.lane?;
    match failure.symptom {
        Symptom::Silence { waited, .. }
        | Symptom::NotAccepted(waited)
        | Symptom::NotRead { waited } => Some((lane, waited)),
        _ => None,
    }
}
