//! The contents of a commit in figures: how much text there is, and which files are binary. They tell a
//! person who judges a result where to look: a server that was copied is a binary, or very many lines.

use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Of a file, where Git looks for a zero byte to tell that it is binary.
const HEAD: usize = 8000;
/// The most binary files that are named.
const MOST_NAMED: usize = 10;

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Contents {
    /// Of all files that are text, whatever they are for.
    pub source_lines: u64,
    pub source_bytes: u64,
    /// How many files are not text.
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
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => self.add_folder(&path, checkout),
                Ok(kind) if kind.is_file() => {
                    let name = path.strip_prefix(checkout).unwrap_or(&path);
                    let _ = self.add_file(&path, &name.to_string_lossy());
                }
                _ => {}
            }
        }
    }

    fn add_file(&mut self, path: &Path, name: &str) -> io::Result<()> {
        let mut file = BufReader::with_capacity(HEAD, File::open(path)?);
        if file.fill_buf()?.contains(&0) {
            self.binary_files += 1;
            self.binaries.push(crate::bytes::printable(name));
            return Ok(());
        }
        let mut chunk = [0; 64 * 1024];
        let mut last = b'\n';
        loop {
            let length = file.read(&mut chunk)?;
            let Some(end) = chunk[..length].last() else { break };
            last = *end;
            self.source_bytes += length as u64;
            self.source_lines +=
                chunk[..length].iter().filter(|&&byte| byte == b'\n').count() as u64;
        }
        self.source_lines += u64::from(last != b'\n');
        Ok(())
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
        std::os::unix::fs::symlink("/dev/zero", checkout.path().join("link")).expect("a new name");
        let expected = Contents {
            source_lines: 3,
            source_bytes: 11,
            binary_files: 1,
            binaries: vec!["bin/server".to_owned()],
        };
        assert_eq!(Contents::of(checkout.path()), expected);
    }
}
