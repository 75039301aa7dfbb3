//! How connections end, and how the server does.

use crate::{
    CONNECTIONS, ECHO, PING, REQUESTS, SELECT_LOOP, SET_AND_GET, announce, changing, each, echoes,
    only, request, stages,
};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::Command;
use test_support::{Client, Server, Stage, eventually};

#[test]
fn stage_0_accepts_one_client_after_the_other() {
    for server in each(only(0)) {
        let files = server.process().open_files();
        for _ in 0..1_000 {
            assert_eq!(Client::connect(server.port).read_to_end(), b"");
        }
        eventually("all descriptors are closed", || server.process().open_files() == files);
    }
}

/// The stages that differ in how they serve one client after the other: before there is an event loop,
/// main.rs does.
fn serving() -> impl Iterator<Item = Stage> {
    let main = stages().into_iter().filter(|stage| (PING..SELECT_LOOP).contains(&stage.number));
    main.chain(changing(CONNECTIONS, SELECT_LOOP))
}

#[test]
fn when_a_client_has_left_the_next_is_served_and_no_descriptor_is_lost() {
    let leave: [fn(Client); 3] = [drop, Client::reset, |mut client| {
        client.finish_sending();
        client.read_to_end();
    }];
    let many = "PING\r\n".repeat(1_000);
    for server in each(serving()) {
        let files = server.process().open_files();
        for sent in ["", "PING\r\n", "*2\r\n$4\r\nECHO\r\n$5\r\nhel", &many] {
            for leave in leave.iter().cycle().take(30) {
                let mut client = Client::connect(server.port);
                let mut next = Client::connect(server.port); // before stage 3, it waits in the queue
                next.send("PING\r\n");
                client.send(sent);
                leave(client);
                next.expect("+PONG\r\n");
            }
        }
        eventually("all descriptors are closed", || server.process().open_files() == files);
    }
}

#[test]
fn when_a_client_breaks_the_protocol_the_next_is_served() {
    for server in each(changing(REQUESTS, ECHO)) {
        let mut client = Client::connect(server.port);
        let mut next = Client::connect(server.port);
        next.send("PING\r\n");
        client.send("PING\r\n*x\r\n");
        next.expect("+PONG\r\n");
        // The replies that were due come first.
        assert_eq!(
            client.read_to_end().escape_ascii().to_string(),
            r"+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n"
        );
    }
}

#[test]
fn a_half_closed_connection_gets_the_replies_that_it_is_owed() {
    let (requests, replies) = echoes(1_000);
    for server in each(changing(REQUESTS, ECHO)) {
        let mut client = Client::connect(server.port);
        client.send(format!("{requests}*1\r\n$4\r\nPI")); // the last one never becomes a request
        client.finish_sending();
        assert!(client.read_to_end() == replies.as_bytes(), "the replies are others");
    }
    for server in each(only(PING)) {
        let mut client = Client::connect(server.port);
        client.send("PING\r\n");
        client.finish_sending();
        assert_eq!(client.read_to_end(), b"+PONG\r\n");
    }
}

#[test]
fn a_half_closed_connection_gets_even_replies_that_have_piled_up() {
    let value = "x".repeat(64 * 1024);
    let reply = format!("${}\r\n{value}\r\n", value.len());
    for server in each(changing(CONNECTIONS, SET_AND_GET)) {
        let mut other = Client::connect(server.port);
        other.exchange(request(&["SET", "x", &value]), "+OK\r\n");
        // Up to 10 MB. The kernel takes some of it; at one of these numbers the server has read that
        // no more requests come, and has some replies left.
        for count in (8..=160).step_by(8) {
            let mut client = Client::connect(server.port);
            client.send("GET x\r\n".repeat(count));
            client.finish_sending();
            for _ in 0..10 {
                other.exchange("PING\r\n", "+PONG\r\n");
            }
            client.expect(reply.repeat(count));
            assert_eq!(client.read_to_end(), b"");
        }
    }
}

#[test]
fn sigint_and_sigterm_end_it_at_once() {
    for signal in [libc::SIGINT, libc::SIGTERM] {
        for stage in stages() {
            announce(&stage);
            let mut server = heeding(signal, &stage);
            let _client = Client::connect(server.port);
            // SAFETY: a call with numbers only. The child is not waited for, so that its id is its own.
            let result = unsafe { libc::kill(server.process().pid as libc::pid_t, signal) };
            assert_eq!(result, 0);
            let mut status = None;
            eventually("it ends", || {
                status = server.child().try_wait().expect("it is our child");
                status.is_some()
            });
            assert_eq!(status.and_then(|status| status.signal()), Some(signal));
        }
    }
}

/// Starts a stage that does not ignore the signal even if these tests do: what a shell starts in the
/// background may ignore SIGINT, and hands that down to its children.
fn heeding(signal: libc::c_int, stage: &Stage) -> Server {
    let mut command = Command::new(&stage.program);
    command.args(["--port", "0"]);
    // SAFETY: signal(2) may be called between fork(2) and exec(2).
    unsafe {
        command.pre_exec(move || {
            libc::signal(signal, libc::SIG_DFL);
            Ok(())
        });
    }
    Server::stage_as(command)
}
