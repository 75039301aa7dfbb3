//! What sshd runs for somebody with a key: git, for one repository, and within bounds.

use super::{address, bounds, connection, home};
use crate::host::settings::{SandboxMode, Settings};
use crate::host::upkeep;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// What git asks for over ssh.
const SERVICES: [(&str, &str); 2] =
    [("git-upload-pack", "upload-pack"), ("git-receive-pack", "receive-pack")];

/// Becomes git, for somebody whose key opens this repository. Comes back if there is nothing to do.
pub fn serve(repository: &Path) -> Result<(), String> {
    let service = asked_for(repository)?;
    let is_shared = Settings::of(repository)?.sandbox == SandboxMode::Required;
    let _ = upkeep::renew(repository, is_shared);
    // Git inherits the lock, which lasts as long as git and its hook.
    let _connection = connection::take(repository)?;
    bounds::set().map_err(|error| format!("git cannot be limited: {error}"))?;
    let error = git(repository).arg(service).arg(repository).exec();
    Err(format!("git cannot be run: {error}"))
}

/// The service of git that the client asks sshd for.
fn asked_for(repository: &Path) -> Result<&'static str, String> {
    let asked = env::var("SSH_ORIGINAL_COMMAND").unwrap_or_default();
    let words = shlex::split(&asked).unwrap_or_default();
    let address = address(repository)?;
    let service = match words.as_slice() {
        [] => return Err(format!("this key is for git: git clone {address}")),
        [git, service, path] if git == "git" => wanted(&format!("git-{service}"), path, repository),
        [service, path] => wanted(service, path, repository),
        _ => None,
    };
    service
        .ok_or_else(|| format!("this key opens one repository, for git alone: git clone {address}"))
}

/// The service, if it is one of git's and for this repository.
fn wanted(service: &str, path: &str, repository: &Path) -> Option<&'static str> {
    let (_, command) = SERVICES.into_iter().find(|(name, _)| *name == service)?;
    let home = home().ok()?;
    let path = path.strip_prefix("~/").unwrap_or(path);
    let is_it = |path: &str| fs::canonicalize(home.join(path)).is_ok_and(|path| path == repository);
    (is_it(path) || is_it(&format!("{path}.git"))).then_some(command)
}

/// Git with the settings of this program, which count for more than those that a repository was made with.
fn git(repository: &Path) -> Command {
    let mut git = Command::new("git");
    for (key, value) in bounds::REFS.into_iter().chain(bounds::SETTINGS) {
        git.arg("-c").arg(format!("{key}={value}"));
    }
    // A relative path would be looked up wherever git happens to be.
    let mut hooks = OsString::from("core.hooksPath=");
    hooks.push(repository.join("hooks"));
    git.arg("-c").arg(hooks);
    git
}
