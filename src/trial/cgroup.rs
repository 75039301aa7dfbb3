//! A control group for a push: what all of its processes together may use. See cgroups(7).
//!
//! Most hosts let only root make one; systems that mount the controllers one by one (version 1) are
//! as good as those that have them in one tree (version 2).

use super::sandbox::Limits;
use nix::unistd::getpid;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// A group of ours is called so, and by the process that made it.
const NAME: &str = "challenge-";

#[derive(Debug)]
pub struct Cgroup {
    /// One, or with version 1 one for each controller.
    directories: Vec<PathBuf>,
}

impl Cgroup {
    /// A new group with these limits, where the system lets us make one.
    pub fn open(limits: &Limits) -> Option<Cgroup> {
        let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        let mut group = Cgroup { directories: Vec::new() };
        let memory = limits.memory_mib * 1024 * 1024;
        for (controller, file, old_file, limit) in [
            ("memory", "memory.max", "memory.limit_in_bytes", memory),
            ("pids", "pids.max", "pids.max", limits.processes),
        ] {
            let (parents, file) = match mount_of(&mounts, controller) {
                Some(mount) => (parents(&groups, &mount, controller), old_file),
                None => {
                    let mount = mount_of(&mounts, "cgroup2")?;
                    (parents(&groups, &mount, ""), file)
                }
            };
            let [own, top] = parents;
            let directory =
                limit_in(&own, file, limit).or_else(|_| limit_in(&top, file, limit)).ok()?;
            if controller == "memory" {
                spare_swap(&directory, memory);
            }
            if !group.directories.contains(&directory) {
                group.directories.push(directory);
            }
        }
        Some(group)
    }

    /// Whether the kernel has ended a process of the group to have its memory.
    pub fn has_killed(&self) -> bool {
        self.directories.iter().any(|group| kills(group).is_some_and(|count| count > 0))
    }

    /// Whether its processes have once wanted more memory than the group may have.
    pub fn has_reached_limit(&self) -> bool {
        self.directories.iter().any(|group| has_reached_limit(group))
    }

    /// Whether its processes have once wanted to be more than they may be; see pids.events.
    pub fn has_refused_processes(&self) -> bool {
        let events =
            |group: &PathBuf| fs::read_to_string(group.join("pids.events")).unwrap_or_default();
        self.directories.iter().any(|group| number(&events(group), "max ").unwrap_or(0) > 0)
    }

    /// The files into which a process writes 0 to move itself into the group.
    pub fn entrances(&self) -> impl Iterator<Item = PathBuf> {
        self.directories.iter().map(|group| group.join("cgroup.procs"))
    }
}

/// How many processes of a group the kernel has ended to have their memory: for the limit of the group, or of
/// one that it is in, or of the machine. See memory.events, and for version 1 memory.oom_control.
fn kills(group: &Path) -> Option<u64> {
    let texts =
        ["memory.events", "memory.oom_control"].map(|file| fs::read_to_string(group.join(file)));
    texts.iter().flatten().find_map(|text| number(text, "oom_kill "))
}

/// Whether the processes of a group have once wanted more than its limit; for version 1, see memory.failcnt.
fn has_reached_limit(group: &Path) -> bool {
    let read = |file: &str| fs::read_to_string(group.join(file)).unwrap_or_default();
    let (new, old) = (read("memory.events"), read("memory.failcnt"));
    number(&new, "oom ").or_else(|| old.trim().parse().ok()) != Some(0)
}

/// The number in the line that begins so.
pub(super) fn number(text: &str, start: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(start))?.trim().parse().ok()
}

/// How many processes of the group that we are in the kernel has ended to have their memory. `None` at the
/// top, where groups are not counted.
pub fn kills_of_session() -> Option<u64> {
    let [own, _] = parents_for_memory()?;
    kills(&own)
}

/// The least memory, in bytes, that the groups which we are in have, with all that is in them. `None` where
/// nothing is limited.
pub fn memory_of_session() -> Option<u64> {
    let [own, mount] = parents_for_memory()?;
    let limit = |group: &Path| {
        let mut files = ["memory.max", "memory.limit_in_bytes"].iter();
        files.find_map(|file| fs::read_to_string(group.join(file)).ok())?.trim().parse().ok()
    };
    let limits = own.ancestors().take_while(|group| group.starts_with(&mount)).filter_map(limit);
    // Of version 1, a number of pages near the largest means that there is no limit.
    limits.filter(|&limit: &u64| limit < 1 << 60).min()
}

