//! The event loop: one thread sleeps in select(2) until a client is ready or a key is due.

use crate::connection::{CHUNK, Connection, set_nonblocking};
use crate::resp::Request;
use crate::store::{REMOVALS_A_TURN, Store};
use crate::{clock, commands, listener};
use nix::errno::Errno;
use nix::sys::select::{FdSet, select};
use nix::sys::time::{TimeVal, TimeValLike};
use nix::unistd::write;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

/// How many clients are accepted before the connected ones are served again.
const ACCEPTS_A_TURN: usize = 64;
/// How long new clients wait, in milliseconds, when there is no descriptor left for them.
const ACCEPT_PAUSE: u64 = 100;
/// The longest sleep, in milliseconds: POSIX wants select to take up to 31 days.
const LONGEST_SLEEP: u64 = 31 * 24 * 60 * 60 * 1000;

/// A connection that select(2) found readable, writable or both, by its place in the list. It is
/// taken down because the sets borrow the connections, and serving these changes them.
struct Ready {
    index: usize,
    readable: bool,
}

/// Serves clients for ever; returns only the error that makes it impossible to go on.
pub fn run(listener: &OwnedFd, store: &mut Store) -> Errno {
    // A client can vanish between select and accept, and a blocking accept would wait for the next.
    if let Err(error) = set_nonblocking(listener) {
        return error;
    }
    let mut connections: Vec<Connection> = Vec::new();
    let mut ready: Vec<Ready> = Vec::new();
    let mut chunk = vec![0; CHUNK];
    let mut accepting = true;
    loop {
        let listener_if_wanted = accepting.then_some(listener);
        let deadline = store.nearest_deadline();
        let new_clients = match wait(listener_if_wanted, &connections, deadline, &mut ready) {
            Ok(new_clients) => new_clients,
            Err(error) => return error,
        };
        store.remove_expired(REMOVALS_A_TURN);
        let mut execute =
            |request: &Request, replies: &mut Vec<u8>| commands::execute(store, request, replies);
        for &Ready { index, readable } in &ready {
            let connection = &mut connections[index];
            if readable && connection.receive(&mut chunk, &mut execute).is_err() {
                connection.abandon();
            }
        }
        // A client that gets its reply wakes up and asks for more, so that nobody is woken before
        // all the requests that are here have been executed.
        for Ready { index, .. } in ready.drain(..) {
            let connection = &mut connections[index];
            if connection.send(&mut execute).is_err() {
                connection.abandon();
            }
        }
        connections.retain(|connection| !connection.is_finished());
        accepting = match new_clients {
            true => accept_all(listener, &mut connections).is_ok(),
            false => true,
        };
    }
}

/// Sleeps until there is something to do, or the deadline has passed. Adds the connections that are
/// ready to `ready`, and says whether there are new clients; without a listener, new clients wait.
fn wait(
    listener: Option<&OwnedFd>,
    connections: &[Connection],
    deadline: Option<u64>,
    ready: &mut Vec<Ready>,
) -> nix::Result<bool> {
    // select overwrites the sets with its answer, so that they are made anew for each call.
    let mut readable = FdSet::new();
    let mut writable = FdSet::new();
    let mut highest = 0;
    if let Some(listener) = listener {
        readable.insert(listener.as_fd());
        highest = listener.as_raw_fd();
    }
    for connection in connections {
        let socket = connection.as_fd();
        if connection.wants_to_read() {
            readable.insert(socket);
        }
        if connection.wants_to_write() {
            writable.insert(socket);
        }
        highest = highest.max(socket.as_raw_fd());
    }
    // No timeout: with nothing to do and no key to remove, sleep for ever.
    let until_deadline = deadline.map(clock::until_passed);
    let until_accept = listener.is_none().then_some(ACCEPT_PAUSE);
    let mut timeout = ([until_deadline, until_accept].into_iter().flatten().min())
        .map(|pause| TimeVal::milliseconds(pause.min(LONGEST_SLEEP) as i64));
    match select(highest + 1, &mut readable, &mut writable, None, timeout.as_mut()) {
        Err(Errno::EINTR) => return Ok(false), // a signal came, and the sets are no answer
        result => result?,
    };
    for (index, connection) in connections.iter().enumerate() {
        let socket = connection.as_fd();
        let readable = readable.contains(socket);
        if readable || writable.contains(socket) {
            ready.push(Ready { index, readable });
        }
    }
    Ok(listener.is_some_and(|listener| readable.contains(listener.as_fd())))
}

/// Accepts the clients that are waiting. Fails when there are no descriptors left for them: they
/// stay in the queue, select would report them again at once, and the loop would spin.
fn accept_all(listener: &OwnedFd, connections: &mut Vec<Connection>) -> nix::Result<()> {
    for _ in 0..ACCEPTS_A_TURN {
        let socket = match listener::accept(listener) {
            Err(Errno::EAGAIN) => break,
            result => result?,
        };
        // An FdSet is an array of FD_SETSIZE bits; there is no bit for this descriptor.
        if socket.as_raw_fd() as usize >= libc::FD_SETSIZE {
            let _ = write(&socket, b"-ERR max number of clients reached\r\n");
        } else if let Ok(connection) = Connection::new(socket) {
            connections.push(connection);
        }
    }
    Ok(())
}
