//! How much of this host one push can use, and all pushes together.

use super::{Finding, value};
use crate::host::settings::Settings;
use crate::host::turn::AT_A_TIME;
use crate::trial::cgroup::{self, Cgroup};
use nix::sys::resource::{Resource, getrlimit};
use nix::unistd::geteuid;
use std::path::Path;
use std::process::Command;

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
            "Only root may make the control group that counts all of it. The account needs a limit: \
             see the next line.",
        ),
    }
}

/// The limit of the account's slice, or of a control group that this session is in.
fn memory_of_all() -> Finding {
    let user = geteuid();
    let slice = format!("user-{user}.slice");
    match memory_of_slice(&slice).or_else(|| memory_of_session(&slice)) {
        Some(bytes) => Finding::good(format!(
            "All pushes together have {} MiB of memory (the control group of this account).",
            bytes / MIB
        )),
        None if user.is_root() => Finding::weak(
            "All pushes together may use all memory.",
            "Host as an account of its own.",
        ),
        None => Finding::bad(
            "All pushes together can use all memory of this host, and so can one: socket buffers, \
             memory files and shared mappings count towards no limit of a process.",
            format!(
                "With systemd, as root: systemctl set-property {slice} MemoryMax=4G \
                 MemorySwapMax=0 TasksMax=2000"
            ),
        ),
    }
}

/// In bytes, of the slice or of the one that holds all users. A limit that was set for a slice holds from
/// the moment when its account logs in over ssh, even if this session is elsewhere: `su` leaves a session
/// in the slice that it was in.
fn memory_of_slice(slice: &str) -> Option<u64> {
    let show = ["show", "--property=MemoryMax", "--value", slice, "user.slice"];
    let said = Command::new("systemctl").args(show).output().ok()?;
    let said = String::from_utf8_lossy(&said.stdout);
    let limits = said.split_whitespace().filter_map(|limit| limit.parse().ok());
    limits.filter(|&bytes: &u64| bytes < u64::MAX).min()
}

/// In bytes, unless this session is in the slice of another account, whose limits do not follow ours.
fn memory_of_session(slice: &str) -> Option<u64> {
    let groups = value("/proc/self/cgroup").unwrap_or_default();
    let mut slices = groups.split(['/', '\n']).filter(|name| is_slice_of_user(name));
    match slices.any(|name| name != slice) {
        true => None,
        false => cgroup::memory_of_session(),
    }
}

fn is_slice_of_user(name: &str) -> bool {
    name.starts_with("user-") && name.ends_with(".slice")
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
