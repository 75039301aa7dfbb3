//! The build script: it lists the sources of the stages and the starters, so that what the commands
//! show and make is in the program.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    embed("stages", "stage_sources.rs")?;
    embed("src/starters", "starters.rs")
}

/// Writes the folders of `directory` and the files in them, as a Rust expression.
fn embed(directory: &str, output: &str) -> io::Result<()> {
    println!("cargo::rerun-if-changed={directory}");
    let root = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let mut list = String::from("&[\n");
    for folder in sorted(&root.join(directory))?.iter().filter(|path| path.is_dir()) {
        list += &format!("({:?}, &[\n", relative(folder, &root.join(directory)));
        for file in files(folder)? {
            // A link is followed: the file's text is the same in every stage that has it.
            list += &format!("({:?}, include_str!({file:?})),\n", relative(&file, folder));
        }
        list += "]),\n";
    }
    list += "]";
    let directory = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(directory.join(output), list)
}

/// The files below a folder.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in sorted(folder)? {
        match path.is_dir() {
            true => found.extend(files(&path)?),
            false => found.push(path),
        }
    }
    Ok(found)
}

fn sorted(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = entries.collect::<io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    Ok(paths)
}

fn relative(path: &Path, start: &Path) -> String {
    path.strip_prefix(start).unwrap_or(path).to_string_lossy().into_owned()
}
