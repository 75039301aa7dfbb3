//! The stages and a real Redis get the same bytes, and have to answer with the same bytes.
//!
//! Thousands of random streams, others in every run; `SEED=number` repeats a run.

mod samples;
mod streams;

use rand::RngExt;
use rand::rngs::SmallRng;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::{env, fs, thread};
use streams::Stream;
use test_support::request::array;
use test_support::{Client, Need, Server, Stage, Suite, eventually, excerpt, in_one_of};

/// The first stage that parses requests.
const ECHO: usize = 2;
/// How many random streams a stage gets, and how many the last one, which has all commands.
const STREAMS: u32 = 500;
const STREAMS_OF_THE_LAST: u32 = 3000;
/// The files that decide what is too long.
const REQUESTS: &[&str] =
    &["parser.rs", "inline.rs", "connection.rs", "event_loop.rs", "poller.rs"];
/// And those that decide when a key is gone.
const TIME: &[&str] = &["clock.rs"];
/// The longest line that is waited for.
const MAX_LINE: usize = 64 * 1024;

fn main() {
    let seed: u32 = match env::var("SEED") {
        Ok(seed) => seed.parse().expect("SEED is a number of 32 bits"),
        Err(_) => rand::make_rng::<SmallRng>().random(),
    };
    eprintln!("SEED={seed} repeats the random streams of this run");
    let last = stages().last().map(|stage| stage.number);
    let mut suite = Suite::default();
    for stage in stages() {
        let count = if Some(stage.number) == last { STREAMS_OF_THE_LAST } else { STREAMS };
        let name = format!("stage{}_answers_random_streams_as_redis_does", stage.number);
        suite = suite.test_with(&[Need::REDIS_SERVER], &name, move || {
            let streams = (0..count).map(|number| Stream::random(seed, number, stage.number));
            compare(&stage, streams, &format!("of SEED={seed}"));
        });
    }
    for stage in in_one_of(REQUESTS, stages()) {
        let name = format!("stage{}_has_the_limits_of_redis", stage.number);
        suite = suite.test_with(&[Need::REDIS_SERVER], &name, move || {
            compare(&stage, streams_at_the_limits(), "at the limits");
        });
    }
    for stage in in_one_of(TIME, stages()) {
        let (before, still) = (stage.clone(), stage);
        let name = format!("stage{}_keeps_deadlines_before_1970", before.number);
        suite = suite.test_with(&[Need::FAKETIME], &name, move || before_1970(&before));
        let name = format!("in_stage{}_time_stands_still_within_a_command", still.number);
        suite = suite.test_with(&[Need::FAKETIME], &name, move || between_two_readings(&still));
    }
    suite.run()
}

/// An hour before 1970, points in time from 1970 on are ahead, and times from now are as ever. (With the
/// library that tells it so, a real Redis does not start.)
fn before_1970(stage: &Stage) {
    let server = with_clock(stage, "@1969-12-31 23:00:00");
    let mut client = Client::connect(server.port);
    for deadline in ["PX 100000", "EX 10", "PXAT 500", "EXAT 1"] {
        client
            .exchange(format!("SET key value {deadline}\r\nGET key\r\n"), "+OK\r\n$5\r\nvalue\r\n");
    }
    client.exchange("SET key value PX 100\r\n", "+OK\r\n");
    eventually("the key is gone", || Client::ask(server.port, "GET key\r\n") == "$-1\r\n");
}

/// A clock that goes on by a second with each reading: a command that looks at a key twice finds it twice,
/// or not at all.
fn between_two_readings(stage: &Stage) {
    let server = with_clock(stage, "@2030-01-01 00:00:00 i1.0");
    for seconds in 1..20 {
        let set = format!("SET key old EX {seconds}\r\n");
        let replies = Client::ask(server.port, set + "SET key new XX GET\r\nGET key\r\n");
        // Once it is gone, XX does not bring it back.
        let is_of_two_minds = replies.contains("$-1\r\n$3\r\nnew");
        assert!(!is_of_two_minds, "with EX {seconds}, it has found no key, and has set it");
    }
}

/// Starts a stage to which the C library tells this time; see README in libfaketime.
fn with_clock(stage: &Stage, time: &str) -> Server {
    let mut shell = Command::new("sh");
    let preload = "LD_PRELOAD=$(ls /usr/lib/*/faketime/libfaketime.so.1) exec \"$0\" --port 0";
    shell.args(["-c", preload]).arg(&stage.program).envs([("FAKETIME", time), ("TZ", "UTC")]);
    Server::stage_as(shell)
}

/// Those that parse requests.
fn stages() -> Vec<Stage> {
    let stages = test_support::stages(env!("CARGO_BIN_EXE_stage0"));
    stages.into_iter().skip(ECHO).collect()
}

/// Lines of the greatest length, and longer ones. Redis takes a line of any length if it happens to
/// read the end together with the rest, so the end comes when the rest has been read.
fn streams_at_the_limits() -> impl Iterator<Item = Stream> {
    let lines = [
        ("", "ECHO ", "\n"),
        ("", "*", "\r\n"),
        ("*2\r\n$4\r\nECHO\r\n", "$", "\r\n"),
        ("", "ECHO \0\n", "\n"),
        ("", "*1\0\r\n", "\r\n"),
        ("*2\r\n$4\r\nECHO\r\n", "$1\0\r\n", "\r\n"),
    ];
    let cases = lines.into_iter().flat_map(|line| [(line, MAX_LINE), (line, MAX_LINE + 1)]);
    cases.map(|((before, start, end), length)| {
        let line = format!("{before}{start}{}", "1".repeat(length - start.len()));
        let rest = [end.as_bytes(), &array(&["ECHO", "the end"])].concat();
        Stream { pieces: vec![line.into(), rest], last_reply: b"$7\r\nthe end\r\n".to_vec() }
    })
}

