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
use test_support::Server;

const STAGES: [&str; 6] = test_support::stages!();

/// The stages that have an event loop of their own; stage 4 has that of stage 3.
const EVENT_LOOPS: [usize; 2] = [3, 5];

const MB: u64 = 1024 * 1024;

/// Starts each of these stages when its turn comes. The last line that a failing test prints tells
/// which stage it was.
fn each(stages: impl IntoIterator<Item = usize>) -> impl Iterator<Item = Server> {
    stages.into_iter().map(|stage| {
        println!("stage {stage}");
        Server::stage(STAGES[stage])
    })
}

/// Starts a stage that can have so many files open.
fn with_open_files(stage: usize, limit: usize) -> Server {
    println!("stage {stage}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -n {limit} && exec \"$0\" \"$@\"")]);
    shell.args([STAGES[stage], "--port", "0"]);
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
