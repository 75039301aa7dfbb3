//! Keys of learners, for a host that is reached over ssh: each opens one repository, and nothing else.
//! See AUTHORIZED_KEYS FILE FORMAT in sshd(8).

pub mod bounds;
mod connection;
mod serve;

pub use serve::serve;

use super::shell_word;
use crate::bytes::printable;
use nix::unistd::{User, geteuid, gethostname};
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::{env, io};

/// How the line of a key begins; what stands before it would be options.
const KINDS: [&str; 4] = ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"];

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
        let line = self.line_for(repository)?;
        append(&file, &format!("{end}{line}\n")).map_err(cannot)
    }

    fn line_for(&self, repository: &Path) -> Result<String, String> {
        let challenge =
            env::current_exe().map_err(|error| format!("cannot find challenge: {error}"))?;
        let (challenge, repository) = (word(&challenge)?, word(&found(repository)?)?);
        // Between quotes, sshd takes \" for ", and every other backslash as it stands: opt_dequote()
        // in its auth-options.c.
        let command = format!("{challenge} serve {repository}").replace('"', "\\\"");
        Ok(format!("restrict,command=\"{command}\" {}", self.line))
    }
}

/// A path as a word for the shell, in a file of lines. Refuses what would get there as something else.
fn word(path: &Path) -> Result<String, String> {
    let refuse = |reason| Err(format!("{path:?} {reason}: choose another name"));
    match path.to_str() {
        None => refuse("is not UTF-8, as the line of a key and an address have to be"),
        // The line would end there, and another begin.
        Some(text) if text.contains(char::is_control) => refuse("has a control character"),
        Some(_) => Ok(shell_word(path)),
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

fn found(repository: &Path) -> Result<PathBuf, String> {
    fs::canonicalize(repository)
        .map_err(|error| format!("cannot find {}: {error}", repository.display()))
}

/// Where a learner finds a repository over ssh, as git takes it, and as a word for the shell.
pub fn address(repository: &Path) -> Result<String, String> {
    let repository = found(repository)?;
    let path = repository.strip_prefix(home()?).unwrap_or(&repository);
    // Git takes no path that could be an option.
    let here = if path.as_os_str().as_encoded_bytes().starts_with(b"-") { "./" } else { "" };
    let user = User::from_uid(geteuid()).ok().flatten().map(|user| user.name);
    let host = gethostname().unwrap_or_else(|_| "HOST".into());
    let (user, host) = (user.unwrap_or_else(|| "USER".to_owned()), host.display());
    let mut address = OsString::from(format!("{user}@{host}:{here}"));
    address.push(path);
    word(Path::new(&address))
}
