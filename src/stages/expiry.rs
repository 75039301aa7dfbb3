//! Stage 5: SET with EX and PX. Keys have deadlines, and nobody waits for them.

use super::select_loop::expect_sleep;
use super::set_get::ok;
use super::{get, ping, set, word};
use crate::check::{Check, Problem};
use crate::resp::{Reply, request};
use crate::trial::{Client, Trial};
use std::time::{Duration, Instant};

pub const CHECKS: &[Check] = &[
    Check {
        name: "a key with PX is there before its deadline",
        run: before_the_deadline,
        cause: "PX counts milliseconds, EX counts seconds",
    },
    Check {
        name: "a key with PX is gone after its deadline",
        run: after_the_deadline,
        cause: "nobody looks at the clock when GET asks for the key, or PX was taken for seconds: \
                it counts milliseconds",
    },
    Check {
        name: "EX counts seconds",
        run: seconds,
        cause: "PX counts milliseconds, EX counts seconds",
    },
    Check {
        name: "the names of options may be in any case",
        run: any_case,
        cause: "names of options are compared with regard to case; Redis does not do that",
    },
    Check {
        name: "a plain SET clears the deadline",
        run: a_plain_set,
        cause: "the old deadline stays with the key when it is set anew",
    },
    Check {
        name: "a new PX replaces the old one, be it later or sooner",
        run: a_new_deadline,
        cause: "the old deadline stays with the key when it is set anew; a timer that was \
                started for the old one must do nothing",
    },
    Check {
        name: "many deadlines pass, each at its own time",
        run: out_of_order,
        cause: "deadlines are looked at in the order in which they were set, and not by time",
    },
    Check { name: "keys without a deadline stay", run: keys_that_stay, cause: "" },
    Check { name: "a key is gone for every client", run: gone_for_all, cause: "" },
    Check { name: "a key that has expired can be set again", run: set_again, cause: "" },
    Check {
        name: "clients are served while deadlines are ahead",
        run: nobody_waits,
        cause: "the server sleeps until the deadline; note the deadline, and compare it with \
                the clock later",
    },
    Check {
        name: "with a deadline ahead and nothing to do, the program sleeps",
        run: asleep,
        cause: "the loop looks at the clock again and again: give select or poll the time to the \
                nearest deadline as its timeout",
    },
    Check {
        name: "a deadline of 0 or less is an error, and stores nothing",
        run: no_time_to_live,
        cause: "the number has to be more than 0, and that has to be checked before anything is \
                stored",
    },
    Check {
        name: "a deadline that is no number is an error, and stores nothing",
        run: not_a_number,
        cause: "what a client sends may be anything: whether it is a number has to be checked \
                before anything is stored",
    },
    Check {
        name: "an option without its number, or an unknown one, is an error, and stores nothing",
        run: bad_options,
        cause: "all options have to be read, and be right, before anything is stored",
    },
];

/// How much later than its deadline a key may vanish.
const GRACE: Duration = Duration::from_millis(150);
/// How often to look whether it has vanished, and how exactly the clock counts.
const TICK: Duration = Duration::from_millis(5);
/// A deadline, in milliseconds, that passes during a check; one that leaves a slow server time to
/// answer before it passes; and one that does not pass.
const SHORT: u64 = 60;
const MIDDLE: u64 = 300;
const LONG: u64 = 60_000;

/// A key that was set with a deadline, and between which two moments the server learned of it.
struct Timed {
    key: Vec<u8>,
    value: Vec<u8>,
    sent: Instant,
    stored: Instant,
    span: Duration,
}

impl Timed {
    fn set(trial: &mut Trial, client: &mut Client, milliseconds: u64) -> Result<Timed, Problem> {
        let key = word(&mut trial.random);
        Timed::set_key(trial, client, &key, milliseconds)
    }

