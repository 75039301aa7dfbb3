//! The sandbox: what strangers have pushed is built and run by bubblewrap, in a system that consists of
//! a toolchain and the checkout. See bwrap(1), prlimit(1), setpriv(1).
//!
//! It only makes command lines. A trial's own namespaces (its network, its processes) are around it
//! all the same.

mod words;

use super::cgroup::Cgroup;
use super::{Place, namespaces, supervised};
use nix::unistd::{getegid, geteuid};
use std::ffi::OsString;
use std::os::unix::fs::{PermissionsExt, lchown};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

/// Whom the program is run as, where we are root: Debian's `nobody`, who owns nothing.
const NOBODY: u32 = 65534;

/// The learner's home, in the folder that a sandbox is made of.
pub const HOME: &str = "home";
/// The checkout, in the home.
pub const PROJECT: &str = "project";
/// What the host gives the learner's processes to read, in that folder.
const OFFER: &str = "offer";
/// And where they find it.
pub const OFFERED: &str = "/offer";
/// Files of /etc that are made for the sandbox, in that folder.
const ETC: &str = "etc";
/// Toolchains, where the program's user can reach them, in that folder.
const TOOLCHAINS: &str = "toolchains";

/// Where the system's programs are.
pub const SYSTEM_PATH: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/bin"];

/// What a host gives to a push.
#[derive(Clone, Debug)]
pub struct Limits {
    pub memory_mib: u64,
    /// Of the checkout with all that a build adds to it; of each folder for temporary files, a quarter.
    pub disk_mib: u64,
    /// Processes, or threads of them.
    pub processes: u64,
    /// Of one process.
    pub cpu_seconds: u64,
}

/// Whether the program has the network that it is started in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// That of a trial, in which there is nothing but its loopback.
    Trial,
    /// A loopback of its own.
    Own,
}

/// A folder with programs, besides those of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    pub folder: PathBuf,
    /// Where in the folder the programs are.
    pub bin: PathBuf,
}

impl Toolchain {
    pub fn at(folder: PathBuf) -> Toolchain {
        let bin = folder.join("bin");
        Toolchain { bin: if bin.is_dir() { bin } else { folder.clone() }, folder }
    }
}

#[derive(Debug)]
pub struct Sandbox {
    /// The folder that holds everything that is made for the sandbox.
    ground: PathBuf,
    /// The root of the system that programs come from: `/`, or another one in a folder.
    root: PathBuf,
    toolchains: Vec<Toolchain>,
    limits: Limits,
    cgroup: Result<Cgroup, String>,
}

impl Sandbox {
    /// A sandbox around `ground/home`, in which `program` is found, or the reason why there is none.
    pub fn open(
        ground: &Path,
        root: &Path,
        toolchains: Vec<Toolchain>,
        limits: &Limits,
        program: &str,
    ) -> Result<Sandbox, String> {
        if let Some(reason) = namespaces::refusal() {
            return Err(reason.to_owned());
        }
        prepare(ground, &toolchains).map_err(|error| format!("it cannot be prepared: {error}"))?;
        let cgroup = Cgroup::open(limits);
        let (ground, root, limits) = (ground.to_owned(), root.to_owned(), limits.clone());
        Sandbox { ground, root, toolchains, limits, cgroup }.try_out(program)
    }

    /// Looks for a program from within.
    fn try_out(self, program: &str) -> Result<Sandbox, String> {
        let sandbox = Arc::new(self);
        let place = Place { directory: sandbox.project(), sandbox: Some(Arc::clone(&sandbox)) };
        let look = ["sh", "-c", "command -v \"$0\" >&2 || exit 3", program];
        let (ending, said) = supervised::run(&look.map(OsString::from), &place)
            .map_err(|error| error.to_string())?;
        drop(place);
        let sandbox = Arc::into_inner(sandbox).ok_or("it is in use")?;
        match (ending.as_str(), said.trim()) {
            ("exited with status 0", _) => Ok(sandbox),
            ("exited with status 3", _) => Err(format!("{program} is not found in it")),
            (how, said) if is_missing(how, said) => {
                Err("bubblewrap is not installed (apt-get install bubblewrap)".to_owned())
            }
            (how, "") => Err(format!("bwrap {how}")),
            (_, said) => Err(said.to_owned()),
        }
    }

