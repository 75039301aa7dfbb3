//! The options of SET: `[NX | XX] [GET]`.

use crate::error::Error;
use crate::request::Request;

pub struct SetOptions {
    pub condition: Condition,
    /// Reply with the old value.
    pub get: bool,
}

#[derive(PartialEq)]
pub enum Condition {
    Always,
    /// NX: only a key that does not exist.
    Missing,
    /// XX: only a key that exists.
    Exists,
}

impl SetOptions {
    /// Reads the options after key and value. As in Redis, an option may be repeated.
    pub fn read(request: &Request) -> Result<SetOptions, Error> {
        let mut options = SetOptions { condition: Condition::Always, get: false };
        for argument in request.arguments().skip(2) {
            // Redis compares with strcasecmp(3), for which a zero byte ends the name.
            let name = argument.split(|&byte| byte == 0).next().unwrap_or_default();
            let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
            if is("NX") && options.condition != Condition::Exists {
                options.condition = Condition::Missing;
            } else if is("XX") && options.condition != Condition::Missing {
                options.condition = Condition::Exists;
            } else if is("GET") {
                options.get = true;
            } else {
                return Err("ERR syntax error".into());
            }
        }
        Ok(options)
    }
}
