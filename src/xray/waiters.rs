//! Which threads of a program wait for clients at one moment: those in a call on the listener or on a
//! client's connection, or in one that watches such a socket among others.

use super::syscall::{self, Activity};
use crate::procfs::{self, Watched};
use crate::sockets;
use crate::trial::PORT;
use std::collections::HashMap;

/// No server needs to watch more files in a check. One that does is taken to watch a client among them:
/// to look through all of them, for each of its threads, would take long.
const MOST_WATCHED: usize = 4096;
const EPOLL: &str = "anon_inode:[eventpoll]";

/// A thread that waits for clients, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiter {
    pub thread: u32,
    pub call: &'static str,
    /// Whether it waits for new clients, and whether for those that are connected.
    pub listener: bool,
    pub clients: bool,
}

/// The sockets that a program meets its clients with, by inode.
pub struct Meeting {
    sockets: HashMap<u64, Socket>,
}

#[derive(Clone, Copy, PartialEq)]
enum Socket {
    Listener,
    Client,
}

impl Meeting {
    /// `ports` are those of the clients' ends. Several sockets may listen on one port (SO_REUSEPORT in
    /// socket(7)).
    pub fn new(ports: impl Iterator<Item = u16>) -> Meeting {
        let listeners = sockets::listeners().into_iter();
        let listeners = listeners.filter(|(address, _)| address.port() == PORT);
        let listeners = listeners.map(|(_, inode)| (inode, Socket::Listener));
        let ends = ports.filter_map(sockets::server_end).filter(|end| end.inode != 0);
        let clients = ends.map(|end| (end.inode, Socket::Client));
        Meeting { sockets: listeners.chain(clients).collect() }
    }

    /// Every thread of these processes that waits at one of the sockets. There may be thousands of
    /// threads, so only the descriptors in a thread's call are looked up.
    pub fn waiters(&self, processes: &[u32]) -> Vec<Waiter> {
        let threads = processes.iter().flat_map(|&process| {
            procfs::threads(process).into_iter().map(move |thread| (process, thread))
        });
        threads.filter_map(|(process, thread)| self.waiter(process, thread)).collect()
    }

    fn waiter(&self, process: u32, thread: u32) -> Option<Waiter> {
        let at = |&descriptor: &u64| self.at(thread, descriptor);
        let (call, sockets) = match syscall::activity(process, thread) {
            Activity::OnDescriptor { call, descriptor } => (call, at(&descriptor)),
            Activity::Watching { call, .. } if call.starts_with("epoll") => {
                let (_, [epoll, ..]) = procfs::system_call(thread)?;
                (call, self.watched(thread, epoll))
            }
            Activity::Watching { call, descriptors } => {
                (call, descriptors.iter().flat_map(at).collect())
            }
            _ => return None,
        };
        let listener = sockets.contains(&Socket::Listener);
        let clients = sockets.contains(&Socket::Client);
        (listener || clients).then_some(Waiter { thread, call, listener, clients })
    }

    /// A thread may have descriptors of its own, so that those of its process tell nothing; see
    /// CLONE_FILES in unshare(2).
    fn at(&self, thread: u32, descriptor: u64) -> Vec<Socket> {
        match procfs::socket_inode(thread, descriptor) {
            Some(inode) => self.sockets.get(&inode).copied().into_iter().collect(),
            None if is_epoll(thread, descriptor) => self.watched(thread, descriptor),
            None => Vec::new(),
        }
    }

    /// The sockets that an epoll instance watches, itself or through others, as Java's does.
    fn watched(&self, thread: u32, epoll: u64) -> Vec<Socket> {
        let mut watched = procfs::epoll_watches(thread, epoll);
        let mut next = 0;
        while let Some(&Watched { descriptor, inode }) = watched.get(next) {
            if watched.len() > MOST_WATCHED {
                return vec![Socket::Client];
            }
            if !self.sockets.contains_key(&inode) && is_epoll(thread, descriptor) {
                watched.extend(procfs::epoll_watches(thread, descriptor));
            }
            next += 1;
        }
        watched.iter().filter_map(|watched| self.sockets.get(&watched.inode).copied()).collect()
    }
}

