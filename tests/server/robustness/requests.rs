//! Requests in odd pieces, numbers and sizes, and bytes that are no requests.

use crate::{ECHO, MB, REQUESTS, changing, each, echoes, stages};
use std::io::Write;
use std::net::Shutdown;
use test_support::Client;

/// The longest value in bytes.
const LARGEST: usize = 512 * MB as usize;

#[test]
fn requests_may_come_one_byte_at_a_time() {
    let (requests, replies) = echoes(10);
    for server in each(changing(REQUESTS, ECHO)) {
        let mut client = Client::connect(server.port);
        for byte in format!("PING\r\n{requests}ECHO 'a b'\n").bytes() {
            client.send([byte]);
        }
        client.expect(format!("+PONG\r\n{replies}$3\r\na b\r\n"));
    }
}

#[test]
fn ten_thousand_requests_in_one_write_get_ten_thousand_replies() {
    let (requests, replies) = echoes(10_000);
    for server in each(changing(REQUESTS, ECHO)) {
        Client::connect(server.port).exchange(&requests, &replies);
    }
}

#[test]
fn random_bytes_end_only_their_own_connection() {
    for mut server in each(changing(REQUESTS, ECHO)) {
        for seed in 0..300 {
            println!("seed {seed}");
            let mut client = Client::connect(server.port);
            // The server may close at any byte; what it must not do is wait for more, or end.
            let _ = client.stream.write_all(&noise(seed));
            let _ = client.stream.shutdown(Shutdown::Write);
            client.read_to_end();
        }
        Client::connect(server.port).exchange("PING\r\n", "+PONG\r\n");
        assert!(server.child().try_wait().expect("it is our child").is_none());
    }
}

/// Pieces of requests, so that some get past the first byte, and bytes of any kind between them.
fn noise(seed: u64) -> Vec<u8> {
    const PIECES: [&str; 24] = [
        "*",
        "$",
        "*1\r\n",
        "*3\r\n",
        "$3\r\n",
        "$4\r\n",
        "\r\n",
        "\r",
        "\n",
        " ",
        "\t",
        "\0",
        "\"",
        "'",
        "\\x4",
        "-1",
        "0",
        "7",
        "99999999999",
        "PING",
        "echo",
        "SET",
        "GET",
        "PX",
    ];
    let mut random = fastrand::Rng::with_seed(seed);
    let mut bytes = Vec::new();
    for _ in 0..random.usize(..1000) {
        match random.u8(..10) {
            0 => bytes.push(random.u8(..)),
            _ => bytes.extend_from_slice(PIECES[random.usize(..PIECES.len())].as_bytes()),
        }
    }
    bytes
}

#[test]
fn what_is_only_announced_takes_no_memory() {
    for server in each(changing(REQUESTS, ECHO)) {
        for announced in [
            format!("*2\r\n$4\r\nECHO\r\n${LARGEST}\r\nhello"),
            "*2147483647\r\n$4\r\nECHO\r\n".to_string(),
        ] {
            let before = server.process().peak_address_space();
            let mut client = Client::connect(server.port);
            // So small a write arrives whole: the server has read all of it when it replies.
            client.exchange(format!("PING\r\n{announced}"), "+PONG\r\n");
            let taken = server.process().peak_address_space() - before;
            assert!(taken < 16 * MB, "{taken} bytes are reserved for {announced:?}");
        }
    }
}

#[test]
fn an_argument_of_more_than_512_mb_is_refused() {
    for server in each(changing(REQUESTS, ECHO)) {
        let mut client = Client::connect(server.port);
        client.send(format!("*2\r\n$4\r\nECHO\r\n${}\r\n", LARGEST + 1));
        assert_eq!(
            client.read_to_end().escape_ascii().to_string(),
            r"-ERR Protocol error: invalid bulk length\r\n"
        );
    }
}

#[test]
fn a_value_of_512_mb_comes_back_whole() {
    let mut random = fastrand::Rng::with_seed(0);
    let piece: Vec<u8> = (0..MB).map(|_| random.u8(..)).collect();
    // It takes a gigabyte and a second, so that the last stage alone is asked.
    for server in each(stages().pop()) {
        let mut client = Client::connect(server.port);
        client.send(format!("*3\r\n$3\r\nSET\r\n$5\r\nlarge\r\n${LARGEST}\r\n"));
        for _ in 0..LARGEST / piece.len() {
            client.send(&piece);
        }
        client.exchange("\r\n", "+OK\r\n");
        client.exchange("GET large\r\n", format!("${LARGEST}\r\n"));
        for _ in 0..LARGEST / piece.len() {
            client.expect(&piece);
        }
        client.expect("\r\n");
    }
}
