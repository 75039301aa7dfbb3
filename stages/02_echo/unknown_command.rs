//! The error for a command that does not exist. You may skip this file: it only quotes the request as
//! Redis does, with Redis's own cuts.

use crate::error::Error;
use crate::request::Request;

/// Quotes the name, and as many arguments as fit into 128 bytes.
pub fn error(request: &Request) -> Error {
    let mut arguments = Vec::new();
    for argument in request.arguments() {
        if arguments.len() >= 128 {
            break;
        }
        let shown = printable(argument, 128 - arguments.len());
        arguments.extend_from_slice(&[b"'", shown, b"' "].concat());
    }
    let name = printable(request.name(), 128);
    let parts = [b"ERR unknown command '", name, b"', with args beginning with: ", &arguments];
    parts.concat().into()
}

/// What C's `%.*s` prints: no more than `most` bytes, and nothing from a zero byte on.
fn printable(bytes: &[u8], most: usize) -> &[u8] {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    &bytes[..end.min(most)]
}
