//! The event loop: one thread sleeps until clients are ready or a key is due, and serves all that are.

use crate::connection::{Connection, set_nonblocking};
use crate::poller::{Interest, Poller, Ready};
use crate::server::Server;
use crate::{dispatch, listener};
use nix::errno::Errno;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::convert::Infallible;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::time::Duration;

/// How much is read at a time, in bytes.
const CHUNK: usize = 64 * 1024;
/// How many clients are accepted before the connected ones are served again.
const ACCEPTS_A_TURN: usize = 64;
/// How long new clients wait at most when there is no descriptor left for them.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

const READING: Interest = Interest { reading: true, writing: false };

/// The clients, by the descriptors of their sockets.
type Connections = BTreeMap<RawFd, Connection>;

/// Serves clients until there is an error that makes it impossible to go on.
pub fn run(listener: &OwnedFd, server: &mut Server) -> nix::Result<Infallible> {
    // A client can vanish between select and accept, and a blocking accept would wait for the next.
    set_nonblocking(listener)?;
    let mut poller = Poller::default();
    let mut connections = Connections::new();
    let mut chunk = vec![0; CHUNK];
    let mut is_accepting = true;
    loop {
        if is_accepting {
            poller.watch(listener, READING)?;
        } else {
            poller.forget(listener);
        }
        let pause = (!is_accepting).then_some(ACCEPT_PAUSE);
        let timeout = [pause, server.next_deadline()].into_iter().flatten().min();
        let ready = poller.wait(timeout)?;
        server.tick();
        for Ready { socket, reading } in &ready {
            let Some(connection) = connections.get_mut(socket) else { continue };
            if *reading && connection.receive(&mut chunk).is_err() {
                connection.abandon();
            }
            execute_all(connection, server);
        }
        // A client that gets its reply wakes up and asks for more. So nothing is sent before all the
        // requests that are here have been executed.
        for Ready { socket, .. } in &ready {
            let Entry::Occupied(mut entry) = connections.entry(*socket) else { continue };
            let connection = entry.get_mut();
            if connection.send().is_err() {
                connection.abandon();
            }
            execute_all(connection, server); // what had to wait until the client read
            let is_watched = poller.watch(connection, connection.interest()).is_ok();
            if connection.is_finished() || !is_watched {
                poller.forget(connection);
                entry.remove();
            }
        }
        let has_new_clients = ready.iter().any(|ready| ready.socket == listener.as_raw_fd());
        is_accepting =
            !has_new_clients || accept_all(listener, &mut poller, &mut connections).is_ok();
    }
}

fn execute_all(connection: &mut Connection, server: &mut Server) {
    while let Some((request, reply)) = connection.next_request() {
        dispatch::execute(server, &request, reply);
    }
}

/// Accepts the clients that are waiting. Fails when there is no descriptor left for them: they stay in
/// the queue, select would report them again at once, and the loop would spin.
fn accept_all(
    listener: &OwnedFd,
    poller: &mut Poller,
    connections: &mut Connections,
) -> nix::Result<()> {
    for _ in 0..ACCEPTS_A_TURN {
        let socket = match listener::accept(listener) {
            Err(Errno::EAGAIN) => break,
            result => result?,
        };
        let Ok(connection) = Connection::new(socket) else { continue };
        match poller.watch(&connection, READING) {
            Ok(()) => drop(connections.insert(connection.as_fd().as_raw_fd(), connection)),
            Err(_) => connection.refuse(),
        }
    }
    Ok(())
}
