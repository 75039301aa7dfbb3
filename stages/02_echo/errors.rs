//! Replies to requests that cannot be executed, with the words of Redis.

use crate::reply;
use crate::resp::Request;

pub fn wrong_arity(replies: &mut Vec<u8>, command: &str) {
    reply::error(replies, format!("wrong number of arguments for '{command}' command").as_bytes());
}

/// Quotes the name and as many arguments as fit into 128 bytes, with Redis's own cuts.
pub fn unknown_command(replies: &mut Vec<u8>, request: &Request) {
    let mut arguments = Vec::new();
    for argument in request.iter().skip(1) {
        if arguments.len() >= 128 {
            break;
        }
        let shown = printable(argument, 128 - arguments.len());
        arguments.extend_from_slice(&[b"'", shown, b"' "].concat());
    }
    let name = printable(&request[0], 128);
    let parts = [b"unknown command '", name, b"', with args beginning with: ", &arguments];
    reply::error(replies, &parts.concat());
}

/// What C's `%.*s` prints: no more than `most` bytes, and nothing from a zero byte on.
fn printable(bytes: &[u8], most: usize) -> &[u8] {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    &bytes[..end.min(most)]
}
