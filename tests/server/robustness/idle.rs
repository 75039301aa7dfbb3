//! A server with nothing to do sleeps in a system call, and nothing wakes it.

use crate::{CONNECTIONS, SELECT_LOOP, changing, each, stages};
use libc::c_long;
use std::thread;
use std::time::Duration;
use test_support::{Client, Process, Server, eventually};

/// The calls that wait for many clients. The C library turns an old one into a newer one, or does not.
pub const READINESS: &[c_long] = &[
    libc::SYS_pselect6,
    libc::SYS_ppoll,
    libc::SYS_epoll_pwait,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_select,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_epoll_wait,
];
const ACCEPT: &[c_long] = &[libc::SYS_accept4];

#[test]
fn a_server_without_clients_sleeps() {
    let servers: Vec<Server> = each(stages()).collect();
    let (one_by_one, at_once) = servers.split_at(SELECT_LOOP);
    expect_sleep(one_by_one, ACCEPT);
    expect_sleep(at_once, READINESS);
}

#[test]
fn a_server_whose_clients_are_silent_sleeps() {
    let servers: Vec<Server> = each(changing(CONNECTIONS, SELECT_LOOP)).collect();
    let _clients: Vec<Client> = servers.iter().flat_map(|server| clients(server.port)).collect();
    expect_sleep(&servers, READINESS);
}

/// One that has never said a word, one in the middle of a request, one that has stopped sending.
fn clients(port: u16) -> [Client; 3] {
    let silent = Client::connect(port);
    let mut half = Client::connect(port);
    half.exchange("PING\r\n*1\r\n$4\r\nPI", "+PONG\r\n");
    let mut finished = Client::connect(port);
    finished.exchange("PING\r\n", "+PONG\r\n");
    finished.finish_sending();
    [silent, half, finished]
}

/// Waits for a second in which nothing at all happens in these servers, each of which has one thread
/// and is blocked in one of these calls.
#[track_caller]
pub fn expect_sleep(servers: &[Server], calls: &[c_long]) {
    let activity = |process: Process| (process.sleeps(), process.cpu_time());
    let observe = || -> Vec<_> { servers.iter().map(|s| activity(s.process())).collect() };
    eventually("a second of sleep", || {
        let before = observe();
        thread::sleep(Duration::from_secs(1));
        observe() == before
    });
    for server in servers {
        let process = server.process();
        assert_eq!(process.threads(), 1);
        if let Some(call) = process.system_call() {
            assert!(calls.contains(&call), "it sleeps in system call {call}, not in {calls:?}");
        }
        Client::connect(server.port); // the dead sleep as well, but accept nobody
    }
}
