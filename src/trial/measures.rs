//! What a trial measures of its program: all of its processes together.
//!
//! A program could hide from what is measured: by processes that we may not look at, or by moving on from
//! process to process faster than we look. Such a program fails.

use super::Trial;
use super::usage::Ledger;
use super::waits::until_quiet;
use crate::bytes::printable;
use crate::check::Problem;
use crate::xray::{Meeting, Waiter};
use crate::{procfs, sockets, xray};
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};
use std::{process, thread};

/// How long to wait before each look at the threads, in milliseconds. The pauses differ, so that no
/// program takes its turns in step with them.
const PAUSES: [u64; 4] = [0, 3, 10, 25];

impl Trial {
    /// Every process of the program.
    pub fn processes(&self) -> Vec<u32> {
        self.shared.program.borrow().processes()
    }

    pub fn threads(&self) -> Result<usize, Problem> {
        self.count(|process| procfs::threads(process).len())
    }

    pub fn descriptors(&self) -> Result<usize, Problem> {
        self.count(procfs::count_descriptors)
    }

    /// Fails a program of which a process hides: that one may do anything.
    pub fn expect_visible(&self) -> Result<(), Problem> {
        const LOOKS: u32 = 10;
        let mut hidden = None;
        for _ in 0..LOOKS {
            hidden = self.processes().into_iter().find(|&one| procfs::hides_descriptors(one));
            if hidden.is_none() {
                break;
            }
            thread::sleep(Duration::from_millis(5)); // it may be ending
        }
        hidden.map_or(Ok(()), |process| Err(self.hides(process)))
    }

    /// Fails a program of which another program serves the clients: those of two trials of a push can pass
    /// sockets to each other, through files that both see, and here only one of them is looked at.
    pub fn expect_served_here(&self) -> Result<(), Problem> {
        const LOOKS: u32 = 20;
        for _ in 0..LOOKS {
            if !self.is_served_elsewhere() {
                return Ok(());
            }
            // A right program may pass a socket from one of its processes to another.
            thread::sleep(Duration::from_millis(10));
        }
        Err(self.found(
            "A connection of a client, or the socket that listens, is open in none of the program's \
             processes: another program has it, by SCM_RIGHTS in unix(7). So nothing shows that this \
             program is right."
                .to_owned(),
        ))
    }

    /// Fails a program of which another one, in a trial at the same time, has a connection open as well.
    pub fn expect_served_here_alone(&self) -> Result<(), Problem> {
        let ports = self.shared.ports.borrow();
        let ends: HashSet<u64> =
            ports.iter().filter_map(|&(_, port)| Some(sockets::server_end(port)?.inode)).collect();
        let own: HashSet<u32> = self.processes().into_iter().collect();
        let others = procfs::descendants(process::id()).into_iter();
        let mut others = others.filter(|process| !own.contains(process));
        if others.any(|other| !reached_by(other).is_disjoint(&ends)) {
            return Err(self.found(
                "The program of another trial has a connection of these clients open: it was passed by \
                 SCM_RIGHTS in unix(7). So nothing shows that this program is right."
                    .to_owned(),
            ));
        }
        Ok(())
    }

    fn is_served_elsewhere(&self) -> bool {
        let ports = self.shared.ports.borrow();
        let ends = ports.iter().filter_map(|&(_, port)| Some(sockets::server_end(port)?.inode));
        // A connection that is not accepted yet has none.
        let mut inodes = ends.chain(sockets::listener()).filter(|&inode| inode != 0);
        let held: HashSet<u64> =
            self.processes().into_iter().flat_map(procfs::socket_inodes).collect();
        inodes.any(|inode| !held.contains(&inode))
    }

    /// Adds up something of all processes. The sum holds only if they are the same afterwards.
    fn count(&self, of_process: fn(u32) -> usize) -> Result<usize, Problem> {
        const LOOKS: u64 = 10;
        for look in 1..=LOOKS {
            let processes = self.processes();
            let sum = processes.iter().copied().map(of_process).sum();
            self.expect_visible()?;
            if self.processes() == processes {
                return Ok(sum);
            }
            // A right program may be starting or ending a process.
            thread::sleep(Duration::from_millis(3 * look));
        }
        Err(self.keeps_starting())
    }

