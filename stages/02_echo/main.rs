//! Stage 2, echo: the server understands requests, however they are cut into packets.
//!
//! New: the Redis serialization protocol (RESP), <https://redis.io/docs/latest/develop/reference/protocol-spec/>.

mod basics; // the commands PING and ECHO
mod command; // what a command is
mod commands; // the list of all commands
mod dispatch; // what happens to every request
mod error; // errors as clients read them
mod inline; // requests that a person types
mod integer; // numbers as Redis reads them
mod listener; // the socket that clients connect to
mod parser; // requests from bytes
mod program; // the command line, and how the program ends
mod reply; // replies as bytes
mod request; // a command's name and its arguments
mod unknown_command; // the error for a command that does not exist

use nix::unistd::{read, write};
use parser::{NoRequest, Parser};
use reply::Reply;
use std::mem;
use std::os::fd::OwnedFd;

/// How much is read at a time, in bytes.
const CHUNK: usize = 64 * 1024;
/// The longest request, in bytes. As in Redis, a client that sends a longer one is disconnected.
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
    let mut reply = Reply::default();
    let mut chunk = [0; CHUNK];
    loop {
        let length = read(&client, &mut chunk)?;
        if length == 0 || parser.unfinished() > MAX_REQUEST {
            return Ok(());
        }
        parser.feed(&chunk[..length]);
        match execute_all(&mut parser, &mut reply) {
            NoRequest::NotYet => write_all(&client, &mem::take(&mut reply.bytes))?,
            NoRequest::Broken(error) => {
                reply.error(&error);
                return write_all(&client, &reply.bytes);
            }
        }
    }
}

/// Executes the requests that have arrived whole, and returns why there is no other.
fn execute_all(parser: &mut Parser, reply: &mut Reply) -> NoRequest {
    loop {
        match parser.next_request() {
            Ok(request) => dispatch::execute(&request, reply),
            Err(no_request) => return no_request,
        }
    }
}

/// write(2) until the socket has taken everything: it may take less than it is given.
fn write_all(client: &OwnedFd, mut bytes: &[u8]) -> nix::Result<()> {
    while !bytes.is_empty() {
        bytes = &bytes[write(client, bytes)?..];
    }
    Ok(())
}
