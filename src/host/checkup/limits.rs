//! How much of this host one push can use, and all pushes together.

use super::{Finding, value};
use crate::host::settings::Settings;
use crate::host::turn::AT_A_TIME;
use crate::trial::cgroup::{self, Cgroup};
use nix::sys::resource::{Resource, getrlimit};
use nix::unistd::geteuid;
use std::path::Path;

const MIB: u64 = 1024 * 1024;

pub fn findings(settings: &Settings) -> Vec<Finding> {
    vec![memory_of_a_push(settings), memory_of_all(), processes(settings), swap()]
}

fn memory_of_a_push(settings: &Settings) -> Finding {
    let most = settings.limits.memory_mib;
    match Cgroup::open(&settings.limits) {
        Some(_) => Finding::good(format!(
            "All processes of a push together have {most} MiB of memory (a control group)."
        )),
        None => Finding::weak(
            format!(
                "Each process of a push has {most} MiB of memory; what processes share is not counted."
            ),
            "Only root may make the control group that counts all of it. Limit the account instead: \
             see the next line.",
        ),
    }
}

/// The limit of this session's control group, or of a slice that it is in.
fn memory_of_all() -> Finding {
    let name = nix::unistd::User::from_uid(geteuid()).ok().flatten().map(|user| user.name);
    let name = name.unwrap_or_else(|| "git".to_owned());
    let cure = format!(
        "With systemd, as root: systemctl set-property user-$(id -u {name}).slice MemoryMax=4G \
         MemorySwapMax=0 TasksMax=2000"
    );
    match cgroup::memory_of_session() {
        Some(bytes) => Finding::good(format!(
            "All pushes together have {} MiB of memory (the control group of this session).",
            bytes / MIB
        )),
        None if geteuid().is_root() => Finding::weak(
            "All pushes together may use all memory.",
            "Host as an account of its own.",
        ),
        None => Finding::weak("All pushes together may use all memory.", cure),
    }
}

/// Two workers grade a push, and each may run a program.
fn processes(settings: &Settings) -> Finding {
    let needed = settings.limits.processes * u64::from(AT_A_TIME) * 2;
    let Ok((soft, _)) = getrlimit(Resource::RLIMIT_NPROC) else {
        return Finding::weak("The number of processes is not known.", "See getrlimit(2).");
    };
    match soft {
        _ if geteuid().is_root() => {
            Finding::good("The number of processes is counted push by push.")
        }
        soft if soft < needed => Finding::bad(
            format!(
                "This account may have {soft} processes; the pushes to one repository, {needed}."
            ),
            "Raise nproc for the account in /etc/security/limits.conf, or lower challenge.processes: \
             otherwise one push keeps the others from being graded.",
        ),
        _ => Finding::good("This account may have as many processes as its pushes."),
    }
}

fn swap() -> Finding {
    let swaps = value("/proc/swaps").unwrap_or_default();
    match swaps.lines().count() {
        0 | 1 => Finding::good("No swap can be filled."),
        _ if Path::new("/sys/fs/cgroup/cgroup.controllers").exists() && geteuid().is_root() => {
            Finding::good("A push does not use the swap.")
        }
        _ => Finding::weak(
            "A push can fill the swap, which makes all of this host slow.",
            "Set MemorySwapMax=0 for the account's slice (see above), or host on a machine without swap.",
        ),
    }
}
