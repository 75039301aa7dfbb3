//! The stage folders as data: which files are real, where links lead, and what each file says.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use test_support::Folder;

pub struct Tree {
    /// In the order in which they are read.
    pub stages: Vec<Stage>,
    /// The text of `stages/Cargo.toml`.
    pub manifest: String,
}

pub struct Stage {
    /// Its place among the stages, from 0.
    pub number: usize,
    /// The name of its folder, such as `05_expiry`.
    pub name: String,
    pub files: BTreeMap<String, File>,
}

pub struct File {
    pub kind: Kind,
    /// What a reader of the file sees, through a link as well; empty if there is nothing to read.
    pub text: String,
}

#[derive(PartialEq)]
pub enum Kind {
    Real,
    /// A symbolic link, and its target as it is written there.
    Link(String),
    Folder,
}

/// A real file, and where it is.
pub struct Real<'a> {
    pub stage: usize,
    pub name: &'a str,
    /// The path from the repository's root.
    pub path: String,
    pub text: &'a str,
}

impl Tree {
    /// Reads the folder `stages` of a repository.
    pub fn read(repository: &Path) -> Tree {
        let folder = repository.join("stages");
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("stages/Cargo.toml");
        let mut names = names(&folder);
        names.sort();
        names.retain(|name| folder.join(name).is_dir());
        let stage = |(number, name): (usize, String)| {
            let files = files(&folder.join(&name));
            Stage { number, name, files }
        };
        Tree { stages: names.into_iter().enumerate().map(stage).collect(), manifest }
    }

    /// Every real file, stage by stage.
    pub fn real_files(&self) -> impl Iterator<Item = Real<'_>> {
        self.stages.iter().enumerate().flat_map(|(number, stage)| {
            let real = stage.files.iter().filter(|(_, file)| file.kind == Kind::Real);
            real.map(move |(name, file)| Real {
                stage: number,
                name,
                path: stage.path(name),
                text: &file.text,
            })
        })
    }

    /// The stage that a link in this stage must lead to: the nearest earlier one in which the file
    /// is real.
    pub fn source(&self, stage: usize, name: &str) -> Option<&Stage> {
        let is_real = |file: &File| file.kind == Kind::Real;
        let earlier = self.stages[..stage].iter().rev();
        earlier.into_iter().find(|earlier| earlier.files.get(name).is_some_and(is_real))
    }
}

impl Stage {
    /// The folder's name without its number, such as `expiry`.
    pub fn slug(&self) -> &str {
        self.name.split_once('_').map_or(&self.name, |(_, slug)| slug)
    }

    /// Where else the stage is.
    pub fn folder(&self) -> Folder {
        Folder { number: self.number, slug: self.slug().to_owned(), name: self.name.clone() }
    }

    /// The name that the folder has by its place.
    pub fn numbered_name(&self) -> String {
        format!("{:02}_{}", self.number, self.slug())
    }

    /// A file's path from the repository's root.
    pub fn path(&self, file: &str) -> String {
        format!("stages/{}/{file}", self.name)
    }

    /// The command that makes a file of this stage a link to that of another.
    pub fn link_command(&self, file: &str, other: &Stage) -> String {
        format!("ln -sf ../{}/{file} {}", other.name, self.path(file))
    }
}

fn files(folder: &Path) -> BTreeMap<String, File> {
    let file = |name: String| {
        let path = folder.join(&name);
        let kind = match fs::read_link(&path) {
            Ok(target) => Kind::Link(target.to_string_lossy().into_owned()),
            Err(_) if path.is_dir() => Kind::Folder,
            Err(_) => Kind::Real,
        };
        (name, File { kind, text: fs::read_to_string(&path).unwrap_or_default() })
    };
    names(folder).into_iter().map(file).collect()
}

pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    entries.map(|entry| name(entry.expect("a folder can be listed"))).collect()
}
