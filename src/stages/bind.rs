//! Stage 0: a TCP server that accepts connections.

use super::bytes;
use crate::check::{Check, Problem};
use crate::trial::Trial;
use std::time::{Duration, Instant};

pub const CHECKS: &[Check] = &[
    Check {
        name: "a client can connect to port 6379",
        run: a_client_can_connect,
        cause: "a server that listens on another address than 127.0.0.1 or 0.0.0.0 does this",
    },
    Check {
        name: "the connection is accepted",
        run: the_connection_is_accepted,
        cause: "listen(2) alone lets clients queue up; accept(2) takes them from the queue",
    },
    Check {
        name: "a second client is accepted after the first has left",
        run: a_second_client_is_accepted,
        cause: "accept(2) takes one client; it has to be called again for the next, in a loop",
    },
    Check {
        name: "twenty clients are accepted one after the other",
        run: twenty_clients_in_turn,
        cause: "accept(2) takes one client; it has to be called again for the next, in a loop",
    },
    Check {
        name: "a client that leaves at once does no harm",
        run: a_client_that_leaves_at_once,
        cause: "an error on one client's connection must not end the loop",
    },
    Check {
        name: "a client that resets its connection does no harm",
        run: a_client_that_resets,
        cause: "a reset is an error (ECONNRESET) in the call on that connection, and must end \
                that connection only",
    },
    Check {
        name: "bytes that it cannot understand yet do no harm",
        run: bytes_it_cannot_understand,
        cause: "bytes that make no sense are the fault of that client: close its connection, and go \
                on",
    },
    Check {
        name: "a client that says nothing and leaves later does no harm",
        run: a_silent_client,
        cause: "",
    },
    Check {
        name: "it is still running after all of that",
        run: it_is_still_running,
        cause: "the program must not return from main while it listens",
    },
    Check {
        name: "it can be killed and started again at once",
        run: it_can_be_restarted,
        cause: "SO_REUSEADDR is missing: without it, bind(2) fails for a minute after the last \
                run, while that run's connections are in TIME_WAIT",
    },
];

// The program is started anew after its first client, so that each of the first three checks is about
// what its name says, whatever the program does after its first client, or when that leaves.

fn a_client_can_connect(trial: &mut Trial) -> Result<(), Problem> {
    let _client = trial.connect()?;
    trial.start_anew()
}

fn the_connection_is_accepted(trial: &mut Trial) -> Result<(), Problem> {
    let client = trial.connect()?;
    trial.expect_accepted(&client)?;
    trial.start_anew()
}

fn a_second_client_is_accepted(trial: &mut Trial) -> Result<(), Problem> {
    accept_one(trial)?;
    accept_one(trial)
}

fn twenty_clients_in_turn(trial: &mut Trial) -> Result<(), Problem> {
    (0..20).try_for_each(|_| accept_one(trial))
}

fn a_client_that_leaves_at_once(trial: &mut Trial) -> Result<(), Problem> {
    for _ in 0..5 {
        trial.connect()?.leave();
    }
    accept_one(trial)
}

fn a_client_that_resets(trial: &mut Trial) -> Result<(), Problem> {
    for _ in 0..5 {
        let client = trial.connect()?;
        trial.expect_accepted(&client)?;
        client.reset();
        trial.until_quiet();
        trial.expect_running()?;
    }
    accept_one(trial)
}

fn bytes_it_cannot_understand(trial: &mut Trial) -> Result<(), Problem> {
    for length in [1, 100, 5000] {
        let mut client = trial.connect()?;
        // A parser, later, takes the end of a line for a request, and must meet one in each run.
        let nonsense = [bytes(&mut trial.random, length).as_slice(), b"\r\n"].concat();
        client.send(&nonsense)?;
        trial.expect_accepted(&client)?;
        client.leave();
        trial.until_quiet();
        trial.expect_running()?;
    }
    accept_one(trial)
}

fn a_silent_client(trial: &mut Trial) -> Result<(), Problem> {
    let client = trial.connect()?;
    trial.expect_accepted(&client)?;
    trial.sleep_until(Instant::now() + Duration::from_millis(50))?;
    client.leave();
    accept_one(trial)
}

fn it_is_still_running(trial: &mut Trial) -> Result<(), Problem> {
    trial.connect()?.reset();
    trial.connect()?.leave();
    accept_one(trial)?;
    trial.expect_running()
}

fn it_can_be_restarted(trial: &mut Trial) -> Result<(), Problem> {
    // The connection is open when the program is killed, so that its end of it is the one to linger.
    let client = trial.connect()?;
    trial.expect_accepted(&client)?;
    trial.restart()?;
    client.leave();
    accept_one(trial)
}

/// A client that connects, is accepted and leaves.
fn accept_one(trial: &mut Trial) -> Result<(), Problem> {
    let client = trial.connect()?;
    trial.expect_accepted(&client)?;
    client.leave();
    Ok(())
}
