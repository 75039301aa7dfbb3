//! Where the commits of a push are checked out, and what becomes of it when the learner goes away
//! before the end: everything that was started ends, the place is removed, and the hook is gone.

use crate::trial::init;
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
use std::{fs, io, thread};
use tempfile::TempDir;

/// Whoever has it is not disturbed: the record is written, or the hook ends.
static UNDISTURBED: Mutex<()> = Mutex::new(());

/// How often to look for git's thread, in milliseconds.
const GLANCE: u16 = 500;

pub struct Workplace {
    directory: TempDir,
}

impl Workplace {
    pub fn open() -> Result<Workplace, String> {
        let cannot = |error: io::Error| format!("no place to check out: {error}");
        // What loses its parent becomes our child, so that all of it can be ended.
        prctl::set_child_subreaper(true).map_err(|error| cannot(error.into()))?;
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(cannot)?;
        let directory = tempfile::tempdir().map_err(cannot)?;
        let path = directory.path().to_owned();
        thread::spawn(move || {
            await_nobody();
            leave(&path)
        });
        let path = directory.path().to_owned();
        thread::spawn(move || {
            if signals.forever().next().is_some() {
                leave(&path)
            }
        });
        Ok(Workplace { directory })
    }

    /// A clean copy of a commit.
    pub fn check_out(&self, repository: &Path, commit: &str) -> Result<PathBuf, String> {
        let place = self.directory.path().join(commit);
        fs::create_dir(&place).map_err(|error| format!("no place to check out: {error}"))?;
        git::export(repository, commit, &place)?;
        Ok(place)
    }

    /// Removes everything.
    pub fn close(self) {
        let _undisturbed = undisturbed();
        drop(self.directory);
    }
}

/// While the value lives, the hook does not end, whoever goes away.
pub fn undisturbed() -> MutexGuard<'static, ()> {
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

fn leave(directory: &Path) -> ! {
    let _undisturbed = undisturbed();
    // Grading goes on until we exit, and may start the program once more.
    const ATTEMPTS: usize = 100;
    let is_removed = |_: &usize| {
        init::kill_descendants();
        fs::remove_dir_all(directory).is_ok()
    };
    let _ = (0..ATTEMPTS).find(is_removed);
    exit(1)
}
