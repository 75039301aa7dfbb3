//! Stage 4, set_get: the server remembers. Keys have values, and SET may ask for conditions.
//!
//! No new system call: what is remembered is in memory.

mod basics; // the commands PING and ECHO
mod command; // what a command is
mod commands; // the list of all commands
mod connection; // one client: what it sent, what it is owed
mod dispatch; // what happens to every request
mod error; // errors as clients read them
mod event_loop; // serves the clients that are ready
mod inline; // requests that a person types
mod integer; // numbers as Redis reads them
mod listener; // the socket that clients connect to
mod parser; // requests from bytes
mod poller; // which clients are ready?
mod program; // the command line, and how the program ends
mod reply; // replies as bytes
mod request; // a command's name and its arguments
mod server; // what outlives a request
mod set_options; // what may follow SET key value
mod store; // keys and their values
mod strings; // the commands SET and GET
mod unknown_command; // the error for a command that does not exist

use server::Server;

fn main() {
    let listener = listener::open(program::port());
    let Err(error) = event_loop::run(&listener, &mut Server::default());
    program::fail(1, &format!("cannot wait for clients: {error}"));
}
