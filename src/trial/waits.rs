//! What a trial waits for: events, and never longer than it takes to know that they do not come.

use super::{Client, ENDING, Shared, Trial, cancelled, client};
use crate::check::{Problem, Symptom};
use crate::{procfs, sockets};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

/// How often to look again at what the kernel tells.
const PAUSE: Duration = Duration::from_micros(200);

impl Trial {
    /// Waits until the program listens.
    pub(super) fn await_listener(&self) -> Result<(), Problem> {
        let started = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            if self.is_listening() {
                return Ok(());
            }
            if self.shared.cancelled.load(Ordering::Relaxed) {
                return Err(cancelled());
            }
            if let Some(ending) = self.ending(pause) {
                return Err(self.shared.ended(ending, None));
            }
            if started.elapsed() > self.subject.start_time {
                let symptom = Symptom::NeverListened(self.subject.start_time);
                return Err(self.shared.failed(symptom, None, None));
            }
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    /// Waits until the program has accepted a client's connection.
    pub fn expect_accepted(&self, client: &Client) -> Result<(), Problem> {
        if !self.until_accepted(client, self.patience()) {
            return Err(client.failed(Symptom::NotAccepted(self.patience()), None));
        }
        // A program that ends resets what is in its queue, and closes its listener.
        let has_ended = client.was_reset() && !self.is_listening();
        match has_ended.then(|| self.ending(ENDING)).flatten() {
            Some(ending) => Err(self.shared.ended(ending, Some(client.lane))),
            None => Ok(()),
        }
    }

    /// Connects many clients, and gives the program a moment to accept each: its queue of connections
    /// may be short, and the kernel drops what has no room in it. That it accepts nobody while it
    /// serves somebody else is no mistake yet.
    pub fn connect_all(&self, count: usize) -> Result<Vec<Client>, Problem> {
        let mut moment = Duration::from_millis(20);
        (0..count)
            .map(|_| {
                let client = self.connect()?;
                if !self.until_accepted(&client, moment) {
                    moment = Duration::ZERO;
                }
                Ok(client)
            })
            .collect()
    }

    /// Waits until the program has accepted a client's connection, or until `patience` is over.
    fn until_accepted(&self, client: &Client, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        loop {
            // The kernel gives a connection its inode when it is accepted. One that is gone was
            // accepted and closed.
            if sockets::server_end(client.port()).is_none_or(|end| end.inode != 0) {
                return true;
            }
            if Instant::now() >= deadline {
                return false;
            }
            thread::sleep(PAUSE);
        }
    }

    /// Waits until the program has read all that a client has sent, so that what is sent next arrives
    /// by itself. A program that does not read is not waited for: that is no mistake yet.
    pub fn until_read(&self, client: &Client) {
        let deadline = Instant::now() + Duration::from_millis(20);
        while Instant::now() < deadline && self.unread(client) > 0 {
            thread::sleep(PAUSE);
        }
    }

    /// Waits until the program has done what it had to do, and waits for more.
    pub fn until_quiet(&self) {
        self.shared.until_quiet();
    }

    fn unread(&self, client: &Client) -> u64 {
        sockets::server_end(client.port()).map_or(0, |end| end.unread)
    }

    /// Gives the program a moment to see that the clients of a check have left, so that what it makes of
    /// that shows in this check, and does not disturb the next.
    pub fn settle(&self) {
        self.until_quiet();
        let deadline = Instant::now() + Duration::from_millis(20);
        for (_, port) in &*self.shared.ports.borrow() {
            while sockets::server_end(*port).is_some() && Instant::now() < deadline {
                thread::sleep(PAUSE);
            }
        }
    }

    /// Sleeps until a moment of the check's own choosing.
    pub fn sleep_until(&self, moment: Instant) -> Result<(), Problem> {
        loop {
            if self.shared.cancelled.load(Ordering::Relaxed) {
                return Err(cancelled());
            }
            match moment.checked_duration_since(Instant::now()) {
                Some(rest) if rest > Duration::ZERO => thread::sleep(rest.min(client::SLICE)),
                _ => return Ok(()),
            }
        }
    }
}

impl Shared {
    /// A program that is always busy is waited for no longer than for a moment.
    pub(super) fn until_quiet(&self) {
        until_quiet(&self.program.borrow().processes());
    }
}

/// The same for these processes.
pub(super) fn until_quiet(processes: &[u32]) {
    let deadline = Instant::now() + Duration::from_millis(50);
    let runs = |&process: &u32| {
        procfs::threads(process).into_iter().any(|thread| procfs::state(thread) == 'R')
    };
    while processes.iter().any(runs) && Instant::now() < deadline {
        thread::sleep(PAUSE);
    }
}
