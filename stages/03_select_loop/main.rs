//! Stage 3, select_loop: one thread serves many clients, and none of them waits for another.
//!
//! New system calls: fcntl(2) to make sockets nonblocking, select(2) to sleep until one is ready.

mod commands; // what each request does
mod connection; // one client: what it sent, what it is owed
mod errors; // replies to requests that cannot be executed
mod event_loop; // who is ready?
mod inline; // requests that a person types
mod integer; // numbers as Redis reads them
mod listener; // the socket that clients connect to
mod program; // the command line, and how the program ends
mod reply; // replies as bytes
mod resp; // requests from bytes

fn main() {
    let listener = listener::open(program::port());
    let error = event_loop::run(&listener, commands::execute);
    program::fail(1, &format!("cannot wait for clients: {error}"));
}
