//! How many connections to a repository there are at a time: each has a git, with the memory that it may
//! use, for as long as the client likes to wait.

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

/// Enough for a person who pushes several branches and fetches at the same time.
const AT_A_TIME: u32 = 6;

/// A lock that the program which we become holds too. However that ends, the kernel releases it.
pub fn take(repository: &Path) -> Result<File, String> {
    let cannot = |error: io::Error| format!("there is no lock for a connection: {error}");
    for number in 0..AT_A_TIME {
        let path = repository.join(format!("challenge.connection{number}"));
        let connection = File::create(path).map_err(cannot)?;
        match connection.try_lock() {
            Ok(()) => {
                let inherited = FcntlArg::F_SETFD(FdFlag::empty());
                fcntl(&connection, inherited).map_err(|error| cannot(error.into()))?;
                return Ok(connection);
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
        }
    }
    Err(format!(
        "{AT_A_TIME} connections to this repository are open, and no more are allowed at a time: \
         try again when one of them has ended"
    ))
}
