//! A client of the program under test. What it does and sees goes into the transcript.

use super::{CHECK_TIME, Event, Lane, Shared};
use crate::check::{Problem, Symptom};
use crate::resp::{Comparison, Reply};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsRawFd;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How long to listen on for the rest of a wrong answer, which the card shows.
const REST_OF_ANSWER: Duration = Duration::from_millis(50);
/// How long a client waits before it looks whether anybody is still interested.
pub(super) const SLICE: Duration = Duration::from_millis(50);

pub struct Client {
    stream: TcpStream,
    pub lane: Lane,
    /// Received, and not yet part of a reply that was expected.
    pending: Vec<u8>,
    shared: Rc<Shared>,
}

impl Client {
    pub(super) fn new(stream: TcpStream, lane: Lane, shared: Rc<Shared>) -> Client {
        let _ = stream.set_nodelay(true);
        Client { stream, lane, pending: Vec::new(), shared }
    }

    /// Sends all of `bytes`. A server that has closed the connection shows in what comes next, or
    /// does not come, and not here.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        let patience = self.shared.patience();
        let _ = self.stream.set_write_timeout(Some(patience));
        self.shared.transcript.borrow_mut().sent(self.lane, bytes);
        match self.stream.write_all(bytes) {
            Err(error) if is_timeout(&error) => {
                Err(self.failed(Symptom::NotRead { waited: patience }, None))
            }
            _ => Ok(()),
        }
    }

    /// Sends `bytes` over and over, until the server takes no more or `most` bytes are sent.
    pub fn flood(&mut self, bytes: &[u8], most: usize) {
        let _ = self.stream.set_write_timeout(Some(Duration::from_millis(100)));
        let mut sent = 0;
        while sent < most {
            match self.stream.write(bytes) {
                Ok(length) if length == bytes.len() => sent += length,
                _ => break,
            }
        }
        self.shared
            .transcript
            .borrow_mut()
            .sent(self.lane, &bytes.repeat(sent / bytes.len().max(1)));
    }

    /// Waits for a reply, which must be this one.
    pub fn expect(&mut self, reply: &Reply) -> Result<(), Problem> {
        let patience = self.shared.patience();
        loop {
            match reply.compare(&self.pending) {
                Comparison::Equal(length) => {
                    self.pending.drain(..length);
                    return Ok(());
                }
                Comparison::Different => {
                    self.read_rest();
                    let received = self.pending.clone();
                    return Err(self.failed(Symptom::Wrong { received }, Some(reply)));
                }
                Comparison::Incomplete => {}
            }
            if let Err(stop) = self.read_until(Instant::now() + patience) {
                let received = self.pending.clone();
                let symptom = match stop {
                    Stop::Silence => Symptom::Silence { waited: patience, received },
                    Stop::Closed => Symptom::Closed { received },
                    Stop::Reset => Symptom::Reset { received },
                    Stop::TooSlow => Symptom::TooSlow(CHECK_TIME),
                    Stop::Cancelled => return Err(super::cancelled()),
                };
                return Err(self.failed(symptom, Some(reply)));
            }
        }
    }

    /// Waits for one of two replies, and says whether it is the first.
    pub fn expect_either(&mut self, first: &Reply, second: &Reply) -> Result<bool, Problem> {
        while let Comparison::Incomplete = second.compare(&self.pending) {
            let Comparison::Incomplete = first.compare(&self.pending) else { break };
            if self.read_until(Instant::now() + self.shared.patience()).is_err() {
                break;
            }
        }
        let is_second = matches!(second.compare(&self.pending), Comparison::Equal(_));
        self.expect(if is_second { second } else { first })?;
        Ok(!is_second)
    }

    /// Sends a request and waits for its reply.
    pub fn ask(&mut self, request: &[u8], reply: &Reply) -> Result<(), Problem> {
        self.send(request)?;
        self.expect(reply)
    }

    /// Listens for `time`, in which nothing may come. The end of the stream is no byte.
    pub fn expect_nothing(&mut self, time: Duration) -> Result<(), Problem> {
        let _ = self.read_until(Instant::now() + time);
        match self.pending.is_empty() {
            true => Ok(()),
            false => {
                self.read_rest();
                let received = self.pending.clone();
                Err(self.failed(Symptom::Unasked { received }, None))
            }
        }
    }

    /// Makes the kernel keep as little as possible of what arrives and is not read.
    pub fn receive_little(&self) {
        self.set_option(libc::SOL_SOCKET, libc::SO_RCVBUF, 1 as libc::c_int);
    }

    /// Says that no more will be sent; replies are still read.
    pub fn finish_sending(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
        self.note(Event::FinishedSending);
    }

    /// Sends all of `bytes`, and in the same packet says that no more will be sent.
    pub fn send_last(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        self.set_option(libc::IPPROTO_TCP, libc::TCP_CORK, 1 as libc::c_int);
        self.send(bytes)?;
        self.finish_sending();
        Ok(())
    }

    /// Closes the connection.
    pub fn leave(self) {
        self.note(Event::Left);
    }

    /// Closes the connection with a reset, as a crashed client's system does.
    pub fn reset(self) {
        self.note(Event::Reset);
        self.set_option(
            libc::SOL_SOCKET,
            libc::SO_LINGER,
            libc::linger { l_onoff: 1, l_linger: 0 },
        );
    }

    fn set_option<T>(&self, level: libc::c_int, option: libc::c_int, value: T) {
        // SAFETY: the pointer is to a live value of the size that is given.
        unsafe {
            libc::setsockopt(
                self.stream.as_raw_fd(),
                level,
                option,
                (&raw const value).cast(),
                size_of::<T>() as libc::socklen_t,
            );
        }
    }

    /// Whether the other end reset the connection, which tells once.
    pub fn was_reset(&self) -> bool {
        matches!(self.stream.take_error(), Ok(Some(_)))
    }

    /// The port of this end, by which the kernel knows the connection.
    pub fn port(&self) -> u16 {
        self.stream.local_addr().map_or(0, |address| address.port())
    }

    /// Ends the check, and says what this client was waiting for when it saw the symptom.
    pub fn failed(&self, symptom: Symptom, expected: Option<&Reply>) -> Problem {
        match &symptom {
            Symptom::Silence { waited, .. } => self.note(Event::Silence(*waited)),
            Symptom::Closed { .. } => self.note(Event::ServerClosed),
            Symptom::Reset { .. } => self.note(Event::ServerReset),
            _ => {}
        }
        self.shared.failed(symptom, Some(self.lane), expected)
    }

    fn note(&self, event: Event) {
        self.shared.transcript.borrow_mut().add(self.lane, event);
    }

    fn read_rest(&mut self) {
        while self.pending.len() < 4096 && self.read_until(Instant::now() + REST_OF_ANSWER).is_ok()
        {
        }
    }

    /// Waits for more bytes to come.
    fn read_until(&mut self, deadline: Instant) -> Result<(), Stop> {
        let mut chunk = [0; 64 * 1024];
        loop {
            let now = Instant::now();
            if self.shared.cancelled.load(Ordering::Relaxed) {
                return Err(Stop::Cancelled);
            }
            if now > self.shared.deadline.get() {
                return Err(Stop::TooSlow);
            }
            // A timeout of 0 would mean to wait for ever.
            let slice = (deadline - now.min(deadline)).clamp(Duration::from_millis(1), SLICE);
            let _ = self.stream.set_read_timeout(Some(slice));
            match self.stream.read(&mut chunk) {
                Ok(0) => return Err(Stop::Closed),
                Ok(length) => {
                    self.shared.transcript.borrow_mut().received(self.lane, &chunk[..length]);
                    self.pending.extend_from_slice(&chunk[..length]);
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_timeout(&error) && Instant::now() < deadline => {}
                Err(error) if is_timeout(&error) => return Err(Stop::Silence),
                Err(_) => return Err(Stop::Reset),
            }
        }
    }
}

enum Stop {
    Silence,
    Closed,
    Reset,
    TooSlow,
    Cancelled,
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
