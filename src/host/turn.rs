//! How many pushes of a repository are graded at a time: whoever pushes on many branches at once would
//! otherwise have as many times the memory that a push may use. The others wait.

use super::remote::Obstacle;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::process;

/// Two, so that somebody who has thought again need not wait for the first.
pub const AT_A_TIME: u32 = 2;

/// A push has its turn while the value lives, and no longer than the hook. Where others have theirs,
/// `wait` is called first.
pub fn take(
    repository: &Path,
    wait: impl FnOnce() -> Result<(), Obstacle>,
) -> Result<File, Obstacle> {
    let cannot = |error: io::Error| format!("there is no lock for a push: {error}");
    let turns = (0..AT_A_TIME)
        .map(|number| File::create(repository.join(format!("challenge.turn{number}"))))
        .collect::<io::Result<Vec<File>>>()
        .map_err(cannot)?;
    let mut taken = Vec::new();
    for turn in turns {
        match turn.try_lock() {
            Ok(()) => return Ok(turn),
            Err(TryLockError::WouldBlock) => taken.push(turn),
            Err(TryLockError::Error(error)) => return Err(cannot(error).into()),
        }
    }
    wait()?;
    // Those who wait are spread over the turns.
    let turn = taken.swap_remove((process::id() % AT_A_TIME) as usize);
    turn.lock().map_err(cannot)?;
    Ok(turn)
}
