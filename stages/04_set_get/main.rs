//! Stage 4, set_get: the server remembers. SET stores a value under a key, GET returns it.
//!
//! No new system calls: state is memory, and with one thread it needs no lock.

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
mod store; // keys and their values
mod strings; // the commands SET and GET

use store::Store;

fn main() {
    let listener = listener::open(program::port());
    let mut store = Store::default();
    let error = event_loop::run(&listener, |request, replies| {
        commands::execute(&mut store, request, replies)
    });
    program::fail(1, &format!("cannot wait for clients: {error}"));
}
