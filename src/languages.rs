//! The languages that there is a starter for.

use crate::trial::sandbox::{SYSTEM_PATH, Toolchain};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

pub struct Language {
    /// What it is called on the command line.
    pub slug: &'static str,
    pub title: &'static str,
    /// The program that must be there.
    pub program: &'static str,
    /// Where it comes from, on Debian or elsewhere.
    pub install: &'static str,
}

type Files = &'static [(&'static str, &'static str)];

/// The starters: for each language, its files with their paths.
static STARTERS: &[(&str, Files)] = include!(concat!(env!("OUT_DIR"), "/starters.rs"));

macro_rules! languages {
    ($($slug:literal $title:literal $program:literal $install:literal)*) => {
        &[$(Language { slug: $slug, title: $title, program: $program, install: $install }),*]
    };
}

pub static LANGUAGES: &[Language] = languages![
    "python" "Python" "python3" "apt-get install python3"
    "go" "Go" "go" "https://go.dev/dl"
    "swift" "Swift" "swift" "https://www.swift.org/install, or Debian 13: apt-get install swiftlang"
    "javascript" "JavaScript" "node" "apt-get install nodejs"
    "typescript" "TypeScript" "node" "https://nodejs.org, version 22.18 or newer"
    "rust" "Rust" "cargo" "https://rustup.rs"
    "c" "C" "cc" "apt-get install gcc make"
    "cpp" "C++" "c++" "apt-get install g++ make"
    "java" "Java" "javac" "apt-get install default-jdk-headless"
    "kotlin" "Kotlin" "kotlinc" "https://kotlinlang.org/docs/command-line.html"
    "ruby" "Ruby" "ruby" "apt-get install ruby"
    "php" "PHP" "php" "apt-get install php-cli"
    "zig" "Zig" "zig" "https://ziglang.org/download"
    "csharp" "C#" "mcs" "apt-get install mono-mcs mono-runtime"
    "elixir" "Elixir" "elixir" "apt-get install elixir"
    "haskell" "Haskell" "ghc" "apt-get install ghc libghc-network-dev"
    "ocaml" "OCaml" "dune" "apt-get install ocaml-nox ocaml-dune"
];

/// The language of that name, or the names that there are.
pub fn find(slug: &str) -> Result<&'static Language, String> {
    let found = LANGUAGES.iter().find(|language| language.slug == slug);
    found.ok_or_else(|| {
        let all: Vec<&str> = LANGUAGES.iter().map(|language| language.slug).collect();
        format!(
            "there is no starter for {slug:?}; there are: {}. Begin with one of these, and say in its \
             challenge.toml how yours is built and run",
            all.join(", ")
        )
    })
}

impl Language {
    pub fn starter(&self) -> Files {
        STARTERS.iter().find(|(slug, _)| *slug == self.slug).map_or(&[], |(_, files)| *files)
    }

    /// The folder of its tools, where they are not among the system's.
    pub fn toolchain(&self) -> Option<Toolchain> {
        let found = self.found()?;
        let program = fs::canonicalize(&found).ok()?;
        let is_system = program.starts_with("/usr") || program.starts_with("/bin");
        if is_system && SYSTEM_PATH.iter().any(|bin| found.parent() == Some(Path::new(bin))) {
            return None;
        }
        // What is found may stand for one of several versions, in another place.
        let folder = match self.slug {
            "go" => said(&["go", "env", "GOROOT"]),
            "javascript" | "typescript" => said(&["node", "-p", "process.execPath + '/../..'"]),
            "python" => said(&["python3", "-c", "import sys; print(sys.base_prefix)"]),
            "ruby" => said(&["ruby", "-e", "puts RbConfig::CONFIG['prefix']"]),
            "rust" => said(&["rustc", "--print", "sysroot"]),
            _ => None,
        };
        let folder = folder.or_else(|| {
            let bin = program.parent()?;
            Some(if bin.ends_with("bin") { bin.parent()? } else { bin }.to_owned())
        })?;
        folder.parent().is_some().then(|| Toolchain::at(folder))
    }

    /// Where its program was found on this machine.
    pub fn found(&self) -> Option<PathBuf> {
        let path = env::var_os("PATH").unwrap_or_default();
        let mut programs = env::split_paths(&path).map(|directory| directory.join(self.program));
        programs.find(|program| fs::metadata(program).is_ok_and(|file| file.is_file()))
    }
}

/// The path that a program prints.
fn said(command: &[&str]) -> Option<PathBuf> {
    let output = Command::new(command[0]).args(&command[1..]).output().ok()?;
    fs::canonicalize(String::from_utf8(output.stdout).ok()?.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::{LANGUAGES, STARTERS};
    use crate::project::{FILE, Project};

    #[test]
    fn every_language_has_a_starter_and_every_starter_a_language() {
        let mut languages: Vec<&str> = LANGUAGES.iter().map(|language| language.slug).collect();
        languages.sort_unstable();
        let starters: Vec<&str> = STARTERS.iter().map(|(slug, _)| *slug).collect();
        assert_eq!(languages, starters);
    }

    #[test]
    fn every_starter_says_how_it_is_run() {
        for (slug, files) in STARTERS {
            let text = files.iter().find(|(name, _)| *name == FILE).expect("it has the file").1;
            let project: Project = toml::from_str(text).expect("the file is right");
            assert_eq!(project.language, *slug);
        }
    }
}
