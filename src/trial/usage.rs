//! The processor time that the machine has given: to everybody, and to us with our programs.

use crate::procfs::{self, Usage};
use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;
use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;
use std::{fs, process};

/// What was given by the processors that we may run on, until one moment.
#[derive(Clone, Debug)]
pub struct Machine {
    processors: u32,
    used: Duration,
    /// What of that no process used: interrupts, and other virtual machines.
    nobodys: Duration,
    /// What the processes of others have used since the first call, where we see all of them.
    others: Option<Duration>,
    /// For how long a quota of our control group kept us from running.
    throttled: Duration,
}

impl Machine {
    /// `None` where the kernel does not tell.
    pub fn now() -> Option<Machine> {
        let text = fs::read_to_string("/proc/stat").ok()?;
        let (processors, used, nobodys) = used(&text, &own_processors())?;
        Some(Machine { processors, used, nobodys, others: others(), throttled: throttled() })
    }

    /// Whether others can be the reason why somebody waited for `wait` since `before`, in which we and our
    /// programs used `ours`: they had half of all processors for as long, and more than we.
    pub fn was_busy(&self, before: &Machine, ours: Duration, wait: Duration) -> bool {
        let mut others = self.used.saturating_sub(before.used).saturating_sub(ours);
        // What nobody was seen to use may be the program's: nobody is told of the time of a process whose
        // parent ignores its end.
        if let Some((before_others, now_others)) = before.others.zip(self.others) {
            let seen = now_others.saturating_sub(before_others);
            others = others.min(seen + self.nobodys.saturating_sub(before.nobodys));
        }
        let is_throttled = self.throttled.saturating_sub(before.throttled) > wait / 2;
        others >= wait * self.processors / 2 && others >= ours || is_throttled
    }

    /// Whether nobody was running while we waited, so that the whole machine cannot have been: a virtual
    /// one that was paused, or a computer that slept.
    pub fn stood_still(&self, ours: Duration, wait: Duration) -> bool {
        ours < wait * self.processors / 2
    }
}

/// The processors that we may run on.
fn own_processors() -> Vec<usize> {
    let set = sched_getaffinity(Pid::from_raw(0)).unwrap_or_default();
    (0..CpuSet::count()).filter(|&processor| set.is_set(processor).unwrap_or(false)).collect()
}

/// How many of these processors there are, the time that all of them have not been idle, and that of it
/// which no process used: a line of /proc/stat for each, see proc(5). In a container, they may have other
/// numbers than for the scheduler: then all are taken.
fn used(stat: &str, own: &[usize]) -> Option<(u32, Duration, Duration)> {
    let processors: Vec<_> = stat.lines().filter_map(processor).collect();
    let is_own = |&&(number, ..): &&(usize, Duration, Duration)| own.contains(&number);
    let mut counted: Vec<_> = processors.iter().filter(is_own).collect();
    if counted.len() < own.len() || own.is_empty() {
        counted = processors.iter().collect();
    }
    let used = counted.iter().map(|(_, used, _)| *used).sum();
    let nobodys = counted.iter().map(|(_, _, nobodys)| *nobodys).sum();
    (!counted.is_empty()).then_some((counted.len() as u32, used, nobodys))
}

/// A line such as `cpu1 7084 0 3636 58058 602 0 30 14 0 0`: the times as user, niced, in the kernel, idle,
/// idle with a disk at work, in two kinds of interrupts, and stolen by other virtual machines. Those of
/// guests, which follow, are in the user's. The line that adds them all up has no number.
fn processor(line: &str) -> Option<(usize, Duration, Duration)> {
    let (number, times) = line.strip_prefix("cpu")?.split_once(' ')?;
    let times: Vec<u64> = times.split(' ').filter_map(|time| time.parse().ok()).collect();
    let [user, nice, system, _, _, irq, soft_irq, steal, ..] = times[..] else { return None };
    let nobodys = irq + soft_irq + steal;
    let used = user + nice + system + nobodys;
    Some((number.parse().ok()?, procfs::ticks(used), procfs::ticks(nobodys)))
}

/// For how long quotas have kept our control group, and those that it is in, from running; see cpu.stat
/// in the kernel's documentation of control groups, version 2.
fn throttled() -> Duration {
    static GROUPS: LazyLock<Vec<PathBuf>> = LazyLock::new(|| {
        let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        own_groups(&groups, &mounts)
    });
    GROUPS.iter().filter_map(|group| throttled_in(&fs::read_to_string(group).ok()?)).sum()
}

/// The files that tell, from our own group to the top.
fn own_groups(groups: &str, mounts: &str) -> Vec<PathBuf> {
    let mount = mounts.lines().find_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let target = fields.next()?;
        (fields.next()? == "cgroup2").then_some(Path::new(target))
    });
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/"));
    let (Some(mount), Some(own)) = (mount, own) else { return Vec::new() };
    let groups = Path::new(own).ancestors().map(|group| mount.join(group).join("cpu.stat"));
    groups.collect()
}

