//! Locks around a repository's record: one process writes at a time, and none waits for a process that is
//! gone.

use crate::procfs;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

const OURS: &str = "challenge.lock";

/// Git keeps a lock for milliseconds. A lock that is older, and that no process has open, was left behind
/// by a git that was killed.
const STALE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(50);
/// The longest that another process may be at work.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for the others that are writing to the record. The lock ends with the file.
pub fn record(repository: &Path) -> Result<File, String> {
    let file = File::create(repository.join(OURS));
    let locked = file.and_then(|file| file.lock().map(|()| file));
    locked.map_err(|error| format!("the record cannot be locked: {error}"))
}

/// Runs git until no lock is in its way.
pub fn wait(repository: &Path, git: impl Fn() -> Result<String, String>) -> Result<String, String> {
    let started = Instant::now();
    loop {
        match git() {
            // Git says: Unable to create '/srv/ada.git/refs/heads/results.lock': File exists.
            Err(problem) if problem.contains(".lock'") && started.elapsed() < PATIENCE => {
                remove_stale(repository);
                thread::sleep(PAUSE);
            }
            ended => return ended,
        }
    }
}

/// Removes the locks of refs and settings whose owners are gone: a git that was killed leaves them, and
/// no other would ever have its turn.
pub fn remove_stale(repository: &Path) {
    let Ok(repository) = fs::canonicalize(repository) else { return };
    let mut locks = locks_in(&repository);
    let mut folders = vec![repository.join("refs")];
    while let Some(folder) = folders.pop() {
        locks.extend(locks_in(&folder));
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        let is_folder = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
        folders.extend(entries.filter(is_folder).map(|entry| entry.path()));
    }
    for lock in locks.iter().filter(|lock| is_stale(lock)) {
        let _ = fs::remove_file(lock);
    }
}

/// Git's locks; ours are held, and not made and removed.
fn locks_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "lock") && !path.ends_with(OURS))
        .collect()
}

fn is_stale(lock: &Path) -> bool {
    let Ok(made) = fs::metadata(lock).and_then(|file| file.modified()) else { return false };
    // A clock that was set back leaves locks of the future.
    let is_old = made.elapsed().map_or(true, |age| age > STALE);
    is_old && !procfs::is_open(lock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn only_locks_whose_owners_are_gone_are_removed() {
        let repository = tempfile::tempdir().expect("a temporary directory");
        fs::create_dir_all(repository.path().join("refs/heads/a")).expect("a new name");
        let lock = |name: &str, age| {
            let file = File::create(repository.path().join(name)).expect("a new file");
            file.set_modified(SystemTime::now() - age).expect("ours");
            file
        };
        let old = STALE * 2;
        for name in ["refs/heads/a/b.lock", "packed-refs.lock", OURS] {
            drop(lock(name, old));
        }
        drop(lock("refs/heads/new.lock", Duration::ZERO));
        let _held = lock("refs/heads/held.lock", old);
        remove_stale(repository.path());
        let is_there = |name| repository.path().join(name).exists();
        assert!(!is_there("refs/heads/a/b.lock") && !is_there("packed-refs.lock"));
        assert!(is_there("refs/heads/new.lock") && is_there("refs/heads/held.lock"));
        assert!(is_there(OURS));
    }
}