/// Sends streams to a stage and to Redis, one after the other, and fails at the first difference.
fn compare(stage: &Stage, streams: impl Iterator<Item = Stream>, which: &str) {
    let mut redis = Subject::new(Server::redis(), true);
    // Stage 2 serves one client at a time.
    let mut subject = Subject::new(Server::stage(&stage.program), stage.number > ECHO);
    for (number, stream) in streams.enumerate() {
        let expected = redis.answer(&stream);
        assert_ne!(expected.end, End::Silence, "stream {number} {which} has no end");
        let answer = subject.answer(&stream);
        if answer != expected {
            let quoted = |piece: &Vec<u8>| format!("  \"{}\"\n", excerpt(piece));
            let pairs = expected.replies.iter().zip(&answer.replies);
            let same = pairs.take_while(|(expected, replied)| expected == replied).count();
            panic!(
                "stream {number} {which} is answered differently. In pieces, it is\n\
                 {}to which both answer\n  \"{}\"\nthen redis-server\n  {}\nbut stage{}\n  {}",
                stream.pieces.iter().map(quoted).collect::<String>(),
                excerpt(&expected.replies[..same]),
                expected.after(same),
                stage.number,
                answer.after(same),
            );
        }
    }
}

/// A server to compare.
struct Subject {
    server: Server,
    /// Another client, that tells from its own replies how far the server has come.
    bystander: Option<TcpStream>,
}

impl Subject {
    fn new(server: Server, serves_many: bool) -> Subject {
        let bystander = serves_many.then(|| Client::connect(server.port).stream);
        Subject { server, bystander }
    }

    fn answer(&mut self, stream: &Stream) -> Answer {
        let socket = Client::connect(self.server.port).stream;
        let mut answer = thread::scope(|scope| {
            // Reads meanwhile: who is not read may stop reading.
            let reader = scope.spawn(|| Answer::read(&socket, Some(&stream.last_reply)));
            for piece in &stream.pieces {
                let sent = (&socket).write_all(piece);
                if sent.and_then(|()| self.wait_until_read(&socket, piece.len())).is_err() {
                    break; // an error in the stream made the server close
                }
            }
            reader.join().expect("reading does not panic")
        });
        if self.bystander.is_some() && answer.end == End::Open {
            // The stream may go on behind its last request, with something that deserves no reply.
            socket.set_nonblocking(true).expect("a socket can be");
            let rest = Answer::read(&socket, None);
            answer.replies.extend(rest.replies);
            if rest.end == End::Closed {
                answer.end = End::Closed;
            }
        }
        answer
    }

    /// Waits until the server has read what was sent last, so that it sees the cuts of a stream.
    fn wait_until_read(&mut self, socket: &TcpStream, length: usize) -> io::Result<()> {
        let Some(bystander) = &mut self.bystander else {
            // It costs time, and only a long line is read differently in other pieces.
            if length > 16_384 {
                let port = socket.local_addr()?.port();
                eventually("what was sent is read", || unread(self.server.port, port) == 0);
            }
            return Ok(());
        };
        // A server reads once from every client that is ready, 16 KB or more, before it looks again
        // who is ready. The first reply may come from a turn that has begun before.
        for _ in 0..2 + length / 16_384 {
            bystander.write_all(b"PING\r\n")?;
            bystander.read_exact(&mut [0; "+PONG\r\n".len()])?;
        }
        Ok(())
    }
}

/// How much has arrived at a port from another one, and is not read yet; see proc_net_tcp in the kernel's
/// documentation.
fn unread(port: u16, from: u16) -> u64 {
    let sockets = fs::read_to_string("/proc/net/tcp").expect("proc is mounted");
    let ends = [port, from].map(|port| format!(":{port:04X}"));
    let mut unread = sockets.lines().filter_map(|line| {
        let [_, local, remote, _, queues, ..] = line.split_whitespace().collect::<Vec<_>>()[..]
        else {
            return None;
        };
        let is_it = local.ends_with(&ends[0]) && remote.ends_with(&ends[1]);
        let (_, received) = queues.split_once(':').filter(|_| is_it)?;
        u64::from_str_radix(received, 16).ok()
    });
    unread.next().unwrap_or(0)
}

/// What a server has answered.
#[derive(PartialEq)]
struct Answer {
    replies: Vec<u8>,
    end: End,
}

/// What comes after the replies.
#[derive(Debug, PartialEq)]
enum End {
    /// The connection is open: all that was due has come.
    Open,
    /// The server has closed the connection.
    Closed,
    /// Nothing comes, not even what is due.
    Silence,
}

impl Answer {
    fn read(mut socket: &TcpStream, last_reply: Option<&[u8]>) -> Answer {
        let mut replies = Vec::new();
        let mut chunk = [0; 64 * 1024];
        let end = loop {
            match socket.read(&mut chunk) {
                Ok(0) => break End::Closed,
                Ok(length) => replies.extend_from_slice(&chunk[..length]),
                // It closed before it had read everything; what it wrote has arrived.
                Err(error) if error.kind() == ErrorKind::ConnectionReset => break End::Closed,
                Err(_) => break End::Silence,
            }
            if last_reply.is_some_and(|reply| replies.ends_with(reply)) {
                break End::Open;
            }
        };
        Answer { replies, end }
    }

    /// The answer after so many bytes, in words.
    fn after(&self, start: usize) -> String {
        let end = match self.end {
            End::Open => "is done",
            End::Closed => "closes the connection",
            End::Silence => "does not answer the rest",
        };
        format!("\"{}\" and {end}", excerpt(&self.replies[start..]))
    }
}