fn throttled_in(stat: &str) -> Option<Duration> {
    let microseconds = stat.lines().find_map(|line| line.strip_prefix("throttled_usec "))?;
    microseconds.parse().ok().map(Duration::from_micros)
}

/// The processor time that we and all of our programs have used since the first call. This includes the
/// programs of other trials at the same time: a program must not be excused by its own copies.
pub fn ours() -> Duration {
    static LEDGER: Mutex<Ledger> = Mutex::new(Ledger::new());
    let mut ledger = LEDGER.lock().unwrap_or_else(PoisonError::into_inner);
    let own = process::id();
    let processes = [vec![own], procfs::descendants(own)].concat();
    let usages =
        processes.into_iter().filter_map(|process| Some((process, procfs::usage(process)?)));
    ledger.add(usages.collect())
}

/// What all other processes have used since the first call. `None` where there may be some that we do not see:
/// those of other containers, or, of a system that hides them, those of other users.
fn others() -> Option<Duration> {
    static LEDGER: Mutex<Ledger> = Mutex::new(Ledger::new());
    const FIRST: u32 = 1;
    /// The namespace that the machine begins with; see PROC_PID_INIT_INO in the kernel.
    const OF_THE_MACHINE: u64 = 0xefff_fffc;
    let namespace = fs::metadata("/proc/self/ns/pid").ok()?;
    let all = procfs::usages();
    if namespace.ino() != OF_THE_MACHINE || !all.contains_key(&FIRST) {
        return None;
    }
    let own = process::id();
    // A process whose ancestors end while we look is nobody's.
    let is_others = |process: u32| {
        let mut next = process;
        while let Some(usage) = all.get(&next).filter(|_| next != own) {
            if usage.parent == 0 {
                return true;
            }
            next = usage.parent;
        }
        false
    };
    let of_others = all.iter().filter(|(process, _)| is_others(**process));
    let of_others = of_others.map(|(process, usage)| (*process, *usage)).collect();
    let mut ledger = LEDGER.lock().unwrap_or_else(PoisonError::into_inner);
    Some(ledger.add(of_others))
}

/// Adds up what processes use. What a process has used passes to its parent when that waits for its end,
/// and is lost if nobody waits for it, as when a trial ends.
pub struct Ledger {
    seen: Option<HashMap<u32, Usage>>,
    used: Duration,
}

impl Ledger {
    pub const fn new() -> Ledger {
        Ledger { seen: None, used: Duration::ZERO }
    }

    /// What the processes that are there now, and those that have ended, have used since the first call.
    pub fn add(&mut self, now: HashMap<u32, Usage>) -> Duration {
        let Some(seen) = self.seen.replace(now.clone()) else { return self.used };
        // What is counted already of those that have ended, by the process that it may have passed to.
        let mut counted: HashMap<u32, Duration> = HashMap::new();
        for (_, ended) in seen.iter().filter(|(process, _)| !now.contains_key(process)) {
            let mut heir = ended.parent;
            while let Some(parent) = seen.get(&heir).filter(|_| !now.contains_key(&heir)) {
                heir = parent.parent;
            }
            *counted.entry(heir).or_default() += ended.own + ended.children;
        }
        for (process, usage) in now {
            let before = seen.get(&process);
            let growth = |now: Duration, before: Option<Duration>| {
                now.saturating_sub(before.unwrap_or_default())
            };
            let passed = growth(usage.children, before.map(|before| before.children));
            let counted = counted.get(&process).copied();
            self.used += growth(usage.own, before.map(|before| before.own));
            self.used += growth(passed, counted);
        }
        self.used
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Ledger, Machine, Usage, own_groups, throttled_in, used};
    use std::collections::HashMap;
    use std::path::PathBuf;

    const SECOND: Duration = Duration::from_secs(1);

    fn machine(used: Duration, throttled: Duration) -> Machine {
        Machine { processors: 2, used, nobodys: Duration::ZERO, others: None, throttled }
    }

    #[test]
    fn a_machine_is_busy_if_others_have_half_of_it_and_more_than_we() {
        let before = machine(100 * SECOND, 7 * SECOND);
        let is_busy = |used: u32, ours: u32| {
            let now = machine(100 * SECOND + used * SECOND, 7 * SECOND);
            now.was_busy(&before, ours * SECOND, 2 * SECOND)
        };
        assert!(is_busy(4, 1), "others have most of it");
        assert!(!is_busy(4, 4), "the program itself keeps it busy");
        assert!(!is_busy(9, 6), "in a long time, others have used a little");
        assert!(!is_busy(1, 0), "others have a quarter of it");
        assert!(!is_busy(0, 1), "it is counted in ticks, and may be a little behind");
    }

