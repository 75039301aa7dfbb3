//! What strangers may send to git, and what git may use of the host for it: settings, which git obeys,
//! and limits, which the kernel enforces.

use crate::host::record;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

const MIB: u64 = 1024 * 1024;

/// Where a push may go: to branches and tags. The record is the host's. It can be fetched, but not
/// pushed, nor can a ref that git would show in its place. Of those that match, the last one counts: see
/// `transfer.hideRefs` in git-config(1).
pub const REFS: [(&str, &str); 5] = [
    ("receive.hideRefs", "refs"),
    ("receive.hideRefs", "!refs/heads"),
    ("receive.hideRefs", "!refs/tags"),
    ("receive.hideRefs", record::BRANCH),
    // What the host keeps for itself is not even shown.
    ("transfer.hideRefs", "refs/challenge"),
];

/// What a push may bring, and how much of the host git uses to unpack or to send it.
pub const SETTINGS: [(&str, &str); 9] = [
    ("receive.maxInputSize", "64m"),
    ("receive.fsckObjects", "true"),
    // A pack is kept as it came: unpacked, a megabyte of deltas can fill the disk.
    ("receive.unpackLimit", "1"),
    // Otherwise a small push could make git repack everything, after the connection has ended.
    ("receive.autogc", "false"),
    // Each thread has memory of its own, and so has each cache. Files above the threshold are streamed
    // where git can. With a smaller cache of bases, git makes the same ones again and again.
    ("core.bigFileThreshold", "4m"),
    ("core.deltaBaseCacheLimit", "64m"),
    ("pack.threads", "1"),
    ("pack.windowMemory", "32m"),
    ("pack.deltaCacheSize", "32m"),
];

/// For each process, in bytes and seconds: a few kilobytes can become gigabytes, and take hours.
const LIMITS: [(Resource, u64); 3] = [
    (Resource::RLIMIT_DATA, 256 * MIB),
    (Resource::RLIMIT_FSIZE, 256 * MIB), // beyond it, the kernel sends SIGXFSZ
    (Resource::RLIMIT_CPU, 60),
];

/// Limits this process, and those that it starts.
pub fn set() -> nix::Result<()> {
    for (resource, limit) in LIMITS {
        let (soft, hard) = getrlimit(resource)?;
        setrlimit(resource, limit.min(soft), hard)?;
    }
    Ok(())
}

/// Gives back to the hook what git was not to have.
pub fn lift() {
    for (resource, _) in LIMITS {
        if let Ok((_, hard)) = getrlimit(resource) {
            let _ = setrlimit(resource, hard, hard);
        }
    }
}
