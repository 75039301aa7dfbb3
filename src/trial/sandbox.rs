//! The sandbox: what strangers have pushed is built and run by bubblewrap, in a system that consists of
//! a toolchain and the checkout. See bwrap(1), prlimit(1), setpriv(1).
//!
//! It only makes command lines. A trial's own namespaces (its network, its processes) are around it
//! all the same.

mod filter;
mod hidden;
mod words;

pub use hidden::remember_ourselves;

use super::cgroup::Cgroup;
use super::namespaces::Scratch;
use super::supervised::Ending;
use super::{Place, namespaces, supervised, users};
use nix::sys::stat::{Mode, umask};
use nix::unistd::{getegid, geteuid};
use std::ffi::OsString;
use std::os::unix::fs::{PermissionsExt, lchown};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs, io};

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
/// An empty folder, to cover others with.
const NOTHING: &str = "nothing";
/// What a command has for itself: a file system for each folder of temporary files.
const SCRATCH: &str = "scratch";
/// The filter of system calls.
const FILTER: &str = "filter";

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
    /// Where the system lets us make one.
    cgroup: Option<Cgroup>,
    /// Whom programs are run as, and their group, if that is somebody else than we are.
    user: Option<u32>,
}

impl Sandbox {
    /// A sandbox around `ground/home`, in which `program` is found, or the reason why there is none.
    /// `ground` is a file system that nobody else sees.
    pub fn open(
        ground: &Path,
        root: &Path,
        toolchains: Vec<Toolchain>,
        limits: &Limits,
        program: &str,
    ) -> Result<Arc<Sandbox>, String> {
        let sandbox = Arc::new(Sandbox {
            ground: ground.to_owned(),
            root: root.to_owned(),
            toolchains,
            limits: limits.clone(),
            cgroup: Cgroup::open(limits),
            user: users::of_push(),
        });
        sandbox.prepare().map_err(|error| format!("it cannot be prepared: {error}"))?;
        sandbox.try_out(program)?;
        Ok(sandbox)
    }

    fn prepare(&self) -> io::Result<()> {
        self.write_settings()?;
        fs::write(self.ground.join(FILTER), filter::program().map_err(io::Error::other)?)?;
        make_for_all(&offer(&self.ground))?;
        make_for_all(&self.nothing())?;
        self.scratch().iter().try_for_each(|own| make_for_all(&own.folder))?;
        for (reachable, toolchain) in self.reachable().zip(&self.toolchains) {
            make_for_all(&reachable)?;
            namespaces::bind(&toolchain.folder, &reachable)?;
        }
        self.user.map_or(Ok(()), |user| give(&self.ground.join(HOME), user))
    }

    /// Where the program's user can reach each toolchain: its own place may be in a home that nobody else
    /// can enter.
    fn reachable(&self) -> impl Iterator<Item = PathBuf> {
        (0..self.toolchains.len()).map(|index| self.ground.join(TOOLCHAINS).join(index.to_string()))
    }

    fn nothing(&self) -> PathBuf {
        self.ground.join(NOTHING)
    }

    /// What each command has for itself, in the order of `words::TEMPORARY`.
    pub fn scratch(&self) -> Vec<Scratch> {
        let size_mib = self.limits.disk_mib.div_ceil(4);
        let folder = |name: &str| self.ground.join(SCRATCH).join(name.trim_start_matches('/'));
        words::TEMPORARY.map(|name| Scratch { folder: folder(name), size_mib }).into()
    }

    /// What the C library asks /etc for: who one is, and where `localhost` is.
    fn write_settings(&self) -> io::Result<()> {
        let etc = self.ground.join(ETC);
        make_for_all(&etc)?;
        let ourselves = (geteuid().as_raw(), getegid().as_raw());
        let (user, group) = self.user.map_or(ourselves, |user| (user, user));
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

    /// Looks for a program from within.
    fn try_out(self: &Arc<Sandbox>, program: &str) -> Result<(), String> {
        let look = ["sh", "-c", "command -v \"$0\" >&2 || exit 3", program];
        let (ending, said) = supervised::run(&look.map(OsString::from), &self.place())
            .map_err(|error| error.to_string())?;
        match (ending, said.trim()) {
            (ending, _) if ending.is_success() => Ok(()),
            (Ending::Ran(_), _) => Err(format!("{program} is not found in it")),
            (Ending::NotRun(_), _) if !is_installed("bwrap") => {
                Err("bubblewrap is not installed (apt-get install bubblewrap)".to_owned())
            }
            (Ending::NotRun(why), "") => Err(why),
            (_, said) => Err(said.to_owned()),
        }
    }

    /// The home, and the checkout in it.
    fn folders(&self) -> (PathBuf, PathBuf) {
        let home = self.ground.join(HOME);
        let project = home.join(PROJECT);
        (home, project)
    }

    /// Opens folders that a program has closed to itself: the next is not to fail for it.
    pub fn reopen(&self) -> io::Result<()> {
        let (home, project) = self.folders();
        [home, project]
            .iter()
            .try_for_each(|folder| fs::set_permissions(folder, fs::Permissions::from_mode(0o755)))
    }

    /// Whether the system has ended a process since the memory of the push was used up.
    pub fn has_run_out_of_memory(&self) -> bool {
        self.cgroup.as_ref().is_some_and(|group| group.has_killed() && group.has_reached_limit())
    }

    /// Whether the push has once wanted more processes than it may have.
    pub fn has_run_out_of_processes(&self) -> bool {
        self.cgroup.as_ref().is_some_and(Cgroup::has_refused_processes)
    }

    /// Whether it has ended one, though the push had memory left.
    pub fn was_left_no_memory(&self) -> bool {
        self.cgroup.as_ref().is_some_and(|group| group.has_killed() && !group.has_reached_limit())
    }

    /// Whom programs are run as, if not as ourselves.
    pub fn user(&self) -> Option<u32> {
        self.user
    }

    /// The checkout, with the sandbox around it.
    pub fn place(self: &Arc<Sandbox>) -> Place {
        Place { directory: self.folders().1, sandbox: Some(Arc::clone(self)) }
    }

    /// What is in force, for people.
    pub fn describe(&self) -> String {
        let Limits { memory_mib, disk_mib, processes, cpu_seconds } = self.limits;
        let memory = match &self.cgroup {
            Some(_) => "of memory",
            None => "of memory a process",
        };
        format!(
            "Sandbox: no network, and no files but the project's and the system's programs; at most \
             {memory_mib} MiB {memory}, {disk_mib} MiB of files, {processes} processes, and \
             {cpu_seconds} s of CPU time each."
        )
    }
}

pub fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Where the host lays what the learner's processes may read.
pub fn offer(ground: &Path) -> PathBuf {
    ground.join(OFFER)
}

/// Makes a folder that another user can enter, whatever mask of modes the host has, see umask(2).
fn make_for_all(folder: &Path) -> io::Result<()> {
    let before = umask(Mode::S_IWGRP | Mode::S_IWOTH);
    let made = fs::create_dir_all(folder);
    umask(before);
    made
}

/// Gives a folder and all that is in it to whom the program is run as.
fn give(path: &Path, user: u32) -> io::Result<()> {
    lchown(path, Some(user), Some(user))?;
    if !fs::symlink_metadata(path)?.is_dir() {
        return Ok(());
    }
    fs::read_dir(path)?.try_for_each(|entry| give(&entry?.path(), user))
}
