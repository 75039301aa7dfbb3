//! The request parser alone, without a server: what it reads from bytes, in whatever pieces they come.

#[path = "../../stages/02_echo/error.rs"]
#[expect(dead_code, reason = "commands use the rest")]
mod error;
#[path = "../../stages/02_echo/inline.rs"]
mod inline;
#[path = "../../stages/02_echo/integer.rs"]
mod integer;
#[path = "../../stages/02_echo/parser.rs"]
mod parser;
#[path = "../../stages/02_echo/request.rs"]
mod request;

use parser::{NoRequest, Parser};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use request::Request;
use test_support::request::{Quotes, array, word};

/// What a server makes of a stream.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    requests: Vec<Vec<Vec<u8>>>,
    /// How many bytes those requests took: where the unfinished request is.
    size: usize,
    error: Option<String>,
}

/// Parses a stream that arrives in these pieces, as a server does: after each of them all requests
/// that are complete, up to an error.
fn receive<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut parser = Parser::default();
    let mut outcome = Outcome::default();
    let mut arrived = 0;
    for piece in pieces {
        parser.feed(piece);
        arrived += piece.len();
        let no_request = loop {
            match parser.next_request() {
                Ok(request) => outcome.requests.push(words(&request)),
                Err(no_request) => break no_request,
            }
        };
        if let NoRequest::Broken(error) = no_request {
            outcome.error = Some(String::from_utf8_lossy(error.text()).into_owned());
            assert_eq!(parser.unfinished(), 0, "what comes after an error is forgotten");
            break;
        }
        outcome.size = arrived - parser.unfinished();
    }
    outcome
}

/// What comes out at the end: where an error stops the pieces, the size before it depends on them.
fn result(outcome: Outcome) -> (Vec<Vec<Vec<u8>>>, Option<String>) {
    (outcome.requests, outcome.error)
}

fn words(request: &Request) -> Vec<Vec<u8>> {
    let words: Vec<&[u8]> = [request.name()].into_iter().chain(request.arguments()).collect();
    assert_eq!(words.len(), request.len());
    assert!(words.iter().enumerate().all(|(index, word)| request[index] == **word));
    words.into_iter().map(<[u8]>::to_vec).collect()
}

fn receive_whole(stream: impl AsRef<[u8]>) -> Outcome {
    receive([stream.as_ref()])
}

/// The pieces between the cuts, some of them perhaps empty.
fn cut<'a>(stream: &'a [u8], cuts: &[Index]) -> Vec<&'a [u8]> {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
    ends.sort();
    ends.push(stream.len());
    let starts = [0].into_iter().chain(ends.clone());
    starts.zip(&ends).map(|(start, &end)| &stream[start..end]).collect()
}

fn cuts() -> impl Strategy<Value = Vec<Index>> {
    vec(any::<Index>(), 0..8)
}

/// Words of a request, and the bytes that carry them.
fn request() -> impl Strategy<Value = (Vec<Vec<u8>>, Vec<u8>)> {
    let byte = prop_oneof![any::<u8>(), select(b" \t\r\n\0\"'\\x41*$PING".as_slice())];
    let words = vec(vec(byte, 0..12), 1..6);
    let quotes = select([Quotes::None, Quotes::Single, Quotes::Double].as_slice());
    let blanks = select(["", " ", "\t", " \x0b\x0c\r "].as_slice());
    let end = select(["\n", "\r\n", " \n"].as_slice());
    (words, any::<bool>(), vec(quotes, 6), blanks, end).prop_map(
        |(words, typed, quotes, blanks, end)| {
            let typed_words: Vec<_> = words.iter().zip(quotes).map(|(w, q)| word(w, q)).collect();
            let line = [blanks.as_bytes(), &typed_words.join(&b' '), end.as_bytes()].concat();
            let bytes = if typed { line } else { array(&words) };
            (words, bytes)
        },
    )
}

