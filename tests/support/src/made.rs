//! Text that is made: parts of pages that follow from something else, and are never edited.

use crate::stage::ROOT;
use std::path::Path;
use std::{env, fs};

/// Holds the part of a file between `start` and `end` against what it has to be. With `RECORD=1`, it is
/// written there instead.
#[track_caller]
pub fn is_made(file: &str, start: &str, end: &str, fresh: &str) {
    let path = Path::new(ROOT).join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
    let (before, rest) = text.split_once(start).expect("the file has the start");
    let (written, after) = rest.split_once(end).expect("the file has the end");
    if env::var_os("RECORD").is_some() {
        fs::write(path, [before, start, fresh, end, after].concat()).expect("the file is ours");
        return;
    }
    assert!(
        written == fresh,
        "{file} is stale after {start:?}; RECORD=1 with this test writes it. It should be\n{fresh}"
    );
}
