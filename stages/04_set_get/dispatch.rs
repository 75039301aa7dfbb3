//! What happens to every request: its command is found, its arguments are counted, and it is executed.

use crate::command::Run;
use crate::commands;
use crate::error::{Error, Outcome};
use crate::reply::Reply;
use crate::request::Request;
use crate::server::Server;
use crate::unknown_command;

/// Executes a request, and adds its reply or an error to `reply`.
pub fn execute(server: &mut Server, request: &Request, reply: &mut Reply) {
    if let Err(error) = run(server, request, reply) {
        reply.error(&error);
    }
}

fn run(server: &mut Server, request: &Request, reply: &mut Reply) -> Outcome {
    let command = commands::find(request.name()).ok_or_else(|| unknown_command::error(request))?;
    if !command.takes(request.len()) {
        return Err(Error::wrong_arity(command.name));
    }
    match command.run {
        Run::Plain(run) => run(request, reply),
        Run::Data(run) => run(&mut server.store, request, reply),
    }
}
