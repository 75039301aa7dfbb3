//! What git may use of the host for what strangers send.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// How much memory git may have for what it is sent, in bytes: a few kilobytes can become gigabytes there.
const MOST_FOR_GIT: u64 = 1024 * 1024 * 1024;

pub fn set() -> nix::Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_DATA)?;
    setrlimit(Resource::RLIMIT_DATA, MOST_FOR_GIT.min(most), most)
}

/// Gives back to the hook what git was not to have.
pub fn lift() {
    if let Ok((_, most)) = getrlimit(Resource::RLIMIT_DATA) {
        let _ = setrlimit(Resource::RLIMIT_DATA, most, most);
    }
}
