//! Stage 1, ping: whatever a client sends, the answer is PONG.
//!
//! New system calls: read(2), write(2).

mod listener; // the socket that clients connect to
mod program; // the command line, and how the program ends

use nix::unistd::{read, write};
use std::os::fd::OwnedFd;

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

/// Answers one client until it closes the connection.
fn serve(client: OwnedFd) -> nix::Result<()> {
    let mut buffer = [0; 1024];
    // read(2) sleeps until something has come, and returns 0 at the end of the stream.
    while read(&client, &mut buffer)? > 0 {
        // To a client that has gone, this is an error: Rust's runtime ignores SIGPIPE, which would
        // end the program.
        write(&client, b"+PONG\r\n")?;
    }
    Ok(())
}
