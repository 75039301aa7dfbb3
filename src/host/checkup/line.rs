//! A line of `authorized_keys`, read as sshd reads it: see AUTHORIZED_KEYS FILE FORMAT in sshd(8), and
//! sshauthopt_parse() in its auth-options.c.

use crate::host::shell_word;
use std::path::{Path, PathBuf};

/// How a line without options begins.
const KINDS: [&str; 4] = ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"];

/// Options that may stand beside ours: they only say from where and until when a key is taken.
const HARMLESS: [&str; 2] = ["from", "expiry-time"];

/// What a key opens.
#[derive(Debug, PartialEq)]
pub enum Opens {
    /// One repository, by this program.
    Repository { program: PathBuf, repository: PathBuf },
    /// A shell of the account.
    Shell,
    /// A repository, in a line of an earlier version that doubled backslashes.
    Doubled,
    /// Something else, by a command or by options that challenge does not write.
    Other,
}

impl Opens {
    pub fn program(&self) -> Option<&Path> {
        match self {
            Opens::Repository { program, .. } => Some(program),
            _ => None,
        }
    }

    pub fn repository(&self) -> Option<&Path> {
        match self {
            Opens::Repository { repository, .. } => Some(repository),
            _ => None,
        }
    }
}

/// `None` for a line without a key.
pub fn read(line: &str) -> Option<Opens> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let options = options(line);
    let mut commands = options.iter().filter_map(|option| value_of(option, "command"));
    let Some(command) = commands.next() else { return Some(Opens::Shell) };
    let is_restricted = options.iter().any(|option| option.eq_ignore_ascii_case("restrict"));
    if !is_restricted || commands.next().is_some() || !options.iter().all(|option| is_known(option))
    {
        return Some(Opens::Other);
    }
    let doubled = || serves(&command.replace("\\\\", "\\"));
    Some(match serves(&command) {
        Some((program, repository)) => Opens::Repository { program, repository },
        None if doubled().is_some() => Opens::Doubled,
        None => Opens::Other,
    })
}

fn is_known(option: &str) -> bool {
    option.eq_ignore_ascii_case("restrict")
        || ["command"].iter().chain(&HARMLESS).any(|name| value_of(option, name).is_some())
}

/// The program and the repository of a command that a host has written. One that the shell would read in
/// another way, such as with a `;` or a `$`, is none.
fn serves(command: &str) -> Option<(PathBuf, PathBuf)> {
    let words = shlex::split(command)?;
    let [program, serve, repository] = words.as_slice() else { return None };
    let (program, repository) = (Path::new(program), Path::new(repository));
    let written = format!("{} serve {}", shell_word(program), shell_word(repository));
    let is_ours = serve == "serve"
        && program.is_absolute()
        && program.file_name().is_some_and(|name| name == "challenge")
        && repository.is_absolute()
        && written == command;
    is_ours.then(|| (program.to_owned(), repository.to_owned()))
}

fn options(line: &str) -> Vec<&str> {
    let mut rest = &line[..end_of_word(line, &[' ', '\t'])];
    let mut options = Vec::new();
    if KINDS.iter().any(|kind| rest.starts_with(kind)) {
        return options;
    }
    loop {
        let end = end_of_word(rest, &[',']);
        options.push(&rest[..end]);
        match rest.get(end + 1..) {
            Some(others) => rest = others,
            None => return options,
        }
    }
}

/// Where the first of these characters is that does not stand between quotes.
fn end_of_word(text: &str, separators: &[char]) -> usize {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            '"' if is_escaped => {}
            '"' => is_quoted = !is_quoted,
            _ if !is_quoted && separators.contains(&character) => return at,
            _ => {}
        }
        is_escaped = character == '\\';
    }
    text.len()
}

/// The value of an option `NAME="VALUE"`. Between the quotes, `\"` stands for `"`, and every other
/// backslash for itself.
fn value_of(option: &str, name: &str) -> Option<String> {
    let (start, value) = option.split_once('=')?;
    let value = value.strip_prefix('"')?.strip_suffix('"')?;
    start.eq_ignore_ascii_case(name).then(|| value.replace("\\\"", "\""))
}
