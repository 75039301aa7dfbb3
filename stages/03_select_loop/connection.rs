//! One client's connection: what has arrived from it, and the replies that it is owed.
//!
//! Nothing here waits. A connection says what it is interested in, and the event loop calls when the
//! socket is ready for that.

use crate::parser::{NoRequest, Parser};
use crate::poller::Interest;
use crate::reply::Reply;
use crate::request::Request;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::socket::{setsockopt, sockopt};
use nix::unistd::{read, write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// How much stays allocated for replies, in bytes.
const KEPT_REPLIES: usize = 64 * 1024;
/// A client with this many bytes of unread replies has to read before it is served any further.
const MAX_UNREAD: usize = 1024 * 1024;
/// The longest request, in bytes. As in Redis, a client that sends a longer one is disconnected.
const MAX_REQUEST: usize = 1024 * 1024 * 1024;

pub struct Connection {
    socket: OwnedFd,
    parser: Parser,
    /// Replies. The first `sent` bytes have been written to the socket.
    reply: Reply,
    sent: usize,
    /// Nothing more is to be read: the client sends no more, or nobody can tell what it means.
    is_over: bool,
}

impl Connection {
    pub fn new(socket: OwnedFd) -> nix::Result<Connection> {
        set_nonblocking(&socket)?;
        // A reply leaves at once, even while the one before it is not acknowledged yet.
        setsockopt(&socket, sockopt::TcpNoDelay, &true)?;
        let (parser, reply) = (Parser::default(), Reply::default());
        Ok(Connection { socket, parser, reply, sent: 0, is_over: false })
    }

    pub fn interest(&self) -> Interest {
        Interest { reading: !self.is_over && !self.is_paused(), writing: self.unread() > 0 }
    }

    /// Whether there is nothing more to do for the client.
    pub fn is_finished(&self) -> bool {
        self.is_over && self.unread() == 0
    }

    /// Reads once, into memory that all connections share, and from there into the parser.
    pub fn receive(&mut self, chunk: &mut [u8]) -> nix::Result<()> {
        match read(&self.socket, chunk) {
            Ok(0) => self.is_over = true, // it sends no more, but may still read
            Ok(length) => self.parser.feed(&chunk[..length]),
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            Err(error) => return Err(error),
        }
        if self.parser.unfinished() > MAX_REQUEST { Err(Errno::EMSGSIZE) } else { Ok(()) }
    }

    /// The next request that is to be executed now, and where its reply goes.
    pub fn next_request(&mut self) -> Option<(Request<'_>, &mut Reply)> {
        if self.is_paused() {
            return None;
        }
        match self.parser.next_request() {
            Ok(request) => Some((request, &mut self.reply)),
            Err(NoRequest::NotYet) => None,
            Err(NoRequest::Broken(error)) => {
                self.reply.error(&error);
                self.is_over = true;
                None
            }
        }
    }

    /// Writes replies once, so that one fast reader cannot starve the others.
    pub fn send(&mut self) -> nix::Result<()> {
        if self.unread() == 0 {
            return Ok(());
        }
        match write(&self.socket, &self.reply.bytes[self.sent..]) {
            Ok(length) => self.sent += length,
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            Err(error) => return Err(error),
        }
        // What is left is moved to the front only when it is less than what has gone: so no byte is
        // moved more than once on average.
        if self.sent > self.reply.bytes.len() / 2 {
            self.reply.bytes.drain(..self.sent);
            self.reply.bytes.shrink_to(KEPT_REPLIES);
            self.sent = 0;
        }
        Ok(())
    }

    /// Forgets what the client has sent and what it is owed: it has gone.
    pub fn abandon(&mut self) {
        self.parser = Parser::default();
        self.reply = Reply::default();
        self.sent = 0;
        self.is_over = true;
    }

    /// Tells a client for whom there is no room.
    pub fn refuse(mut self) {
        self.reply.error(&"ERR max number of clients reached".into());
        let _ = self.send(); // it may have left
    }

    fn unread(&self) -> usize {
        self.reply.bytes.len() - self.sent
    }

    fn is_paused(&self) -> bool {
        self.unread() >= MAX_UNREAD
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
