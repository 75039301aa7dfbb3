//! Errors as a client reads them: a code word for its program, and a sentence for people.

use std::borrow::Cow;

/// The whole text, such as `ERR syntax error`.
pub struct Error(Cow<'static, [u8]>);

/// What comes of a request: a reply has been added, or there is an error to reply with.
pub type Outcome = Result<(), Error>;

impl Error {
    pub fn text(&self) -> &[u8] {
        &self.0
    }

    pub fn wrong_arity(command: &str) -> Error {
        format!("ERR wrong number of arguments for '{command}' command").into_bytes().into()
    }
}

impl From<&'static str> for Error {
    fn from(text: &'static str) -> Error {
        Error(Cow::Borrowed(text.as_bytes()))
    }
}

impl From<Vec<u8>> for Error {
    fn from(text: Vec<u8>) -> Error {
        Error(Cow::Owned(text))
    }
}
