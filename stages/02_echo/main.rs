//! Stage 2, echo: the server understands requests, however they are cut into packets.
//!
//! New: the Redis serialization protocol (RESP), <https://redis.io/docs/latest/develop/reference/protocol-spec/>.

mod commands; // what each request does
mod inline; // requests that a person types
mod integer; // numbers as Redis reads them
mod listener; // the socket that clients connect to
mod options; // the command line
mod reply; // replies as bytes
mod resp; // requests from bytes

use nix::unistd::{read, write};
use resp::Parser;
use std::os::fd::OwnedFd;

/// How much is read at a time, in bytes.
const CHUNK: usize = 64 * 1024;

fn main() {
    let listener = listener::open(options::port());
    loop {
        match listener::accept(&listener) {
            // An error on one client's connection is no concern of the next client.
            Ok(client) => drop(serve(client)),
            Err(error) => options::fail(1, &format!("cannot accept a connection: {error}")),
        }
    }
}

/// Answers one client until it closes the connection or breaks the protocol.
fn serve(client: OwnedFd) -> nix::Result<()> {
    let mut chunk = [0; CHUNK];
    let mut parser = Parser::default();
    let mut input = Vec::new(); // what has arrived of requests that are not executed yet
    let mut replies = Vec::new();
    let mut broken = false;
    while !broken {
        let length = read(&client, &mut chunk)?;
        if length == 0 {
            break;
        }
        input.extend_from_slice(&chunk[..length]);
        let mut executed = 0;
        loop {
            match parser.parse(&mut input[executed..]) {
                Ok(Some(request)) => {
                    commands::execute(&request, &mut replies);
                    executed += request.size;
                }
                Ok(None) => break,
                Err(error) => {
                    reply::error(&mut replies, &error.message());
                    broken = true;
                    break;
                }
            }
        }
        input.drain(..executed);
        write_all(&client, &replies)?;
        replies.clear();
    }
    Ok(())
}

/// write(2) until the socket has taken everything: it may take less than it is given.
fn write_all(client: &OwnedFd, mut bytes: &[u8]) -> nix::Result<()> {
    while !bytes.is_empty() {
        bytes = &bytes[write(client, bytes)?..];
    }
    Ok(())
}
