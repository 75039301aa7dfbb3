//! The poller: sleeps in select(2) until one of many sockets is ready.

use nix::errno::Errno;
use nix::sys::select::{FdSet, select};
use nix::sys::time::{TimeVal, TimeValLike};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::time::Duration;

/// The longest sleep. POSIX wants select to take up to 31 days.
const LONGEST_SLEEP: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// What to wait for.
pub struct Interest {
    pub reading: bool,
    pub writing: bool,
}

/// A socket that is ready: what it was watched for would not have to wait.
pub struct Ready {
    pub socket: RawFd,
    pub reading: bool,
}

/// The sockets that are watched.
#[derive(Default)]
pub struct Poller {
    reading: FdSet<'static>,
    writing: FdSet<'static>,
    /// The highest descriptor that was ever watched.
    highest: RawFd,
}

impl Poller {
    /// Watches a socket from now on, or watches it for something else. Fails where there is no room
    /// for it. A socket has to be forgotten before it is closed.
    pub fn watch(&mut self, socket: &impl AsFd, interest: Interest) -> nix::Result<()> {
        let socket = socket.as_fd().as_raw_fd();
        // An FdSet is an array of FD_SETSIZE bits: there is no bit for this descriptor.
        if socket as usize >= libc::FD_SETSIZE {
            return Err(Errno::EMFILE);
        }
        for (set, is_wanted) in
            [(&mut self.reading, interest.reading), (&mut self.writing, interest.writing)]
        {
            if is_wanted {
                set.insert(borrowed(socket));
            } else {
                set.remove(borrowed(socket));
            }
        }
        self.highest = self.highest.max(socket);
        Ok(())
    }

    pub fn forget(&mut self, socket: &impl AsFd) {
        let _ = self.watch(socket, Interest { reading: false, writing: false });
    }

    /// Sleeps until a socket is ready or the timeout is over; without a timeout, perhaps forever.
    pub fn wait(&self, timeout: Option<Duration>) -> nix::Result<Vec<Ready>> {
        // select overwrites the sets with its answer, so it is given copies.
        let (mut reading, mut writing) = (self.reading, self.writing);
        let mut timeout = timeout.map(|timeout| timeout.min(LONGEST_SLEEP)).map(time_val);
        match select(self.highest + 1, &mut reading, &mut writing, None, timeout.as_mut()) {
            Err(Errno::EINTR) => return Ok(Vec::new()), // a signal came, and the sets are no answer
            result => result?,
        };
        let ready = |socket: RawFd| {
            let [reading, writing] = [reading, writing].map(|set| set.contains(borrowed(socket)));
            (reading || writing).then_some(Ready { socket, reading })
        };
        Ok((0..=self.highest).filter_map(ready).collect())
    }
}

fn borrowed(socket: RawFd) -> BorrowedFd<'static> {
    // SAFETY: nothing is done with it but to set, clear or test its bit.
    unsafe { BorrowedFd::borrow_raw(socket) }
}

fn time_val(time: Duration) -> TimeVal {
    TimeVal::microseconds(time.as_micros() as i64)
}
