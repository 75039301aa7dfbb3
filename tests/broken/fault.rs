//! What the first lines of a broken server tell of it.

use std::fs;
use std::path::{Path, PathBuf};

pub struct Fault {
    /// The name of the file, without its ending.
    pub name: String,
    pub what: String,
    pub stage: usize,
    /// The check that was made for it.
    pub check: String,
    /// Words of the explanation that name the fault.
    pub says: String,
}

impl Fault {
    /// All broken servers, in order.
    pub fn all() -> Vec<Fault> {
        let entries = fs::read_dir(directory()).expect("the directory is there").flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        paths.iter().filter_map(|path| Fault::read(path)).collect()
    }

    /// `None` for a file that is no broken server of one stage.
    fn read(path: &Path) -> Option<Fault> {
        let name = path.file_name()?.to_str()?.strip_suffix(".py")?.to_owned();
        let stage = name.strip_prefix("stage")?.split('_').next()?.parse().ok()?;
        let text = fs::read_to_string(path).expect("it is text");
        let mut lines = text.lines();
        let mut field = |start: &str| {
            let value = lines.next().and_then(|line| line.strip_prefix(start));
            value
                .unwrap_or_else(|| panic!("{name}.py has a line \"{start}…\" at its head"))
                .to_owned()
        };
        let what = field("# Fault: ");
        let check = field(&format!("# Fails: stage {stage}, \""));
        let check = check.trim_end_matches('"').to_owned();
        let says = field("# Says: ");
        Some(Fault { name, what, stage, check, says })
    }
}

pub fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken")
}
