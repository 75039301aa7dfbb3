//! A failure that is a matter of time counts, unless others keep the machine busy.

use crate::{Outcome, challenge_test};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use test_support::{Need, Suite};

/// How often to try what a machine that is busy with something else does not show.
const ATTEMPTS: usize = 5;

pub fn tests(suite: Suite) -> Suite {
    suite.test_with(
        &[Need::PYTHON],
        "who is late is excused if others have the processors, and not if it has them itself",
        || {
            // One after the other, since each would be in the other's way.
            kept_waiting();
            busy_itself();
        },
    )
}

fn kept_waiting() {
    let Outcome { status, stdout, .. } = beside_busy_loops(|| grade("modest.py"));
    assert_ne!(status, Some(0), "it answers in time, although others have the processors");
    assert!(stdout.contains("not graded: this machine was too busy, and the"), "{stdout}");
    assert!(!stdout.contains('✗'), "{stdout}");
}

fn busy_itself() {
    let mut reports = (0..ATTEMPTS).map(|_| grade("burns.py").stdout);
    let is_counted = reports.any(|report| report.contains("✗ PING is answered"));
    assert!(is_counted, "it is excused each time");
}

fn grade(server: &str) -> Outcome {
    let server = format!("{}/tests/machine/{server}", env!("CARGO_MANIFEST_DIR"));
    challenge_test(&["--stage", "1", "--fail-fast", "--", "python3", &server])
}

/// Three for each processor, until `act` has ended.
fn beside_busy_loops<T>(act: impl FnOnce() -> T) -> T {
    const MOST: Duration = Duration::from_secs(60);
    let (start, is_over) = (Instant::now(), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..3 * thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) && start.elapsed() < MOST {
                    std::hint::spin_loop();
                }
            });
        }
        let result = act();
        is_over.store(true, Ordering::Relaxed);
        result
    })
}
