//! What time it is: deadlines are points on the clock on the wall, as `SET key value PXAT time` has
//! them.

use nix::time::{ClockId, clock_gettime};

/// Milliseconds since 1970.
pub fn now() -> u64 {
    let now = clock_gettime(ClockId::CLOCK_REALTIME).expect("every Unix has this clock");
    now.tv_sec() as u64 * 1000 + now.tv_nsec() as u64 / 1_000_000
}

/// Whether a deadline is over. As in Redis, a key lives until the end of its last millisecond.
pub fn has_passed(deadline: u64) -> bool {
    deadline < now()
}

/// How many milliseconds it takes until a deadline has passed; 0 if it has.
pub fn until_passed(deadline: u64) -> u64 {
    (deadline + 1).saturating_sub(now())
}
