//! Keys of learners, for a host that is reached over ssh: each opens one repository, and nothing else.
//! See AUTHORIZED_KEYS FILE FORMAT in sshd(8).

use super::shell_word;
use crate::bytes::printable;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::{User, geteuid, gethostname};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, io};

/// How the line of a key begins; what stands before it would be options.
const KINDS: [&str; 4] = ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"];

/// What git asks for over ssh.
const SERVICES: [(&str, &str); 2] =
    [("git-upload-pack", "upload-pack"), ("git-receive-pack", "receive-pack")];

/// A public key, as in `id_ed25519.pub`.
pub struct Key {
    /// Its kind, itself, and a remark.
    line: String,
    itself: String,
}

impl Key {
    pub fn read(file: &Path) -> Result<Key, String> {
        let place = file.display();
        let text =
            fs::read_to_string(file).map_err(|error| format!("cannot read {place}: {error}"))?;
        let lines = text.lines().map(str::trim);
        let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let key = lines.next().filter(|_| lines.next().is_none()).and_then(Key::parse);
        key.ok_or_else(|| {
            format!(
                "{place} is no public key: there has to be one line, such as ssh-ed25519 AAAA… ada"
            )
        })
    }

    fn parse(line: &str) -> Option<Key> {
        let mut words = line.split_whitespace();
        let (kind, itself) = (words.next()?, words.next()?);
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
        let is_key = KINDS.iter().any(|start| kind.starts_with(start))
            && itself.starts_with("AAAA")
            && itself.bytes().all(is_base64);
        is_key.then(|| Key { line: printable(line), itself: itself.to_owned() })
    }

    /// Lets whoever has the key clone and push to this repository, as the user that we are.
    pub fn admit(&self, repository: &Path) -> Result<(), String> {
        let file = home()?.join(".ssh/authorized_keys");
        let cannot = |error: io::Error| format!("cannot write {}: {error}", file.display());
        let before = fs::read_to_string(&file).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(String::new()),
            _ => Err(cannot(error)),
        })?;
        if before.split_whitespace().any(|word| word == self.itself) {
            return Err(format!(
                "this key is in {} already, and a key opens one repository: ask for another",
                file.display()
            ));
        }
        let end = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
        let line = self.line_for(repository).map_err(cannot)?;
        append(&file, &format!("{end}{line}\n")).map_err(cannot)
    }

    fn line_for(&self, repository: &Path) -> io::Result<String> {
        let challenge = shell_word(&env::current_exe()?);
        let command = format!("{challenge} serve {}", shell_word(&fs::canonicalize(repository)?));
        if command.contains(char::is_control) {
            // A line of the file would end there, and another begin.
            return Err(io::Error::other("the name of the repository has a control character"));
        }
        let quoted = command.replace('\\', "\\\\").replace('"', "\\\"");
        Ok(format!("restrict,command=\"{quoted}\" {}", self.line))
    }
}

fn append(file: &Path, text: &str) -> io::Result<()> {
    if let Some(directory) = file.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let mut file: File = OpenOptions::new().append(true).create(true).mode(0o600).open(file)?;
    file.write_all(text.as_bytes())
}

fn home() -> Result<PathBuf, String> {
    env::home_dir().ok_or_else(|| "there is no home directory".to_owned())
}

/// Where a learner finds a repository over ssh, as git takes it.
pub fn address(repository: &Path) -> Result<String, String> {
    let repository = fs::canonicalize(repository)
        .map_err(|error| format!("cannot find {}: {error}", repository.display()))?;
    let path = repository.strip_prefix(home()?).unwrap_or(&repository);
    let user = User::from_uid(geteuid()).ok().flatten().map(|user| user.name);
    let host = gethostname().unwrap_or_else(|_| "HOST".into());
    let (user, host) = (user.unwrap_or_else(|| "USER".to_owned()), host.display());
    Ok(shell_word(Path::new(&format!("{user}@{host}:{}", path.display()))))
}

/// Becomes git, for somebody whose key opens this repository. Comes back if there is nothing to do.
pub fn serve(repository: &Path) -> Result<(), String> {
    let asked = env::var("SSH_ORIGINAL_COMMAND").unwrap_or_default();
    let words = shlex::split(&asked).unwrap_or_default();
    let address = address(repository)?;
    let service = match words.as_slice() {
        [] => return Err(format!("this key is for git: git clone {address}")),
        [git, service, path] if git == "git" => wanted(&format!("git-{service}"), path, repository),
        [service, path] => wanted(service, path, repository),
        _ => None,
    };
    let service = service.ok_or_else(|| {
        format!("this key opens one repository, for git alone: git clone {address}")
    })?;
    limit_memory().map_err(|error| format!("git cannot be limited: {error}"))?;
    let error = Command::new("git").arg(service).arg(repository).exec();
    Err(format!("git cannot be run: {error}"))
}

/// How much memory git may have for what it is sent, in bytes: a few kilobytes can become gigabytes there.
const MOST_FOR_GIT: u64 = 1024 * 1024 * 1024;

fn limit_memory() -> nix::Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_DATA)?;
    setrlimit(Resource::RLIMIT_DATA, MOST_FOR_GIT.min(most), most)
}

/// Gives back to the hook what git was not to have.
pub fn unlimit_memory() {
    if let Ok((_, most)) = getrlimit(Resource::RLIMIT_DATA) {
        let _ = setrlimit(Resource::RLIMIT_DATA, most, most);
    }
}

/// The service, if it is one of git's and for this repository.
fn wanted(service: &str, path: &str, repository: &Path) -> Option<&'static str> {
    let (_, command) = SERVICES.into_iter().find(|(name, _)| *name == service)?;
    let home = home().ok()?;
    let path = path.strip_prefix("~/").unwrap_or(path);
    let is_it = |path: &str| fs::canonicalize(home.join(path)).is_ok_and(|path| path == repository);
    (is_it(path) || is_it(&format!("{path}.git"))).then_some(command)
}
