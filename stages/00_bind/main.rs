//! Stage 0, bind: a TCP server that accepts connections, and has nothing to say to them yet.
//!
//! New system calls: socket(2), setsockopt(2), bind(2), listen(2), getsockname(2), accept(2),
//! close(2).

mod listener; // the socket that clients connect to
mod options; // the command line

fn main() {
    let listener = listener::open(options::port());
    loop {
        match listener::accept(&listener) {
            // close(2): the client reads the end of the stream.
            Ok(client) => drop(client),
            Err(error) => options::fail(1, &format!("cannot accept a connection: {error}")),
        }
    }
}
