//! What a build has made is kept from one push to the next, so that the next build is quick: the files
//! that the project's `.gitignore` names, and what tools have put into the learner's home.
//!
//! Nothing that is kept ever replaces a file of the commit. A file that has not changed since keeps its
//! time, by which make and cargo know what is up to date. When two builds in a row have failed, what was
//! kept is forgotten: it may be the reason.

use super::workplace::INDEX;
use crate::git;
use crate::trial::Place;
use crate::trial::sandbox::{HOME, OFFERED, PROJECT, offer};
use crate::trial::supervised;
use nix::fcntl::AT_FDCWD;
use nix::sys::stat::{UtimensatFlags, utimensat};
use nix::sys::time::TimeSpec;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Where it is kept, in the repository.
const FOLDER: &str = "challenge-cache";
/// A file of it that is there when the last build has failed.
const DOUBTED: &str = "doubted";
/// The most that is kept for a repository, in bytes.
const MOST: u64 = 256 * 1024 * 1024;

/// The archive, in the home, while it is made.
const ARCHIVE: &str = ".kept.tar";
/// Both run in the project. The format is the one whose times have fractions of a second.
const PACK: &str = r#"cd .. && [ ! -e .kept.tar ] && tar -cf .kept.tar --format=posix --null --verbatim-files-from -T "$0""#;
const UNPACK: &str = r#"cd .. && tar -xf "$0" --skip-old-files"#;

/// Stands for an archive, and is written when that is whole.
#[derive(Deserialize, Serialize)]
struct Index {
    archive: String,
    files: HashMap<String, Tracked>,
}

/// A file of the commit, as it was checked out.
#[derive(Clone, Deserialize, PartialEq, Serialize)]
struct Tracked {
    blob: String,
    /// Its time of modification: seconds, and nanoseconds.
    time: (i64, i64),
}

pub struct Cache<'a> {
    repository: &'a Path,
    ground: &'a Path,
    place: &'a Place,
    files: HashMap<String, Tracked>,
}

