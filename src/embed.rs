//! The build script: it makes the course from the folders of the stages, and lists the sources of the
//! stages and the starters, so that what the commands show and make is in the program.

mod folders;

use folders::Folder;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    write("stages.rs", &table_of_stages(&root)?)?;
    let is_source =
        |path: &Path| !is_hidden(path) && path.extension().is_some_and(|end| end == "rs");
    write("stage_sources.rs", &list_of_folders(&root.join("stages"), is_source)?)?;
    write("starters.rs", &list_of_folders(&root.join("src/starters"), |_| true)?)
}

/// The stages of the course, as a Rust expression: a stage is its folder, its module and its chapter.
fn table_of_stages(root: &Path) -> io::Result<String> {
    for folder in folders::all(root) {
        rerun_if_changed(root, &folder.module());
        rerun_if_changed(root, &folder.chapter());
    }
    let rows = folders::course(root).into_iter().map(|folder| row(root, &folder));
    Ok(format!("&[\n{}]", rows.collect::<io::Result<String>>()?))
}

fn row(root: &Path, folder: &Folder) -> io::Result<String> {
    let Folder { number, slug, .. } = folder;
    let chapter = root.join(folder.chapter());
    let in_chapter = |why: &dyn Display| io::Error::other(format!("{}: {why}", folder.chapter()));
    let text = fs::read_to_string(&chapter).map_err(|error| in_chapter(&error))?;
    let begins = format!("# Stage {number}: ");
    let title = text.lines().next().and_then(|line| line.strip_prefix(&begins)).map(str::trim);
    let title = title.filter(|title| !title.is_empty()).ok_or_else(|| {
        in_chapter(&format!("it has to begin with `{begins}` and the stage's title"))
    })?;
    Ok(format!(
        "Stage {{ number: {number}, slug: {slug:?}, title: {title:?}, \
         chapter: Chapter(include_str!({chapter:?})), checks: {slug}::CHECKS }},\n"
    ))
}

/// Of a file that is not there yet, its folder is watched: a missing file would be a change each time.
fn rerun_if_changed(root: &Path, file: &str) {
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let watched = if root.join(file).exists() { Path::new(file) } else { folder };
    println!("cargo::rerun-if-changed={}", watched.display());
}

/// The folders of a directory and the files in them that are wanted, as a Rust expression.
fn list_of_folders(directory: &Path, is_wanted: fn(&Path) -> bool) -> io::Result<String> {
    println!("cargo::rerun-if-changed={}", directory.display());
    let mut list = String::from("&[\n");
    for folder in sorted(directory)?.iter().filter(|path| path.is_dir() && !is_hidden(path)) {
        list += &format!("({:?}, &[\n", relative(folder, directory));
        for file in files(folder)?.into_iter().filter(|file| is_wanted(file)) {
            // A link is followed: the file's text is the same in every stage that has it.
            list += &format!("({:?}, include_str!({file:?})),\n", relative(&file, folder));
        }
        list += "]),\n";
    }
    Ok(list + "]")
}

/// What an editor, or a script, has at work.
fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn write(output: &str, text: &str) -> io::Result<()> {
    let directory = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(directory.join(output), text)
}

/// The files below a folder.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in sorted(folder)? {
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
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
