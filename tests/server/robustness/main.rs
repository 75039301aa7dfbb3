//! The servers do not fall over, whatever their clients do: each test talks to running stages.
//!
//! Nothing here depends on how fast a machine is. Where one client must not delay another, the other
//! gets its reply while the first is still stuck; where memory or processor time must stay small, the
//! bound is far from both the right and the wrong figure.

mod crowds; // as many clients as there are descriptors, and more
mod endings; // clients that leave, and the server's own end
mod expiry; // deadlines, when nobody asks
mod idle; // nothing to do
mod requests; // requests in odd pieces, numbers and sizes
mod slow_clients; // clients that do not send, or do not read

use std::process::Command;
use test_support::{Server, Stage, in_one_of};

/// Numbers of stages that tests name, because what they test begins there.
const PING: usize = 1;
const ECHO: usize = 2;
const SELECT_LOOP: usize = 3;
const SET_AND_GET: usize = 4;
const EXPIRY: usize = 5;

/// The files that decide how bytes come and go. A stage that has links for all of these serves its clients
/// as the stage before does, and is not tested for it a second time.
const CONNECTIONS: &[&str] = &["connection.rs", "event_loop.rs", "poller.rs"];
/// And those that decide what the bytes are.
const REQUESTS: &[&str] =
    &["parser.rs", "inline.rs", "connection.rs", "event_loop.rs", "poller.rs"];
/// And those that decide how long keys live.
const DEADLINES: &[&str] = &["store.rs", "clock.rs", "event_loop.rs"];

const MB: u64 = 1024 * 1024;

fn stages() -> Vec<Stage> {
    test_support::stages(env!("CARGO_BIN_EXE_stage0"))
}

fn only(number: usize) -> impl Iterator<Item = Stage> {
    stages().into_iter().filter(move |stage| stage.number == number)
}

/// The stages from this number on that change one of these files, and the last of all.
fn changing(files: &[&str], first: usize) -> impl Iterator<Item = Stage> {
    in_one_of(files, stages()).into_iter().filter(move |stage| stage.number >= first)
}

/// Starts each of these stages when its turn comes.
fn each(stages: impl IntoIterator<Item = Stage>) -> impl Iterator<Item = Server> {
    stages.into_iter().map(|stage| {
        announce(&stage);
        Server::stage(&stage.program)
    })
}

/// The last line that a failing test prints tells which stage it was.
fn announce(stage: &Stage) {
    println!("stage {}", stage.number);
}

/// Starts a stage that can have so many files open.
fn with_open_files(stage: &Stage, limit: usize) -> Server {
    announce(stage);
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -n {limit} && exec \"$0\" \"$@\"")]);
    shell.arg(&stage.program).args(["--port", "0"]);
    Server::stage_as(shell)
}

/// So many requests, all of them different, and their replies: 126 and 108 bytes each.
fn echoes(count: usize) -> (String, String) {
    let replies = (0..count).map(|index| format!("$100\r\n{index:0100}\r\n"));
    let requests = replies.clone().map(|reply| format!("*2\r\n$4\r\nECHO\r\n{reply}"));
    (requests.collect(), replies.collect())
}

/// A request as a client sends it.
fn request(arguments: &[&str]) -> String {
    let bulks = arguments.iter().map(|argument| format!("${}\r\n{argument}\r\n", argument.len()));
    format!("*{}\r\n{}", arguments.len(), bulks.collect::<String>())
}
