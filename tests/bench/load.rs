//! The load generator: many connections and one thread, which takes as little of the machine as it
//! can, since a server that waits for its clients is not what is to be measured.

use crate::requests::Requests;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// It ends a run that hangs, and decides nothing else.
const PATIENCE_MS: u16 = 30_000;

pub struct Load {
    epoll: Epoll,
    connections: Vec<Connection>,
    /// Where replies are read to; nobody looks at them.
    scratch: Vec<u8>,
}

struct Connection {
    stream: TcpStream,
    /// The request to send next.
    next: usize,
    /// How many bytes of replies are still to come.
    missing: usize,
}

impl Load {
    pub fn connect(port: u16, connections: usize) -> Load {
        let epoll = Epoll::new(EpollCreateFlags::empty()).expect("a descriptor is left");
        let connect = |index| {
            let stream = TcpStream::connect(("127.0.0.1", port)).expect("the server accepts");
            stream.set_nodelay(true).expect("a TCP socket");
            let event = EpollEvent::new(EpollFlags::EPOLLIN, index as u64);
            epoll.add(&stream, event).expect("a new socket");
            Connection { stream, next: 0, missing: 0 }
        };
        let connections = (0..connections).map(connect).collect();
        Load { epoll, connections, scratch: vec![0; 64 * 1024] }
    }

    /// Sends requests for this long, on every connection so many at a time, the next as soon as all
    /// replies have come. Returns how many were answered, which is all of them.
    pub fn run(&mut self, requests: &Requests, pipeline: usize, duration: Duration) -> usize {
        let deadline = Instant::now() + duration;
        let distance = requests.count / self.connections.len();
        for (index, connection) in self.connections.iter_mut().enumerate() {
            connection.next = index * distance;
            connection.send(requests, pipeline);
        }
        let mut events = vec![EpollEvent::empty(); self.connections.len()];
        let mut busy = self.connections.len();
        let mut answered = 0;
        while busy > 0 {
            let ready = self.epoll.wait(&mut events, EpollTimeout::from(PATIENCE_MS));
            let ready = ready.expect("no signal is caught");
            assert!(ready > 0, "a reply is missing, or a part of one, after {PATIENCE_MS} ms");
            let going_on = Instant::now() < deadline;
            for event in &events[..ready] {
                let connection = &mut self.connections[event.data() as usize];
                connection.receive(&mut self.scratch);
                if connection.missing == 0 {
                    answered += pipeline;
                    match going_on {
                        true => connection.send(requests, pipeline),
                        false => busy -= 1,
                    }
                }
            }
        }
        answered
    }
}

impl Connection {
    /// The replies to all earlier requests have come, so these fit into the socket's buffer.
    fn send(&mut self, requests: &Requests, count: usize) {
        if self.next + count > requests.count {
            self.next = 0;
        }
        let bytes = requests.slice(self.next..self.next + count);
        self.stream.write_all(bytes).expect("the server takes requests");
        self.next += count;
        self.missing = count * requests.reply_size;
    }

    /// Reads once, without waiting: the socket is readable.
    fn receive(&mut self, scratch: &mut [u8]) {
        let length = self.stream.read(scratch).expect("the server sends replies");
        assert!(length > 0, "the server closed a connection");
        self.missing = self.missing.checked_sub(length).expect("a reply is as long as expected");
    }
}
