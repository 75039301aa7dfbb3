//! Files and folders that other users of this machine may change.

use super::Finding;
use crate::host::shell_word;
use nix::unistd::{Group, Uid, User, geteuid};
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What a push, or git on its behalf, believes in a repository.
const PARTS: [&str; 11] = [
    "HEAD",
    "config",
    "hooks",
    "hooks/post-receive",
    "hooks/pre-receive",
    "info",
    "objects",
    "packed-refs",
    "refs",
    "refs/heads",
    "refs/challenge",
];

/// A file by which people log in, or a folder of such.
pub fn of_file(path: &Path) -> Option<Finding> {
    let file = fs::metadata(path).ok()?;
    if ![0, geteuid().as_raw()].contains(&file.uid()) {
        let cure = format!("As root: chown {} {}", account(), shell_word(path));
        return Some(Finding::bad(belongs(path, &file), cure));
    }
    others_may_write(&file).then(|| may_write(path, format!("chmod go-w {}", shell_word(path))))
}

/// A repository of another account. Git does not read it, so that there is nothing more to say.
pub fn of_strangers_repository(repository: &Path) -> Option<Finding> {
    let file = fs::metadata(repository).ok()?;
    let cure = format!("As root: chown -R {} {}", account(), shell_word(repository));
    (file.uid() != geteuid().as_raw()).then(|| Finding::bad(belongs(repository, &file), cure))
}

/// A repository, its parts, or a folder that it is in.
pub fn of_repository(repository: &Path) -> Option<Finding> {
    let is_open = |path: &Path| fs::metadata(path).is_ok_and(|file| others_may_write(&file));
    let parts = PARTS.iter().map(|part| repository.join(part));
    let mut own = [repository.to_owned()].into_iter().chain(parts);
    if let Some(open) = own.find(|path| is_open(path)) {
        return Some(may_write(&open, format!("chmod -R go-w {}", shell_word(repository))));
    }
    let place = fs::canonicalize(repository).ok()?;
    // In a folder such as /tmp, nobody may rename what belongs to others.
    let is_sticky = |path: &Path| fs::metadata(path).is_ok_and(|file| file.mode() & 0o1000 != 0);
    let open = place.ancestors().skip(1).find(|path| is_open(path) && !is_sticky(path))?;
    Some(may_write(open, format!("chmod go-w {}", shell_word(open))))
}

fn may_write(path: &Path, cure: String) -> Finding {
    Finding::bad(format!("Others may write to {}.", path.display()), cure)
}

fn belongs(path: &Path, file: &Metadata) -> String {
    let owner = User::from_uid(Uid::from_raw(file.uid())).ok().flatten();
    let owner = owner.map_or_else(|| format!("user {}", file.uid()), |user| user.name);
    format!("{} belongs to {owner}, and not to this account.", path.display())
}

fn account() -> String {
    let user = User::from_uid(geteuid()).ok().flatten();
    user.map_or_else(|| geteuid().to_string(), |user| user.name)
}

/// Many systems give each account a group of its own, in which nobody else is.
fn others_may_write(file: &Metadata) -> bool {
    let is_own = || {
        let group = Group::from_gid(file.gid().into()).ok().flatten();
        group.is_some_and(|group| {
            group.name == account() && group.mem.iter().all(|member| *member == group.name)
        })
    };
    file.mode() & 0o002 != 0 || file.mode() & 0o020 != 0 && !is_own()
}
