//! Stage 2, echo: the server understands requests, however they are cut into packets.
//!
//! New: the Redis serialization protocol (RESP), <https://redis.io/docs/latest/develop/reference/protocol-spec/>.

mod commands; // what each request does
mod errors; // replies to requests that cannot be executed
mod inline; // requests that a person types
mod integer; // numbers as Redis reads them
mod listener; // the socket that clients connect to
mod program; // the command line, and how the program ends
mod reply; // replies as bytes
mod resp; // requests from bytes

use nix::unistd::{read, write};
use resp::{Parser, ProtocolError};
use std::os::fd::OwnedFd;

/// How much is read at a time, in bytes.
const CHUNK: usize = 64 * 1024;
/// The longest request in bytes. As in Redis, a client that sends a longer one is disconnected.
const MAX_REQUEST: usize = 1024 * 1024 * 1024;

fn main() {
    let listener = listener::open(program::port());
    loop {
        match listener::accept(&listener) {
            Ok(client) => {
                // An error on one client's connection is no concern of the next client.
                let _ = serve(client);
            }
            Err(error) => program::fail(1, &format!("cannot accept a connection: {error}")),
        }
    }
}

/// Answers one client until it closes the connection or breaks the protocol.
fn serve(client: OwnedFd) -> nix::Result<()> {
    let mut parser = Parser::default();
    let mut input = Vec::new(); // what has arrived of requests that are not executed yet
    let mut replies = Vec::new();
    let mut chunk = [0; CHUNK];
    loop {
        let length = read(&client, &mut chunk)?;
        if length == 0 || input.len() > MAX_REQUEST {
            return Ok(());
        }
        input.extend_from_slice(&chunk[..length]);
        let executed = match execute_all(&mut parser, &mut input, &mut replies) {
            Ok(executed) => executed,
            Err(error) => {
                reply::error(&mut replies, &error.message());
                return write_all(&client, &replies);
            }
        };
        input.drain(..executed);
        write_all(&client, &replies)?;
        replies.clear();
    }
}

/// Executes the complete requests of `input`, and returns how many bytes they took.
fn execute_all(
    parser: &mut Parser,
    input: &mut [u8],
    replies: &mut Vec<u8>,
) -> Result<usize, ProtocolError> {
    let mut executed = 0;
    while let Some(request) = parser.parse(&mut input[executed..])? {
        commands::execute(&request, replies);
        executed += request.size;
    }
    Ok(executed)
}

/// write(2) until the socket has taken everything: it may take less than it is given.
fn write_all(client: &OwnedFd, mut bytes: &[u8]) -> nix::Result<()> {
    while !bytes.is_empty() {
        bytes = &bytes[write(client, bytes)?..];
    }
    Ok(())
}
