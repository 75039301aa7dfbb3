//! Stage 4: SET and GET, with state that all clients share.

use super::{bytes, get, ping, set, word};
use crate::check::{Check, Problem};
use crate::resp::{Reply, request};
use crate::trial::{Client, Trial};

pub const CHECKS: &[Check] = &[
    Check { name: "SET stores a value, and GET returns it", run: set_and_get, cause: "" },
    Check {
        name: "GET of a key that was never set is null",
        run: a_missing_key,
        cause: "no value is the null bulk string $-1, which is not the empty string $0",
    },
    Check {
        name: "a second SET replaces the value, be it longer or shorter",
        run: overwrite,
        cause: "the old value was kept, or the new one was added to it",
    },
    Check {
        name: "the empty string is a value, and not null",
        run: the_empty_value,
        cause: "an empty value was taken for no value",
    },
    Check {
        name: "keys and values may be any bytes",
        run: binary,
        cause: "bytes were decoded to text; keep keys and values as bytes",
    },
    Check {
        name: "a value keeps the form in which it was sent",
        run: numbers_stay_text,
        cause: "a value that looks like a number was turned into one and back",
    },
    Check {
        name: "a value of 1 MB comes back whole",
        run: a_megabyte,
        cause: "one read brings only a part of a long request, and one write may take only a \
                part of a long reply",
    },
    Check {
        name: "all clients see the same keys",
        run: shared_keys,
        cause: "the keys are kept with the connection instead of with the server",
    },
    Check {
        name: "keys outlive the client that set them",
        run: keys_stay,
        cause: "the keys are kept with the connection instead of with the server",
    },
    Check {
        name: "the case of keys matters, and that of commands does not",
        run: case_of_keys,
        cause: "the whole request was turned to one case, instead of the command's name only",
    },
    Check {
        name: "ten thousand keys keep their values apart",
        run: ten_thousand_keys,
        cause: "two keys with the same hash took each other's place: compare the keys themselves too",
    },
    Check {
        name: "SET and GET in one packet are answered in order",
        run: pipelined,
        cause: "one read was taken for one request; a read may bring several",
    },
    Check {
        name: "a wrong number of arguments is an error, and stores nothing",
        run: wrong_arity,
        cause: "the number of arguments has to be checked before the command does anything",
    },
];

pub fn ok() -> Reply {
    Reply::simple("OK")
}

fn set_and_get(trial: &mut Trial) -> Result<(), Problem> {
    let (key, value) = (word(&mut trial.random), word(&mut trial.random));
    store(&mut trial.connect()?, &key, &value)
}

fn a_missing_key(trial: &mut Trial) -> Result<(), Problem> {
    let key = word(&mut trial.random);
    trial.connect()?.ask(&get(&key), &Reply::null())
}

fn overwrite(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let key = word(&mut trial.random);
    [10, 1000, 1, 100].into_iter().try_for_each(|length| {
        let value: Vec<u8> = (0..length).map(|_| trial.random.alphanumeric() as u8).collect();
        store(&mut client, &key, &value)
    })
}

fn the_empty_value(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let key = word(&mut trial.random);
    store(&mut client, &key, b"something")?;
    store(&mut client, &key, b"")
}

fn binary(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let pairs: Vec<(Vec<u8>, Vec<u8>)> = (1..20)
        .map(|length| (bytes(&mut trial.random, length + 8), bytes(&mut trial.random, length * 10)))
        .chain([
            (b"a\r\nb".to_vec(), b"\r\n".to_vec()),
            (b"a\r\n".to_vec(), b"\0".to_vec()),
            (b"a\0b".to_vec(), b"\xff".to_vec()),
            (b"a\0".to_vec(), b"$-1\r\n".to_vec()),
            ("clé".as_bytes().to_vec(), "値".as_bytes().to_vec()),
        ])
        .collect();
    for (key, value) in &pairs {
        client.ask(&set(key, value), &ok())?;
    }
    pairs.iter().try_for_each(|(key, value)| client.ask(&get(key), &Reply::bulk(value)))
}

fn numbers_stay_text(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let key = word(&mut trial.random);
    for value in ["007", "1.50", "-0", "1e3", "+1", " 1 ", "null", "nil"] {
        store(&mut client, &key, value.as_bytes())?;
    }
    Ok(())
}

