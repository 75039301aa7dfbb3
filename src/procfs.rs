//! What Linux tells of processes in /proc; see proc(5). Everything here is a plain fact: what it
//! means is for others to say. A process that is gone has no facts. Nor has one that we may not look at,
//! so that it seems to have nothing open: see `hides_descriptors`.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

/// How often to look for processes while these come and go.
const MOST_SCANS: usize = 5;

/// All processes that descend from `ancestor`, without itself: parents before children. A child whose
/// parent ends while we look has no place in the tree, so two looks have to agree.
pub fn descendants(ancestor: u32) -> Vec<u32> {
    let mut found = scan_descendants(ancestor);
    for _ in 1..MOST_SCANS {
        let again = scan_descendants(ancestor);
        if again == found {
            break;
        }
        found = again;
    }
    found
}

fn scan_descendants(ancestor: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for process in numbers_in("/proc") {
        if let Some(parent) = stat_field(process, PARENT) {
            children.entry(parent as u32).or_default().push(process);
        }
    }
    let mut found = Vec::new();
    let mut next = vec![ancestor];
    while let Some(process) = next.pop() {
        let born = children.remove(&process).unwrap_or_default();
        found.extend(&born);
        next.extend(born);
    }
    found
}

pub fn is_zombie(process: u32) -> bool {
    stat(process).is_none_or(|stat| stat.starts_with('Z'))
}

/// The threads of a process.
pub fn threads(process: u32) -> Vec<u32> {
    numbers_in(&format!("/proc/{process}/task"))
}

/// The descriptors that a process has open.
pub fn descriptors(process: u32) -> Vec<u32> {
    numbers_in(&format!("/proc/{process}/fd"))
}

/// The inodes of the sockets that the threads of a process have open.
pub fn socket_inodes(process: u32) -> HashSet<u64> {
    let of_thread = |thread: u32| {
        let numbers = descriptors(thread).into_iter();
        numbers.filter_map(move |number| socket_inode(thread, number.into()))
    };
    threads(process).into_iter().flat_map(of_thread).collect()
}

/// How many descriptors the threads of a process have open. The first thread, for which /proc/PID/fd
/// stands, may have ended, and others may have descriptors of their own; see CLONE_FILES in clone(2). The
/// same number for the same file counts once.
pub fn count_descriptors(process: u32) -> usize {
    let threads = threads(process);
    if threads.len() <= 1 {
        return descriptors(process).len();
    }
    let of_thread = |thread: u32| {
        let numbers = descriptors(thread).into_iter();
        numbers.map(move |number| (number, descriptor_target(thread, number.into())))
    };
    threads.into_iter().flat_map(of_thread).collect::<HashSet<_>>().len()
}

/// Whether a process that runs keeps us from seeing what it has open: it is not dumpable, see
/// PR_SET_DUMPABLE in prctl(2). One that is ending looks the same for a moment.
pub fn hides_descriptors(process: u32) -> bool {
    // All threads have the memory that is dumpable or not. Those that have ended have none.
    let living = threads(process).into_iter().find(|&thread| !matches!(state(thread), 'Z' | 'X'));
    let entries = living.map(|thread| fs::read_dir(format!("/proc/{process}/task/{thread}/fd")));
    matches!(entries, Some(Err(error)) if error.kind() == ErrorKind::PermissionDenied)
}

/// The processor time that a process and its threads have used.
pub fn cpu_time(process: u32) -> Duration {
    usage(process).map_or(Duration::ZERO, |usage| usage.own)
}

/// Processor time that a process has used.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    pub parent: u32,
    pub own: Duration,
    /// That of the children which it has waited for after their end, with what those have waited for.
    pub children: Duration,
}

pub fn usage(process: u32) -> Option<Usage> {
    let stat = stat(process)?;
    let fields: Vec<&str> = stat.split(' ').collect();
    let time = |at: usize| Some(ticks(fields.get(at)?.parse().ok()?));
    Some(Usage {
        parent: fields.get(PARENT)?.parse().ok()?,
        own: time(USER_TIME)? + time(KERNEL_TIME)?,
        children: time(CHILDREN_USER_TIME)? + time(CHILDREN_KERNEL_TIME)?,
    })
}

/// That of all processes that we see.
pub fn usages() -> HashMap<u32, Usage> {
    let processes = numbers_in("/proc").into_iter();
    processes.filter_map(|process| Some((process, usage(process)?))).collect()
}

/// A time that the kernel counts in ticks of the clock.
pub fn ticks(ticks: u64) -> Duration {
    // SAFETY: sysconf only reads.
    let ticks_a_second = unsafe { libc::sysconf(libc::_SC_CLK_TCK) }.max(1) as u64;
    Duration::from_millis(ticks * 1000 / ticks_a_second)
}

/// For how long a thread could have run, and had to wait for a processor. A wait is added when it is over.
pub fn time_in_queue(thread: u32) -> Duration {
    turns(thread).map_or(Duration::ZERO, |[_, queued, _]| Duration::from_nanos(queued))
}

/// A thread's turns on a processor: for how long it ran and was in the queue, in nanoseconds, and how
/// often it had a turn.
pub fn turns(thread: u32) -> Option<[u64; 3]> {
    let text = fs::read_to_string(format!("/proc/{thread}/schedstat")).ok()?;
    let numbers: Vec<u64> = text.split_whitespace().map_while(|field| field.parse().ok()).collect();
    numbers.try_into().ok()
}

