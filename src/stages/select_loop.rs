//! Stage 3: many clients at once, served by one thread, and none of them waits for another.

use super::{bytes, echo, ping, word};
use crate::check::{Check, Problem};
use crate::resp::Reply;
use crate::trial::{Client, Trial};
use crate::xray::Waiter;
use std::thread;
use std::time::{Duration, Instant};

pub const CHECKS: &[Check] = &[
    Check { name: "two clients are served in turn", run: two_clients, cause: ONE_AT_A_TIME },
    Check { name: "ten clients are served in any order", run: ten_clients, cause: ONE_AT_A_TIME },
    Check {
        name: "a client that says nothing delays nobody",
        run: a_silent_client,
        cause: ONE_AT_A_TIME,
    },
    Check {
        name: "requests that arrive in turns of a few bytes are not mixed up",
        run: interleaved_pieces,
        cause: "clients share one buffer; each needs its own",
    },
    Check {
        name: "a client stuck in the middle of a request delays nobody",
        run: a_stuck_client,
        cause: "the server waits for the rest of a request; what has come has to be kept with \
                its client, while the others are served",
    },
    Check {
        name: "a client that never reads its replies delays nobody",
        run: a_client_that_never_reads,
        cause: "a write to a client that does not read blocks; make the sockets nonblocking and \
                keep what they do not take",
    },
    Check {
        name: "a client that reads late gets the whole of a long reply",
        run: a_late_reader,
        cause: "a nonblocking socket takes only as much of a reply as has room, and says how much \
                that was: keep the rest, and write it when the socket is ready again",
    },
    Check {
        name: "two hundred clients are served at once",
        run: two_hundred_clients,
        cause: "clients have places in a table of fixed size; let it grow with them",
    },
    Check {
        name: "clients that leave or reset in the middle of a request disturb nobody",
        run: clients_that_leave,
        cause: "an error on one client's connection must end that connection only",
    },
    Check {
        name: "a client that sends no more still gets all of its replies",
        run: a_half_closed_client,
        cause: "the end of a client's stream is no reason to forget what it is owed",
    },
    Check {
        name: "many requests in one packet are answered for several clients",
        run: pipelines,
        cause: "one read was taken for one request; a read may bring several",
    },
    Check {
        name: "one thread serves all clients",
        run: one_thread,
        cause: "each client has a thread or a process of its own, or several that were made in \
                advance share the clients; in this stage, one thread waits for all of them \
                (select, poll, epoll, kqueue or an event loop on top)",
    },
    Check {
        name: "with nothing to do, the program sleeps",
        run: asleep,
        cause: "the loop asks again and again instead of waiting until something happens: give \
                select or poll no timeout",
    },
    Check {
        name: "two hundred connections later, no descriptor is left open",
        run: no_leak,
        cause: "connections of clients that have left are not closed",
    },
];

/// The kernel lets a connection have at most 4 MB to send from (tcp_wmem in tcp(7)), and a client that
/// does not read much less to receive into.
const MORE_THAN_A_SOCKET_TAKES: usize = 6 * 1024 * 1024;

const ONE_AT_A_TIME: &str = "the server waits for one client while others want something: wait for \
                             all of them at once, with select(2)";

fn two_clients(trial: &mut Trial) -> Result<(), Problem> {
    let (mut one, mut two) = (trial.connect()?, trial.connect()?);
    for _ in 0..3 {
        echoes(trial, &mut one)?;
        echoes(trial, &mut two)?;
    }
    Ok(())
}

fn ten_clients(trial: &mut Trial) -> Result<(), Problem> {
    let mut clients = trial.connect_all(10)?;
    for _ in 0..3 {
        trial.random.shuffle(&mut clients);
        clients.iter_mut().try_for_each(|client| echoes(trial, client))?;
    }
    Ok(())
}

fn a_silent_client(trial: &mut Trial) -> Result<(), Problem> {
    let mut silent = trial.connect()?;
    let mut other = trial.connect()?;
    echoes(trial, &mut other)?;
    echoes(trial, &mut silent)
}