    fn hides(&self, process: u32) -> Problem {
        self.found(format!(
            "A process of the program hides what it has open ({}): /proc/PID/fd cannot be read, so \
             nothing shows that the program is right. A process hides with PR_SET_DUMPABLE in prctl(2), \
             if it changes its user, or if the file of its program may be executed and not read.",
            printable(&procfs::name(process))
        ))
    }

    /// What is wrong with a program that is never the same processes.
    pub fn keeps_starting(&self) -> Problem {
        self.found(
            "The program keeps starting processes although nobody asks for anything: each time we \
             looked, there were others, so nothing shows that the program is right."
                .to_owned(),
        )
    }

    /// Fails a program that moves on from process to process. It may take its time to start some.
    pub fn expect_settled(&self) -> Result<(), Problem> {
        const PAUSE: Duration = Duration::from_millis(20);
        const QUIET: u32 = 4;
        const MOST: Duration = Duration::from_secs(3);
        let start = Instant::now();
        let mut activity = self.activity();
        let mut quiet = 0;
        while quiet < QUIET {
            if start.elapsed() > MOST {
                return Err(self.keeps_starting());
            }
            let births = activity.births;
            self.sleep_until(Instant::now() + PAUSE)?;
            activity.look();
            quiet = if activity.births == births { quiet + 1 } else { 0 };
        }
        Ok(())
    }

    /// The threads that wait for clients at the same moment if there are several; empty if there is one.
    /// Threads may take turns while we look at one after the other, so a thread counts only if it waits
    /// in two consecutive looks.
    pub fn rival_waiters(&self) -> Vec<Waiter> {
        let meeting = Meeting::new(self.shared.ports.borrow().iter().map(|&(_, port)| port));
        let mut before: Vec<u32> = Vec::new();
        for pause in PAUSES {
            thread::sleep(Duration::from_millis(pause));
            let mut waiters = meeting.waiters(&self.processes());
            let now = waiters.iter().map(|waiter| waiter.thread).collect();
            waiters.retain(|waiter| before.contains(&waiter.thread));
            if waiters.len() > 1 {
                return waiters;
            }
            before = now;
        }
        Vec::new()
    }

    /// How many threads run within a moment, though nobody asks for anything: those that look for work again
    /// and again, and never wait for it.
    pub fn restless_threads(&self) -> Result<usize, Problem> {
        const MOMENT: Duration = Duration::from_millis(200);
        let before = turns(&self.processes());
        self.sleep_until(Instant::now() + MOMENT)?;
        let has_run = |(thread, turns): &(u32, [u64; 3])| {
            before.get(thread).is_some_and(|before| before != turns)
        };
        Ok(turns(&self.processes()).into_iter().filter(has_run).count())
    }

    /// Begins to take down which threads of the program run.
    pub fn service(&self) -> Service {
        Service { before: at_rest(&self.processes()), roused: HashSet::new() }
    }

    /// How many connections to clients of this check the program has open: those of clients that have
    /// left, too. A descriptor that is on its way to a process (SCM_RIGHTS in unix(7)) belongs to none,
    /// and its connection is here all the same.
    pub fn connections(&self) -> usize {
        let ports = self.shared.ports.borrow();
        ports.iter().filter(|&&(_, port)| sockets::server_end(port).is_some()).count()
    }

    /// Begins to watch what the program does.
    pub fn activity(&self) -> Activity<'_> {
        let mut activity = Activity {
            trial: self,
            reapers: reapers(&self.processes()),
            seen: HashSet::new(),
            ledger: Ledger::new(),
            used: Duration::ZERO,
            births: 0,
        };
        activity.look();
        activity.births = 0;
        activity
    }

    /// For how long the program's threads could have run, and had to wait for a processor.
    pub fn time_in_queue(&self) -> Duration {
        let threads = self.processes().into_iter().flat_map(procfs::threads);
        threads.map(procfs::time_in_queue).sum()
    }
}

/// The inodes of what a process has open, or watches: an epoll instance goes on to watch what was closed, as
/// long as another process has it open.
fn reached_by(process: u32) -> HashSet<u64> {
    let descriptors = procfs::descriptors(process).into_iter();
    let watched = descriptors.flat_map(|number| procfs::epoll_watches(process, number.into()));
    let open = procfs::socket_inodes(process);
    open.into_iter().chain(watched.map(|watched| watched.inode)).collect()
}