    #[test]
    fn what_nobody_was_seen_to_use_makes_no_machine_busy() {
        let before = Machine { others: Some(SECOND), ..machine(100 * SECOND, Duration::ZERO) };
        let is_busy = |others: u32, nobodys: u32| {
            let seen = Some(SECOND + others * SECOND);
            let now = machine(104 * SECOND, Duration::ZERO);
            let now = Machine { others: seen, nobodys: nobodys * SECOND, ..now };
            now.was_busy(&before, SECOND, 2 * SECOND)
        };
        assert!(is_busy(3, 0), "others have been seen");
        assert!(!is_busy(0, 0), "a process of ours may have ended, and nobody was told");
        assert!(is_busy(0, 3), "interrupts, or another virtual machine");
    }

    #[test]
    fn a_machine_in_which_nobody_ran_stood_still() {
        let machine = machine(100 * SECOND, Duration::ZERO);
        assert!(machine.stood_still(SECOND, 2 * SECOND));
        assert!(!machine.stood_still(3 * SECOND, 2 * SECOND), "the program kept it busy");
    }

    #[test]
    fn a_quota_that_stops_us_makes_a_machine_busy() {
        let (before, now) = (machine(SECOND, 7 * SECOND), machine(SECOND, 9 * SECOND));
        assert!(now.was_busy(&before, Duration::ZERO, 3 * SECOND));
        assert!(!now.was_busy(&before, Duration::ZERO, 4 * SECOND));
    }

    #[test]
    fn only_the_processors_that_we_may_use_are_counted() {
        let stat = "cpu  999 9 9 9 9 9 9 9 0 0\n\
                    cpu0 100 0 0 500 500 0 0 0 50 0\n\
                    cpu1 100 100 100 500 500 100 100 100 50 0\n\
                    intr 17 0\n";
        let nobodys = 3 * SECOND;
        assert_eq!(used(stat, &[0]), Some((1, SECOND, Duration::ZERO)));
        assert_eq!(used(stat, &[1]), Some((1, 6 * SECOND, nobodys)));
        assert_eq!(used(stat, &[0, 1]), Some((2, 7 * SECOND, nobodys)));
        assert_eq!(used(stat, &[4, 5]), Some((2, 7 * SECOND, nobodys)), "of a container");
        assert_eq!(used("", &[0]), None);
    }

    #[test]
    fn quotas_are_those_of_our_group_and_of_all_that_it_is_in() {
        let mounts = "proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n";
        let files = ["/sys/fs/cgroup/a/b/cpu.stat", "/sys/fs/cgroup/a/cpu.stat"];
        let files = files.into_iter().chain(["/sys/fs/cgroup/cpu.stat"]).map(PathBuf::from);
        assert_eq!(own_groups("9:cpu:/x\n0::/a/b\n", mounts), files.collect::<Vec<_>>());
        assert!(own_groups("0::/a/b\n", "proc /proc proc rw 0 0\n").is_empty());
        let stat = "usage_usec 5\nnr_throttled 1\nthrottled_usec 1000000\n";
        assert_eq!(throttled_in(stat), Some(SECOND));
        assert_eq!(throttled_in("usage_usec 5\n"), None);
    }

    #[test]
    fn what_a_process_has_used_is_counted_once_however_it_ends() {
        let mut ledger = Ledger::new();
        let mut add = |processes: &[(u32, u32, u32, u32)]| {
            let usage = |&(process, parent, own, children): &(u32, u32, u32, u32)| {
                let (own, children) = (own * SECOND, children * SECOND);
                (process, Usage { parent, own, children })
            };
            ledger.add(processes.iter().map(usage).collect::<HashMap<_, _>>()).as_secs()
        };
        assert_eq!(add(&[(1, 0, 50, 50)]), 0, "before we looked");
        assert_eq!(add(&[(1, 0, 51, 50), (2, 1, 10, 0)]), 11, "a child");
        assert_eq!(add(&[(1, 0, 51, 62)]), 13, "its parent has waited for it");
        assert_eq!(add(&[(1, 0, 51, 65)]), 16, "a child that we have never seen");
        assert_eq!(add(&[(1, 0, 51, 65), (3, 1, 20, 5), (4, 3, 2, 0)]), 43);
        assert_eq!(add(&[(1, 0, 51, 95), (4, 1, 3, 0)]), 49, "a child that leaves its own behind");
        assert_eq!(add(&[(1, 0, 52, 95), (5, 1, 7, 0), (6, 5, 9, 0)]), 66, "nobody waits for one");
        assert_eq!(
            add(&[(1, 0, 52, 95), (7, 1, 0, 4)]),
            70,
            "nor for two, and another waits for its own"
        );
    }
}