/// The name of a thread, or of a process by the number of its first thread.
pub fn name(thread: u32) -> String {
    let name = fs::read(format!("/proc/{thread}/comm")).unwrap_or_default();
    String::from_utf8_lossy(&name).trim_end().to_owned()
}

// Fields of /proc/PID/stat, counted from the one behind the name, which may contain anything.
const PARENT: usize = 1;
const USER_TIME: usize = 11;
const KERNEL_TIME: usize = 12;
const STARTED: usize = 19;
const CHILDREN_USER_TIME: usize = 13;
const CHILDREN_KERNEL_TIME: usize = 14;

fn stat_field(process: u32, field: usize) -> Option<u64> {
    stat(process)?.split(' ').nth(field)?.parse().ok()
}

fn stat(process: u32) -> Option<String> {
    // Whoever gives itself a name that is no text is not to be overlooked for it.
    let stat = fs::read(format!("/proc/{process}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    stat.rsplit_once(") ").map(|(_, fields)| fields.to_owned())
}

fn numbers_in(directory: &str) -> Vec<u32> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let names = entries.flatten().map(|entry| entry.file_name());
    let mut numbers: Vec<u32> = names.filter_map(|name| name.to_str()?.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}

/// The inode of the socket that a descriptor is, if it is one.
pub fn socket_inode(process: u32, descriptor: u64) -> Option<u64> {
    let target = fs::read_link(format!("/proc/{process}/fd/{descriptor}")).ok()?;
    target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

/// What a descriptor is, as the kernel names it: a path, `socket:[…]`, `pipe:[…]`.
pub fn descriptor_target(process: u32, descriptor: u64) -> Option<String> {
    let target = fs::read_link(format!("/proc/{process}/fd/{descriptor}")).ok()?;
    Some(target.to_string_lossy().into_owned())
}

/// The process that has a socket open, by name and number.
pub fn holder_of(inode: u64) -> Option<(String, u32)> {
    let holder = numbers_in("/proc").into_iter().find(|&process| {
        let mut descriptors = descriptors(process).into_iter();
        descriptors.any(|descriptor| socket_inode(process, descriptor.into()) == Some(inode))
    })?;
    Some((name(holder), holder))
}

/// The state of a thread as one letter: R runs, S sleeps, Z has ended.
pub fn state(thread: u32) -> char {
    stat(thread).and_then(|stat| stat.chars().next()).unwrap_or('?')
}

/// A system call: its number and its arguments.
pub type SystemCall = (i64, [u64; 6]);

/// The system call that a thread is in. `None` while it runs, and where the kernel does not tell.
pub fn system_call(thread: u32) -> Option<SystemCall> {
    let text = fs::read_to_string(format!("/proc/{thread}/syscall")).ok()?;
    let mut fields = text.split_whitespace();
    let number = fields.next()?.parse().ok()?;
    let argument = |field: &str| u64::from_str_radix(field.strip_prefix("0x")?, 16).ok();
    let arguments: Vec<u64> = fields.take(6).map_while(argument).collect();
    Some((number, arguments.try_into().ok()?))
}

/// What an epoll instance watches.
pub struct Watched {
    /// The descriptor by which it was registered. It may be closed, while another one keeps the file open.
    pub descriptor: u64,
    pub inode: u64,
}

/// All that an epoll instance watches. What was registered with EPOLLONESHOT stays in the kernel's list
/// after its event, but is not watched until it is registered again.
pub fn epoll_watches(process: u32, descriptor: u64) -> Vec<Watched> {
    let info = fs::read_to_string(format!("/proc/{process}/fdinfo/{descriptor}"));
    info.unwrap_or_default().lines().filter_map(watched).collect()
}

/// When a process began, in ticks since the machine did: with its number, that is a name for good.
pub fn started(process: u32) -> Option<u64> {
    stat_field(process, STARTED)
}

/// Whether a process that we may look at has a file open.
pub fn is_open(file: &Path) -> bool {
    any_open(|open| open == file)
}

/// The same for any file in a folder, or in one below it.
pub fn is_open_below(folder: &Path) -> bool {
    any_open(|open| open.starts_with(folder))
}

fn any_open(is_meant: impl Fn(&Path) -> bool) -> bool {
    let is_it = |process: u32, descriptor| {
        let open = fs::read_link(format!("/proc/{process}/fd/{descriptor}"));
        open.is_ok_and(|open| is_meant(&open))
    };
    let mut processes = numbers_in("/proc").into_iter();
    processes.any(|process| descriptors(process).into_iter().any(|number| is_it(process, number)))
}

/// A line such as `tfd:        6 events:       19 data:        6  pos:0 ino:1a2b sdev:8`.
fn watched(line: &str) -> Option<Watched> {
    /// The flags that say how to watch, above those that say what for. Of the latter, what is watched has
    /// at least EPOLLERR and EPOLLHUP, which the kernel adds; see epoll_ctl(2).
    const HOW: u32 = 0xf000_0000;
    let mut fields = line.strip_prefix("tfd:")?.split_whitespace();
    let descriptor = fields.next()?.parse().ok()?;
    let events = u32::from_str_radix(fields.nth(1)?, 16).ok()?;
    let inode = fields.find_map(|field| field.strip_prefix("ino:"))?;
    let inode = u64::from_str_radix(inode, 16).ok()?;
    (events & !HOW != 0).then_some(Watched { descriptor, inode })
}
