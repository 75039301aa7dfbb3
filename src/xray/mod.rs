//! The X-ray: what the program was doing at the moment when a check failed. It never judges.

mod syscall;
mod waiters;
mod words;

use crate::bytes::printable;
use crate::procfs;
use crate::sockets::{self, ServerEnd};
use crate::trial::Lane;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};
pub use syscall::{Activity, waits_for_a_thread};
pub use waiters::{Meeting, Waiter};

/// For how long the program's use of the processor is measured.
const SAMPLE: Duration = Duration::from_millis(100);

#[derive(Clone, Debug, PartialEq)]
pub struct Xray {
    pub threads: Vec<Thread>,
    pub processes: usize,
    /// How much of one processor it used while it was looked at: 1 is all of it.
    pub cpu_share: f64,
    pub descriptors: usize,
    pub lanes: Vec<(Lane, Connection)>,
    /// Where it listens, if nobody listens where clients come.
    pub listens: Vec<SocketAddr>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Thread {
    pub name: String,
    pub activity: Activity,
    /// What the descriptors of its activity are, in the same order.
    pub targets: Vec<Target>,
}

/// What a descriptor of the program is.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    Listener,
    Client(Lane),
    /// A connection to a client that has left, or to somebody else.
    OtherSocket,
    /// As the kernel names it: a path, a pipe.
    Other(String),
}

/// The program's end of a client's connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Connection {
    /// It waits in the listener's queue.
    NotAccepted,
    Open {
        /// How many bytes have arrived that the program has not read.
        unread: u64,
    },
    Gone,
}

/// Looks at processes, from a thread in their network. `ports` are those of the clients' ends.
pub fn take(processes: &[u32], ports: &[(Lane, u16)]) -> Xray {
    let ends: Vec<(Lane, Option<ServerEnd>)> =
        ports.iter().map(|&(lane, port)| (lane, sockets::server_end(port))).collect();
    let before = Instant::now();
    let used_before = cpu_time(processes);
    let mut threads = Vec::new();
    for &process in processes {
        for thread in procfs::threads(process) {
            threads.push(view(process, thread, &ends));
        }
    }
    let lanes = ends.iter().map(|&(lane, end)| (lane, connection(end))).collect();
    thread::sleep(SAMPLE.saturating_sub(before.elapsed()));
    let used = cpu_time(processes).saturating_sub(used_before);
    Xray {
        threads,
        processes: processes.len(),
        cpu_share: used.as_secs_f64() / before.elapsed().as_secs_f64(),
        descriptors: processes.iter().map(|&process| procfs::descriptors(process).len()).sum(),
        lanes,
        listens: listens(processes),
    }
}

/// The addresses at which one of the processes listens, if nobody listens where clients come.
fn listens(processes: &[u32]) -> Vec<SocketAddr> {
    if sockets::listener().is_some() {
        return Vec::new();
    }
    // There may be thousands of either.
    let held: HashSet<u64> = processes.iter().copied().flat_map(procfs::socket_inodes).collect();
    let listeners = sockets::listeners().into_iter().filter(|(_, inode)| held.contains(inode));
    listeners.map(|(address, _)| address).collect()
}

fn cpu_time(processes: &[u32]) -> Duration {
    processes.iter().map(|&process| procfs::cpu_time(process)).sum()
}

fn view(process: u32, thread: u32, ends: &[(Lane, Option<ServerEnd>)]) -> Thread {
    let activity = syscall::activity(process, thread);
    let descriptors = match &activity {
        Activity::OnDescriptor { descriptor, .. } => std::slice::from_ref(descriptor),
        Activity::Watching { descriptors, .. } => descriptors,
        _ => &[],
    };
    let targets = descriptors.iter().map(|&descriptor| target(process, descriptor, ends)).collect();
    Thread { name: printable(&procfs::name(thread)), activity, targets }
}

/// Finds what a descriptor is through its socket's inode.
fn target(process: u32, descriptor: u64, ends: &[(Lane, Option<ServerEnd>)]) -> Target {
    let Some(inode) = procfs::socket_inode(process, descriptor) else {
        let target = procfs::descriptor_target(process, descriptor);
        let target = target.unwrap_or_else(|| format!("descriptor {descriptor}"));
        return Target::Other(printable(&target));
    };
    if sockets::listener() == Some(inode) {
        return Target::Listener;
    }
    let client = ends.iter().find(|(_, end)| end.is_some_and(|end| end.inode == inode));
    client.map_or(Target::OtherSocket, |&(lane, _)| Target::Client(lane))
}

fn connection(end: Option<ServerEnd>) -> Connection {
    match end {
        Some(ServerEnd { inode: 0, .. }) => Connection::NotAccepted,
        Some(ServerEnd { unread, .. }) => Connection::Open { unread },
        None => Connection::Gone,
    }
}
