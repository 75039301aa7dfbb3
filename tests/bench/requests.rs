//! Requests and the replies that they must get, prepared before anything is measured.

use std::ops::Range;
use test_support::Client;

/// How many requests fill a server at a time: what goes out and what comes back both fit into the
/// buffers on the way, so that neither side ever waits for the other to read.
const BATCH: usize = 1000;

#[derive(Clone, Copy, Debug)]
pub enum Command {
    Get,
    Set,
}

impl Command {
    fn request(self, key: usize) -> String {
        let value = value(key);
        match self {
            Command::Get => format!("*2\r\n$3\r\nGET\r\n$16\r\nkey:{key:012}\r\n"),
            Command::Set => {
                format!("*3\r\n$3\r\nSET\r\n$16\r\nkey:{key:012}\r\n$64\r\n{value}\r\n")
            }
        }
    }

    fn reply(self, key: usize) -> String {
        match self {
            Command::Get => format!("$64\r\n{}\r\n", value(key)),
            Command::Set => "+OK\r\n".to_string(),
        }
    }
}

fn value(key: usize) -> String {
    format!("{key:064}")
}

/// One request for each of the keys, in an order that no cache can guess. All have one size, and so
/// have their replies.
pub struct Requests {
    bytes: Vec<u8>,
    size: usize,
    pub reply_size: usize,
    pub count: usize,
}

impl Requests {
    pub fn prepare(command: Command, keys: usize) -> Requests {
        // Such steps meet every key once: 611,953 is a prime, and there are fewer keys.
        let bytes =
            (0..keys).map(|step| command.request(step * 611_953 % keys)).collect::<String>();
        Requests {
            size: command.request(0).len(),
            reply_size: command.reply(0).len(),
            count: keys,
            bytes: bytes.into_bytes(),
        }
    }

    pub fn slice(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[range.start * self.size..range.end * self.size]
    }
}

/// Sends one request for each key, a batch at a time, and checks every byte of the replies.
pub fn exchange(client: &mut Client, command: Command, keys: Range<usize>) {
    for start in keys.clone().step_by(BATCH) {
        let batch = start..keys.end.min(start + BATCH);
        let requests: String = batch.clone().map(|key| command.request(key)).collect();
        let replies: String = batch.map(|key| command.reply(key)).collect();
        client.exchange(requests, replies);
    }
}
