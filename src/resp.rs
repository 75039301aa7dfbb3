//! Requests as clients send them, and replies as a Redis server gives them.

/// A request as an array of bulk strings, the form that every client library sends.
pub fn request(arguments: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", arguments.len()).into_bytes();
    for argument in arguments {
        bytes.extend(bulk(argument));
    }
    bytes
}

pub fn bulk(bytes: &[u8]) -> Vec<u8> {
    [format!("${}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// No error is longer; a server that sends and sends is not listened to for ever.
const LONGEST_ERROR: usize = 64 * 1024;

/// What a client waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Exactly these bytes.
    Exactly(Vec<u8>),
    /// Any error; this is the one that Redis gives.
    Error(&'static str),
}

impl Reply {
    pub fn simple(text: &str) -> Reply {
        Reply::Exactly(format!("+{text}\r\n").into_bytes())
    }

    pub fn bulk(bytes: &[u8]) -> Reply {
        Reply::Exactly(bulk(bytes))
    }

    pub fn null() -> Reply {
        Reply::Exactly(b"$-1\r\n".to_vec())
    }

    /// What Redis would send.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Reply::Exactly(bytes) => bytes.clone(),
            Reply::Error(text) => format!("-{text}\r\n").into_bytes(),
        }
    }

    /// Whether `received` is this reply, or can become it.
    pub fn compare(&self, received: &[u8]) -> Comparison {
        match self {
            Reply::Exactly(bytes) if received.starts_with(bytes) => Comparison::Equal(bytes.len()),
            Reply::Exactly(bytes) if bytes.starts_with(received) => Comparison::Incomplete,
            Reply::Exactly(_) => Comparison::Different,
            Reply::Error(_) => match received {
                [] => Comparison::Incomplete,
                [b'-', ..] => match received.windows(2).position(|pair| pair == b"\r\n") {
                    Some(end) => Comparison::Equal(end + 2),
                    None if received.contains(&b'\n') => Comparison::Different,
                    None if received.len() > LONGEST_ERROR => Comparison::Different,
                    None => Comparison::Incomplete,
                },
                _ => Comparison::Different,
            },
        }
    }
}

pub enum Comparison {
    /// The reply is there, in so many bytes.
    Equal(usize),
    /// Right so far, but more has to come.
    Incomplete,
    Different,
}

/// The RESP type of a reply, by its first byte.
pub fn type_of(reply: &[u8]) -> &'static str {
    match reply {
        [b'+', ..] => "a simple string",
        [b'-', ..] => "an error",
        [b':', ..] => "an integer",
        [b'$', b'-', b'1', ..] => "a null bulk string",
        [b'$', ..] => "a bulk string",
        [b'*', ..] => "an array",
        [] => "nothing",
        _ => "not a RESP reply: the first byte must be one of + - : $ *",
    }
}

#[cfg(test)]
mod tests {
    use super::{Comparison, Reply};

    #[test]
    fn an_error_that_does_not_end_is_none() {
        let error = Reply::Error("ERR");
        let received = |length| [b"-".as_slice(), &vec![b'x'; length]].concat();
        assert!(matches!(error.compare(&received(1000)), Comparison::Incomplete));
        assert!(matches!(error.compare(&received(100_000)), Comparison::Different));
    }
}