/// Bytes that come near to the protocol: requests, their fragments, and noise.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let starts =
        ["*1\r\n", "*2\r\n", "*0\r\n", "$0\r\n", "$3\r\n", "$4\r\nPING", "\r\n"].as_slice();
    let bytes = b"*$013-\r\n\0\"'\\x4 P".as_slice();
    let fragment = prop_oneof![
        30 => select(starts).prop_map(|start| start.as_bytes().to_vec()),
        30 => select(bytes).prop_map(|byte| vec![byte]),
        20 => request().prop_map(|(_, bytes)| bytes),
        20 => vec(any::<u8>(), 0..10),
    ];
    vec(fragment, 0..20).prop_map(|fragments| fragments.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1000,
        // A failure prints the smallest input that fails; a file beside the source would be litter.
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// And no bytes make the parser panic, which would be reported here as well.
    #[test]
    fn any_split_of_any_stream_gives_the_same_requests_and_the_same_error(
        stream in stream(), cuts in cuts(),
    ) {
        let whole = result(receive_whole(&stream));
        let pieces = cut(&stream, &cuts);
        prop_assert_eq!(&result(receive(pieces.clone())), &whole, "{:?}", pieces);
        prop_assert_eq!(&result(receive(stream.chunks(1))), &whole, "byte by byte");
    }

    #[test]
    fn requests_are_read_as_they_were_written(
        requests in vec(request(), 0..8), cuts in cuts(),
    ) {
        let (words, bytes): (Vec<_>, Vec<_>) = requests.into_iter().unzip();
        let stream = bytes.concat();
        let expected = Outcome { requests: words, size: stream.len(), error: None };
        prop_assert_eq!(receive(cut(&stream, &cuts)), expected);
    }

    #[test]
    fn a_request_is_read_with_its_last_byte_and_not_before(
        (_, bytes) in request(), end in any::<Index>(),
    ) {
        let part = &bytes[..end.index(bytes.len())];
        prop_assert_eq!(receive_whole(part), Outcome::default());
        prop_assert_eq!(receive_whole(bytes).requests.len(), 1);
    }

    #[test]
    fn a_number_has_one_spelling(number in any::<i64>(), text in "[-+ 0]?[0-9]{1,20}") {
        prop_assert_eq!(integer::parse(number.to_string().as_bytes()), Some(number));
        if let Some(number) = integer::parse(text.as_bytes()) {
            prop_assert_eq!(number.to_string(), text);
        }
    }
}

#[test]
fn numbers_are_those_that_redis_takes() {
    for (text, number) in [
        ("0", Some(0)),
        ("7", Some(7)),
        ("-7", Some(-7)),
        ("10", Some(10)),
        ("9223372036854775807", Some(i64::MAX)),
        ("9223372036854775808", None),
        ("-9223372036854775808", Some(i64::MIN)),
        ("-9223372036854775809", None),
        ("100000000000000000000", None),
        ("", None),
        ("-", None),
        ("-0", None),
        ("--1", None),
        ("+1", None),
        ("01", None),
        ("00", None),
        ("-01", None),
        (" 1", None),
        ("1 ", None),
        ("1\0", None),
        ("1.0", None),
        ("1e3", None),
        ("0x10", None),
        ("1a", None),
        ("٣", None),
    ] {
        assert_eq!(integer::parse(text.as_bytes()), number, "{text:?}");
    }
}

