//! The server: what outlives a request, and what falls due.

use crate::clock;
use crate::store::Store;
use std::time::Duration;

/// How many expired keys are removed before clients are served again.
const REMOVALS_A_TURN: usize = 100;

#[derive(Default)]
pub struct Server {
    pub store: Store,
}

impl Server {
    /// Begins a turn of the event loop: from here to its end, time stands still. Removes keys whose
    /// deadlines have passed: not all of them, however many they are, because clients wait meanwhile.
    pub fn tick(&mut self) {
        self.store.now = clock::now();
        self.store.remove_expired(REMOVALS_A_TURN);
    }

    /// How long it takes, from the beginning of this turn, until there is a key to remove.
    pub fn next_deadline(&self) -> Option<Duration> {
        let deadline = self.store.nearest_deadline()?;
        let wait = deadline.saturating_add(1).saturating_sub(self.store.now);
        Some(Duration::from_millis(wait.try_into().unwrap_or(0)))
    }
}
