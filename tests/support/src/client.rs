//! A client that says what it expected and what came instead, and never waits for ever.

use crate::patience::PATIENCE;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

pub struct Client {
    pub stream: TcpStream,
}

impl Client {
    /// What a server answers to these requests of a client that then sends no more; it is text.
    pub fn ask(port: u16, requests: impl AsRef<[u8]>) -> String {
        let mut client = Client::connect(port);
        client.send(requests);
        client.finish_sending();
        String::from_utf8(client.read_to_end()).expect("the replies are text")
    }

    pub fn connect(port: u16) -> Client {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the server accepts");
        stream.set_nodelay(true).expect("a TCP socket");
        stream.set_read_timeout(Some(PATIENCE)).expect("not zero");
        stream.set_write_timeout(Some(PATIENCE)).expect("not zero");
        Client { stream }
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).expect("the server takes what is sent");
    }

    /// Reads as many bytes as `expected` has, which must be those.
    #[track_caller]
    pub fn expect(&mut self, expected: impl AsRef<[u8]>) {
        let expected = expected.as_ref();
        let mut received = vec![0; expected.len()];
        let mut length = 0;
        while length < expected.len() {
            match self.stream.read(&mut received[length..]) {
                Ok(0) => break,
                Ok(more) => length += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => panic!(
                    "expected \"{}\"\n     got \"{}\", then {}",
                    excerpt(expected),
                    excerpt(&received[..length]),
                    problem(&error)
                ),
            }
        }
        assert!(
            received[..length] == *expected,
            "expected \"{}\"\n     got \"{}\"",
            excerpt(expected),
            excerpt(&received[..length])
        );
    }

    #[track_caller]
    pub fn exchange(&mut self, request: impl AsRef<[u8]>, reply: impl AsRef<[u8]>) {
        self.send(request);
        self.expect(reply);
    }

    /// Says that no more will be sent; replies still come.
    pub fn finish_sending(&mut self) {
        self.stream.shutdown(Shutdown::Write).expect("the connection is open");
    }

    /// Everything that comes until the server closes the connection.
    pub fn read_to_end(&mut self) -> Vec<u8> {
        let mut received = Vec::new();
        match self.stream.read_to_end(&mut received) {
            Ok(_) => {}
            // The server closed before it had read everything; what it wrote has arrived.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("got \"{}\", then {}", excerpt(&received), problem(&error)),
        }
        received
    }

    /// Closes with RST instead of FIN.
    pub fn reset(self) {
        // A socket with unread input is reset when it is closed; SO_LINGER 0 does so always.
        let socket = std::os::fd::AsRawFd::as_raw_fd(&self.stream);
        let linger = libc::linger { l_onoff: 1, l_linger: 0 };
        // SAFETY: the pointer is to a live value of the size that is given.
        let result = unsafe {
            libc::setsockopt(
                socket,
                libc::SOL_SOCKET,
                libc::SO_LINGER,
                (&raw const linger).cast(),
                size_of_val(&linger) as libc::socklen_t,
            )
        };
        assert_eq!(result, 0, "SO_LINGER is refused");
    }
}

/// What is wrong with a connection. The kernel says EAGAIN when it has waited in vain.
fn problem(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::WouldBlock => format!("nothing more in {PATIENCE:?}"),
        _ => error.to_string(),
    }
}

/// The bytes as text, cut in the middle when they are many.
pub fn excerpt(bytes: &[u8]) -> String {
    match bytes.len() {
        ..=400 => bytes.escape_ascii().to_string(),
        length => format!(
            "{}… {} bytes …{}",
            bytes[..200].escape_ascii(),
            length - 400,
            bytes[length - 200..].escape_ascii()
        ),
    }
}
