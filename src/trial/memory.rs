//! Whether the memory of the machine ran out. The kernel then ends programs, and not always those that
//! took it: what others hold in files that exist in memory alone makes no process of theirs large.

use super::Place;
use std::fs;

/// The programs that the kernel had ended at one moment, to have their memory.
#[derive(Clone, Copy)]
pub struct Shortage {
    kills: Option<u64>,
}

impl Shortage {
    pub fn now() -> Shortage {
        let counters = fs::read_to_string("/proc/vmstat").unwrap_or_default();
        Shortage { kills: kills(&counters) }
    }

    /// Why the end of a program in this place proves nothing, if more were ended since then. A push that used
    /// up memory of its own has to answer for that.
    pub fn excuse(&self, place: &Place) -> Option<String> {
        let is_its_own =
            place.sandbox.as_ref().is_some_and(|sandbox| sandbox.has_run_out_of_memory());
        let excuse = "the memory of this machine ran out, and the kernel ended programs";
        (Shortage::now().kills > self.kills && !is_its_own).then(|| excuse.to_owned())
    }
}

/// The line `oom_kill 252` of /proc/vmstat. Since Linux 4.13, it counts what limits of control groups have
/// ended as well.
fn kills(counters: &str) -> Option<u64> {
    counters.lines().find_map(|line| line.strip_prefix("oom_kill "))?.parse().ok()
}