fn is_epoll(thread: u32, descriptor: u64) -> bool {
    procfs::descriptor_target(thread, descriptor).is_some_and(|target| target == EPOLL)
}

#[cfg(test)]
mod tests {
    use super::{Meeting, Socket};
    use crate::procfs::socket_inode;
    use nix::unistd::gettid;
    use std::collections::BTreeSet;
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
    use std::process;
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::{Duration, Instant};

    type Call = Box<dyn FnOnce() + Send>;

    const READ: u32 = libc::EPOLLIN as u32;
    const ONCE: u32 = libc::EPOLLONESHOT as u32;

    fn epoll(watched: &impl AsRawFd, events: u32) -> OwnedFd {
        let mut event = libc::epoll_event { events, u64: 0 };
        // SAFETY: the descriptor that is made has no other owner, and the event is alive.
        unsafe {
            let epoll = OwnedFd::from_raw_fd(libc::epoll_create1(libc::EPOLL_CLOEXEC));
            let descriptor = watched.as_raw_fd();
            libc::epoll_ctl(epoll.as_raw_fd(), libc::EPOLL_CTL_ADD, descriptor, &raw mut event);
            epoll
        }
    }

    fn wait(epoll: &OwnedFd) {
        let mut event = libc::epoll_event { events: 0, u64: 0 };
        // SAFETY: the event is alive.
        unsafe { libc::epoll_wait(epoll.as_raw_fd(), &raw mut event, 1, -1) };
    }

    /// The threads stay in their calls until the tests are over.
    #[test]
    fn a_thread_waits_for_clients_in_whatever_call_it_does() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let mut sleeper = TcpStream::connect(listener.local_addr().expect("an address")).unwrap();
        let (client, _) = listener.accept().expect("somebody has connected");
        let inode = |fd: &dyn AsRawFd| {
            socket_inode(process::id(), fd.as_raw_fd() as u64).expect("a socket")
        };
        let sockets = [(inode(&listener), Socket::Listener), (inode(&client), Socket::Client)];
        let meeting = Meeting { sockets: sockets.into() };

        let direct = epoll(&client, READ);
        let inner = epoll(&client, READ);
        let nested = epoll(&inner, READ);
        let spent = epoll(&client, READ | ONCE);
        std::io::Write::write_all(&mut sleeper, b"x").expect("there is room");
        wait(&spent);
        std::io::Read::read_exact(&mut &client, &mut [0]).expect("a byte has come");

        let (sender, threads) = channel();
        let calls: [(&str, Call); 4] = [
            ("accept", Box::new(move || drop(listener.accept()))),
            ("direct", Box::new(move || wait(&direct))),
            ("nested", Box::new(move || wait(&nested))),
            ("spent", Box::new(move || wait(&spent))),
        ];
        for (name, call) in calls {
            let sender = sender.clone();
            thread::spawn(move || {
                sender.send((gettid().as_raw() as u32, name)).expect("the test waits");
                call();
            });
        }
        let threads: Vec<(u32, &str)> = threads.iter().take(4).collect();
        let waiting = || -> BTreeSet<&str> {
            let waiters = meeting.waiters(&[process::id()]);
            let waits = |thread: u32| waiters.iter().any(|waiter| waiter.thread == thread);
            threads.iter().filter(|(thread, _)| waits(*thread)).map(|(_, name)| *name).collect()
        };
        let all = BTreeSet::from(["accept", "direct", "nested"]);
        let deadline = Instant::now() + Duration::from_secs(5);
        while waiting() != all && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(waiting(), all);
        drop((sleeper, client, inner));
    }
}
