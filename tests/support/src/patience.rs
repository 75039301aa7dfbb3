//! How long the tests wait for what must happen.

use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything takes on a slow machine: it ends a hanging test, and decides nothing else.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until the condition holds, by asking again and again.
#[track_caller]
pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
