//! Clients that do not send, or do not read: the others do not notice, and memory stays bounded.

use crate::{CONNECTIONS, MB, SELECT_LOOP, SET_AND_GET, changing, each, echoes, request};
use std::io::{ErrorKind, Write};
use std::thread;
use test_support::{Client, Server, eventually};

#[test]
fn half_a_request_does_not_delay_other_clients() {
    let request = "*2\r\n$4\r\nECHO\r\n$5\r\nhello\r\n";
    for server in each(changing(CONNECTIONS, SELECT_LOOP)) {
        let mut other = Client::connect(server.port);
        // One client for each place to stop; the first is silent.
        let mut slow: Vec<Client> =
            (0..request.len()).map(|_| Client::connect(server.port)).collect();
        for (sent, client) in slow.iter_mut().enumerate() {
            client.send(&request[..sent]);
            other.exchange("PING\r\n", "+PONG\r\n");
        }
        for (sent, client) in slow.iter_mut().enumerate() {
            client.exchange(&request[sent..], "$5\r\nhello\r\n");
        }
    }
}

#[test]
fn a_client_that_sends_a_million_requests_and_reads_nothing_does_not_fill_the_memory() {
    let (thousand, replies) = echoes(1_000);
    let million = thousand.repeat(1_000);
    for server in each(changing(CONNECTIONS, SELECT_LOOP)) {
        let mut client = Client::connect(server.port);
        let sent = send_until_stuck(&mut client, million.as_bytes(), &server);
        let rest = &million.as_bytes()[sent..];
        let mut stream = client.stream.try_clone().expect("the connection is open");
        thread::scope(|scope| {
            // From here on it reads, and sends the rest at the same time.
            scope.spawn(move || stream.write_all(rest));
            for _ in 0..1_000 {
                client.expect(&replies);
            }
        });
        expect_bounded_memory(&server);
    }
}

#[test]
fn a_client_that_gets_a_large_value_again_and_again_does_not_fill_the_memory() {
    let value = "x".repeat(MB as usize);
    let reply = format!("${MB}\r\n{value}\r\n");
    for server in each(changing(CONNECTIONS, SET_AND_GET)) {
        let mut client = Client::connect(server.port);
        client.exchange(request(&["SET", "x", &value]), "+OK\r\n");
        client.send("GET x\r\n".repeat(200));
        let mut other = Client::connect(server.port);
        for _ in 0..100 {
            other.exchange("PING\r\n", "+PONG\r\n");
        }
        for _ in 0..200 {
            client.expect(&reply);
        }
        expect_bounded_memory(&server);
    }
}

#[test]
fn a_client_that_vanishes_while_it_is_owed_replies_is_forgotten() {
    let (requests, _) = echoes(1_000);
    for server in each(changing(CONNECTIONS, SELECT_LOOP)) {
        let files = server.process().open_files();
        for leave in [drop, Client::reset] {
            let mut client = Client::connect(server.port);
            send_until_stuck(&mut client, requests.repeat(1_000).as_bytes(), &server);
            leave(client);
            eventually("its descriptor is closed", || server.process().open_files() == files);
        }
        expect_bounded_memory(&server);
    }
}

/// Sends until the server takes no more, because nobody reads its replies, and returns how much it
/// took. It has stopped reading when another client has got a hundred replies in the meantime.
fn send_until_stuck(client: &mut Client, requests: &[u8], server: &Server) -> usize {
    let mut other = Client::connect(server.port);
    client.stream.set_nonblocking(true).expect("it is a socket");
    let mut sent = 0;
    let mut replies = 0;
    while replies < 100 {
        assert!(sent < requests.len(), "all {sent} bytes are taken from a client that never reads");
        match client.stream.write(&requests[sent..]) {
            Ok(length) => {
                sent += length;
                replies = 0;
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
                other.exchange("PING\r\n", "+PONG\r\n");
                replies += 1;
            }
        }
    }
    client.stream.set_nonblocking(false).expect("it is a socket");
    sent
}

/// The replies in these tests are a hundred megabytes and more.
#[track_caller]
fn expect_bounded_memory(server: &Server) {
    let peak = server.process().peak_memory();
    assert!(peak < 32 * MB, "the server has held {peak} bytes");
    assert_eq!(server.process().threads(), 1);
}
