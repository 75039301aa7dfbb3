//! The build script: it lists the sources of the stages, so that `challenge diff` works anywhere.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=stages");
    let root = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let mut list = String::from("&[\n");
    for folder in sorted(&root.join("stages"))?.iter().filter(|path| path.is_dir()) {
        list += &format!("({:?}, &[\n", name(folder));
        for file in sorted(folder)? {
            // A link is followed: the file's text is the same in every stage that has it.
            list += &format!("({:?}, include_str!({file:?})),\n", name(&file));
        }
        list += "]),\n";
    }
    list += "]";
    let output = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(output.join("stage_sources.rs"), list)
}

fn sorted(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = entries.collect::<io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