    fn set_key(
        trial: &mut Trial,
        client: &mut Client,
        key: &[u8],
        milliseconds: u64,
    ) -> Result<Timed, Problem> {
        let value = word(&mut trial.random);
        let sent = Instant::now();
        let number = milliseconds.to_string();
        client.ask(&request(&[b"SET", key, &value, b"PX", number.as_bytes()]), &ok())?;
        let (stored, span) = (Instant::now(), Duration::from_millis(milliseconds));
        Ok(Timed { key: key.to_vec(), value, sent, stored, span })
    }

    /// The key is there. If the answer took so long that the deadline may have passed, that proves
    /// something only if the machine was not busy meanwhile.
    fn expect_there(&self, trial: &Trial, client: &mut Client) -> Result<(), Problem> {
        let result = client.ask(&get(&self.key), &Reply::bulk(&self.value));
        if result.is_ok() || self.sent.elapsed() < self.span {
            return result;
        }
        if let Some(why) = trial.excuse_for(self.span / 5) {
            return Err(Problem::Delayed(why));
        }
        let (answered, span) = (self.stored - self.sent, self.span.as_millis());
        let finding = match answered < self.span {
            true => format!(
                "GET was answered {} ms after a SET with a deadline in {span} ms was sent: the server \
                 seems to be busy with something else.",
                self.sent.elapsed().as_millis()
            ),
            false => format!(
                "SET with a deadline in {span} ms was answered {} ms after it was sent: the server seems \
                 to wait until the deadline has passed.",
                answered.as_millis()
            ),
        };
        Err(trial.measured(finding))
    }

    /// Waits until the deadline has passed: the key is gone then, or very soon.
    fn expect_gone(&self, trial: &Trial, client: &mut Client) -> Result<(), Problem> {
        let deadline = self.stored + self.span;
        trial.sleep_until(deadline + TICK)?;
        while Instant::now() < deadline + GRACE {
            client.send(&get(&self.key))?;
            if client.expect_either(&Reply::null(), &Reply::bulk(&self.value))? {
                return Ok(());
            }
            trial.sleep_until(Instant::now() + TICK)?;
        }
        client.ask(&get(&self.key), &Reply::null())
    }
}

fn before_the_deadline(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let long = Timed::set(trial, &mut client, LONG)?;
    long.expect_there(trial, &mut client)?;
    let short = Timed::set(trial, &mut client, MIDDLE)?;
    short.expect_there(trial, &mut client)
}

fn after_the_deadline(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    Timed::set(trial, &mut client, SHORT)?.expect_gone(trial, &mut client)
}

fn seconds(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let (key, value) = (word(&mut trial.random), word(&mut trial.random));
    let sent = Instant::now();
    client.ask(&request(&[b"SET", &key, &value, b"EX", b"1"]), &ok())?;
    let timed = Timed { key, value, sent, stored: Instant::now(), span: Duration::from_secs(1) };
    trial.sleep_until(sent + Duration::from_millis(200))?;
    timed.expect_there(trial, &mut client)?;
    timed.expect_gone(trial, &mut client)
}

fn any_case(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    for (option, number) in [("px", "60000"), ("Px", "60000"), ("ex", "60"), ("eX", "60")] {
        let (key, value) = (word(&mut trial.random), word(&mut trial.random));
        let words = [b"set", &key[..], &value, option.as_bytes(), number.as_bytes()];
        client.ask(&request(&words), &ok())?;
        client.ask(&get(&key), &Reply::bulk(&value))?;
    }
    Ok(())
}

fn a_plain_set(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let timed = Timed::set(trial, &mut client, SHORT)?;
    client.ask(&set(&timed.key, b"for ever"), &ok())?;
    trial.sleep_until(timed.stored + timed.span + 10 * TICK)?; // a timer of the old deadline may be late
    client.ask(&get(&timed.key), &Reply::bulk(b"for ever"))
}

fn a_new_deadline(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let early = Timed::set(trial, &mut client, SHORT)?;
    let later = Timed::set_key(trial, &mut client, &early.key, LONG)?;
    let late = Timed::set(trial, &mut client, LONG)?;
    let sooner = Timed::set_key(trial, &mut client, &late.key, SHORT)?;
    sooner.expect_gone(trial, &mut client)?;
    later.expect_there(trial, &mut client)
}

