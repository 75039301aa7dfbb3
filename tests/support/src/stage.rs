//! The stages, as the folders of `stages/` list them: their numbers, their files and their programs.

use crate::folders::{self, Folder};
use std::fs;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// How many stages `tests/broken/right.py` passes, and with it the servers that are made of it: what is
/// graded and pushed again and again is to take no longer with every stage that the course gets.
pub const RIGHT_STAGES: usize = 6;

/// How the module of a stage says that it has no checks yet.
pub const NO_CHECKS: &str = "pub const CHECKS: &[Check] = &[];";

/// How many it passes in all: a stage behind those that has no checks yet fails nobody.
pub fn right_stages() -> usize {
    let is_empty = |folder: &Folder| {
        let module = fs::read_to_string(Path::new(ROOT).join(folder.module())).unwrap_or_default();
        module.lines().any(|line| line == NO_CHECKS)
    };
    let others = course().into_iter().skip(RIGHT_STAGES);
    RIGHT_STAGES + others.take_while(is_empty).count()
}

#[derive(Clone)]
pub struct Stage {
    pub number: usize,
    /// The name of its folder.
    pub name: String,
    /// What cargo has built of it.
    pub program: PathBuf,
}

impl Stage {
    /// Whether the stage adds or changes this file: in a stage that does not, it is a link.
    pub fn changes(&self, file: &str) -> bool {
        let path = Path::new(ROOT).join("stages").join(&self.name).join(file);
        path.symlink_metadata().is_ok_and(|found| found.is_file())
    }

    /// The path of its program, for a command line.
    pub fn path(&self) -> &str {
        self.program.to_str().expect("the path of the build is text")
    }
}

/// All stages in order, with their programs, which are beside one that cargo names to the test, such as
/// `env!("CARGO_BIN_EXE_stage0")`.
pub fn stages(beside: impl AsRef<Path>) -> Vec<Stage> {
    let stage = |Folder { number, name, .. }| {
        let program = beside.as_ref().with_file_name(format!("stage{number}"));
        Stage { number, name, program }
    };
    let stages: Vec<Stage> = folders::all(Path::new(ROOT)).into_iter().map(stage).collect();
    for Stage { program, .. } in &stages {
        assert!(program.exists(), "{} is not there: cargo build --workspace", program.display());
    }
    stages
}

/// The stages in which one of these files is real, and the last one: a test of what stands in these files
/// would find nothing else in the others, which have them from there through links.
pub fn in_one_of(files: &[&str], stages: Vec<Stage>) -> Vec<Stage> {
    for file in files {
        let is_real = stages.iter().any(|stage| stage.changes(file));
        assert!(is_real, "no stage has a {file} any more: a test names it");
    }
    let last = stages.last().map(|stage| stage.number);
    let is_one =
        |stage: &Stage| Some(stage.number) == last || files.iter().any(|file| stage.changes(file));
    stages.into_iter().filter(is_one).collect()
}

/// The stages that the challenge grades.
pub fn course() -> Vec<Folder> {
    folders::course(Path::new(ROOT))
}
