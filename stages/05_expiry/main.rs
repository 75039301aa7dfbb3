//! Stage 5, expiry: a key may have a deadline, and the server keeps it even when no client asks.
//!
//! New system call: clock_gettime(2). And select(2) gets a timeout: the nearest deadline.

mod clock; // what time it is
mod commands; // what each request does
mod connection; // one client: what it sent, what it is owed
mod errors; // replies to requests that cannot be executed
mod event_loop; // who is ready, and what is due?
mod inline; // requests that a person types
mod integer; // numbers as Redis reads them
mod listener; // the socket that clients connect to
mod program; // the command line, and how the program ends
mod reply; // replies as bytes
mod resp; // requests from bytes
mod set_options; // what may follow SET key value
mod store; // keys, their values and their deadlines
mod strings; // the commands SET and GET

use store::Store;

fn main() {
    let listener = listener::open(program::port());
    let error = event_loop::run(&listener, &mut Store::default());
    program::fail(1, &format!("cannot wait for clients: {error}"));
}
