//! A trial: the program under test in a private place, and the clients that talk to it.

mod busy;
pub mod cgroup;
mod client;
pub mod init;
mod measures;
pub mod memory;
pub mod namespaces;
mod place;
mod program;
pub mod sandbox;
mod starvation;
pub mod supervised;
mod transcript;
mod usage;
pub mod users;
mod waits;

pub use client::Client;
pub use place::Place;
pub use transcript::{Entry, Event, Lane};

use crate::check::{Failure, Problem, Symptom};
use crate::resp::Reply;
use crate::sockets;
use crate::xray::{self, Xray};
use busy::Window;
use program::Program;
use std::cell::{Cell, RefCell};
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use supervised::Ending;
use transcript::Transcript;

/// The port that every program under test listens on.
pub const PORT: u16 = 6379;

/// How long a client waits for a reply before it calls the server silent.
const PATIENCE: Duration = Duration::from_secs(2);
/// The same once a client has waited in vain: a program that answers nothing is not to take long.
const LESS_PATIENCE: Duration = Duration::from_millis(500);
/// How long a whole check may take, however promptly each reply comes.
const CHECK_TIME: Duration = Duration::from_secs(20);
/// How long a program that is closing connections may take to end.
const ENDING: Duration = Duration::from_millis(300);

/// The program to grade, and how.
#[derive(Clone, Debug)]
pub struct Subject {
    pub program: Vec<OsString>,
    pub place: Place,
    /// How long it may take from its start until it listens.
    pub start_time: Duration,
    /// Whether one thread has to serve all clients.
    pub one_thread: bool,
}

/// One running program and its clients. A trial belongs to one thread, which has a network of its own.
pub struct Trial {
    shared: Rc<Shared>,
    subject: Subject,
    /// Random values, the same for the same seed, stage and check.
    pub random: fastrand::Rng,
}

/// What clients share with their trial.
struct Shared {
    program: RefCell<Program>,
    transcript: RefCell<Transcript>,
    /// The ports of all clients of the check, by lane.
    ports: RefCell<Vec<(Lane, u16)>>,
    patience: Cell<Duration>,
    /// When the check has to be over.
    deadline: Cell<Instant>,
    note: Cell<Option<String>>,
    /// Set when nobody is interested in the trial any more.
    cancelled: Arc<AtomicBool>,
    window: RefCell<Window>,
}

impl Trial {
    /// Starts the program and waits until it listens, or does not.
    pub fn start(
        subject: &Subject,
        cancelled: Arc<AtomicBool>,
    ) -> io::Result<(Trial, Result<(), Problem>)> {
        let program = Program::start(&subject.program, &subject.place)?;
        let window = Window::start()?;
        let trial = Trial {
            shared: Rc::new(Shared {
                program: RefCell::new(program),
                transcript: RefCell::new(Transcript::new()),
                ports: RefCell::default(),
                patience: Cell::new(PATIENCE),
                deadline: Cell::new(Instant::now() + CHECK_TIME),
                note: Cell::default(),
                cancelled,
                window: RefCell::new(window),
            }),
            subject: subject.clone(),
            random: fastrand::Rng::with_seed(0),
        };
        let listening = trial.await_listener();
        Ok((trial, listening))
    }

    /// Begins a check: forgets the conversation of the one before.
    pub fn begin(&mut self, seed: u64) {
        self.random = fastrand::Rng::with_seed(seed);
        *self.shared.transcript.borrow_mut() = Transcript::new();
        self.shared.ports.borrow_mut().clear();
        self.shared.deadline.set(Instant::now() + CHECK_TIME);
        self.watch_machine();
    }

    /// Waits less from now on, as for a program that has been silent before.
    pub fn lose_patience(&self) {
        self.shared.patience.set(LESS_PATIENCE);
    }

    pub fn patience(&self) -> Duration {
        self.shared.patience()
    }

    /// Adds something to the result that the reader should know, although the check passes.
    pub fn note(&self, text: &str) {
        self.shared.note.set(Some(text.to_owned()));
    }

    pub fn take_note(&self) -> Option<String> {
        self.shared.note.take()
    }

    pub fn is_one_thread_demanded(&self) -> bool {
        self.subject.one_thread
    }

