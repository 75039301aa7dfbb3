//! The X-ray in words, for somebody who has never seen a system call.

use super::{Activity, Connection, Target, Thread, Xray};
use crate::trial::Lane;
use std::time::Duration;

/// The calls in which a program waits for bytes, and those in which it waits to be rid of some.
const READS: [&str; 7] = ["read", "readv", "recvfrom", "recvmsg", "recvmmsg", "preadv2", "splice"];
const WRITES: [&str; 7] =
    ["write", "writev", "sendto", "sendmsg", "sendmmsg", "pwritev2", "sendfile"];

impl Xray {
    /// What the program was doing, in sentences. `lane` has been waiting for `waited`, if anybody has.
    pub fn describe(&self, waiting: Option<(Lane, Duration)>) -> String {
        let mut text = self.activities();
        if let Some((lane, waited)) = waiting {
            text += &format!(
                ", while client {lane} has been waiting for {:.1} s",
                waited.as_secs_f64()
            );
            text += match self.connection(lane) {
                Some(Connection::NotAccepted) => " (its connection is not even accepted)",
                _ => "",
            };
        }
        if let Some(meaning) = self.meaning(waiting.map(|(lane, _)| lane)) {
            text += &format!("; {meaning}");
        }
        text += ".";
        if let Some(Connection::Open { unread: unread @ 1.. }) =
            waiting.and_then(|(lane, _)| self.connection(lane))
        {
            let lane = waiting.map_or(0, |(lane, _)| lane);
            text += &format!(" {} from client {lane} lie unread in its socket.", bytes(unread));
        }
        text
    }

    /// The numbers: threads, processor time, descriptors.
    pub fn figures(&self) -> String {
        let processes = match self.processes {
            0 | 1 => String::new(),
            count => format!(" in {count} processes"),
        };
        format!(
            "{} thread{}{processes}, {:.0} % of a processor, {} open descriptors",
            self.threads.len(),
            if self.threads.len() == 1 { "" } else { "s" },
            self.cpu_share * 100.0,
            self.descriptors
        )
    }

    fn activities(&self) -> String {
        // A runtime has threads of its own, which wait for the others; they tell nothing.
        let telling: Vec<&Thread> =
            self.threads.iter().filter(|thread| thread.is_telling()).collect();
        match (self.threads.len(), telling.as_slice()) {
            (0, _) => "it had no process left".to_owned(),
            (1, _) => format!("its only thread {}", self.doing(&self.threads[0])),
            (count, []) => format!("all of its {count} threads were waiting for each other"),
            (_, telling) => {
                let shown: Vec<String> = (telling.iter().take(3))
                    .map(|thread| format!("thread \"{}\" {}", thread.name, self.doing(thread)))
                    .collect();
                shown.join(", and ")
            }
        }
    }

    fn doing(&self, thread: &Thread) -> String {
        match &thread.activity {
            Activity::Running if self.cpu_share > 0.5 => {
                let percent = self.cpu_share * 100.0;
                format!("was running, and used {percent:.0} % of a processor")
            }
            Activity::Running => "was running".to_owned(),
            Activity::OnDescriptor { call, .. } => {
                let target = thread.targets.first().map_or("nothing".to_owned(), Target::name);
                format!("was waiting in {call} on {target}")
            }
            Activity::Watching { call, .. } if thread.targets.is_empty() => {
                format!("was waiting in {call}")
            }
            Activity::Watching { call, .. } => {
                format!("was waiting in {call} for {}", names(&thread.targets))
            }
            Activity::Sleeping { call } => format!("was sleeping in {call}"),
            Activity::Waiting { call } => format!("was waiting in {call}"),
            Activity::Unknown => "was waiting in the kernel".to_owned(),
        }
    }

    /// What such a picture usually means. `lane` is the client that waits.
    fn meaning(&self, lane: Option<Lane>) -> Option<String> {
        self.threads.iter().find_map(|thread| self.meaning_of(thread, lane))
    }

    fn meaning_of(&self, thread: &Thread, lane: Option<Lane>) -> Option<String> {
        let is_alone = self.threads.len() == 1;
        match (&thread.activity, thread.targets.as_slice()) {
            (Activity::OnDescriptor { call, .. }, [Target::Client(other)])
                if READS.contains(call) && lane.is_some_and(|lane| lane != *other) && is_alone =>
            {
                Some("a server that handles one client at a time does this".to_owned())
            }
            (Activity::OnDescriptor { call, .. }, [Target::OtherSocket])
                if READS.contains(call) && lane.is_some() && is_alone =>
            {
                Some("it waits for somebody else and not for this client".to_owned())
            }
            (Activity::OnDescriptor { call, .. }, [Target::Client(same)])
                if READS.contains(call) && lane == Some(*same) =>
            {
                Some("it has read everything and waits for more".to_owned())
            }
            (Activity::OnDescriptor { call, .. }, [Target::Client(other)])
                if WRITES.contains(call) =>
            {
                Some(format!(
                    "client {other} does not read, and a write to a blocking socket waits for it"
                ))
            }
            (Activity::OnDescriptor { call, .. }, [Target::Listener])
                if call.starts_with("accept") && is_alone =>
            {
                let lane = lane?;
                (self.connection(lane) != Some(Connection::NotAccepted)).then(|| {
                    format!("it waits for a new client, and does not come back to client {lane}")
                })
            }
            (Activity::Watching { .. }, targets) if !targets.is_empty() => {
                let lane = lane?;
                let is_open = matches!(self.connection(lane), Some(Connection::Open { .. }));
                if targets.contains(&Target::Client(lane)) {
                    Some(format!("it expects more from client {lane}"))
                } else {
                    is_open.then(|| format!("client {lane} is not among them"))
                }
            }
            (Activity::Sleeping { .. }, _) if lane.is_some() && is_alone => {
                Some("nobody is served while it sleeps".to_owned())
            }
            _ => None,
        }
    }

    fn connection(&self, lane: Lane) -> Option<Connection> {
        self.lanes.iter().find(|(other, _)| *other == lane).map(|(_, connection)| *connection)
    }
}

impl Thread {
    fn is_telling(&self) -> bool {
        match &self.activity {
            Activity::Waiting { .. } | Activity::Unknown => false,
            Activity::OnDescriptor { .. } | Activity::Watching { .. } => {
                self.targets.iter().any(|target| !matches!(target, Target::Other(_)))
            }
            Activity::Running | Activity::Sleeping { .. } => true,
        }
    }
}

impl Target {
    fn name(&self) -> String {
        match self {
            Target::Listener => "the listening socket".to_owned(),
            Target::Client(lane) => format!("client {lane}'s connection"),
            Target::OtherSocket => "a socket that is no client's of this check".to_owned(),
            Target::Other(name) => name.clone(),
        }
    }
}

/// All targets in a few words: many clients are counted.
fn names(targets: &[Target]) -> String {
    let clients = targets.iter().filter(|target| matches!(target, Target::Client(_))).count();
    let mut names: Vec<String> = targets
        .iter()
        .filter(|target| match target {
            Target::Client(_) => clients <= 3,
            Target::Listener | Target::OtherSocket => true,
            Target::Other(_) => false, // a pipe of the runtime's own
        })
        .map(Target::name)
        .collect();
    if clients > 3 {
        names.push(format!("{clients} clients"));
    }
    names.dedup();
    match names.as_slice() {
        [] => "nothing that is a client's".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn bytes(count: u64) -> String {
    match count {
        1 => "1 byte".to_owned(),
        _ => format!("{count} bytes"),
    }
}