    /// The checkout, as we see it.
    fn project(&self) -> PathBuf {
        self.ground.join(HOME).join(PROJECT)
    }

    /// What is in force, for people.
    pub fn describe(&self) -> String {
        let Limits { memory_mib, disk_mib, processes, cpu_seconds } = self.limits;
        let memory = match &self.cgroup {
            Ok(_) => "of memory",
            Err(_) => "of memory a process",
        };
        format!(
            "Sandbox: no network, and no files but the project's and the system's programs; at most \
             {memory_mib} MiB {memory}, {disk_mib} MiB of files, {processes} processes, and \
             {cpu_seconds} s of CPU time each."
        )
    }
}

/// Whether nobody could start bwrap: we, or the program that was to become it.
fn is_missing(how: &str, said: &str) -> bool {
    let said = said.replace(['\'', '‘', '’'], "");
    how.starts_with("cannot start: No such file")
        || said.ends_with("bwrap: not found")
        || said.ends_with("bwrap: No such file or directory")
}

/// Where the host lays what the learner's processes may read.
pub fn offer(ground: &Path) -> PathBuf {
    ground.join(OFFER)
}

fn prepare(ground: &Path, toolchains: &[Toolchain]) -> io::Result<()> {
    write_settings(&ground.join(ETC))?;
    fs::create_dir_all(offer(ground))?;
    for (index, toolchain) in toolchains.iter().enumerate() {
        // Its own place may be in a home that nobody else can enter.
        let reachable = ground.join(TOOLCHAINS).join(index.to_string());
        fs::create_dir_all(&reachable)?;
        namespaces::bind(&toolchain.folder, &reachable)?;
    }
    if becomes_nobody() {
        give(&ground.join(HOME))?;
    }
    Ok(())
}

/// Whether the program is run as somebody else than we are. In a container, root may be the only user
/// that there is.
fn becomes_nobody() -> bool {
    let is_there = |map: &str| {
        let map = fs::read_to_string(map).unwrap_or_default();
        map.lines().any(|range| {
            let mut numbers = range.split_whitespace().map(|number| number.parse().unwrap_or(0));
            let (first, _, count) = (numbers.next(), numbers.next(), numbers.next());
            let (first, count): (u64, u64) = (first.unwrap_or(0), count.unwrap_or(0));
            (first..first + count).contains(&NOBODY.into())
        })
    };
    geteuid().is_root() && is_there("/proc/self/uid_map") && is_there("/proc/self/gid_map")
}

/// Gives a folder and all that is in it to whom the program is run as.
fn give(path: &Path) -> io::Result<()> {
    lchown(path, Some(NOBODY), Some(NOBODY))?;
    if !fs::symlink_metadata(path)?.is_dir() {
        return Ok(());
    }
    fs::read_dir(path)?.try_for_each(|entry| give(&entry?.path()))
}

/// What the C library asks /etc for: who one is, and where `localhost` is.
fn write_settings(etc: &Path) -> io::Result<()> {
    fs::create_dir_all(etc)?;
    let (user, group) = match becomes_nobody() {
        true => (NOBODY, NOBODY),
        false => (geteuid().as_raw(), getegid().as_raw()),
    };
    for (name, text) in [
        ("passwd", format!("learner:x:{user}:{group}::{}:/bin/sh\n", words::HOME)),
        ("group", format!("learner:x:{group}:\n")),
        ("hosts", "127.0.0.1 localhost\n::1 localhost\n".to_owned()),
    ] {
        fs::write(etc.join(name), text)?;
        fs::set_permissions(etc.join(name), fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}
