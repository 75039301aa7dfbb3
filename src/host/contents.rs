//! The contents of a commit in figures: how much text there is, and which files are binary. They tell a
//! person who judges a result where to look: a server that was copied is a binary, or very many lines.

use crate::bytes::printable;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// A line that is longer is not for people, in bytes: it may be a program in disguise.
const LONGEST_LINE: usize = 500;
/// Nor is a longer name of a file, or a link with a longer target.
const LONGEST_NAME: usize = 100;
const LONGEST_TARGET: u64 = 200;
/// Of text in a file of this size, at least a twentieth is blank, unless it is data that was written as text.
const LARGE: u64 = 4096;
const LEAST_BLANK: u64 = 20;
/// The most binary files that are named.
const MOST_NAMED: usize = 10;

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Contents {
    /// Of all files that are text, whatever they are for.
    pub source_lines: u64,
    pub source_bytes: u64,
    /// How many files are not text that a person can read.
    pub binary_files: u64,
    /// The first of them.
    pub binaries: Vec<String>,
}

impl Contents {
    /// Looks at a checkout, before anything has been run in it. Files that cannot be read are passed over.
    pub fn of(checkout: &Path) -> Contents {
        let mut contents = Contents::default();
        contents.add_folder(checkout, checkout);
        contents.binaries.sort();
        contents.binaries.truncate(MOST_NAMED);
        contents
    }

    fn add_folder(&mut self, folder: &Path, checkout: &Path) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            // A name can hold something, too.
            let length = entry.file_name().len();
            self.source_bytes += length as u64;
            if length > LONGEST_NAME {
                let name = path.strip_prefix(checkout).unwrap_or(&path);
                self.add_binary(&name.to_string_lossy());
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => self.add_folder(&path, checkout),
                Ok(kind) if kind.is_file() => {
                    let name = path.strip_prefix(checkout).unwrap_or(&path);
                    let _ = self.add_file(&path, &name.to_string_lossy());
                }
                Ok(kind) if kind.is_symlink() => {
                    let name = path.strip_prefix(checkout).unwrap_or(&path);
                    if fs::symlink_metadata(&path).is_ok_and(|link| link.len() > LONGEST_TARGET) {
                        self.add_binary(&name.to_string_lossy());
                    }
                }
                _ => {}
            }
        }
    }

    fn add_file(&mut self, path: &Path, name: &str) -> io::Result<()> {
        let mut file = BufReader::new(File::open(path)?);
        let (mut lines, mut bytes, mut blank) = (0, 0, 0);
        let mut line = Vec::new();
        loop {
            line.clear();
            let length =
                file.by_ref().take(LONGEST_LINE as u64 + 1).read_until(b'\n', &mut line)?;
            if length == 0 {
                break;
            }
            if length > LONGEST_LINE || line.contains(&0) || std::str::from_utf8(&line).is_err() {
                self.add_binary(name);
                return Ok(());
            }
            lines += 1;
            bytes += length as u64;
            blank += line.iter().filter(|byte| byte.is_ascii_whitespace()).count() as u64;
        }
        if bytes > LARGE && blank * LEAST_BLANK < bytes {
            self.add_binary(name);
            return Ok(());
        }
        self.source_lines += lines;
        self.source_bytes += bytes;
        Ok(())
    }

    fn add_binary(&mut self, name: &str) {
        self.binary_files += 1;
        self.binaries.push(printable(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_text_are_counted_and_what_is_not_text_is_named() {
        let checkout = tempfile::tempdir().expect("a temporary directory");
        let write = |name: &str, bytes: &[u8]| {
            let path = checkout.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a new name");
            fs::write(path, bytes).expect("a new file");
        };
        write("main.py", b"one\ntwo\n");
        write("lib/without_an_end.py", b"one");
        write("empty", b"");
        write("bin/server", b"\x7fELF\0\0");
        write("disguised", &[b"#\n".repeat(9000), b"\xb8\x01\x7f".to_vec()].concat());
        write("one_line", &b"QmFzZTY0".repeat(1000));
        write("base64", &b"QmFzZTY0IGlzIGRhdGEgaW4gdGhlIGZvcm0gb2YgdGV4dA==\n".repeat(200));
        let target = "x".repeat(1000);
        std::os::unix::fs::symlink(target, checkout.path().join("long")).expect("a new name");
        std::os::unix::fs::symlink("/dev/zero", checkout.path().join("link")).expect("a new name");
        let expected = Contents {
            source_lines: 3,
            source_bytes: 83,
            binary_files: 5,
            binaries: ["base64", "bin/server", "disguised", "long", "one_line"]
                .map(str::to_owned)
                .into(),
        };
        assert_eq!(Contents::of(checkout.path()), expected);
    }
}
