//! Protects a repository from people who push to it, by settings that git obeys and by a hook. A repository
//! that an earlier version made gets new protections when it is next used.

use super::key::bounds;
use super::{ATTRIBUTES, locks, shell_word, write};
use crate::{git, procfs};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use std::{env, fs, io};

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
    if !fs::read_to_string(&attributes).is_ok_and(|text| text == ATTRIBUTES) {
        write(&attributes, ATTRIBUTES).map_err(cannot)?;
    }
    remove_quarantines(repository);
    install(&repository.join("hooks/pre-receive"), &pre_receive().map_err(cannot)?).map_err(cannot)
}

/// The hook that git runs before it changes anything.
pub fn pre_receive() -> io::Result<String> {
    let program = shell_word(&env::current_exe()?);
    Ok(format!(
        "#!/bin/sh\n\
         # Refuses what would harm the host, and writes each push into the record as it begins.\n\
         challenge={program}\n\
         [ -x \"$challenge\" ] || challenge=$(command -v challenge) || exit 0\n\
         repository=$(pwd)\n\
         unset $(git rev-parse --local-env-vars) GIT_QUARANTINE_PATH GIT_EXEC_PATH\n\
         exec \"$challenge\" hook --before \"$repository\"\n"
    ))
}

/// Git keeps what a push brings in a folder of its own until it has taken it, and leaves that behind where
/// it is killed.
fn remove_quarantines(repository: &Path) {
    for entry in fs::read_dir(repository.join("objects")).into_iter().flatten().flatten() {
        let is_one = entry.file_name().to_string_lossy().starts_with("tmp_objdir-");
        let changed = entry.metadata().and_then(|folder| folder.modified());
        let is_old = changed.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > QUARANTINE));
        if is_one && is_old && !procfs::is_open_below(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// For so long, git may be between two steps in which it has nothing open there.
const QUARANTINE: Duration = Duration::from_secs(120);

/// Puts a hook into its place at once, since git may be about to run it. One that is there already is left
/// alone, whatever it does.
fn install(hook: &Path, script: &str) -> io::Result<()> {
    if hook.exists() {
        return Ok(());
    }
    let new = hook.with_extension("new");
    write(&new, script)?;
    fs::set_permissions(&new, fs::Permissions::from_mode(0o755))?;
    fs::rename(new, hook)
}
