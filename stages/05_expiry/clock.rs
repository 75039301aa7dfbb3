//! What time it is. Deadlines are points in time, as in `SET key value PXAT time`.

use nix::time::{ClockId, clock_gettime};

/// Milliseconds since 1970; before, the number is negative.
pub fn now() -> i64 {
    let now = clock_gettime(ClockId::CLOCK_REALTIME).expect("every Unix has this clock");
    now.tv_sec() * 1000 + now.tv_nsec() / 1_000_000
}
