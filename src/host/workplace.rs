//! Where the commits of a push are checked out, and what becomes of it when the learner goes away
//! before the end: everything that was started ends, the place is removed, and the hook is gone.
//!
//! Where the system permits it, the place is a file system in memory that exists for this hook alone,
//! see mount_namespaces(7): it has a limited size, is always found under the same name, and goes with
//! the hook, however that ends.

use super::pending;
use super::settings::Settings;
use crate::trial::sandbox::{HOME, PROJECT};
use crate::trial::{init, namespaces};
use crate::{git, procfs};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::prctl;
use nix::unistd::getppid;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io::stdout;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{env, fs, io, thread};
use tempfile::TempDir;

/// Held while a place is removed or the hook ends, so that only one of them happens.
static UNDISTURBED: Mutex<()> = Mutex::new(());

/// How often to look for git's thread, in milliseconds.
const GLANCE: u16 = 500;

/// After so long a push is over, though somebody may be there who takes nothing in.
const LONGEST: Duration = Duration::from_secs(3600);

/// Directories that every system has and hardly any program needs. The hook covers one of them, for
/// itself and its children only.
const COVERS: [&str; 3] = ["/mnt", "/media", "/srv"];

/// Git's list of what it has checked out, in the workplace.
pub const INDEX: &str = "index";

pub struct Workplace {
    root: PathBuf,
    ground: Ground,
}

enum Ground {
    /// A file system of this hook's own, of at most so many MiB.
    Private {
        size_mib: u64,
    },
    Shared {
        directory: TempDir,
        reason: String,
    },
}

impl Workplace {
    /// A place for the pushes of a repository. To be called before there are other threads, which
    /// would see another file system.
    pub fn open(repository: &Path, settings: &Settings) -> Result<Workplace, String> {
        let cannot = |error: io::Error| format!("no place to check out: {error}");
        // What loses its parent becomes our child, so that all of it can be ended.
        prctl::set_child_subreaper(true).map_err(|error| cannot(error.into()))?;
        let signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(cannot)?;
        let place = match cover(repository, settings) {
            Ok(root) => {
                let size_mib = settings.limits.disk_mib;
                Workplace { root, ground: Ground::Private { size_mib } }
            }
            Err(reason) => {
                let directory = tempfile::tempdir().map_err(cannot)?;
                let root = directory.path().to_owned();
                Workplace { root, ground: Ground::Shared { directory, reason } }
            }
        };
        place.leave_when_nobody_is_there(signals).map_err(cannot)?;
        Ok(place)
    }

    fn leave_when_nobody_is_there(&self, mut signals: Signals) -> io::Result<()> {
        let directory = match &self.ground {
            Ground::Private { .. } => None,
            Ground::Shared { directory, .. } => Some(directory.path().to_owned()),
        };
        for wait in [await_nobody, || thread::sleep(LONGEST)] {
            let path = directory.clone();
            thread::Builder::new().spawn(move || {
                wait();
                leave(path.as_deref())
            })?;
        }
        let leave_at_signal = move || {
            if signals.forever().next().is_some() {
                leave(directory.as_deref())
            }
        };
        thread::Builder::new().spawn(leave_at_signal).map(drop)
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Why this is not a file system of our own, if so.
    pub fn refusal(&self) -> Option<&str> {
        match &self.ground {
            Ground::Private { .. } => None,
            Ground::Shared { reason, .. } => Some(reason),
        }
    }

    /// A clean copy of a commit, in an empty home. What was checked out before is gone.
    pub fn check_out(&self, repository: &Path, commit: &str) -> Result<PathBuf, String> {
        let cannot = |error: io::Error| format!("no place to check out: {error}");
        let project = self.root.join(HOME).join(PROJECT);
        self.clear().and_then(|()| fs::create_dir_all(&project)).map_err(cannot)?;
        git::export(repository, commit, &project, &self.root.join(INDEX)).map_err(|error| {
            match self.ground {
                Ground::Private { size_mib } if error.contains("unable to write") => format!(
                    "the commit does not fit into the {size_mib} MiB that a push has here \
                     (challenge.disk)"
                ),
                _ => error,
            }
        })?;
        Ok(project)
    }

    fn clear(&self) -> io::Result<()> {
        match self.ground {
            Ground::Private { size_mib } => namespaces::renew_file_system(&self.root, size_mib),
            Ground::Shared { .. } if self.root.join(HOME).exists() => {
                fs::remove_dir_all(self.root.join(HOME))
            }
            Ground::Shared { .. } => Ok(()),
        }
    }

    /// Removes everything.
    pub fn close(self) {
        let _undisturbed = undisturbed();
        drop(self.ground);
    }
}

/// Mounts a file system for us alone over a directory that we do not need.
pub fn cover(repository: &Path, settings: &Settings) -> Result<PathBuf, String> {
    if let Some(reason) = namespaces::refusal() {
        return Err(reason.to_owned());
    }
    let mut needed = vec![fs::canonicalize(repository).unwrap_or_default()];
    needed.extend(env::current_exe());
    needed.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    needed.extend(env::var_os("HOME").map(PathBuf::from));
    needed.extend(settings.toolchains.iter().map(|toolchain| toolchain.folder.clone()));
    needed.push(settings.root.clone());
    let is_free =
        |cover: &&Path| cover.is_dir() && !needed.iter().any(|path| path.starts_with(cover));
    let cover = COVERS.into_iter().map(Path::new).find(is_free);
    let cover = cover.ok_or_else(|| format!("{} are in use", COVERS.join(", ")))?;
    namespaces::isolate_mounts()
        .and_then(|()| namespaces::mount_file_system(cover, settings.limits.disk_mib))
        .map_err(|error| format!("no file system in memory: {error}"))?;
    Ok(cover.to_owned())
}

fn undisturbed() -> MutexGuard<'static, ()> {
    UNDISTURBED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until the client is gone, which sends no signal when it was killed or its connection broke.
///
/// Then either nobody reads standard output any more, or our parent, git-receive-pack, has lost the
/// thread that passed our lines on. It waits for us all the same, so that the pipe stays open.
fn await_nobody() {
    let git = getppid().as_raw() as u32;
    let has_thread = || procfs::threads(git).len() > 1;
    let had_thread = has_thread();
    let stdout = stdout();
    let mut reader = [PollFd::new(stdout.as_fd(), PollFlags::empty())];
    while let Ok(0) | Err(Errno::EINTR) = poll(&mut reader, GLANCE) {
        if had_thread && !has_thread() {
            break;
        }
    }
}

/// Ends the hook and all that it has started, and removes the directory.
fn leave(directory: Option<&Path>) -> ! {
    let _undisturbed = undisturbed();
    // First: otherwise a build that we kill would be recorded as one that failed.
    let _ = pending::interrupted();
    // Grading goes on until we exit, and may start the program once more.
    const ATTEMPTS: usize = 100;
    let is_done = |_: &usize| {
        init::kill_descendants();
        directory.is_none_or(|directory| fs::remove_dir_all(directory).is_ok())
    };
    let _ = (0..ATTEMPTS).find(is_done);
    exit(1)
}
