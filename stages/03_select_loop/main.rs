//! Stage 3, select_loop: one thread serves many clients, and none of them waits for another.
//!
//! New system calls: fcntl(2) to make sockets nonblocking, select(2) to sleep until one is ready.

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
mod unknown_command; // the error for a command that does not exist

fn main() {
    let listener = listener::open(program::port());
    let Err(error) = event_loop::run(&listener);
    program::fail(1, &format!("cannot wait for clients: {error}"));
}
