//! How long the others wait: the slowest PING of one client while another inserts keys.

use crate::requests::{Command, exchange};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use test_support::{Client, Server};

/// Between two pings, so that they are no load themselves. A stall appears so much shorter at most.
const PAUSE: Duration = Duration::from_millis(1);

/// Inserts so many keys into a new server, and returns the longest time that a PING took meanwhile.
pub fn longest(server: &Server, keys: usize) -> Duration {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let slowest = scope.spawn(|| slowest_ping(server.port, &done));
        exchange(&mut Client::connect(server.port), Command::Set, 0..keys);
        done.store(true, Ordering::Relaxed);
        slowest.join().expect("every PING got its reply")
    })
}

fn slowest_ping(port: u16, done: &AtomicBool) -> Duration {
    let mut client = Client::connect(port);
    let mut slowest = Duration::ZERO;
    while !done.load(Ordering::Relaxed) {
        let start = Instant::now();
        client.exchange("PING\r\n", "+PONG\r\n");
        slowest = slowest.max(start.elapsed());
        thread::sleep(PAUSE);
    }
    slowest
}
