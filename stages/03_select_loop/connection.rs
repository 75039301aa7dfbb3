//! One client's connection: the bytes that have come from it, and the replies that it is owed.
//!
//! Nothing here waits. A connection says what it wants to do next, read or write, and the event
//! loop calls when the socket is ready for that.

use crate::reply;
use crate::resp::{Parser, Request};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::socket::{setsockopt, sockopt};
use nix::unistd::{read, write};
use std::mem;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// How much is read at a time, and how much an idle connection keeps allocated, in bytes.
pub const CHUNK: usize = 64 * 1024;
/// A client with so many bytes of unread replies has to read before it is served any further.
const MAX_UNREAD: usize = 1024 * 1024;
/// The longest request in bytes. As in Redis, a client that sends a longer one is disconnected.
const MAX_REQUEST: usize = 1024 * 1024 * 1024;

pub struct Connection {
    socket: OwnedFd,
    parser: Parser,
    /// What has arrived of requests that are not executed yet.
    input: Vec<u8>,
    /// Replies. Those before `sent` have been written to the socket.
    output: Vec<u8>,
    sent: usize,
    /// Too many replies are unread, and `input` may hold requests that wait for that to change.
    paused: bool,
    /// Nothing more will be read: close when the last reply has been written.
    closing: bool,
}

impl Connection {
    pub fn new(socket: OwnedFd) -> nix::Result<Connection> {
        set_nonblocking(&socket)?;
        // A reply leaves at once, even while the last one is not acknowledged yet.
        setsockopt(&socket, sockopt::TcpNoDelay, &true)?;
        Ok(Connection {
            socket,
            parser: Parser::default(),
            input: Vec::new(),
            output: Vec::new(),
            sent: 0,
            paused: false,
            closing: false,
        })
    }

    pub fn wants_to_read(&self) -> bool {
        !self.paused && !self.closing
    }

    pub fn wants_to_write(&self) -> bool {
        self.unsent() > 0
    }

    pub fn is_finished(&self) -> bool {
        !self.wants_to_read() && !self.wants_to_write()
    }

    /// Forgets what the client is owed: it has gone.
    pub fn abandon(&mut self) {
        self.closing = true;
        self.paused = false;
        self.sent = self.output.len();
    }

    fn unsent(&self) -> usize {
        self.output.len() - self.sent
    }

    /// Reads once, and executes the requests that are complete. `chunk` is memory that all
    /// connections share: a request that arrives whole is executed right there.
    pub fn receive(
        &mut self,
        chunk: &mut [u8],
        execute: impl FnMut(&Request, &mut Vec<u8>),
    ) -> nix::Result<()> {
        let length = match read(&self.socket, chunk) {
            Err(Errno::EAGAIN | Errno::EINTR) => return Ok(()),
            result => result?,
        };
        let received = &mut chunk[..length];
        if received.is_empty() {
            self.closing = true; // it sends no more, but may still read
        } else if self.input.is_empty() {
            let executed = self.execute_all(received, execute);
            self.input.extend_from_slice(&received[executed..]);
        } else {
            self.input.extend_from_slice(received);
            self.execute_input(execute);
        }
        if self.input.len() > MAX_REQUEST {
            return Err(Errno::EMSGSIZE);
        }
        Ok(())
    }

    /// Writes replies once, and goes on with the requests that had to wait for it.
    pub fn send(&mut self, execute: impl FnMut(&Request, &mut Vec<u8>)) -> nix::Result<()> {
        self.flush()?;
        if self.paused && self.unsent() < MAX_UNREAD {
            self.paused = false;
            self.execute_input(execute);
        }
        Ok(())
    }

    fn execute_input(&mut self, execute: impl FnMut(&Request, &mut Vec<u8>)) {
        let mut input = mem::take(&mut self.input);
        let executed = self.execute_all(&mut input, execute);
        if executed > 0 {
            input.drain(..executed);
            input.shrink_to(CHUNK);
        }
        self.input = input;
    }

    /// Executes the complete requests of `input`, and returns how many bytes they took.
    fn execute_all(
        &mut self,
        input: &mut [u8],
        mut execute: impl FnMut(&Request, &mut Vec<u8>),
    ) -> usize {
        let mut executed = 0;
        while !self.paused {
            match self.parser.parse(&mut input[executed..]) {
                Ok(Some(request)) => {
                    execute(&request, &mut self.output);
                    executed += request.size;
                }
                Ok(None) => break,
                Err(error) => {
                    reply::error(&mut self.output, &error.message());
                    self.closing = true;
                    return input.len();
                }
            }
            self.paused = self.unsent() >= MAX_UNREAD;
        }
        executed
    }

    /// Writes once: a client that reads as fast as we write is not to keep us from the others.
    fn flush(&mut self) -> nix::Result<()> {
        if self.unsent() == 0 {
            return Ok(());
        }
        match write(&self.socket, &self.output[self.sent..]) {
            Err(Errno::EAGAIN | Errno::EINTR) => return Ok(()),
            result => self.sent += result?,
        }
        // Moves what is left only when that is less than what has gone, so that no byte is moved
        // more than once on average.
        if self.sent > self.output.len() / 2 {
            self.output.drain(..self.sent);
            self.output.shrink_to(CHUNK);
            self.sent = 0;
        }
        Ok(())
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// From now on, a call on this socket that would have to wait fails with EAGAIN instead.
pub fn set_nonblocking(socket: &OwnedFd) -> nix::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(socket, FcntlArg::F_GETFL)?);
    fcntl(socket, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK)).map(drop)
}
