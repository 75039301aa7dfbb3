//! The system call that a thread is in, with what it waits for.

use crate::procfs::{self, SystemCall};
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;
use std::io::IoSliceMut;

/// How many descriptors of a select(2) are looked at.
const MOST_SELECTED: u64 = 1 << 20;

/// What a thread does at one moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Activity {
    /// It is on a processor, or ready to be.
    Running,
    /// It waits in a call that is about one descriptor.
    OnDescriptor { call: &'static str, descriptor: u64 },
    /// It waits in a call that watches many descriptors.
    Watching { call: &'static str, descriptors: Vec<u64> },
    /// It waits for time to pass.
    Sleeping { call: &'static str },
    /// It waits for another thread, or for a child.
    Waiting { call: &'static str },
    /// Something else.
    Unknown,
}

pub fn activity(process: u32, thread: u32) -> Activity {
    if procfs::state(thread) == 'R' {
        return Activity::Running;
    }
    procfs::system_call(thread).map_or(Activity::Unknown, |call| decode(process, call))
}

/// Whether only another thread can end the call that a thread sleeps in: a futex(2) without a timeout. No
/// client can.
pub fn waits_for_a_thread(thread: u32) -> bool {
    let call = procfs::system_call(thread);
    call.is_some_and(|(number, [_, _, _, timeout, ..])| number == libc::SYS_futex && timeout == 0)
}

fn decode(process: u32, (number, arguments): SystemCall) -> Activity {
    let [first, second, third, ..] = arguments;
    let on = |call| Activity::OnDescriptor { call, descriptor: first };
    let watching = |call, descriptors| Activity::Watching { call, descriptors };
    match number {
        libc::SYS_read => on("read"),
        libc::SYS_readv => on("readv"),
        libc::SYS_recvfrom => on("recvfrom"),
        libc::SYS_recvmsg => on("recvmsg"),
        libc::SYS_recvmmsg => on("recvmmsg"),
        libc::SYS_preadv2 => on("preadv2"), // on a socket, it is readv
        libc::SYS_splice => on("splice"),
        libc::SYS_write => on("write"),
        libc::SYS_writev => on("writev"),
        libc::SYS_sendto => on("sendto"),
        libc::SYS_sendmsg => on("sendmsg"),
        libc::SYS_sendmmsg => on("sendmmsg"),
        libc::SYS_pwritev2 => on("pwritev2"),
        libc::SYS_sendfile => on("sendfile"),
        libc::SYS_accept => on("accept"),
        libc::SYS_accept4 => on("accept4"),
        libc::SYS_ppoll => watching("ppoll", polled(process, first, second)),
        libc::SYS_pselect6 => watching("pselect", selected(process, first, [second, third])),
        libc::SYS_epoll_pwait => watching("epoll_pwait", registered(process, first)),
        libc::SYS_epoll_pwait2 => watching("epoll_pwait2", registered(process, first)),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_poll => watching("poll", polled(process, first, second)),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_select => watching("select", selected(process, first, [second, third])),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_epoll_wait => watching("epoll_wait", registered(process, first)),
        libc::SYS_nanosleep => Activity::Sleeping { call: "nanosleep" },
        libc::SYS_clock_nanosleep => Activity::Sleeping { call: "clock_nanosleep" },
        libc::SYS_futex => Activity::Waiting { call: "futex" },
        libc::SYS_wait4 => Activity::Waiting { call: "wait4" },
        libc::SYS_waitid => Activity::Waiting { call: "waitid" },
        libc::SYS_rt_sigsuspend => Activity::Waiting { call: "sigsuspend" },
        _ => Activity::Unknown,
    }
}

/// The descriptors that an epoll instance watches.
fn registered(process: u32, epoll: u64) -> Vec<u64> {
    let watched = procfs::epoll_watches(process, epoll).into_iter();
    watched.map(|watched| watched.descriptor).collect()
}

/// The descriptors in an array of `pollfd`: eight bytes each, of which the first four are the
/// descriptor.
fn polled(process: u32, address: u64, count: u64) -> Vec<u64> {
    let bytes = memory(process, address, count.min(4096) as usize * 8);
    let descriptors = bytes
        .chunks_exact(8)
        .map(|entry| i32::from_ne_bytes([entry[0], entry[1], entry[2], entry[3]]));
    descriptors.filter_map(|descriptor| u64::try_from(descriptor).ok()).collect()
}

/// The descriptors in either of two bit sets, those to read and those to write.
fn selected(process: u32, count: u64, sets: [u64; 2]) -> Vec<u64> {
    // The kernel has no limit at FD_SETSIZE: that is the C library's.
    let count = count.min(MOST_SELECTED);
    let sets = sets.map(|address| memory(process, address, count.div_ceil(8) as usize));
    let is_in = |set: &Vec<u8>, descriptor: u64| {
        set.get(descriptor as usize / 8).is_some_and(|byte| byte >> (descriptor % 8) & 1 == 1)
    };
    (0..count).filter(|&descriptor| sets.iter().any(|set| is_in(set, descriptor))).collect()
}

/// Bytes from the memory of another process; empty where that is not permitted.
fn memory(process: u32, address: u64, length: usize) -> Vec<u8> {
    if address == 0 {
        return Vec::new();
    }
    let mut bytes = vec![0; length];
    let remote = RemoteIoVec { base: address as usize, len: length };
    let process = Pid::from_raw(process as i32);
    match process_vm_readv(process, &mut [IoSliceMut::new(&mut bytes)], &[remote]) {
        Ok(read) if read == length => bytes,
        _ => Vec::new(),
    }
}
