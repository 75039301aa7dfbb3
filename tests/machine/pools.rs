//! Threads that wait for clients are seen, however they hide that they wait.

use crate::challenge_test_in;
use std::path::Path;
use test_support::{Need, Suite};

/// See `hidden_pool.py`.
const WAYS: [&[&str]; 7] = [
    &["dup"],
    &["scrub"],
    &["select"],
    &["restart"],
    &["nap"],
    &["dup", "rest"],
    &["scrub", "rest"],
];

pub fn tests(mut suite: Suite) -> Suite {
    for way in WAYS {
        let name = format!("a thread for each client is seen that hides by {}", way.join(" and "));
        suite = suite.test_with(&[Need::PYTHON], &name, move || is_seen(way));
    }
    suite
}

fn is_seen(way: &[&str]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/machine");
    let program = ["--stage", "3", "--keep-going", "--", "python3", "hidden_pool.py"];
    let program = [&program, way].concat();
    let outcome = challenge_test_in(&folder, &program);
    let is_seen = outcome.stdout.contains("✗ one thread serves all clients");
    assert!(is_seen, "{}", outcome.stdout);
    let others = outcome.stdout.matches("\n  ✗ ").count();
    assert_eq!(others, 1, "it is right otherwise:\n{}", outcome.stdout);
}