fn a_stuck_client(trial: &mut Trial) -> Result<(), Problem> {
    let (mut stuck, mut other) = (trial.connect()?, trial.connect()?);
    echoes(trial, &mut other)?;
    let word = word(&mut trial.random);
    let request = echo(&word);
    let (now, later) = request.split_at(request.len() - 5);
    stuck.send(now)?;
    trial.until_read(&stuck);
    echoes(trial, &mut other)?;
    stuck.send(later)?;
    stuck.expect(&Reply::bulk(&word))
}

fn interleaved_pieces(trial: &mut Trial) -> Result<(), Problem> {
    let mut clients = trial.connect_all(3)?;
    let words: Vec<Vec<u8>> = (0..3).map(|_| word(&mut trial.random)).collect();
    let mut rests: Vec<Vec<u8>> = words.iter().map(|word| echo(word)).collect();
    while rests.iter().any(|rest| !rest.is_empty()) {
        for (client, rest) in clients.iter_mut().zip(&mut rests) {
            let piece: Vec<u8> = rest.drain(..rest.len().min(3)).collect();
            if !piece.is_empty() {
                client.send(&piece)?;
            }
            trial.until_read(client);
        }
    }
    clients.iter_mut().zip(&words).try_for_each(|(client, word)| client.expect(&Reply::bulk(word)))
}

fn a_client_that_never_reads(trial: &mut Trial) -> Result<(), Problem> {
    const LARGE: usize = 64 * 1024;
    const MORE_THAN_SOCKETS_HOLD: usize = 16 * 1024 * 1024;
    let mut reader = trial.connect()?;
    let mut never_reads = trial.connect()?;
    never_reads.receive_little();
    let large = bytes(&mut trial.random, LARGE);
    never_reads.flood(&echo(&large), MORE_THAN_SOCKETS_HOLD);
    (0..5).try_for_each(|_| echoes(trial, &mut reader))?;
    let mut newcomer = trial.connect()?;
    echoes(trial, &mut newcomer)
}

fn a_late_reader(trial: &mut Trial) -> Result<(), Problem> {
    let mut late = trial.connect()?;
    let long = bytes(&mut trial.random, MORE_THAN_A_SOCKET_TAKES);
    late.send(&echo(&long))?;
    trial.until_read(&late);
    // The server writes as much of its reply as has room. Nothing proves that it has; a slower one
    // meets a client that reads at once, which is no harder.
    trial.sleep_until(Instant::now() + Duration::from_millis(30))?;
    late.expect(&Reply::bulk(&long))
}

fn two_hundred_clients(trial: &mut Trial) -> Result<(), Problem> {
    let mut clients = trial.connect_all(200)?;
    for _ in 0..2 {
        let words: Vec<Vec<u8>> = clients.iter().map(|_| word(&mut trial.random)).collect();
        for (client, word) in clients.iter_mut().zip(&words) {
            client.send(&echo(word))?;
        }
        for (client, word) in clients.iter_mut().zip(&words) {
            client.expect(&Reply::bulk(word))?;
        }
    }
    Ok(())
}

fn clients_that_leave(trial: &mut Trial) -> Result<(), Problem> {
    let mut witness = trial.connect()?;
    for round in 0..10 {
        let mut client = trial.connect()?;
        let request = echo(&word(&mut trial.random));
        client.send(&request[..request.len() - round])?;
        if round % 2 == 0 {
            client.leave()
        } else {
            client.reset()
        }
        trial.until_quiet();
        echoes(trial, &mut witness)?;
    }
    let mut newcomer = trial.connect()?;
    echoes(trial, &mut newcomer)
}

fn a_half_closed_client(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    // No more than a socket takes at once: what is left then, Redis itself forgets.
    let words: Vec<Vec<u8>> = (0..20).map(|_| word(&mut trial.random)).collect();
    client.send_last(&words.iter().flat_map(|word| echo(word)).collect::<Vec<u8>>())?;
    words.iter().try_for_each(|word| client.expect(&Reply::bulk(word)))?;
    let mut newcomer = trial.connect()?;
    echoes(trial, &mut newcomer)
}

