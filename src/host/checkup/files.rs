//! The installed programs and the home: their versions, and who may change or read them.

use super::{Finding, sandbox};
use crate::git;
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::{AccessFlags, access, geteuid};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::{env, fs};

/// From here on, git refuses repositories that belong to others, see `safe.directory` in git-config(1).
const LEAST_GIT: (u32, u32) = (2, 36);
/// From here on, bubblewrap can forbid further user namespaces.
const LEAST_BUBBLEWRAP: (u32, u32) = (0, 8);
/// Below so much, the disk is soon full, in MiB.
const LITTLE_ROOM: u64 = 2048;

pub fn findings() -> Vec<Finding> {
    let mut findings = vec![ourselves(), bubblewrap(), git_version()];
    findings.extend(global_hooks());
    findings.push(home());
    findings.push(room());
    findings
}

fn ourselves() -> Finding {
    let Ok(program) = env::current_exe() else { return Finding::good("The program is known.") };
    let may_write = |path: &Path| access(path, AccessFlags::W_OK).is_ok();
    let is_open = program.ancestors().filter(|path| *path != Path::new("/")).any(may_write);
    match is_open && !geteuid().is_root() {
        true => Finding::weak(
            format!("This account may change {}.", program.display()),
            "As root: install challenge /usr/local/bin/",
        ),
        false => Finding::good(format!("This account cannot change {}.", program.display())),
    }
}

fn bubblewrap() -> Finding {
    let cure = "As root: apt-get install bubblewrap";
    match sandbox::bubblewrap() {
        None => Finding::bad("bubblewrap is not installed.", cure),
        Some(version) if numbers(&version) < Some(LEAST_BUBBLEWRAP) => Finding::bad(
            format!("bubblewrap {version} is too old."),
            "Version 0.8 or newer is needed.",
        ),
        Some(version) if sandbox::is_setuid() => Finding::weak(
            format!("bubblewrap {version} runs as root (setuid), which it need not."),
            "As root: chmod u-s /usr/bin/bwrap",
        ),
        Some(version) => Finding::good(format!("bubblewrap {version}.")),
    }
}

fn git_version() -> Finding {
    let said = git::run(Path::new("/"), &["version"]).unwrap_or_default();
    let version = said.split_whitespace().nth(2).unwrap_or("of an unknown version").to_owned();
    match numbers(&version) >= Some(LEAST_GIT) {
        true => Finding::good(format!("git {version}.")),
        false => Finding::bad(
            format!("git {version} is too old to be shown strangers' repositories."),
            "Version 2.36 or newer is needed.",
        ),
    }
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// Over ssh they are not used; over a path, they would be run instead of ours.
fn global_hooks() -> Option<Finding> {
    let set = git::run(Path::new("/"), &["config", "--global", "--get", "core.hooksPath"]).ok()?;
    Some(Finding::weak(
        format!("core.hooksPath is {} for all repositories of this account.", set.trim()),
        "Unless you need it: git config --global --unset core.hooksPath",
    ))
}

fn home() -> Finding {
    let home = env::home_dir().unwrap_or_default();
    let mode = fs::metadata(&home).map_or(0, |home| home.permissions().mode());
    match mode & 0o007 {
        0 => Finding::good(format!("Others on this machine cannot enter {}.", home.display())),
        _ => Finding::weak(
            format!("Others on this machine can look into {}.", home.display()),
            format!("chmod o= {}", home.display()),
        ),
    }
}

fn room() -> Finding {
    let home = env::home_dir().unwrap_or_default();
    let Ok(disk) = statvfs(&home) else {
        return Finding::weak("The file system of the home is not known.", "See statvfs(3).");
    };
    let free = disk.blocks_available() * disk.fragment_size() / (1024 * 1024);
    match () {
        () if disk.flags().contains(FsFlags::ST_NOEXEC) => Finding::bad(
            "Programs in the home cannot be run (noexec), and hooks are such.",
            "Mount the file system without noexec.",
        ),
        () if free < LITTLE_ROOM => Finding::bad(
            format!("{free} MiB are free for repositories, and a push may bring 64."),
            "Make room, or set a quota for the account.",
        ),
        () => Finding::good(format!(
            "{free} MiB are free for repositories; a push brings at most 64."
        )),
    }
}