fn out_of_order(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let mut spans: Vec<u64> = (0..10).map(|step| SHORT + step * 10).chain([LONG; 10]).collect();
    trial.random.shuffle(&mut spans);
    let timed: Vec<Timed> =
        spans.iter().map(|&span| Timed::set(trial, &mut client, span)).collect::<Result<_, _>>()?;
    let (mut passing, staying): (Vec<Timed>, Vec<Timed>) =
        timed.into_iter().partition(|timed| timed.span < Duration::from_millis(LONG));
    passing.sort_by_key(|timed| timed.stored + timed.span);
    passing.iter().try_for_each(|timed| timed.expect_gone(trial, &mut client))?;
    staying.iter().try_for_each(|timed| timed.expect_there(trial, &mut client))
}

fn keys_that_stay(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let (key, value) = (word(&mut trial.random), word(&mut trial.random));
    client.ask(&set(&key, &value), &ok())?;
    Timed::set(trial, &mut client, SHORT)?.expect_gone(trial, &mut client)?;
    client.ask(&get(&key), &Reply::bulk(&value))
}

fn gone_for_all(trial: &mut Trial) -> Result<(), Problem> {
    let (mut one, mut two) = (trial.connect()?, trial.connect()?);
    let timed = Timed::set(trial, &mut one, MIDDLE)?;
    timed.expect_there(trial, &mut two)?;
    timed.expect_gone(trial, &mut two)?;
    timed.expect_gone(trial, &mut one)
}

fn set_again(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let timed = Timed::set(trial, &mut client, SHORT)?;
    timed.expect_gone(trial, &mut client)?;
    client.ask(&set(&timed.key, b"again"), &ok())?;
    client.ask(&get(&timed.key), &Reply::bulk(b"again"))
}

fn nobody_waits(trial: &mut Trial) -> Result<(), Problem> {
    let (mut one, mut two) = (trial.connect()?, trial.connect()?);
    let key = word(&mut trial.random);
    // The deadline is much longer than anybody's patience: a server that sleeps is found out, and a
    // right one answers at once.
    one.send(&request(&[b"SET", &key, b"value", b"PX", b"60000"]))?;
    two.ask(&ping(), &Reply::simple("PONG"))?;
    one.expect(&ok())?;
    two.ask(&get(&key), &Reply::bulk(b"value"))
}

fn asleep(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    Timed::set(trial, &mut client, LONG)?.expect_there(trial, &mut client)?;
    expect_sleep(trial)
}

fn no_time_to_live(trial: &mut Trial) -> Result<(), Problem> {
    let error = Reply::Error("ERR invalid expire time in 'set' command");
    refused(trial, &[&["PX", "0"], &["PX", "-1"], &["EX", "0"], &["EX", "-100"]], &error)
}

fn not_a_number(trial: &mut Trial) -> Result<(), Problem> {
    let error = Reply::Error("ERR value is not an integer or out of range");
    refused(trial, &[&["PX", "abc"], &["PX", "1.5"], &["EX", "10s"], &["PX", ""]], &error)
}

fn bad_options(trial: &mut Trial) -> Result<(), Problem> {
    let error = Reply::Error("ERR syntax error");
    refused(trial, &[&["PX"], &["EX"], &["XP", "100"], &["100"]], &error)
}

/// SET with each of these options gets the error and stores nothing.
fn refused(trial: &mut Trial, cases: &[&[&str]], error: &Reply) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    for options in cases {
        let key = word(&mut trial.random);
        let mut words: Vec<&[u8]> = vec![b"SET", &key, b"value"];
        words.extend(options.iter().map(|option| option.as_bytes()));
        client.ask(&request(&words), error)?;
        client.ask(&get(&key), &Reply::null())?;
    }
    Ok(())
}
