//! As many clients as there are descriptors for, and more.

use crate::{CONNECTIONS, EXPIRY, SELECT_LOOP, changing, each, with_open_files};
use std::thread;
use std::time::Duration;
use test_support::{Client, Server, eventually};

/// How many files this process opens at most, if all its tests run at the same time.
const OPEN_FILES: libc::rlim_t = 4096;

#[test]
fn a_thousand_clients_and_one_more_are_all_served() {
    allow_open_files();
    for server in each(changing(CONNECTIONS, SELECT_LOOP)) {
        let mut clients = connect(1_000, &server);
        ping_all(&mut clients);
        clients.extend(connect(1, &server));
        ping_all(&mut clients);
        assert_eq!(server.process().threads(), 1);
    }
}

#[test]
fn a_client_that_select_has_no_room_for_is_told_so_and_disconnected() {
    allow_open_files();
    // Later stages may have room for more.
    for stage in changing(CONNECTIONS, SELECT_LOOP).filter(|stage| stage.number <= EXPIRY) {
        let server = with_open_files(&stage, OPEN_FILES as usize);
        let room = libc::FD_SETSIZE - server.process().open_files();
        let mut clients = connect(room, &server);
        ping_all(&mut clients);
        for mut client in connect(100, &server) {
            let received = client.read_to_end();
            let expected = r"-ERR max number of clients reached\r\n";
            assert_eq!(received.escape_ascii().to_string(), expected);
        }
        clients.truncate(room / 2);
        eventually("the rest are gone", || server.process().open_files() < libc::FD_SETSIZE - 100);
        clients.extend(connect(100, &server));
        ping_all(&mut clients);
    }
}

#[test]
fn when_there_are_no_descriptors_left_new_clients_wait_and_the_server_sleeps() {
    const LIMIT: usize = 32;
    const QUIET: Duration = Duration::from_secs(1);
    for stage in changing(CONNECTIONS, SELECT_LOOP) {
        let server = with_open_files(&stage, LIMIT);
        let mut clients = connect(LIMIT - server.process().open_files(), &server);
        ping_all(&mut clients);
        let mut waiting = connect(LIMIT / 2, &server);
        for client in &mut waiting {
            client.send("PING\r\n");
        }
        ping_all(&mut clients);
        let before = server.process().cpu_time();
        thread::sleep(QUIET);
        let used = server.process().cpu_time() - before;
        assert!(used < QUIET / 20, "in {QUIET:?} of waiting, {used:?} of processor time");
        clients.truncate(LIMIT / 4);
        for client in &mut waiting {
            client.expect("+PONG\r\n");
        }
        ping_all(&mut clients);
    }
}

fn connect(count: usize, server: &Server) -> Vec<Client> {
    (0..count).map(|_| Client::connect(server.port)).collect()
}

/// All of them at the same time.
#[track_caller]
fn ping_all(clients: &mut [Client]) {
    for client in clients.iter_mut() {
        client.send("PING\r\n");
    }
    for client in clients {
        client.expect("+PONG\r\n");
    }
}

/// Raises this process's limit: it has an end of each connection, as the server has.
fn allow_open_files() {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is to a value that lives longer than the call.
    assert_eq!(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) }, 0);
    let most = limit.rlim_max;
    assert!(most >= OPEN_FILES, "this test opens {OPEN_FILES} files; `ulimit -Hn` allows {most}");
    limit.rlim_cur = limit.rlim_cur.max(OPEN_FILES);
    // SAFETY: as above.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) }, 0);
}
