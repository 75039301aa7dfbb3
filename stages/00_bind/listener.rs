//! The listening socket: how a program gets an address, and how it gets clients.

use crate::program::{NAME, fail, say};
use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, SockaddrIn, accept4, bind, getsockname, listen,
    setsockopt, socket, sockopt,
};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// Listens on 127.0.0.1 and says so, or ends the program and says why not.
pub fn open(port: u16) -> OwnedFd {
    match listen_on(port) {
        Ok((listener, address)) => {
            say(&format!("{NAME}: listening on {address}"));
            listener
        }
        Err(Errno::EADDRINUSE) => fail(
            1,
            &format!(
                "port {port} is taken; stop the program that holds it \
                 (`ss -ltnp 'sport = :{port}'` names it) or choose another with --port"
            ),
        ),
        Err(Errno::EACCES) => {
            fail(1, &format!("port {port} is for root alone; choose one from 1024 up with --port"))
        }
        Err(error) => fail(1, &format!("cannot listen on 127.0.0.1:{port}: {error}")),
    }
}

fn listen_on(port: u16) -> nix::Result<(OwnedFd, SockaddrIn)> {
    // One end of a TCP conversation over IPv4; it has no address and no peer yet.
    let socket = socket(AddressFamily::Inet, SockType::Stream, SockFlag::SOCK_CLOEXEC, None)?;
    // A restarted server may have its port back at once, although connections of its last run
    // linger in TIME_WAIT.
    setsockopt(&socket, sockopt::ReuseAddr, &true)?;
    // The socket's address: this machine only, and the port that clients will ask for.
    bind(socket.as_raw_fd(), &SockaddrIn::new(127, 0, 0, 1, port))?;
    // From here on the kernel shakes hands with clients by itself. Those that we have not accepted
    // yet wait in a queue of this length; 511 is what Redis asks for.
    listen(&socket, Backlog::new(511)?)?;
    // The port that the kernel chose, where we left the choice to it.
    let address = getsockname(socket.as_raw_fd())?;
    Ok((socket, address))
}

/// Takes the first client from the queue; where the listener is blocking, sleeps until there is
/// one.
pub fn accept(listener: &OwnedFd) -> nix::Result<OwnedFd> {
    loop {
        // A new socket, connected to this client; the listener goes on listening.
        match accept4(listener.as_raw_fd(), SockFlag::SOCK_CLOEXEC) {
            // SAFETY: the kernel has just made this descriptor, and nobody else knows of it.
            Ok(client) => return Ok(unsafe { OwnedFd::from_raw_fd(client) }),
            // A signal came, or the client left while it was in the queue.
            Err(Errno::EINTR | Errno::ECONNABORTED) => {}
            Err(error) => return Err(error),
        }
    }
}
