//! The keys of the account, and what each opens.

use super::line::{self, Opens};
use super::{Finding, exposure};
use crate::host::shell_word;
use crate::text::counted;
use nix::unistd::geteuid;
use std::path::{Path, PathBuf};
use std::{env, fs};

struct Key {
    file: PathBuf,
    /// Of its line, from 1.
    number: usize,
    opens: Opens,
}

/// Where sshd looks, unless it is told otherwise.
fn files() -> [PathBuf; 2] {
    let home = env::home_dir().unwrap_or_default();
    [".ssh/authorized_keys", ".ssh/authorized_keys2"].map(|name| home.join(name))
}

/// Whether this account has keys, and so may host.
pub fn are_there() -> bool {
    files().iter().any(|file| !keys_in(file).is_empty())
}

pub fn findings() -> Vec<Finding> {
    let [first, second] = files();
    let (keys, more) = (keys_in(&first), keys_in(&second));
    let mut findings = Vec::new();
    if !more.is_empty() {
        findings.push(Finding::weak(
            "sshd reads authorized_keys2, too, and challenge never writes to it.",
            format!("Unless you need its keys: rm {}", shell_word(&second)),
        ));
    }
    let keys: Vec<Key> = keys.into_iter().chain(more).collect();
    findings.extend(bound(&keys));
    findings.extend(more_than_a_repository(&keys));
    findings.extend(of_no_use(&keys));
    findings.extend(of_others(&first, &second));
    findings
}

fn bound(keys: &[Key]) -> Option<Finding> {
    if keys.is_empty() {
        let of_root = if geteuid().is_root() { " of root" } else { "" };
        return Some(Finding::good(format!("No key opens anything{of_root} here yet.")));
    }
    let own = own_program();
    let (number, _) = those(keys, |opens| opens.program().is_some_and(|program| program == own))?;
    let open = counted(number, "key opens", "keys open");
    Some(Finding::good(format!("{open} one repository each, and nothing else.")))
}

fn more_than_a_repository(keys: &[Key]) -> Vec<Finding> {
    let own = own_program();
    let mut findings = Vec::new();
    if let Some((number, close)) = those(keys, |opens| *opens == Opens::Other) {
        let run = counted(number, "key runs", "keys run");
        let text = format!("{run} something other than challenge serve, or with more rights.");
        findings.push(Finding::bad(text, close));
    }
    if let Some((number, close)) = those(keys, |opens| *opens == Opens::Doubled) {
        let were = counted(number, "line was", "lines were");
        let text = format!(
            "{were} written by an earlier version for a name with a quote, which can run commands."
        );
        let cure = format!("Host its key again after this: {close}");
        findings.push(Finding::bad(text, cure));
    }
    if let Some((number, close)) = those(keys, |opens| *opens == Opens::Shell) {
        let have = counted(number, "key has", "keys have");
        let text = format!("{have} a shell of this account.");
        findings.push(Finding::weak(text, format!("If that is not you: {close}")));
    }
    let starts_another = |opens: &Opens| opens.program().is_some_and(|program| program != own);
    if let Some((number, close)) = those(keys, starts_another) {
        let start = counted(number, "key starts", "keys start");
        let text = format!("{start} another program than this one, {}.", own.display());
        findings.push(Finding::weak(text, format!("If the other is not yours: {close}")));
    }
    findings
}

fn of_no_use(keys: &[Key]) -> Option<Finding> {
    let leads_nowhere =
        |opens: &Opens| opens.repository().is_some_and(|place| fs::metadata(place).is_err());
    let (number, close) = those(keys, leads_nowhere)?;
    let lead = counted(number, "key leads", "keys lead");
    Some(Finding::weak(format!("{lead} to a repository that is not there."), close))
}

/// How many keys are such, if any are, and a command that closes what they open.
fn those(keys: &[Key], are: impl Fn(&Opens) -> bool) -> Option<(usize, String)> {
    let keys: Vec<&Key> = keys.iter().filter(|key| are(&key.opens)).collect();
    (!keys.is_empty()).then(|| (keys.len(), close(&keys)))
}

fn own_program() -> PathBuf {
    env::current_exe().unwrap_or_default()
}

/// Other users who can write to these files or to their folders can let themselves in.
fn of_others(first: &Path, second: &Path) -> Vec<Finding> {
    let folder = first.parent();
    let home = folder.and_then(Path::parent);
    let places = [home, folder, Some(first), Some(second)];
    places.into_iter().flatten().filter_map(exposure::of_file).collect()
}

fn keys_in(file: &Path) -> Vec<Key> {
    // What is not UTF-8 is read all the same, as sshd does.
    let text = String::from_utf8_lossy(&fs::read(file).unwrap_or_default()).into_owned();
    let lines = text.lines().enumerate().filter_map(|(at, line)| Some((at, line::read(line)?)));
    lines.map(|(at, opens)| Key { file: file.to_owned(), number: at + 1, opens }).collect()
}

/// A command that makes remarks of these lines. It removes none, so that the numbers in the cures which
/// follow stay right.
fn close(keys: &[&Key]) -> String {
    let commands = files().into_iter().filter_map(|file| {
        let lines = keys.iter().filter(|key| key.file == file);
        let edits: Vec<String> = lines.map(|key| format!("{}s/^/#/", key.number)).collect();
        let edit = || format!("sed -i '{}' {}", edits.join("; "), shell_word(&file));
        (!edits.is_empty()).then(edit)
    });
    commands.collect::<Vec<_>>().join(" && ")
}
