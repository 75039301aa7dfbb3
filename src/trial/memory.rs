//! Whether memory ran out. The kernel then ends programs, and not always those that took it: what others
//! hold in files that exist in memory alone makes no process of theirs large.

use super::{Place, cgroup};
use std::fs;

/// The programs that the kernel had ended at one moment, to have their memory.
#[derive(Clone, Copy)]
pub struct Shortage {
    kills: Option<u64>,
}

impl Shortage {
    pub fn now() -> Shortage {
        Shortage { kills: cgroup::kills_of_session().or_else(kills_of_machine) }
    }

    /// Why the end of a program in this place proves nothing, if more were ended since then. A push that used
    /// up memory of its own has to answer for that.
    pub fn excuse(&self, place: &Place) -> Option<String> {
        let sandbox = place.sandbox.as_ref();
        let is_its_own = sandbox.is_some_and(|sandbox| sandbox.has_run_out_of_memory());
        let is_left_none = sandbox.is_some_and(|sandbox| sandbox.was_left_no_memory());
        let has_run_out = Shortage::now().kills > self.kills || is_left_none;
        let excuse = "the memory of this machine ran out, and the kernel ended programs";
        (has_run_out && !is_its_own).then(|| excuse.to_owned())
    }
}

/// The line `oom_kill 252` of /proc/vmstat. Since Linux 4.13, it counts what limits of control groups have
/// ended as well.
fn kills_of_machine() -> Option<u64> {
    cgroup::number(&fs::read_to_string("/proc/vmstat").ok()?, "oom_kill ")
}
