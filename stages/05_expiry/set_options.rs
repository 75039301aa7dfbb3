//! The options of SET: `[NX | XX] [GET] [EX n | PX n | EXAT n | PXAT n | KEEPTTL]`.

use crate::error::Error;
use crate::integer;
use crate::request::Request;

pub struct SetOptions<'a> {
    pub condition: Condition,
    /// Reply with the old value.
    pub get: bool,
    pub expiry: Expiry<'a>,
}

#[derive(PartialEq)]
pub enum Condition {
    Always,
    /// NX: only a key that does not exist.
    Missing,
    /// XX: only a key that exists.
    Exists,
}

/// What becomes of the key's deadline.
pub enum Expiry<'a> {
    Never,
    Keep,
    /// The number is read later: an error of the syntax, further on, comes before one of the number.
    At(Unit, &'a [u8]),
}

/// The unit of a deadline: a time from now, or a point in time.
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

const SYNTAX_ERROR: &str = "ERR syntax error";

impl<'a> SetOptions<'a> {
    /// Reads the options after key and value. As in Redis, an option may be repeated, and the last one
    /// counts.
    pub fn read(request: &Request<'a>) -> Result<SetOptions<'a>, Error> {
        let (condition, expiry) = (Condition::Always, Expiry::Never);
        let mut options = SetOptions { condition, get: false, expiry };
        let mut arguments = request.arguments().skip(2);
        while let Some(argument) = arguments.next() {
            // Redis compares with strcasecmp(3), for which a zero byte ends the name.
            let name = argument.split(|&byte| byte == 0).next().unwrap_or_default();
            let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
            if is("NX") && options.condition != Condition::Exists {
                options.condition = Condition::Missing;
            } else if is("XX") && options.condition != Condition::Missing {
                options.condition = Condition::Exists;
            } else if is("GET") {
                options.get = true;
            } else if is("KEEPTTL") && !matches!(options.expiry, Expiry::At(..)) {
                options.expiry = Expiry::Keep;
            } else {
                let &(_, unit) = UNITS.iter().find(|(name, _)| is(name)).ok_or(SYNTAX_ERROR)?;
                options.expiry = match options.expiry {
                    Expiry::Keep => return Err(SYNTAX_ERROR.into()),
                    Expiry::At(other, _) if other != unit => return Err(SYNTAX_ERROR.into()),
                    _ => Expiry::At(unit, arguments.next().ok_or(SYNTAX_ERROR)?),
                };
            }
        }
        Ok(options)
    }
}

impl Unit {
    /// The deadline, in milliseconds since 1970.
    pub fn deadline(self, number: &[u8], now: i64) -> Result<i64, Error> {
        let number = integer::parse(number).ok_or("ERR value is not an integer or out of range")?;
        let (scale, start) = match self {
            Unit::Seconds => (1000, now),
            Unit::Milliseconds => (1, now),
            Unit::UnixSeconds => (1000, 0),
            Unit::UnixMilliseconds => (1, 0),
        };
        // As in Redis, 0 is no time to live, and no deadline is beyond 64 bits.
        let time = number.checked_mul(scale).filter(|&time| time > 0);
        let deadline = time.and_then(|time| time.checked_add(start));
        Ok(deadline.ok_or("ERR invalid expire time in 'set' command")?)
    }
}
