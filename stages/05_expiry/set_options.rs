//! The options of SET: `[NX | XX] [GET] [EX n | PX n | EXAT n | PXAT n | KEEPTTL]`.

use crate::resp::Request;
use crate::{clock, integer};

pub struct SetOptions<'a> {
    pub condition: Condition,
    /// Reply with the old value.
    pub get: bool,
    pub expiry: Expiry<'a>,
}

#[derive(PartialEq)]
pub enum Condition {
    Always,
    /// NX: only a key that is not there.
    Missing,
    /// XX: only a key that is there.
    Exists,
}

/// What becomes of the key's deadline.
pub enum Expiry<'a> {
    Never,
    Keep,
    At(Unit, &'a [u8]),
}

/// The unit of a deadline: a span from now, or the time on the clock.
#[derive(Clone, Copy, PartialEq)]
pub enum Unit {
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
    pub fn read(request: &Request<'a>) -> Option<SetOptions<'a>> {
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
    pub fn deadline(self, number: &[u8]) -> Result<u64, &'static str> {
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