/// The turns on a processor that each thread has had.
fn turns(processes: &[u32]) -> HashMap<u32, [u64; 3]> {
    let threads = processes.iter().copied().flat_map(procfs::threads);
    threads.filter_map(|thread| Some((thread, procfs::turns(thread)?))).collect()
}

/// Which threads clients rouse. Where a thread waits it can hide, since it could change what its call names
/// while it is in it; that it runs, it cannot.
pub struct Service {
    /// What each thread did before, when nobody asked for anything.
    before: HashMap<u32, Rest>,
    /// Each thread that has run, and was not called by another one.
    pub roused: HashSet<u32>,
}

/// A thread at rest: the turns that it has had, and whether only another thread can call it.
struct Rest {
    turns: [u64; 3],
    waits_for_a_thread: bool,
}

impl Service {
    /// Takes down who has run since the last time, when nobody does any more. Gives how many these are.
    pub fn look(&mut self, trial: &Trial) -> usize {
        let processes = trial.processes(); // to find them takes a while
        until_quiet(&processes);
        let now = at_rest(&processes);
        let all: HashSet<u32> = self.before.keys().chain(now.keys()).copied().collect();
        let turns = |at: &HashMap<u32, Rest>, thread| at.get(&thread).map(|rest| rest.turns);
        let mut count = 0;
        for thread in all.into_iter().filter(|&one| turns(&self.before, one) != turns(&now, one)) {
            count += 1;
            if !self.before.get(&thread).is_some_and(|rest| rest.waits_for_a_thread) {
                self.roused.insert(thread);
            }
        }
        self.before = now;
        count
    }
}

fn at_rest(processes: &[u32]) -> HashMap<u32, Rest> {
    let turns = turns(processes).into_iter();
    let rest = |turns, thread| Rest { turns, waits_for_a_thread: xray::waits_for_a_thread(thread) };
    turns.map(|(thread, turns)| (thread, rest(turns, thread))).collect()
}

/// What the program does from one moment on: by processes that end meanwhile, too.
pub struct Activity<'a> {
    trial: &'a Trial,
    /// Our own processes that wait for those whose parents have ended: the time of those passes to them.
    reapers: Vec<u32>,
    /// Every process of the program that was seen and may be there still.
    seen: HashSet<u32>,
    ledger: Ledger,
    /// The processor time that it has used.
    pub used: Duration,
    /// At how many looks there were processes that had not been there before.
    pub births: u32,
}

impl Activity<'_> {
    /// Looks again and again until a moment of the check's choosing: a process whose parent ignores
    /// SIGCHLD takes its time with it when it ends, see wait(2).
    pub fn watch_until(&mut self, moment: Instant) -> Result<(), Problem> {
        const PAUSE: Duration = Duration::from_millis(25);
        while Instant::now() < moment {
            self.trial.sleep_until(moment.min(Instant::now() + PAUSE))?;
            self.look();
        }
        Ok(())
    }

    fn look(&mut self) {
        let processes = self.trial.processes();
        self.births += u32::from(processes.iter().any(|process| !self.seen.contains(process)));
        self.seen.extend(processes);
        // One that a look has missed is there still: it must not seem to have ended and to be new.
        let all = self.seen.iter().chain(&self.reapers).copied();
        let usages = all.filter_map(|process| Some((process, procfs::usage(process)?)));
        let usages: HashMap<_, _> = usages.collect();
        self.seen.retain(|process| usages.contains_key(process));
        self.used = self.ledger.add(usages);
    }
}

/// The processes between us and the program: our init, and bubblewrap's.
fn reapers(processes: &[u32]) -> Vec<u32> {
    let parent = |process| procfs::usage(process).map(|usage| usage.parent);
    let path = |&process: &u32| {
        let mut path = vec![parent(process)?];
        while *path.last()? != process::id() {
            path.push(parent(*path.last()?)?);
        }
        path.pop();
        path.retain(|process| !processes.contains(process));
        Some(path)
    };
    processes.iter().find_map(path).unwrap_or_default()
}
