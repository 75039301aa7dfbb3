//! A failure that is a matter of time counts, unless others keep the machine busy.

use crate::{Outcome, challenge_test};
use std::process::{Child, Command};
use std::thread;
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
            busy_itself("burns.py");
            busy_itself("burns_unseen.py");
        },
    )
}

fn kept_waiting() {
    let Outcome { status, stdout, .. } = beside_busy_loops(|| grade("modest.py"));
    assert_ne!(status, Some(0), "it answers in time, although others have the processors");
    assert!(stdout.contains("not graded: this machine was too busy, and the"), "{stdout}");
    assert!(!stdout.contains('✗'), "{stdout}");
}

fn busy_itself(server: &str) {
    let mut reports = (0..ATTEMPTS).map(|_| grade(server).stdout);
    let is_counted = reports.any(|report| report.contains("✗ PING is answered"));
    assert!(is_counted, "it is excused each time");
}

fn grade(server: &str) -> Outcome {
    let server = format!("{}/tests/machine/{server}", env!("CARGO_MANIFEST_DIR"));
    challenge_test(&["--stage", "1", "--fail-fast", "--", "python3", &server])
}

/// Three for each processor, until `act` has ended. Each has a session of its own: the kernel may give every
/// session the same share of the processors, however many processes there are in it; see sched(7).
fn beside_busy_loops<T>(act: impl FnOnce() -> T) -> T {
    let count = 3 * thread::available_parallelism().map_or(1, usize::from);
    let mut loops: Vec<Child> = (0..count)
        .map(|_| {
            let mut command = Command::new("setsid");
            command.args(["sh", "-c", "n=0; while [ $n -lt 99999999 ]; do n=$((n + 1)); done"]);
            command.spawn().expect("setsid is part of util-linux")
        })
        .collect();
    let result = act();
    for busy in &mut loops {
        busy.kill().and_then(|()| busy.wait().map(drop)).expect("a child can be ended");
    }
    result
}
