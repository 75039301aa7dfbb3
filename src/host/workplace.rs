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
    /// What a commit and its build may take.
    size_mib: u64,
    ground: Ground,
}

/// Why a commit is not checked out.
pub enum CheckOut {
    /// For a reason in the commit.
    Commit(String),
    /// For one that says nothing about the commit.
    Host(String),
}

enum Ground {
    /// A file system of this hook's own.
    Private,
    Shared {
        directory: TempDir,
        reason: String,
    },
}

/// The directory that is removed when the hook ends early, if there is one.
static DIRECTORY: Mutex<Option<PathBuf>> = Mutex::new(None);

/// From now on, the hook ends when its learner goes away. To be called before a push waits for its turn:
/// by then, a learner may have gone.
pub fn leave_with_learner() -> Result<(), String> {
    let cannot = |error: io::Error| format!("the learner cannot be watched: {error}");
    // What loses its parent becomes our child, so that all of it can be ended.
    prctl::set_child_subreaper(true).map_err(|error| cannot(error.into()))?;
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(cannot)?;
    let at_signal = move || {
        if signals.forever().next().is_some() {
            leave()
        }
    };
    // Asked here and now, and not when the other thread gets to it: by then, the learner may have gone.
    let git = getppid().as_raw() as u32;
    let had_thread = has_thread(git);
    let at_leaving = move || {
        await_nobody(git, had_thread);
        leave()
    };
    thread::Builder::new().spawn(at_signal).map_err(cannot)?;
    thread::Builder::new().spawn(at_leaving).map_err(cannot)?;
    Ok(())
}

impl Workplace {
    /// A place for the pushes of a repository, for as long as a push may take.
    pub fn open(repository: &Path, settings: &Settings) -> Result<Workplace, String> {
        let cannot = |error: io::Error| format!("no place to check out: {error}");
        let size_mib = settings.limits.disk_mib;
        let place = match cover(repository, settings) {
            Ok(root) => Workplace { root, size_mib, ground: Ground::Private },
            Err(reason) => {
                let directory = tempfile::tempdir().map_err(cannot)?;
                let root = directory.path().to_owned();
                *DIRECTORY.lock().unwrap_or_else(PoisonError::into_inner) = Some(root.clone());
                Workplace { root, size_mib, ground: Ground::Shared { directory, reason } }
            }
        };
        let at_last = || {
            thread::sleep(LONGEST);
            leave()
        };
        thread::Builder::new().spawn(at_last).map_err(cannot)?;
        Ok(place)
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Why this is not a file system of our own, if so.
    pub fn refusal(&self) -> Option<&str> {
        match &self.ground {
            Ground::Private => None,
            Ground::Shared { reason, .. } => Some(reason),
        }
    }

    /// A clean copy of a commit, in an empty home. What was checked out before is gone.
    pub fn check_out(&self, repository: &Path, commit: &str) -> Result<PathBuf, CheckOut> {
        let cannot = |error: io::Error| CheckOut::Host(format!("no place to check out: {error}"));
        let project = self.root.join(HOME).join(PROJECT);
        self.clear().and_then(|()| fs::create_dir_all(&project)).map_err(cannot)?;
        // Some files and folders in the place are our own.
        let files = namespaces::files_in(self.size_mib) - 100;
        let room = git::Room { files, bytes: self.size_mib * 1024 * 1024 };
        let too_large = || {
            CheckOut::Commit(format!(
                "The commit does not fit into the {} MiB, or the {files} files, that a push has here \
                 (challenge.disk), or it has more than {} folders in each other.",
                self.size_mib,
                git::DEEPEST
            ))
        };
        if !git::fits(repository, commit, room).map_err(cannot)? {
            return Err(too_large());
        }
        match git::export(repository, commit, &project, &self.root.join(INDEX)) {
            Ok(()) => Ok(project),
            Err(error) if error.contains("No space left on device") => match self.ground {
                Ground::Private => Err(too_large()),
                Ground::Shared { .. } => Err(CheckOut::Host(error)),
            },
            // Git itself ran, and could not make what the commit has, such as a name that is too long.
            Err(error) if error.starts_with("git: ") => {
                let first: String =
                    error.lines().next().unwrap_or_default().chars().take(300).collect();
                Err(CheckOut::Commit(format!("The commit cannot be checked out: {first}")))
            }
            Err(error) => Err(CheckOut::Host(error)),
        }
    }

    fn clear(&self) -> io::Result<()> {
        match self.ground {
            Ground::Private => namespaces::renew_file_system(&self.root, self.size_mib),
            Ground::Shared { .. } if self.root.join(HOME).exists() => {
                fs::remove_dir_all(self.root.join(HOME))
            }
            Ground::Shared { .. } => Ok(()),
        }
    }

    /// Removes everything.
    pub fn close(self) {
        let _undisturbed = undisturbed();
        if let Ground::Shared { directory, .. } = self.ground {
            let _ = directory.close();
        }
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

/// Whether git has the thread that passes our lines on to the client.
fn has_thread(git: u32) -> bool {
    procfs::threads(git).len() > 1
}

/// Waits until the client is gone, which sends no signal when it was killed or its connection broke.
///
/// Then either nobody reads standard output any more, or our parent, git-receive-pack, has lost the
/// thread that passed our lines on. It waits for us all the same, so that the pipe stays open.
fn await_nobody(git: u32, had_thread: bool) {
    let stdout = stdout();
    let mut reader = [PollFd::new(stdout.as_fd(), PollFlags::empty())];
    while let Ok(0) | Err(Errno::EINTR) = poll(&mut reader, GLANCE) {
        if had_thread && !has_thread(git) {
            break;
        }
    }
}

/// Ends the hook and all that it has started, and removes the directory.
fn leave() -> ! {
    let _undisturbed = undisturbed();
    // First: otherwise a build that we kill would be recorded as one that failed.
    let _ = pending::interrupted();
    // Grading goes on until we exit, and may start the program once more.
    const ATTEMPTS: usize = 100;
    let directory = DIRECTORY.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let is_done = |_: &usize| {
        init::kill_descendants();
        directory.as_ref().is_none_or(|directory| fs::remove_dir_all(directory).is_ok())
    };
    let _ = (0..ATTEMPTS).find(is_done);
    exit(1)
}
