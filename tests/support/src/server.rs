//! A server under test, started on a port of its own and ended with the value.

use crate::Process;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, Stdio};

pub struct Server {
    child: Child,
    /// Kept open: a server that prints to a closed pipe would see an error.
    _stdout: BufReader<ChildStdout>,
    pub port: u16,
}

impl Server {
    /// Starts a stage, on a port that the kernel chooses.
    pub fn stage(program: impl AsRef<OsStr>) -> Server {
        let mut command = Command::new(program);
        command.args(["--port", "0"]);
        Server::stage_as(command)
    }

    /// Starts a stage with a command that prints the stage's ready line, such as a shell that sets a
    /// limit and then executes it.
    pub fn stage_as(command: Command) -> Server {
        let (child, stdout, line) = start(command, "listening on 127.0.0.1:");
        let port = line.rsplit(':').next().and_then(|port| port.trim().parse().ok());
        Server {
            child,
            _stdout: stdout,
            port: port.expect("the line that says ready ends in a port"),
        }
    }

    /// Starts a real redis-server that keeps nothing on disk.
    pub fn redis() -> Server {
        // Between our closing the port and Redis's binding it, another program may take it.
        for _ in 0..5 {
            let port = free_port();
            let mut command = Command::new("redis-server");
            command.args(["--port", &port.to_string(), "--bind", "127.0.0.1"]);
            command.args(["--save", "", "--appendonly", "no"]);
            let (child, stdout, line) = start(command, "eady to accept connections");
            if !line.is_empty() {
                return Server { child, _stdout: stdout, port };
            }
        }
        panic!("redis-server did not start on any of five free ports");
    }

    pub fn process(&self) -> Process {
        Process { pid: self.child.id() }
    }

    /// The child, for its exit status.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a program and reads its output up to the line that contains `ready`, which it returns;
/// the line is empty when the output ends before.
fn start(mut command: Command, ready: &str) -> (Child, BufReader<ChildStdout>, String) {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    let mut stdout = BufReader::new(child.stdout.take().expect("its output is a pipe"));
    let mut line = String::new();
    while stdout.read_line(&mut line).is_ok_and(|length| length > 0) && !line.contains(ready) {
        line.clear();
    }
    (child, stdout, line)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("a bound socket has an address").port()
}