    pub fn connect(&self) -> Result<Client, Problem> {
        let lane = self.shared.transcript.borrow_mut().new_lane();
        let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, PORT);
        // Not less, however often the program was silent: where the queue is full for a moment, the
        // kernel repeats after a second what was dropped.
        match TcpStream::connect_timeout(&address.into(), PATIENCE) {
            Ok(stream) => {
                let client = Client::new(stream, lane, Rc::clone(&self.shared));
                self.shared.ports.borrow_mut().push((lane, client.port()));
                self.shared.transcript.borrow_mut().add(lane, Event::Connected);
                Ok(client)
            }
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                // The queue is full, and the kernel drops what a client sends.
                Err(self.shared.failed(Symptom::NotAccepted(PATIENCE), Some(lane), None))
            }
            Err(_) => {
                self.shared.transcript.borrow_mut().add(lane, Event::Refused);
                Err(self.shared.failed(Symptom::Refused, Some(lane), None))
            }
        }
    }

    /// The check's own finding, in a sentence, where it is a matter of time.
    pub fn measured(&self, finding: String) -> Problem {
        self.shared.failed(Symptom::Measured(finding), None, None)
    }

    /// The check's own finding, in a sentence, which no busy machine can be the reason of.
    pub fn found(&self, finding: String) -> Problem {
        self.shared.failed(Symptom::Found(finding), None, None)
    }

    /// Fails if the program has ended.
    pub fn expect_running(&self) -> Result<(), Problem> {
        // The listener closes with the program, a little before its end is known.
        let patience = if self.is_listening() { Duration::ZERO } else { ENDING };
        match self.ending(patience) {
            None => Ok(()),
            Some(ending) => Err(self.shared.ended(ending, None)),
        }
    }

    /// Starts the program anew, where nobody has connected to it yet.
    pub fn start_anew(&mut self) -> Result<(), Problem> {
        self.program_ends();
        self.shared.program.borrow_mut().stop();
        namespaces::renew_network()
            .map_err(|error| Problem::Delayed(format!("no private network: {error}")))?;
        self.restart()
    }

    /// Kills the program, and starts it again in the same place.
    pub fn restart(&mut self) -> Result<(), Problem> {
        self.program_ends();
        self.shared.program.borrow_mut().stop();
        let program = Program::start(&self.subject.program, &self.subject.place)
            .map_err(|error| Problem::Delayed(format!("the program did not start: {error}")))?;
        *self.shared.program.borrow_mut() = program;
        self.await_listener()
    }

    fn ending(&self, patience: Duration) -> Option<Ending> {
        self.shared.program.borrow().ending(patience)
    }

    /// Looks at the kernel's table of sockets: a connection just to find out could disturb a server
    /// that is easily disturbed, before any check has begun.
    fn is_listening(&self) -> bool {
        sockets::listener().is_some()
    }
}

fn cancelled() -> Problem {
    Problem::Delayed("the trial was cancelled".to_owned())
}

impl Shared {
    fn patience(&self) -> Duration {
        self.patience.get()
    }

    /// What it means that the program is over.
    fn ended(&self, ending: Ending, lane: Option<Lane>) -> Problem {
        match ending {
            Ending::Ran(how) => self.failed(Symptom::Exited(how), lane, None),
            Ending::NotRun(why) => {
                let said = self.program.borrow().output(ENDING);
                let said = String::from_utf8_lossy(&said);
                let said = said.lines().next().map_or(String::new(), |line| format!(" ({line})"));
                Problem::Delayed(format!("the program could not be started: {why}{said}"))
            }
        }
    }

    /// Takes down all that can be known at this moment.
    fn failed(&self, symptom: Symptom, lane: Option<Lane>, expected: Option<&Reply>) -> Problem {
        let program = self.program.borrow();
        // What looks like a closed connection may be the end of the program.
        let patience = match symptom {
            Symptom::Closed { .. } | Symptom::Reset { .. } | Symptom::Refused => Some(ENDING),
            Symptom::Silence { .. } | Symptom::NotAccepted(_) => Some(Duration::ZERO),
            _ => None,
        };
        let symptom = match patience.and_then(|patience| program.ending(patience)) {
            Some(Ending::Ran(how)) => Symptom::Exited(how),
            Some(Ending::NotRun(why)) => return Problem::Delayed(why),
            None => symptom,
        };
        let xray: Option<Xray> = match symptom {
            Symptom::Exited(_) => None,
            _ => {
                // What it did when the symptom was seen is over, where nobody had to wait for it.
                if !symptom.is_silence() {
                    self.until_quiet();
                }
                Some(xray::take(&program.processes(), &self.ports.borrow()))
            }
        };
        let output = program.output(match symptom {
            Symptom::Exited(_) => ENDING,
            _ => Duration::ZERO,
        });
        Problem::Failed(Box::new(Failure {
            symptom,
            lane,
            expected: expected.cloned(),
            transcript: self.transcript.borrow().entries().to_vec(),
            xray,
            output,
        }))
    }
}
