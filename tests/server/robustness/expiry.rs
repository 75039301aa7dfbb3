//! Deadlines: keys vanish when they are due, by themselves, and nobody waits for that.

use crate::idle::{READINESS, expect_sleep};
use crate::{DEADLINES, EXPIRY, MB, changing, each, request};
use std::slice;
use std::time::{Duration, SystemTime};
use test_support::{Client, Server, eventually};

const NULL: &str = "$-1\r\n";

/// From the table of our own on, their memory also goes back to the kernel.
#[test]
fn keys_vanish_by_themselves_and_their_memory_is_used_again() {
    for server in each_with_deadlines() {
        let process = server.process();
        let empty = process.resident_memory();
        let mut client = Client::connect(server.port);
        let (keys, _) = load(&mut client);
        let loaded = process.peak_memory() - empty;
        expect_sleep(slice::from_ref(&server), READINESS);
        // Without a deadline, SET removes no other key.
        for first in (0..keys).step_by(10_000) {
            let set = |key| format!("SET another:{key} value\r\n");
            let requests: String = (first..first + 10_000).map(set).collect();
            client.exchange(requests, "+OK\r\n".repeat(10_000));
        }
        let grown = process.peak_memory() - empty - loaded;
        assert!(grown < loaded / 4, "{loaded} bytes were free, and {grown} more were taken");
    }
}

/// Processor time is compared, because a client may also wait for other processes. While it does not get to
/// run, the server goes on, and that counts as if the client had waited for it: so the best of a few.
#[test]
fn no_client_waits_for_all_the_keys_that_fall_due_at_once() {
    const ATTEMPTS: usize = 4;
    for server in each_with_deadlines() {
        let mut waits = (0..ATTEMPTS).map(|_| wait_for_keys_that_fall_due(&server));
        let is_short = |(longest, total): (Duration, Duration)| longest < total / 4;
        assert!(waits.any(is_short), "a client waited while most of the keys were removed");
    }
}

/// Loads many keys, and asks until they are gone. Returns the longest time that the server was busy with one
/// request, and that of all together.
fn wait_for_keys_that_fall_due(server: &Server) -> (Duration, Duration) {
    const QUIET: usize = 100; // requests in a row that find nothing to remove
    let process = server.process();
    let mut client = Client::connect(server.port);
    let (_, due) = load(&mut client);
    let (mut total, mut longest, mut quiet) = (Duration::ZERO, Duration::ZERO, 0);
    eventually("the keys are gone", || {
        let asked = process.cpu_time();
        client.exchange("PING\r\n", "+PONG\r\n");
        let spent = process.cpu_time() - asked;
        (total, longest) = (total + spent, longest.max(spent));
        quiet = if longest > spent * 4 && now() > due { quiet + 1 } else { 0 };
        quiet > QUIET
    });
    (longest, total)
}

#[test]
fn a_server_with_nothing_but_a_deadline_wakes_when_it_is_due() {
    const LARGE: u64 = 128 * MB; // as much goes back to the kernel at once
    for server in each_with_deadlines() {
        let process = server.process();
        let mut client = Client::connect(server.port);
        let value = "x".repeat(LARGE as usize);
        client.exchange(request(&["SET", "key", &value, "PX", "1000"]), "+OK\r\n");
        let before = process.sleeps();
        eventually("the value is gone", || process.resident_memory() < LARGE);
        let sleeps = process.sleeps() - before;
        assert!(
            sleeps <= 10,
            "it has not slept until the deadline, but {sleeps} times for a while"
        );
    }
}

#[test]
fn a_server_with_a_far_deadline_sleeps() {
    let mut servers = Vec::new();
    for deadline in ["EX 100", "EX 100000000", "PXAT 9223372036854775807"] {
        for server in each_with_deadlines() {
            let set = format!("SET key value {deadline}\r\n");
            Client::connect(server.port).exchange(set, "+OK\r\n");
            servers.push(server);
        }
    }
    expect_sleep(&servers, READINESS);
}

#[test]
fn a_key_lives_until_its_deadline_and_no_longer() {
    for server in each_with_deadlines() {
        let mut client = Client::connect(server.port);
        let start = now();
        client.exchange("SET key value PX 1000\r\n", "+OK\r\n");
        eventually("the key is gone", || get(&server, "key") == NULL);
        assert!(now() >= start + 1000, "it was gone too early");
    }
}

#[test]
fn a_plain_set_clears_the_deadline_and_keepttl_keeps_it() {
    for server in each_with_deadlines() {
        let mut client = Client::connect(server.port);
        for (key, options) in
            [("plain", ""), ("kept", " KEEPTTL"), ("later", " EX 100"), ("last", " PX 1000")]
        {
            client.send(format!("SET {key} old PX 1000\r\nSET {key} new{options}\r\n"));
            client.expect("+OK\r\n+OK\r\n");
        }
        // It was set last, so that all deadlines are over when its own is.
        eventually("the last key is gone", || get(&server, "last") == NULL);
        assert_eq!(get(&server, "plain"), "$3\r\nnew\r\n");
        assert_eq!(get(&server, "kept"), NULL);
        assert_eq!(get(&server, "later"), "$3\r\nnew\r\n");
    }
}

#[test]
fn deadlines_that_are_overwritten_take_no_memory() {
    for server in each_with_deadlines() {
        let mut client = Client::connect(server.port);
        let mut overwrite = |round: usize| {
            let set =
                |key| format!("SET {key} value EX {}\r\nSET {key} value\r\n", 1_000 + round + key);
            client.exchange((0..1_000).map(set).collect::<String>(), "+OK\r\n".repeat(2_000));
        };
        overwrite(0);
        let before = server.process().resident_memory();
        (1..100).for_each(&mut overwrite);
        let grown = server.process().resident_memory().saturating_sub(before);
        assert!(grown < MB, "100 times the same keys take {grown} bytes more than once");
    }
}

fn each_with_deadlines() -> impl Iterator<Item = Server> {
    each(changing(DEADLINES, EXPIRY))
}

/// Milliseconds since 1970.
fn now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.expect("it is later than 1970").as_millis() as u64
}

/// The reply to `GET key`, all of it.
fn get(server: &Server, key: &str) -> String {
    Client::ask(server.port, format!("GET {key}\r\n"))
}

/// Sets as many keys as there is time for, a hundred thousand and more, which all fall due together
/// soon afterwards. Returns how many, and when.
fn load(client: &mut Client) -> (usize, u64) {
    for seconds in [2, 4, 8, 16, 32] {
        let due = now() + seconds * 1000;
        let mut keys = 0;
        while now() + 500 < due {
            let set = |key| format!("SET key:{key} value PXAT {due}\r\n");
            let requests: String = (keys..keys + 10_000).map(set).collect();
            client.exchange(requests, "+OK\r\n".repeat(10_000));
            keys += 10_000;
        }
        if keys >= 100_000 {
            return (keys, due);
        }
    }
    panic!("the server cannot set a hundred thousand keys in time");
}
