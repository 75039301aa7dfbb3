//! The commands on strings: SET and GET.

use crate::resp::Request;
use crate::store::Store;
use crate::{clock, integer, reply};

/// `SET key value [NX | XX] [GET] [EX n | PX n | EXAT n | PXAT n | KEEPTTL]`
pub fn set(store: &mut Store, request: &Request, replies: &mut Vec<u8>) {
    let Some(options) = SetOptions::read(request) else {
        return reply::error(replies, b"syntax error");
    };
    let key = &request[1];
    let deadline = match options.expiry {
        Expiry::Never => None,
        Expiry::Keep => store.deadline(key),
        Expiry::At(unit, number) => match unit.deadline(number) {
            Ok(deadline) => Some(deadline),
            Err(problem) => return reply::error(replies, problem.as_bytes()),
        },
    };
    if options.get {
        get(store, request, replies); // the old value is the reply, whatever comes of the rest
    }
    let permitted = match options.condition {
        Condition::Always => true,
        Condition::Missing => store.get(key).is_none(),
        Condition::Exists => store.get(key).is_some(),
    };
    if permitted {
        store.set(key, &request[2], deadline);
    }
    match permitted {
        _ if options.get => {}
        true => reply::simple(replies, "OK"),
        false => reply::null(replies),
    }
}

/// `GET key`
pub fn get(store: &mut Store, request: &Request, replies: &mut Vec<u8>) {
    match store.get(&request[1]) {
        Some(value) => reply::bulk(replies, value),
        None => reply::null(replies),
    }
}

struct SetOptions<'a> {
    condition: Condition,
    get: bool,
    expiry: Expiry<'a>,
}

#[derive(PartialEq)]
enum Condition {
    Always,
    /// NX: only a key that is not there.
    Missing,
    /// XX: only a key that is there.
    Exists,
}

/// What becomes of the key's deadline.
enum Expiry<'a> {
    Never,
    Keep,
    At(Unit, &'a [u8]),
}

/// The unit of a deadline: a span from now, or the time on the clock.
#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Seconds,
    Milliseconds,
    UnixSeconds,
    UnixMilliseconds,
}

const UNITS: [(&str, Unit); 4] = [
    ("EX", Unit::Seconds),
    ("PX", Unit::Milliseconds),
    ("EXAT", Unit::UnixSeconds),
    ("PXAT", Unit::UnixMilliseconds),
];

impl<'a> SetOptions<'a> {
    /// Reads the options that follow key and value. As in Redis, an option may be repeated, and the
    /// last one counts; `None` means that they are unknown or contradict each other.
    fn read(request: &Request<'a>) -> Option<SetOptions<'a>> {
        let mut options =
            SetOptions { condition: Condition::Always, get: false, expiry: Expiry::Never };
        let mut arguments = request.iter().skip(3);
        while let Some(argument) = arguments.next() {
            let is = |name: &str| argument.eq_ignore_ascii_case(name.as_bytes());
            if is("NX") && options.condition != Condition::Exists {
                options.condition = Condition::Missing;
            } else if is("XX") && options.condition != Condition::Missing {
                options.condition = Condition::Exists;
            } else if is("GET") {
                options.get = true;
            } else if is("KEEPTTL") && !matches!(options.expiry, Expiry::At(..)) {
                options.expiry = Expiry::Keep;
            } else {
                let &(_, unit) = UNITS.iter().find(|(name, _)| is(name))?;
                match options.expiry {
                    Expiry::Never => {}
                    Expiry::At(earlier, _) if earlier == unit => {}
                    _ => return None,
                }
                options.expiry = Expiry::At(unit, arguments.next()?);
            }
        }
        Some(options)
    }
}

impl Unit {
    /// The deadline in milliseconds since 1970.
    fn deadline(self, number: &[u8]) -> Result<u64, &'static str> {
        let number = integer::parse(number).ok_or("value is not an integer or out of range")?;
        let (scale, start) = match self {
            Unit::Seconds => (1000, clock::now()),
            Unit::Milliseconds => (1, clock::now()),
            Unit::UnixSeconds => (1000, 0),
            Unit::UnixMilliseconds => (1, 0),
        };
        // As in Redis, 0 is no time to live, and no deadline is beyond 64 bits with a sign.
        (number.checked_mul(scale).filter(|&span| span > 0))
            .and_then(|span| span.checked_add_unsigned(start))
            .map(|deadline| deadline as u64)
            .ok_or("invalid expire time in 'set' command")
    }
}