fn pipelines(trial: &mut Trial) -> Result<(), Problem> {
    let mut clients = trial.connect_all(5)?;
    let words: Vec<Vec<u8>> = clients.iter().map(|_| word(&mut trial.random)).collect();
    for (client, word) in clients.iter_mut().zip(&words) {
        client.send(&[echo(word), ping()].concat().repeat(50))?;
    }
    for (client, word) in clients.iter_mut().zip(&words) {
        for _ in 0..50 {
            client.expect(&Reply::bulk(word))?;
            client.expect(&Reply::simple("PONG"))?;
        }
    }
    Ok(())
}

fn one_thread(trial: &mut Trial) -> Result<(), Problem> {
    const CLIENTS: usize = 100;
    // A runtime may start a few threads of its own when work comes; they do not grow with clients.
    const RUNTIME: usize = 25;
    /// How many clients are asked one after the other.
    const ASKED: usize = 2 * RUNTIME;
    if !trial.is_one_thread_demanded() {
        trial.note("not demanded: challenge.toml says one_thread = false");
        return Ok(());
    }
    let mut first = trial.connect()?;
    echoes(trial, &mut first)?;
    let (before, alone) = (trial.threads()?, waiters(trial));
    let mut clients = trial.connect_all(CLIENTS)?;
    clients.iter_mut().try_for_each(|client| echoes(trial, client))?;
    trial.expect_served_here()?;
    trial.expect_served_here_alone()?;
    let (after, together) = (trial.threads()?, waiters(trial));
    if after > before + RUNTIME {
        return Err(trial.found(format!(
            "With 1 client, the program had {before} thread(s), counted over all of its processes; \
             with {} clients it has {after}. They grow with the clients.",
            CLIENTS + 1
        )));
    }
    // Threads that were made in advance do not grow. With one client, they are seen to wait for the next.
    let waiters = if together.is_empty() { alone } else { together };
    if !waiters.is_empty() {
        return Err(trial.found(format!(
            "{} threads wait for clients at the same time, counted over all of the program's processes: {}.",
            waiters.len(),
            who_waits(&waiters)
        )));
    }
    let restless = trial.restless_threads()?;
    if restless > RUNTIME {
        return Err(trial.found(format!(
            "{restless} threads woke up within a moment in which no client asked for anything: they look \
             for requests again and again, instead of one that waits for all clients."
        )));
    }
    // How a thread waits can be hidden. That it runs cannot.
    let roused = roused_by(trial, &mut clients[..ASKED])?;
    if roused > RUNTIME {
        return Err(trial.found(format!(
            "{ASKED} clients sent one request each, and {roused} threads were roused by them: each waits for \
             its client, instead of one that waits for all."
        )));
    }
    trial.expect_settled() // or those that wait may have moved on between two looks
}

/// How many threads run when these clients are served, one after the other, and were called by no other
/// thread.
fn roused_by(trial: &mut Trial, clients: &mut [Client]) -> Result<usize, Problem> {
    let mut service = trial.service();
    for client in clients {
        echoes(trial, client)?;
        if service.look(trial) == 0 {
            return Err(trial.found(
                "A reply came, and no thread of the program has run: somebody else has sent it."
                    .to_owned(),
            ));
        }
    }
    trial.expect_served_here_alone()?;
    Ok(service.roused.len())
}

/// Several threads that wait for clients at the same time; empty for a right program.
fn waiters(trial: &Trial) -> Vec<Waiter> {
    trial.until_quiet();
    trial.rival_waiters()
}

