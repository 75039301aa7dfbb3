//! Stage 0, bind: a TCP server that accepts connections, and has nothing to say to them yet.
//!
//! New system calls: socket(2), setsockopt(2), bind(2), listen(2), getsockname(2), accept4(2),
//! close(2).

mod listener; // the socket that clients connect to
mod program; // the command line, and how the program ends

fn main() {
    let listener = listener::open(program::port());
    loop {
        match listener::accept(&listener) {
            // close(2): the client reads the end of the stream.
            Ok(client) => drop(client),
            Err(error) => program::fail(1, &format!("cannot accept a connection: {error}")),
        }
    }
}
