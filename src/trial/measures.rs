//! What a trial measures of its program: all of its processes together.

use super::Trial;
use crate::procfs;
use std::time::Duration;

impl Trial {
    /// Every process of the program.
    pub fn processes(&self) -> Vec<u32> {
        self.shared.program.borrow().processes()
    }

    pub fn threads(&self) -> usize {
        self.processes().into_iter().map(|process| procfs::threads(process).len()).sum()
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