/// How many wait in which system call, and for what.
fn who_waits(waiters: &[Waiter]) -> String {
    let mut calls: Vec<&str> = waiters.iter().map(|waiter| waiter.call).collect();
    calls.sort_unstable();
    calls.dedup();
    let groups: Vec<String> = (calls.into_iter())
        .map(|call| {
            let group = || waiters.iter().filter(move |waiter| waiter.call == call);
            let listener = group().any(|waiter| waiter.listener);
            let clients = group().any(|waiter| waiter.clients);
            let sockets = match (listener, clients) {
                (true, true) => "the listening socket and clients' connections",
                (true, false) => "the listening socket",
                (false, _) => "clients' connections",
            };
            format!("{} in {call} on {sockets}", group().count())
        })
        .collect();
    groups.join(", and ")
}

fn asleep(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    echoes(trial, &mut client)?;
    expect_sleep(trial)
}

/// For half a second nobody wants anything, and the program has to be quiet. A runtime may be tidying
/// up after it was busy, or starting processes that help it: that ends after a while, and a loop that
/// never waits does not.
pub fn expect_sleep(trial: &mut Trial) -> Result<(), Problem> {
    const SILENCE: Duration = Duration::from_millis(500);
    const MOST: f64 = 0.1;
    const TIDYING: Duration = Duration::from_millis(150);
    const MOST_BIRTHS: u32 = 2;
    trial.expect_visible()?;
    trial.expect_served_here()?;
    let start = Instant::now();
    let mut activity = trial.activity();
    let mut restless = 0;
    for round in 1..=10 {
        let (begin, queued) = (Instant::now(), trial.time_in_queue());
        let (used, births) = (activity.used, activity.births);
        activity.watch_until(begin + SILENCE)?;
        let share = |time: Duration| time.as_secs_f64() / begin.elapsed().as_secs_f64();
        let ran = share(activity.used.saturating_sub(used));
        let starts = activity.births - births > MOST_BIRTHS;
        restless += u32::from(starts);
        // What asks for a processor and gets none is not quiet either.
        let waited = share(trial.time_in_queue().saturating_sub(queued)) >= 0.5;
        if ran < MOST && !waited && !starts {
            return Ok(());
        }
        if restless >= 3 {
            return Err(trial.keeps_starting());
        }
        if round >= 3 && activity.used > TIDYING && (ran >= MOST || waited) {
            let time = start.elapsed().as_secs_f64();
            return Err(trial.found(format!(
                "Nobody sent anything for {time:.1} s, and in the last half second the program used \
                 {:.0} % of a processor.",
                ran * 100.0
            )));
        }
    }
    Err(trial.measured(format!(
        "Nobody sent anything for {:.1} s, and the program was never quiet for half a second: it kept \
         asking for a processor.",
        start.elapsed().as_secs_f64()
    )))
}

fn no_leak(trial: &mut Trial) -> Result<(), Problem> {
    const CONNECTIONS: usize = 200;
    const FEW: usize = CONNECTIONS / 4;
    let mut first = trial.connect()?;
    echoes(trial, &mut first)?;
    let before = trial.descriptors()?;
    for round in 0..CONNECTIONS {
        let mut client = trial.connect()?;
        client.ask(&ping(), &Reply::simple("PONG"))?;
        if round % 2 == 0 { client.leave() } else { client.reset() }
    }
    let deadline = Instant::now() + trial.patience();
    loop {
        let (after, connections) = (trial.descriptors()?, trial.connections());
        if after < before + FEW && connections < FEW {
            return trial.expect_settled();
        }
        if Instant::now() > deadline {
            let finding = if after < before + FEW {
                format!(
                    "{CONNECTIONS} clients came and left, and {connections} connections are still \
                     open. No process has them: a descriptor that was sent to a socket (SCM_RIGHTS in \
                     unix(7)) stays open until it is received and closed."
                )
            } else {
                format!(
                    "The program had {before} descriptors open before {CONNECTIONS} clients came and \
                     left, and has {after} now."
                )
            };
            return Err(trial.measured(finding));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// The client sends a random word and gets it back.
fn echoes(trial: &mut Trial, client: &mut Client) -> Result<(), Problem> {
    let word = word(&mut trial.random);
    client.ask(&echo(&word), &Reply::bulk(&word))
}
