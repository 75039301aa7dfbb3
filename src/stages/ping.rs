//! Stage 1: PING gets PONG, again and again, on one connection.

use super::ping;
use crate::check::{Check, Problem};
use crate::resp::{Reply, request};
use crate::trial::{Client, Trial};
use std::time::Duration;

pub const CHECKS: &[Check] = &[
    Check { name: "PING is answered with PONG", run: one_ping, cause: "" },
    Check {
        name: "nothing but PONG is sent",
        run: nothing_else,
        cause: "the reply is seven bytes, +PONG and CR LF, and is sent once",
    },
    Check {
        name: "the server waits to be asked before it answers",
        run: no_greeting,
        cause: "the reply is sent when a connection opens, and not when a request has come",
    },
    Check {
        name: "the connection stays open for a second PING",
        run: two_pings,
        cause: "one request is read and then the connection is left: reading has to be a loop",
    },
    Check { name: "a hundred PINGs in turn are each answered", run: a_hundred_pings, cause: "" },
    Check {
        name: "the command's name may be in lower case",
        run: lower_case,
        cause: "names of commands are compared with regard to case; Redis does not do that",
    },
    Check {
        name: "the command's name may be in mixed case",
        run: mixed_case,
        cause: "names of commands are compared with regard to case; Redis does not do that",
    },
    Check {
        name: "the reply comes even when the client sends no more",
        run: half_closed,
        cause: "the end of a client's stream is no reason to forget what it is owed",
    },
    Check {
        name: "a second client is served after the first has left",
        run: a_second_client,
        cause: "after one client, the server has to go back to accept(2)",
    },
    Check {
        name: "ten clients are served one after the other",
        run: ten_clients,
        cause: "after one client, the server has to go back to accept(2)",
    },
    Check {
        name: "a client that leaves without reading its reply does no harm",
        run: leaves_without_reading,
        cause: "writing to a client that has left is an error (EPIPE, with the signal SIGPIPE); \
                it must end that connection only",
    },
    Check {
        name: "a client that resets its connection does no harm",
        run: resets,
        cause: "reading from a connection that was reset is an error (ECONNRESET); it must end \
                that connection only",
    },
];

fn pong() -> Reply {
    Reply::simple("PONG")
}

fn one_ping(trial: &mut Trial) -> Result<(), Problem> {
    trial.connect()?.ask(&ping(), &pong())
}

fn nothing_else(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    client.ask(&ping(), &pong())?;
    client.expect_nothing(Duration::from_millis(100))
}

fn no_greeting(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    client.expect_nothing(Duration::from_millis(100))?;
    client.ask(&ping(), &pong())
}

fn two_pings(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    pings(&mut client, 1)?;
    trial.until_quiet(); // if the server closes now, it has done so
    pings(&mut client, 1)
}

fn a_hundred_pings(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    pings(&mut client, 100)
}

fn lower_case(trial: &mut Trial) -> Result<(), Problem> {
    trial.connect()?.ask(&request(&[b"ping"]), &pong())
}

fn mixed_case(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    client.ask(&request(&[b"Ping"]), &pong())?;
    client.ask(&request(&[b"pINg"]), &pong())
}

fn half_closed(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    client.send(&ping())?;
    client.finish_sending();
    client.expect(&pong())
}

fn a_second_client(trial: &mut Trial) -> Result<(), Problem> {
    one_ping(trial)?;
    one_ping(trial)
}

fn ten_clients(trial: &mut Trial) -> Result<(), Problem> {
    for _ in 0..10 {
        let mut client = trial.connect()?;
        pings(&mut client, 3)?;
        client.leave();
    }
    Ok(())
}

fn leaves_without_reading(trial: &mut Trial) -> Result<(), Problem> {
    let mut clients: Vec<Client> = (0..5).map(|_| trial.connect()).collect::<Result<_, _>>()?;
    clients.iter_mut().try_for_each(|client| client.send(&ping()))?;
    clients.into_iter().for_each(Client::leave);
    trial.settle();
    trial.expect_running()?;
    one_ping(trial)
}

fn resets(trial: &mut Trial) -> Result<(), Problem> {
    for _ in 0..5 {
        let mut client = trial.connect()?;
        pings(&mut client, 1)?;
        client.send(&ping())?;
        client.reset();
        trial.until_quiet();
        trial.expect_running()?;
    }
    one_ping(trial)
}

fn pings(client: &mut Client, count: usize) -> Result<(), Problem> {
    (0..count).try_for_each(|_| client.ask(&ping(), &pong()))
}
