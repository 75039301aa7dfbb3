//! The commands PING and ECHO.

use crate::command::Command;
use crate::error::{Error, Outcome};
use crate::reply::Reply;
use crate::request::Request;

pub const COMMANDS: &[Command] =
    &[Command::plain("ping", -1, ping), Command::plain("echo", 2, echo)];

/// `PING [message]`
fn ping(request: &Request, reply: &mut Reply) -> Outcome {
    match request.len() {
        1 => reply.simple("PONG"),
        2 => reply.bulk(&request[1]),
        _ => return Err(Error::wrong_arity("ping")),
    }
    Ok(())
}

/// `ECHO message`
fn echo(request: &Request, reply: &mut Reply) -> Outcome {
    reply.bulk(&request[1]);
    Ok(())
}
