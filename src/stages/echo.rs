//! Stage 2: requests are parsed, however they are cut into packets, and ECHO returns its argument.

use super::{bytes, echo, ping, word};
use crate::check::{Check, Problem};
use crate::resp::{Reply, request};
use crate::trial::Trial;

pub const CHECKS: &[Check] = &[
    Check { name: "ECHO returns its argument as a bulk string", run: one_echo, cause: "" },
    Check {
        name: "PING is still answered, and with a message it returns that",
        run: ping_with_a_message,
        cause: "",
    },
    Check { name: "twenty random words come back unchanged", run: random_words, cause: "" },
    Check {
        name: "the empty string comes back as an empty bulk string",
        run: the_empty_string,
        cause: "an empty argument is an argument: $0, CR LF, no byte, CR LF",
    },
    Check {
        name: "spaces, stars and dollars have no meaning inside an argument",
        run: special_characters,
        cause: "the request is split at characters instead of being read by its lengths",
    },
    Check {
        name: "CR LF inside an argument is part of the argument",
        run: line_ends_inside,
        cause: "the request is split at CR LF; the length before an argument tells where it ends",
    },
    Check {
        name: "lengths count bytes, not characters",
        run: characters_of_several_bytes,
        cause: "the length of a string was taken in characters; RESP counts bytes",
    },
    Check {
        name: "zero bytes and bytes that are not UTF-8 come back unchanged",
        run: binary,
        cause: "bytes were decoded to text and encoded again; keep them as bytes",
    },
    Check {
        name: "an argument of 1 MB comes back whole",
        run: a_megabyte,
        cause: "one read brings only a part of a long request, and one write may take only a \
                part of a long reply: both have to be repeated",
    },
    Check {
        name: "names of commands may be in any case",
        run: any_case,
        cause: "names of commands are compared with regard to case; Redis does not do that",
    },
    Check {
        name: "a request may arrive one byte at a time",
        run: one_byte_at_a_time,
        cause: "one read was taken for one request; a read may bring a part of a request",
    },
    Check {
        name: "a request may be cut in two at any place",
        run: cut_at_every_place,
        cause: "one read was taken for one request; a read may bring a part of a request",
    },
    Check {
        name: "several requests in one packet are all answered, in order",
        run: several_in_one_packet,
        cause: "one read was taken for one request; a read may bring several",
    },
    Check {
        name: "a packet may end in the middle of a later request",
        run: one_and_a_half,
        cause: "what is left in the buffer after a request is the beginning of the next",
    },
    Check {
        name: "an unknown command gets an error, and the connection lives on",
        run: an_unknown_command,
        cause: "a command that the server does not know is answered with an error, and is no \
                reason to close the connection",
    },
    Check {
        name: "ECHO without an argument gets an error, and the connection lives on",
        run: without_an_argument,
        cause: "the number of arguments has to be checked before one of them is taken",
    },
];

fn one_echo(trial: &mut Trial) -> Result<(), Problem> {
    let word = word(&mut trial.random);
    trial.connect()?.ask(&echo(&word), &Reply::bulk(&word))
}

fn ping_with_a_message(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    client.ask(&ping(), &Reply::simple("PONG"))?;
    let word = word(&mut trial.random);
    client.ask(&request(&[b"PING", &word]), &Reply::bulk(&word))
}

fn random_words(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    (0..20).try_for_each(|_| {
        let word = word(&mut trial.random);
        client.ask(&echo(&word), &Reply::bulk(&word))
    })
}

fn the_empty_string(trial: &mut Trial) -> Result<(), Problem> {
    echoes(trial, &[b""])
}

fn special_characters(trial: &mut Trial) -> Result<(), Problem> {
    echoes(trial, &[b"two words", b"$3", b"*1", b"+OK", b"-1", b"\"quoted\" 'so'", b" ", b"\\r\\n"])
}

fn line_ends_inside(trial: &mut Trial) -> Result<(), Problem> {
    echoes(trial, &[b"one\r\ntwo", b"\r\n", b"\r", b"\n", b"\r\n\r\n", b"*1\r\n$4\r\nPING\r\n"])
}

fn binary(trial: &mut Trial) -> Result<(), Problem> {
    let random = bytes(&mut trial.random, 1000);
    let every_byte: Vec<u8> = (0..=255).collect();
    echoes(trial, &[b"\0", b"a\0b", b"\xff\xfe", b"\xc3", &every_byte, &random])
}

fn characters_of_several_bytes(trial: &mut Trial) -> Result<(), Problem> {
    echoes(trial, &["ü", "naïve café", "日本語", "🦀🦀"].map(str::as_bytes))
}

fn a_megabyte(trial: &mut Trial) -> Result<(), Problem> {
    let megabyte = bytes(&mut trial.random, 1024 * 1024);
    echoes(trial, &[&megabyte])
}

fn any_case(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    for name in ["echo", "Echo", "eCHo"] {
        let word = word(&mut trial.random);
        client.ask(&request(&[name.as_bytes(), &word]), &Reply::bulk(&word))?;
    }
    client.ask(&request(&[b"ping"]), &Reply::simple("PONG"))
}

fn one_byte_at_a_time(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let word = word(&mut trial.random);
    for byte in echo(&word) {
        client.send(&[byte])?;
        trial.until_read(&client);
    }
    client.expect(&Reply::bulk(&word))
}

fn cut_at_every_place(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let word = word(&mut trial.random);
    let request = echo(&word);
    for cut in 1..request.len() {
        client.send(&request[..cut])?;
        trial.until_read(&client);
        client.send(&request[cut..])?;
        client.expect(&Reply::bulk(&word))?;
    }
    Ok(())
}

fn several_in_one_packet(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let words: Vec<Vec<u8>> = (0..5).map(|_| word(&mut trial.random)).collect();
    let mut packet: Vec<u8> = words.iter().flat_map(|word| echo(word)).collect();
    packet.extend(ping());
    client.send(&packet)?;
    words.iter().try_for_each(|word| client.expect(&Reply::bulk(word)))?;
    client.expect(&Reply::simple("PONG"))
}

fn one_and_a_half(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let (first, second) = (word(&mut trial.random), word(&mut trial.random));
    let both = [echo(&first), echo(&second)].concat();
    let (now, later) = both.split_at(echo(&first).len() + 9);
    client.send(now)?;
    client.expect(&Reply::bulk(&first))?;
    client.send(later)?;
    client.expect(&Reply::bulk(&second))
}

fn an_unknown_command(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let error = Reply::Error("ERR unknown command 'FOO', with args beginning with: 'bar' ");
    client.ask(&request(&[b"FOO", b"bar"]), &error)?;
    client.ask(&ping(), &Reply::simple("PONG"))
}

fn without_an_argument(trial: &mut Trial) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    let error = Reply::Error("ERR wrong number of arguments for 'echo' command");
    client.ask(&request(&[b"ECHO"]), &error)?;
    client.ask(&ping(), &Reply::simple("PONG"))
}

/// Each argument comes back, on one connection.
fn echoes(trial: &mut Trial, arguments: &[&[u8]]) -> Result<(), Problem> {
    let mut client = trial.connect()?;
    arguments.iter().try_for_each(|argument| client.ask(&echo(argument), &Reply::bulk(argument)))
}
