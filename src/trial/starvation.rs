//! Whether the tester itself gets to run: a thread that asks to be woken every few milliseconds, and
//! takes down how late it was.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_millis(10);

pub struct Watch {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    longest_microseconds: AtomicU64,
    over: AtomicBool,
}

impl Watch {
    pub fn start() -> io::Result<Watch> {
        let shared = Arc::new(Shared::default());
        thread::Builder::new().spawn({
            let shared = Arc::clone(&shared);
            move || tick(&shared)
        })?;
        Ok(Watch { shared })
    }

    pub fn reset(&self) {
        self.shared.longest_microseconds.store(0, Ordering::Relaxed);
    }

    pub fn longest_delay(&self) -> Duration {
        Duration::from_micros(self.shared.longest_microseconds.load(Ordering::Relaxed))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
    }
}

fn tick(shared: &Shared) {
    while !shared.over.load(Ordering::Relaxed) {
        let asleep = Instant::now();
        thread::sleep(TICK);
        let delay = asleep.elapsed().saturating_sub(TICK).as_micros() as u64;
        shared.longest_microseconds.fetch_max(delay, Ordering::Relaxed);
    }
}
