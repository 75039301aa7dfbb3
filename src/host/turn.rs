//! How many pushes of a repository are graded at a time: whoever pushes on many branches at once would
//! otherwise have as many times the memory that a push may use.

use std::fs::{File, TryLockError};
use std::path::Path;

/// Two, so that somebody who has thought again need not wait for the first.
pub const AT_A_TIME: usize = 2;

/// A push has its turn while the value lives, and no longer than the hook. `None` if others have theirs.
pub fn take(repository: &Path) -> Result<Option<File>, String> {
    let cannot = |error: std::io::Error| format!("there is no lock for a push: {error}");
    for number in 1..=AT_A_TIME {
        let file = File::create(repository.join(format!("challenge.turn{number}")));
        let file = file.map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
        }
    }
    Ok(None)
}