impl Cache<'_> {
    pub fn open<'a>(
        repository: &'a Path,
        commit: &str,
        ground: &'a Path,
        place: &'a Place,
    ) -> Cache<'a> {
        let files = tracked(repository, commit, &place.directory).unwrap_or_default();
        let _ = fs::create_dir_all(offer(ground)); // a sandbox has made it already
        Cache { repository, ground, place, files }
    }

    /// Brings back what the last push has left, and says whether there was anything. Without it, a
    /// build takes longer, and that is all.
    pub fn restore(&mut self) -> bool {
        let Some(index) = self.index() else { return false };
        self.restore_times(&index.files);
        let _ = self.unpack(&index.archive);
        true
    }

    fn index(&self) -> Option<Index> {
        let text = fs::read(self.repository.join(FOLDER).join("index.json")).ok()?;
        serde_json::from_slice(&text).ok()
    }

    fn restore_times(&mut self, kept: &HashMap<String, Tracked>) {
        for (path, file) in &mut self.files {
            let Some(before) = kept.get(path).filter(|before| before.blob == file.blob) else {
                continue;
            };
            let (seconds, nanoseconds) = before.time;
            let time = TimeSpec::new(seconds, nanoseconds);
            let path = self.place.directory.join(path);
            if utimensat(AT_FDCWD, &path, &time, &time, UtimensatFlags::NoFollowSymlink).is_ok() {
                file.time = before.time;
            }
        }
    }

    fn unpack(&self, archive: &str) -> io::Result<()> {
        let offered = offer(self.ground).join(archive);
        fs::copy(self.repository.join(FOLDER).join(archive), &offered)?;
        let unpacked = self.run(UNPACK, &self.offered(archive));
        fs::remove_file(&offered)?;
        unpacked
    }

    /// Keeps what there is now.
    pub fn keep(self) {
        if self.pack().and_then(|()| self.store()).is_err() {
            self.forget();
        }
        let _ = fs::remove_file(self.ground.join(HOME).join(ARCHIVE));
    }

    /// After a build that failed.
    pub fn doubt(&self) {
        let folder = self.repository.join(FOLDER);
        match folder.join(DOUBTED).exists() {
            true => self.forget(),
            false => drop(File::create(folder.join(DOUBTED))),
        }
    }

    fn forget(&self) {
        let _ = fs::remove_dir_all(self.repository.join(FOLDER));
    }

    fn pack(&self) -> io::Result<()> {
        let mut names = self.ignored()?;
        for entry in fs::read_dir(self.ground.join(HOME))? {
            let name = entry?.file_name();
            if name != PROJECT && name != ARCHIVE {
                names.extend(name.as_bytes());
                names.push(0);
            }
        }
        let list = offer(self.ground).join("list");
        fs::write(&list, names)?;
        let packed = self.run(PACK, &self.offered("list"));
        fs::remove_file(list)?;
        packed
    }

    /// What the learner's `.gitignore` names, each name with a zero byte behind it.
    fn ignored(&self) -> io::Result<Vec<u8>> {
        // What a program has put in its place is not followed.
        if !fs::symlink_metadata(&self.place.directory)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let index = self.ground.join(INDEX);
        let names = git::ignored(self.repository, &self.place.directory, &index)?;
        let names = names.split_inclusive(|byte| *byte == 0);
        Ok(names.flat_map(|name| [PROJECT.as_bytes(), b"/", name].concat()).collect())
    }

    fn store(&self) -> io::Result<()> {
        let folder = self.repository.join(FOLDER);
        fs::create_dir_all(&folder)?;
        // What a program has put in its place is not followed.
        let made = self.ground.join(HOME).join(ARCHIVE);
        let mut made = File::options().read(true).custom_flags(libc::O_NOFOLLOW).open(made)?;
        let found = made.metadata()?;
        if !found.is_file() || found.len() >= MOST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let archive = format!("{:016x}.tar", fastrand::u64(..));
        io::copy(&mut made, &mut File::create_new(folder.join(&archive))?)?;
        let index = Index { archive, files: self.files.clone() };
        let new = folder.join(format!("{}.json", index.archive));
        fs::write(&new, serde_json::to_vec(&index)?)?;
        fs::rename(new, folder.join("index.json"))?;
        let _ = fs::remove_file(folder.join(DOUBTED));
        remove_others(&folder, &index.archive)
    }

    /// Where the learner's processes find what is offered.
    fn offered(&self, name: &str) -> PathBuf {
        match self.place.sandbox {
            Some(_) => Path::new(OFFERED).join(name),
            None => offer(self.ground).join(name),
        }
    }

    fn run(&self, script: &str, argument: &Path) -> io::Result<()> {
        let command = ["sh".into(), "-c".into(), script.into(), argument.as_os_str().to_owned()];
        match supervised::run(&command, self.place)? {
            (ending, _) if ending.is_success() => Ok(()),
            (ending, said) => Err(io::Error::other(format!("tar: {ending:?}: {said}"))),
        }
    }
}

/// The files of a commit, and their times in the checkout.
fn tracked(repository: &Path, commit: &str, project: &Path) -> Option<HashMap<String, Tracked>> {
    let list = git::run(repository, &["ls-tree", "-r", "-z", "--full-tree", commit]).ok()?;
    let files = list.split_terminator('\0').filter_map(|entry| {
        let (kind, path) = entry.split_once('\t')?;
        // The name of another file, perhaps: what is no text is passed over.
        if path.contains(char::REPLACEMENT_CHARACTER) {
            return None;
        }
        let file = fs::symlink_metadata(project.join(path)).ok()?;
        let blob = kind.rsplit(' ').next()?.to_owned();
        Some((path.to_owned(), Tracked { blob, time: (file.mtime(), file.mtime_nsec()) }))
    });
    Some(files.collect())
}

/// Archives of earlier pushes. One that a push at this moment reads stays whole for it.
fn remove_others(folder: &Path, archive: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path: PathBuf = entry?.path();
        let is_other = path.extension().is_some_and(|end| end == "tar") && !path.ends_with(archive);
        if is_other {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