fn a_megabyte(trial: &mut Trial) -> Result<(), Problem> {
    let (key, value) = (word(&mut trial.random), bytes(&mut trial.random, 1024 * 1024));
    store(&mut trial.connect()?, &key, &value)
}

fn shared_keys(trial: &mut Trial) -> Result<(), Problem> {
    let (mut one, mut two) = (trial.connect()?, trial.connect()?);
    let (key, value) = (word(&mut trial.random), word(&mut trial.random));
    one.ask(&set(&key, &value), &ok())?;
    two.ask(&get(&key), &Reply::bulk(&value))?;
    two.ask(&set(&key, b"changed"), &ok())?;
    one.ask(&get(&key), &Reply::bulk(b"changed"))
}

fn keys_stay(trial: &mut Trial) -> Result<(), Problem> {
    let (key, value) = (word(&mut trial.random), word(&mut trial.random));
    let mut client = trial.connect()?;
    client.ask(&set(&key, &value), &ok())?;
    client.leave();
    trial.connect()?.ask(&get(&key), &Reply::bulk(&value))
}

fn case_of_keys(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let key = word(&mut trial.random);
    let upper = key.to_ascii_uppercase();
    client.ask(&request(&[b"set", &key, b"Lower"]), &ok())?;
    client.ask(&request(&[b"SeT", &upper, b"UPPER"]), &ok())?;
    client.ask(&request(&[b"get", &key]), &Reply::bulk(b"Lower"))?;
    client.ask(&request(&[b"gEt", &upper]), &Reply::bulk(b"UPPER"))
}

fn ten_thousand_keys(trial: &mut Trial) -> Result<(), Problem> {
    const KEYS: usize = 10_000;
    const AT_ONCE: usize = 500;
    let mut client = trial.connect()?;
    let prefix = String::from_utf8(word(&mut trial.random)).unwrap_or_default();
    let pair = |number: usize| (format!("{prefix}:{number}"), format!("value {}", number * 7));
    for start in (0..KEYS).step_by(AT_ONCE) {
        let numbers = start..start + AT_ONCE;
        let sets =
            numbers.clone().map(pair).map(|(key, value)| set(key.as_bytes(), value.as_bytes()));
        client.send(&sets.collect::<Vec<_>>().concat())?;
        numbers.into_iter().try_for_each(|_| client.expect(&ok()))?;
    }
    for start in (0..KEYS).step_by(AT_ONCE) {
        let numbers = start..start + AT_ONCE;
        let gets = numbers.clone().map(pair).map(|(key, _)| get(key.as_bytes()));
        client.send(&gets.collect::<Vec<_>>().concat())?;
        for (_, value) in numbers.map(pair) {
            client.expect(&Reply::bulk(value.as_bytes()))?;
        }
    }
    Ok(())
}

fn pipelined(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let (key, one, two) =
        (word(&mut trial.random), word(&mut trial.random), word(&mut trial.random));
    client.send(&[set(&key, &one), get(&key), set(&key, &two), get(&key), ping()].concat())?;
    client.expect(&ok())?;
    client.expect(&Reply::bulk(&one))?;
    client.expect(&ok())?;
    client.expect(&Reply::bulk(&two))?;
    client.expect(&Reply::simple("PONG"))
}

fn wrong_arity(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let key = word(&mut trial.random);
    let of_set = Reply::Error("ERR wrong number of arguments for 'set' command");
    let of_get = Reply::Error("ERR wrong number of arguments for 'get' command");
    client.ask(&request(&[b"SET", &key]), &of_set)?;
    client.ask(&get(&key), &Reply::null())?;
    client.ask(&request(&[b"SET"]), &of_set)?;
    client.ask(&request(&[b"GET"]), &of_get)?;
    client.ask(&request(&[b"GET", &key, &key]), &of_get)?;
    client.ask(&ping(), &Reply::simple("PONG"))
}

/// SET and then GET.
fn store(client: &mut Client, key: &[u8], value: &[u8]) -> Result<(), Problem> {
    client.ask(&set(key, value), &ok())?;
    client.ask(&get(key), &Reply::bulk(value))
}
