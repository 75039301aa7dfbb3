//! Each push is run as a user of its own, who owns nothing and is nobody else: of some things, the kernel
//! counts how many a user has, wherever that one is, and one push is not to use up what another needs.
//!
//! Root can be anybody. Others need numbers that root has set aside for them, see subuid(5), and newuidmap(1)
//! to enter a user namespace in which they exist.

use super::namespaces::Enter;
use caps::errors::CapsError;
use caps::{CapSet, Capability};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, User, fork, geteuid, getgid, getuid, write};
use std::io::{self, Read, pipe};
use std::ops::Range;
use std::process::{Command, Stdio, exit};
use std::{fs, process};

/// Numbers that no user has on most systems: between those that are given to people and those that are set
/// aside.
const OURS: Range<u32> = 65_536..98_304;
/// Where there are no larger ones, as in many containers: systemd keeps these for services while they run.
const OF_SERVICES: Range<u32> = 61_184..65_520;

/// A user, and a group of the same number, for the push that this process grades. `None` where there is
/// nobody but ourselves. Of pushes at the same moment, two are the same user if the numbers of their processes
/// differ by a multiple of some thousands.
pub fn of_push() -> Option<u32> {
    [OURS, OF_SERVICES].into_iter().find_map(|range| match count_from(range.start) {
        0 => None,
        there => Some(range.start + process::id() % there.min(range.end - range.start)),
    })
}

/// How many numbers there are from this one on, of users and of groups, and whether we may be them.
fn count_from(first: u32) -> u32 {
    match may_change() {
        true => counted("/proc/self/uid_map", first).min(counted("/proc/self/gid_map", first)),
        false => 0,
    }
}

fn may_change() -> bool {
    let has = |capability| caps::has_cap(None, CapSet::Permitted, capability).unwrap_or(false);
    NEEDED.into_iter().all(has)
}

/// What a thread has to be permitted to become another user, and to hand over files.
const NEEDED: [Capability; 3] =
    [Capability::CAP_SETUID, Capability::CAP_SETGID, Capability::CAP_CHOWN];

fn counted(map: &str, first: u32) -> u32 {
    let map = fs::read_to_string(map).unwrap_or_default();
    let mut counts = map.lines().filter_map(|line| {
        let mut numbers = line.split_whitespace().map(|number| number.parse::<u64>().ok());
        let (start, _, count) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let end = (start + count).min(u64::from(u32::MAX));
        (start..end).contains(&first.into()).then(|| (end - u64::from(first)) as u32)
    });
    counts.next().unwrap_or(0)
}

/// What the calling thread starts from now on may become another user. Root's programs always may; those of
/// others lose the right when they are started, unless it is made ambient: see capabilities(7).
pub fn let_programs_change() -> Result<(), CapsError> {
    if geteuid().is_root() {
        return Ok(());
    }
    [Capability::CAP_SETUID, Capability::CAP_SETGID].into_iter().try_for_each(|capability| {
        caps::raise(None, CapSet::Inheritable, capability)?;
        caps::raise(None, CapSet::Ambient, capability)
    })
}

/// Numbers that were set aside for this account, of users and of groups: the first of each, and how many.
pub struct SetAside {
    user: u32,
    group: u32,
    count: u32,
}

impl SetAside {
    pub fn find() -> Option<SetAside> {
        let names = [account(), getuid().to_string()];
        let first = |file| {
            let mut ranges = ranges(file).into_iter().filter(|(name, ..)| names.contains(name));
            ranges.next().map(|(_, first, count)| (first, count))
        };
        let ((user, users), (group, groups)) = (first(USERS)?, first(GROUPS)?);
        let count = users.min(groups).min(OURS.end - OURS.start);
        (count > 0).then_some(SetAside { user, group, count })
    }
}

/// Who has which numbers to give away.
const USERS: &str = "/etc/subuid";
const GROUPS: &str = "/etc/subgid";

/// A line is `NAME:FIRST:COUNT`, where the name may be a number.
fn ranges(file: &str) -> Vec<(String, u32, u32)> {
    let range = |line: &str| {
        let [name, first, count] = line.trim().split(':').collect::<Vec<_>>()[..] else {
            return None;
        };
        Some((name.to_owned(), first.parse().ok()?, count.parse().ok()?))
    };
    fs::read_to_string(file).unwrap_or_default().lines().filter_map(range).collect()
}

/// The command by which root sets numbers aside for this account, behind those of all others.
pub fn command_to_set_aside() -> String {
    const FIRST: u32 = 100_000;
    let ranges = [USERS, GROUPS].into_iter().flat_map(ranges);
    let ends = ranges.map(|(_, first, count)| first.saturating_add(count));
    let first = ends.max().unwrap_or(0).max(FIRST);
    let range = format!("{first}-{}", first.saturating_add(65_535));
    format!("usermod --add-subuids {range} --add-subgids {range} {}", account())
}

/// Our name, or our number where we have none.
fn account() -> String {
    let account = User::from_uid(getuid()).ok().flatten();
    account.map_or_else(|| getuid().to_string(), |account| account.name)
}

/// Enters a user namespace, and has the numbers that were set aside for us exist there, where the system
/// permits it. To be called by a process without other threads.
pub fn enter_with_others(enter: Enter) -> io::Result<()> {
    let Some(others) = SetAside::find() else { return enter() };
    let (mut entered, tell) = pipe()?;
    let process = process::id();
    // The maps of a namespace are written from outside it.
    // SAFETY: this process has only one thread, so that nothing is locked in the other one.
    match unsafe { fork() }? {
        ForkResult::Child => {
            drop(tell);
            if entered.read_exact(&mut [0]).is_ok() {
                others.exist_for(process);
            }
            exit(0)
        }
        ForkResult::Parent { child } => {
            drop(entered);
            let done = enter();
            if done.is_ok() {
                write(&tell, b"\n")?;
            }
            drop(tell);
            waitpid(child, None)?;
            done
        }
    }
}

impl SetAside {
    /// Should this fail, there is no map yet, and we are alone.
    fn exist_for(&self, process: u32) {
        let (user, group) = (getuid().as_raw(), getgid().as_raw());
        for (program, own, first) in
            [("newuidmap", user, self.user), ("newgidmap", group, self.group)]
        {
            let mut command = Command::new(program);
            let numbers = [process, own, own, 1, OURS.start, first, self.count];
            command.args(numbers.map(|number| number.to_string()));
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            if !command.status().is_ok_and(|status| status.success()) {
                return;
            }
        }
    }
}
