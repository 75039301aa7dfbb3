//! The commands: what each is called, how long its requests are, and what it does.

use crate::resp::Request;
use crate::store::Store;
use crate::{errors, reply, strings};
use std::ops::RangeInclusive;

struct Command {
    name: &'static str,
    /// How many words a request has, with the name of the command.
    words: RangeInclusive<usize>,
    run: fn(&mut Store, &Request, &mut Vec<u8>),
}

const COMMANDS: [Command; 4] = [
    Command { name: "ping", words: 1..=2, run: ping },
    Command { name: "echo", words: 2..=2, run: echo },
    Command { name: "get", words: 2..=2, run: strings::get },
    Command { name: "set", words: 3..=usize::MAX, run: strings::set },
];

/// Executes a request and adds its reply to `replies`.
pub fn execute(store: &mut Store, request: &Request, replies: &mut Vec<u8>) {
    if request.len() == 0 {
        return; // an empty line or array, which Redis passes over as well
    }
    let is_meant = |command: &&Command| request[0].eq_ignore_ascii_case(command.name.as_bytes());
    match COMMANDS.iter().find(is_meant) {
        None => errors::unknown_command(replies, request),
        Some(command) if !command.words.contains(&request.len()) => {
            errors::wrong_arity(replies, command.name)
        }
        Some(command) => (command.run)(store, request, replies),
    }
}

fn ping(_: &mut Store, request: &Request, replies: &mut Vec<u8>) {
    match request.len() {
        1 => reply::simple(replies, "PONG"),
        _ => reply::bulk(replies, &request[1]),
    }
}

fn echo(_: &mut Store, request: &Request, replies: &mut Vec<u8>) {
    reply::bulk(replies, &request[1]);
}
