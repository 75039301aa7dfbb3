//! What most often causes a symptom: the mistakes that people make when they write a server for the
//! first time, each known by its traces.

mod answer;

use crate::check::{Check, Failure, Symptom};
use crate::trial::{Event, PORT};
use crate::xray::{Activity, Connection, Thread};
use answer::{of_answer, of_null};

/// The likely cause of a failure, if there is a known one: what its traces prove, or else the mistake
/// that most often fails this check, or else what the traces suggest.
pub fn likely(check: &Check, failure: &Failure) -> Option<String> {
    if let Symptom::NeverListened(_) = failure.symptom {
        return Some(of_no_listener(failure));
    }
    let usual = || (!check.cause.is_empty() && !is_at_start(failure)).then_some(check.cause);
    proven(failure).or_else(usual).or_else(|| suggested(failure)).map(str::to_owned)
}

fn proven(failure: &Failure) -> Option<&'static str> {
    match &failure.symptom {
        Symptom::Exited(how) => of_exit(how, failure),
        Symptom::Silence { received, .. } if received.is_empty() => {
            of_sleep(failure).or_else(|| of_no_accept(failure))
        }
        Symptom::Wrong { received } | Symptom::Silence { received, .. } => {
            of_answer(&failure.expected.as_ref()?.bytes(), received)
        }
        _ => None,
    }
}

fn suggested(failure: &Failure) -> Option<&'static str> {
    match &failure.symptom {
        Symptom::Silence { received, .. } if received.is_empty() => of_silence(failure),
        Symptom::Closed { received } | Symptom::Reset { received } if received.is_empty() => {
            Some(of_closing(failure))
        }
        Symptom::Wrong { received } => of_null(&failure.expected.as_ref()?.bytes(), received),
        _ => None,
    }
}

/// Whether the program ended before it met a client.
fn is_at_start(failure: &Failure) -> bool {
    matches!(failure.symptom, Symptom::Exited(_)) && failure.transcript.is_empty()
}

fn of_no_listener(failure: &Failure) -> String {
    let listens = failure.xray.as_ref().map_or(&[][..], |xray| &xray.listens);
    match listens.first() {
        Some(address) => format!(
            "it listens on {}, port {}, and clients come to 127.0.0.1, port {PORT}",
            address.ip(),
            address.port()
        ),
        None => {
            "it listens nowhere: socket(2), bind(2) and listen(2) come before all that takes time"
                .to_owned()
        }
    }
}

/// The limit that the program ran into, if its end was one.
pub fn limit(failure: &Failure) -> Option<&'static str> {
    let Symptom::Exited(how) = &failure.symptom else { return None };
    let traces = traces(how, failure);
    of_limit(how, |texts| texts.iter().any(|text| traces.contains(text)))
}

/// What the end of a program is known by, in lower case.
fn traces(how: &str, failure: &Failure) -> String {
    format!("{how} {}", String::from_utf8_lossy(&failure.output)).to_lowercase()
}

fn of_exit(how: &str, failure: &Failure) -> Option<&'static str> {
    let traces = traces(how, failure);
    let says = |texts: &[&str]| texts.iter().any(|text| traces.contains(text));
    if says(&["address already in use", "eaddrinuse"]) {
        Some(
            "SO_REUSEADDR is missing: without it, bind(2) fails for a minute after the last run, \
             while that run's connections are in TIME_WAIT",
        )
    } else if says(&["brokenpipe", "broken pipe", "sigpipe", "epipe"]) {
        Some("writing to a client that has left is an error, and must end that connection only")
    } else if says(&["connectionreset", "connection reset", "econnreset"]) {
        Some(
            "reading from a connection that was reset is an error, and must end that connection only",
        )
    } else if says(&["unicodedecodeerror", "utf-8", "utf8"]) {
        Some("bytes were decoded to text, and not all bytes are text; keep them as bytes")
    } else if is_at_start(failure) && says(&["invalid argument", "einval"]) {
        Some(
            "accept(2) fails with EINVAL on a socket that does not listen: call listen(2) between \
             bind(2) and accept(2)",
        )
    } else if says(&["cannot assign requested address", "eaddrnotavail"]) {
        Some("it binds to an address that is not there: take 127.0.0.1 or 0.0.0.0")
    } else if let Some(limit) = of_limit(how, says) {
        Some(limit)
    } else if how == "exited with status 0" {
        Some(
            "the program came to its end: serving clients has to be a loop that goes back to \
             accept(2), for ever",
        )
    } else {
        None
    }
}

/// The program wanted more than it may have. A push has its limits in its first lines.
fn of_limit(how: &str, says: impl Fn(&[&str]) -> bool) -> Option<&'static str> {
    if says(&["memoryerror", "bad_alloc", "outofmemory", "out of memory", "cannot allocate memory"])
    {
        Some(
            "there was no more memory for it; a push in a sandbox says at its beginning how much it has",
        )
    } else if says(&["no space left on device", "enospc", "file too large", "efbig", "sigxfsz"]) {
        Some(
            "it wrote more than there is room for; a push in a sandbox says at its beginning how much",
        )
    } else if says(&["can't start new thread", "fork", "pthread_create", "clone"])
        && says(&["can't start new thread", "resource temporarily unavailable", "eagain"])
    {
        Some(
            "it started more processes or threads than it may have; a push in a sandbox says at its \
             beginning how many",
        )
    } else if says(&["network is unreachable", "enetunreach", "name resolution", "eai_again"]) {
        Some("it wants a network, and has none but 127.0.0.1 here: only clients come to it")
    } else if how == "was killed by SIGKILL" || how == "was killed by SIGXCPU" {
        Some(
            "the system ended it for taking too much memory or CPU time; a push in a sandbox says at its \
             beginning how much it has",
        )
    } else {
        None
    }
}

/// The program does nothing but let time pass.
fn of_sleep(failure: &Failure) -> Option<&'static str> {
    let threads = &failure.xray.as_ref()?.threads;
    let sleeps = |thread: &Thread| matches!(thread.activity, Activity::Sleeping { .. });
    (threads.len() == 1 && threads.iter().all(sleeps)).then_some(
        "the program sleeps, and whoever comes has to wait: note when something is due, and compare it \
         with the clock later",
    )
}

/// The client waits in the queue, although nobody else is there who could be in its way.
fn of_no_accept(failure: &Failure) -> Option<&'static str> {
    let (lane, xray) = (failure.lane?, failure.xray.as_ref()?);
    let is_alone = xray.lanes.iter().all(|(other, connection)| match other == &lane {
        true => *connection == Connection::NotAccepted,
        false => *connection == Connection::Gone,
    });
    is_alone.then_some("after one client, the server has to go back to accept(2)")
}

/// The server closes instead of answering.
fn of_closing(failure: &Failure) -> &'static str {
    if has_received(failure) {
        "the server leaves the connection after a request; reading has to be a loop that ends when the \
         client closes"
    } else {
        "the server closes the connection instead of reading a request from it and answering"
    }
}

fn has_received(failure: &Failure) -> bool {
    failure.transcript.iter().any(|entry| {
        Some(entry.lane) == failure.lane && matches!(entry.event, Event::Received { .. })
    })
}

fn of_silence(failure: &Failure) -> Option<&'static str> {
    (!has_received(failure)).then_some(
        "the reply was written to a buffer and not flushed, or the server waits for more than the \
         request holds, such as the end of the stream or a line of its own",
    )
}
