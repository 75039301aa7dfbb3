//! Requests as bytes: as a client library sends them, and as a person types them.

/// An array of bulk strings: `*1\r\n$4\r\nPING\r\n`.
pub fn array<W: AsRef<[u8]>>(words: &[W]) -> Vec<u8> {
    let mut request = format!("*{}\r\n", words.len()).into_bytes();
    for word in words.iter().map(AsRef::as_ref) {
        request.extend(format!("${}\r\n", word.len()).bytes());
        request.extend_from_slice(word);
        request.extend_from_slice(b"\r\n");
    }
    request
}

/// How a word of an inline command is written.
#[derive(Clone, Copy, Debug)]
pub enum Quotes {
    None,
    Single,
    Double,
}

/// A word of an inline command, written as wished if it can be; double quotes can hold any bytes.
pub fn word(bytes: &[u8], wish: Quotes) -> Vec<u8> {
    match wish {
        Quotes::None if !bytes.is_empty() && bytes.iter().all(u8::is_ascii_alphanumeric) => {
            bytes.to_vec()
        }
        Quotes::Single if fits_single_quotes(bytes) => quoted(b'\'', bytes, |byte| match byte {
            b'\'' => b"\\'".to_vec(),
            _ => vec![byte],
        }),
        _ => quoted(b'"', bytes, |byte| match byte {
            b'"' | b'\\' => vec![b'\\', byte],
            b'\n' => b"\\n".to_vec(),
            b'\r' => b"\\r".to_vec(),
            b'\t' => b"\\t".to_vec(),
            0x08 => b"\\b".to_vec(),
            0x07 => b"\\a".to_vec(),
            b' '..=b'~' => vec![byte],
            _ => format!("\\x{byte:02X}").into_bytes(),
        }),
    }
}

/// Single quotes have no escape but `\'`: a backslash at the end would take away the closing one, and
/// LF and NUL would end or hide the line.
fn fits_single_quotes(bytes: &[u8]) -> bool {
    !bytes.ends_with(b"\\") && !bytes.iter().any(|byte| b"\n\0".contains(byte))
}

fn quoted(quote: u8, bytes: &[u8], escape: impl Fn(u8) -> Vec<u8>) -> Vec<u8> {
    let inside: Vec<u8> = bytes.iter().flat_map(|&byte| escape(byte)).collect();
    [&[quote], inside.as_slice(), &[quote]].concat()
}