impl Drop for Cgroup {
    /// A group is a folder, which goes when nobody is in it any more.
    fn drop(&mut self) {
        for directory in &self.directories {
            let _ = fs::remove_dir(directory);
        }
    }
}

/// Where a controller of version 1, or all of version 2, is mounted.
fn mount_of(mounts: &str, what: &str) -> Option<PathBuf> {
    mounts.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(' ').collect();
        let [_, target, kind, options, ..] = fields[..] else { return None };
        let is_it = kind == what || kind == "cgroup" && options.split(',').any(|name| name == what);
        is_it.then(|| PathBuf::from(target))
    })
}

/// The group that we are in, as memory is counted, and the top.
fn parents_for_memory() -> Option<[PathBuf; 2]> {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    Some(match mount_of(&mounts, "memory") {
        Some(mount) => parents(&groups, &mount, "memory"),
        None => parents(&groups, &mount_of(&mounts, "cgroup2")?, ""),
    })
}

/// Where a group of ours could be: below the one that we are in, or at the top.
fn parents(groups: &str, mount: &Path, controller: &str) -> [PathBuf; 2] {
    let own = groups.lines().find_map(|line| {
        let mut fields = line.splitn(3, ':').skip(1);
        let is_it = fields.next()?.split(',').any(|name| name == controller);
        is_it.then(|| fields.next())?
    });
    [mount.join(own.unwrap_or_default().trim_start_matches('/')), mount.to_owned()]
}

fn limit_in(parent: &Path, file: &str, limit: u64) -> io::Result<PathBuf> {
    remove_old(parent);
    let directory = parent.join(format!("{}{}", ours(), getpid()));
    if !directory.exists() {
        fs::create_dir(&directory)?;
    }
    let limited = fs::write(directory.join(file), limit.to_string());
    if limited.is_err() {
        let _ = fs::remove_dir(&directory);
    }
    limited.map(|()| directory)
}

/// What does not fit into memory is not to fill the swap of the host instead. Where there is none, or the
/// kernel does not count it, the files are missing.
fn spare_swap(group: &Path, memory: u64) {
    // Of version 1, the limit is that of both together.
    for (file, limit) in [("memory.swap.max", 0), ("memory.memsw.limit_in_bytes", memory)] {
        let file = group.join(file);
        if file.exists() {
            let _ = fs::write(file, limit.to_string());
        }
    }
}

/// How the groups that processes of this namespace make are called. The number of a process says nothing
/// to other namespaces, which may see the same groups.
fn ours() -> String {
    let namespace = fs::metadata("/proc/self/ns/pid").map_or(0, |namespace| namespace.ino());
    format!("{NAME}{namespace}-")
}

/// Groups whose makers were killed.
fn remove_old(parent: &Path) {
    let ours = ours();
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let maker = name.to_str().and_then(|name| name.strip_prefix(&ours));
        if maker.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cgroup, NAME, fs, ours, remove_old};
    use crate::trial::sandbox::Limits;

    #[test]
    fn only_groups_of_this_namespace_are_removed_when_their_makers_are_gone() {
        let parent = tempfile::tempdir().expect("a temporary directory");
        const NOBODY: u32 = u32::MAX;
        let of_here = parent.path().join(format!("{}{NOBODY}", ours()));
        let of_elsewhere = parent.path().join(format!("{NAME}1-{NOBODY}"));
        let of_a_former_version = parent.path().join(format!("{NAME}{NOBODY}"));
        for group in [&of_here, &of_elsewhere, &of_a_former_version] {
            fs::create_dir(group).expect("a new name");
        }
        remove_old(parent.path());
        let stay = [&of_here, &of_elsewhere, &of_a_former_version].map(|group| group.exists());
        assert_eq!(stay, [false, true, true]);
    }

    /// Where we may make no group, or swap is not counted, there is nothing to see.
    #[test]
    fn swap_is_no_more_memory() {
        let limits = Limits { memory_mib: 100, disk_mib: 1, processes: 10, cpu_seconds: 1 };
        let Some(group) = Cgroup::open(&limits) else { return };
        let read = |name: &str| {
            let mut directories = group.directories.iter();
            directories.find_map(|directory| fs::read_to_string(directory.join(name)).ok())
        };
        let (new, old) = (read("memory.swap.max"), read("memory.memsw.limit_in_bytes"));
        assert!(new.is_none_or(|limit| limit.trim() == "0"));
        assert!(old.is_none_or(|limit| limit.trim() == "104857600"));
    }
}
