//! Protects a repository from people who push to it, by settings that git obeys and by a hook. A repository
//! that an earlier version made gets new protections when it is next used.

use super::key::bounds;
use super::{ATTRIBUTES, locks, write};
use crate::git;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Each ref is a file of the host, of a few kilobytes: a megabyte of names could be ten thousand.
const PRE_RECEIVE: &str = "#!/bin/sh
# A push of very many refs would fill the disk with small files.
[ \"$(wc -l)\" -le 100 ] && exit
echo 'A push may change 100 branches and tags, and not more.'
exit 1
";

/// `is_shared` says whether others than the host push to it.
pub fn renew(repository: &Path, is_shared: bool) -> Result<(), String> {
    locks::remove_stale(repository);
    let cannot = |error: std::io::Error| format!("cannot renew {}: {error}", repository.display());
    let list = git::run(repository, &["config", "--local", "--null", "--list"])?;
    let entries: Vec<(&str, &str)> =
        list.split_terminator('\0').filter_map(|entry| entry.split_once('\n')).collect();
    let value_of = |key: &str| entries.iter().rfind(|entry| entry.0.eq_ignore_ascii_case(key));
    let is_set = |(key, value): &(&str, &str)| {
        entries.iter().any(|entry| entry.0.eq_ignore_ascii_case(key) && entry.1 == *value)
    };
    let add = |(key, value): (&str, &str)| {
        git::run(repository, &["config", "--add", key, value]).map(drop)
    };
    // Their order matters.
    if !bounds::REFS.iter().all(is_set) {
        bounds::REFS.into_iter().try_for_each(add)?;
    }
    if is_shared {
        let mut settings = bounds::SETTINGS.into_iter();
        settings.try_for_each(|(key, value)| match value_of(key) {
            Some(_) => Ok(()), // as the host wants it
            None => add((key, value)),
        })?;
        // A relative path is looked up in a checkout, where a commit can have such a folder.
        let hooks = fs::canonicalize(repository).map_err(cannot)?.join("hooks");
        let hooks = hooks.to_str().ok_or("its path is not text")?;
        if value_of("core.hooksPath").is_none_or(|(_, value)| *value != hooks) {
            git::run(repository, &["config", "core.hooksPath", hooks])?;
        }
    }
    let attributes = repository.join("info/attributes");
    if !attributes.exists() {
        write(&attributes, ATTRIBUTES).map_err(cannot)?;
    }
    install(&repository.join("hooks/pre-receive"), PRE_RECEIVE).map_err(cannot)
}

/// Puts a hook into its place at once, since git may be about to run it. One that is there already is left
/// alone, whatever it does.
fn install(hook: &Path, script: &str) -> std::io::Result<()> {
    if hook.exists() {
        return Ok(());
    }
    let new = hook.with_extension("new");
    write(&new, script)?;
    fs::set_permissions(&new, fs::Permissions::from_mode(0o755))?;
    fs::rename(new, hook)
}
