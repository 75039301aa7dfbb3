//! What a trial measures of its program: all of its processes together.

use super::Trial;
use crate::procfs;
use crate::xray::{Meeting, Waiter};
use std::thread;
use std::time::Duration;

/// How long to wait before each look at the threads, in milliseconds. The pauses differ, so that no
/// program takes its turns in step with them.
const PAUSES: [u64; 4] = [0, 3, 10, 25];

impl Trial {
    /// Every process of the program.
    pub fn processes(&self) -> Vec<u32> {
        self.shared.program.borrow().processes()
    }

    pub fn threads(&self) -> usize {
        self.processes().into_iter().map(|process| procfs::threads(process).len()).sum()
    }

    /// The threads that wait for clients at the same moment if there are several; empty if there is one.
    /// Threads may take turns while we look at one after the other, so a thread counts only if it waits
    /// in two consecutive looks.
    pub fn rival_waiters(&self) -> Vec<Waiter> {
        let meeting = Meeting::new(self.shared.ports.borrow().iter().map(|&(_, port)| port));
        let mut before: Vec<u32> = Vec::new();
        for pause in PAUSES {
            thread::sleep(Duration::from_millis(pause));
            let mut waiters = meeting.waiters(&self.processes());
            let now = waiters.iter().map(|waiter| waiter.thread).collect();
            waiters.retain(|waiter| before.contains(&waiter.thread));
            if waiters.len() > 1 {
                return waiters;
            }
            before = now;
        }
        Vec::new()
    }

    pub fn descriptors(&self) -> usize {
        self.processes().into_iter().map(|process| procfs::descriptors(process).len()).sum()
    }

    pub fn cpu_time(&self) -> Duration {
        self.processes().into_iter().map(procfs::cpu_time).sum()
    }

    /// For how long the program's threads could have run, and had to wait for a processor.
    pub fn time_in_queue(&self) -> Duration {
        let threads = self.processes().into_iter().flat_map(procfs::threads);
        threads.map(procfs::time_in_queue).sum()
    }
}
