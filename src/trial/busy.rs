//! Whether others kept this machine so busy during a check that a failure which is a matter of time
//! proves nothing.
//!
//! Somebody has to have waited for a processor: the tester, which knows how late it was woken, or a
//! thread of the program, of which the kernel knows how long it was ready and did not run. And others
//! have to have had the processors meanwhile. A program that keeps them busy itself is not excused, and
//! what it seems to do at one look says nothing: it may compute at just that moment, each time.

use super::Trial;
use super::memory::Shortage;
use super::starvation::Watch;
use super::usage::{self, Machine};
use crate::procfs;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use std::{io, thread};

/// Who waits no longer than this, waits no longer than anybody has to.
const SHORT: Duration = Duration::from_millis(250);

/// The time of a check.
pub struct Window {
    watch: Watch,
    machine: Option<Machine>,
    /// Since the trial began: a program may be missed only in a later check.
    shortage: Shortage,
    /// What we and our programs had used at its beginning.
    ours: Duration,
    /// For how long each thread of the program had waited at its beginning.
    threads: HashMap<u32, Duration>,
    /// The longest that a thread has waited of a program that was ended.
    longest: Duration,
}

impl Window {
    /// One that begins now, before the program has a thread.
    pub fn start() -> io::Result<Window> {
        Ok(Window {
            watch: Watch::start()?,
            machine: Machine::now(),
            shortage: Shortage::now(),
            ours: usage::ours(),
            threads: HashMap::new(),
            longest: Duration::ZERO,
        })
    }

    fn begin(&mut self, processes: &[u32]) {
        self.watch.reset();
        self.machine = Machine::now();
        self.ours = usage::ours();
        self.threads = times_in_queue(processes).collect();
        self.longest = Duration::ZERO;
    }

    /// What is known of the program's threads goes with them, and those of the next are new.
    fn program_ends(&mut self, processes: &[u32]) {
        self.longest = self.longest_wait(processes);
        self.threads.clear();
        usage::ours();
    }

    /// The longest that one thread has waited. Many that wait a little are not one that waits long.
    fn longest_wait(&self, processes: &[u32]) -> Duration {
        let waits = times_in_queue(processes).map(|(thread, time)| {
            time.saturating_sub(self.threads.get(&thread).copied().unwrap_or_default())
        });
        waits.fold(self.longest, Duration::max)
    }

    fn excuse(&self, processes: &[u32], least: Duration) -> Option<String> {
        let (program, tester) = (self.longest_wait(processes), self.watch.longest_delay());
        let (who, wait) =
            if program > tester { ("the program", program) } else { ("the tester", tester) };
        if wait <= least {
            return None;
        }
        let used = usage::ours().saturating_sub(self.ours);
        let seconds = wait.as_secs_f64();
        let busy =
            format!("this machine was too busy, and {who} waited {seconds:.1} s for a processor");
        let Some((before, now)) = self.machine.as_ref().zip(Machine::now()) else {
            return Some(busy);
        };
        match () {
            () if now.was_busy(before, used, wait) => Some(busy),
            // A program can keep us waiting only by using the processors.
            () if tester > least && now.stood_still(used, tester) => {
                Some(format!("this machine stood still for {:.1} s", tester.as_secs_f64()))
            }
            () => None,
        }
    }
}

fn times_in_queue(processes: &[u32]) -> impl Iterator<Item = (u32, Duration)> {
    let threads = processes.iter().flat_map(|&process| procfs::threads(process));
    threads.map(|thread| (thread, procfs::time_in_queue(thread)))
}

/// Waits until each thread that is ready has had a turn, or is seen to be on a processor: the kernel tells
/// of a wait only when it is over, and a thread that is kept waiting for seconds has not had that turn.
fn until_all_had_a_turn(processes: &[u32]) {
    const MOST: Duration = Duration::from_secs(2);
    let threads = processes.iter().flat_map(|&process| procfs::threads(process));
    let ready = threads.filter(|&thread| procfs::state(thread) == 'R');
    let mut ready: Vec<_> = ready.map(|thread| (thread, procfs::turns(thread))).collect();
    let start = Instant::now();
    while !ready.is_empty() && start.elapsed() < MOST {
        thread::sleep(Duration::from_millis(2));
        ready.retain(|&(thread, turns)| procfs::turns(thread) == turns);
    }
}

impl Trial {
    /// Begins to watch whether the machine is busy.
    pub(super) fn watch_machine(&self) {
        self.shared.window.borrow_mut().begin(&self.processes());
    }

    /// Takes down what will not be known once the program has ended.
    pub(super) fn program_ends(&self) {
        self.shared.window.borrow_mut().program_ends(&self.processes());
    }

    /// Why the end of the program proves nothing, if memory ran out that others may have taken.
    pub fn excuse_for_memory(&self) -> Option<String> {
        self.shared.window.borrow().shortage.excuse(&self.subject.place)
    }

    /// Why what takes too long proves nothing in this check, if that is so.
    pub fn excuse(&self) -> Option<String> {
        self.excuse_for(SHORT)
    }

    /// The same where a shorter wait matters: one that is longer than `least`.
    pub fn excuse_for(&self, least: Duration) -> Option<String> {
        let processes = self.processes();
        until_all_had_a_turn(&processes);
        self.shared.window.borrow().excuse(&processes, least)
    }
}

impl Drop for Trial {
    /// Others may be watching: to them, what this program has used is no use by others.
    fn drop(&mut self) {
        usage::ours();
    }
}