#[test]
fn inline_commands_are_quoted_as_in_redis() {
    for (line, words) in [
        ("PING", Some(&["PING"][..])),
        ("SET name Ada", Some(&["SET", "name", "Ada"])),
        ("", Some(&[])),
        ("\r", Some(&[])),
        (" \t\x0b\x0c\r ", Some(&[])),
        ("  a \t b  ", Some(&["a", "b"])),
        ("a\r", Some(&["a"])),
        ("a\rb", Some(&["a", "b"])),
        // Vertical tab and form feed separate words, but do not end one.
        ("a\x0bb \x0c c", Some(&["a\x0bb", "c"])),
        ("\"Ada L.\"", Some(&["Ada L."])),
        ("'Ada L.'", Some(&["Ada L."])),
        ("\"\" ''", Some(&["", ""])),
        ("a\"b c\"", Some(&["ab c"])),
        ("a'b c'", Some(&["ab c"])),
        (r#""\n\r\t\b\a""#, Some(&["\n\r\t\x08\x07"])),
        (r#""\x41\x4a\x7E\x00""#, Some(&["AJ~\0"])),
        (r#""\xc3\xA9""#, Some(&["é"])),
        (r#""\x4" "\xg1" "\x""#, Some(&["x4", "xg1", "x"])),
        (r#""\"\\\'\q""#, Some(&["\"\\'q"])),
        (r#""it's""#, Some(&["it's"])),
        (r"'it\'s'", Some(&["it's"])),
        (r#"'"' '\n\x41\ '"#, Some(&["\"", r"\n\x41\ "])),
        (r"a\n \x41 \", Some(&[r"a\n", r"\x41", r"\"])),
        ("\"a\"\t'b'\x0b\"c\"", Some(&["a", "b", "c"])),
        ("\"a", None),
        ("'a", None),
        ("\"", None),
        ("a'", None),
        ("\"a'", None),
        (r#""a\""#, None),
        (r"'a\'", None),
        (r#""\"#, None),
        ("\"a\"b", None),
        ("'a'b", None),
        ("\"a\"\"b\"", None),
        ("'a''b'", None),
    ] {
        let outcome = receive_whole(format!("{line}\n"));
        let expected = match words {
            Some(words) => Outcome {
                requests: match words {
                    [] => Vec::new(), // an empty line is passed over
                    words => vec![words.iter().map(|word| word.as_bytes().to_vec()).collect()],
                },
                size: line.len() + 1,
                error: None,
            },
            None => Outcome {
                error: Some("ERR Protocol error: unbalanced quotes in request".to_owned()),
                ..Outcome::default()
            },
        };
        assert_eq!(outcome, expected, "{line:?}");
    }
}

/// A line of this length, without its end: `start`, and ones.
fn line(start: &str, length: usize) -> String {
    format!("{start}{}", "1".repeat(length - start.len()))
}

#[test]
fn what_is_too_long_is_refused_and_what_is_not_is_waited_for() {
    const LINE: usize = 65_536;
    let in_array = |line: String| format!("*1\r\n{line}");
    for (stream, error) in [
        (line("", LINE), None),
        (line("", LINE) + "\n", None),
        (line("", LINE + 1), Some("too big inline request")),
        (line("", LINE + 1) + "\n", None),
        (line("*", LINE), None),
        (line("*", LINE) + "\r\n", Some("invalid multibulk length")),
        (line("*", LINE + 1), Some("too big mbulk count string")),
        (in_array(line("$", LINE)), None),
        (in_array(line("$", LINE) + "\r\n"), Some("invalid bulk length")),
        (in_array(line("$", LINE + 1)), Some("too big bulk count string")),
        // As in Redis, a zero byte hides the end of its line, so that only the limit ends it.
        (line("\0\n", LINE), None),
        (line("PING\0\r\n", LINE + 1), Some("too big inline request")),
        (line("*1\0\r\n", LINE), None),
        (line("*1\0\r\n", LINE + 1), Some("too big mbulk count string")),
        (in_array(line("$1\0\r\n", LINE)), None),
        (in_array(line("$1\0\r\n", LINE + 1)), Some("too big bulk count string")),
        ("*2147483647\r\n".to_owned(), None),
        ("*2147483648\r\n".to_owned(), Some("invalid multibulk length")),
        ("*-9223372036854775808\r\n".to_owned(), None),
        ("*-9223372036854775809\r\n".to_owned(), Some("invalid multibulk length")),
        ("*1\r\n$536870912\r\n".to_owned(), None),
        ("*1\r\n$536870913\r\n".to_owned(), Some("invalid bulk length")),
        ("*1\r\n$-1\r\n".to_owned(), Some("invalid bulk length")),
        ("*1\r\n:1\r\n".to_owned(), Some("expected '$', got ':'")),
        ("*1\r\n\r\n".to_owned(), Some("expected '$', got '\r'")),
    ] {
        let expected = error.map(|error| format!("ERR Protocol error: {error}"));
        let start = &stream[..stream.len().min(20)];
        assert_eq!(receive_whole(&stream).error, expected, "{start:?}, {} bytes", stream.len());
    }
}

/// As in Redis, the limit of a line is on what has no end yet. These 65,536 bytes are at the limit when
/// they arrive without their end.
#[test]
fn the_end_of_a_long_line_may_come_later() {
    let echo = line("ECHO ", 65_536);
    let requests = vec![vec![b"ECHO".to_vec(), echo.as_bytes()[5..].to_vec()]];
    let outcome = receive([echo.as_bytes(), b"\r\n"]);
    assert_eq!(outcome, Outcome { requests, size: echo.len() + 2, error: None });
}

#[test]
fn a_claimed_length_reserves_no_memory() {
    for claim in ["*2147483647\r\n", "*1\r\n$536870912\r\n", "*2147483647\r\n$536870912\r\n"] {
        let mut parser = Parser::default();
        parser.feed(claim.as_bytes());
        let memory = allocation_counter::measure(|| {
            assert!(matches!(parser.next_request(), Err(NoRequest::NotYet)));
        });
        assert_eq!(memory.bytes_total, 0, "for {claim:?}");
    }
}

#[test]
fn a_parser_that_has_read_one_request_reads_the_next_without_allocating() {
    let mut parser = Parser::default();
    let mut read = |request: Vec<u8>| {
        allocation_counter::measure(|| {
            parser.feed(&request);
            assert!(parser.next_request().is_ok());
        })
    };
    assert!(read(array(&["SET", "key", "value"])).count_total > 0);
    assert_eq!(read(array(&["GET", "key"])).count_total, 0);
    assert_eq!(read(b"SET key 'in quotes'\r\n".to_vec()).count_total, 0);
}
