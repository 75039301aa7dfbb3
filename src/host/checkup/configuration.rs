//! Settings of a repository that differ from what challenge sets.
//!
//! Over ssh, challenge gives git its own; what a repository has is in force for pushes over a path.

use super::Finding;
use crate::git;
use crate::host::key::bounds;
use crate::host::shell_word;
use std::fs;
use std::path::Path;

/// All that is in force, in the order in which git reads it. Names are in lower case.
struct Configuration(Vec<(String, String)>);

impl Configuration {
    fn of(repository: &Path) -> Configuration {
        let list = ["config", "--null", "--show-scope", "--list"];
        let list = git::run(repository, &list).unwrap_or_default();
        let mut fields = list.split_terminator('\0');
        let mut entries = Vec::new();
        while let (Some(scope), Some(entry)) = (fields.next(), fields.next()) {
            let (key, value) = entry.split_once('\n').unwrap_or((entry, "true"));
            // We run git with settings of our own.
            if scope != "command" {
                entries.push((key.to_owned(), value.to_owned()));
            }
        }
        Configuration(entries)
    }

    fn all(&self, key: &str) -> Vec<&str> {
        let entries = self.0.iter().filter(|entry| entry.0.eq_ignore_ascii_case(key));
        entries.map(|entry| entry.1.as_str()).collect()
    }
}

/// `is_shared` says whether others than the host push to it.
pub fn findings(repository: &Path, is_shared: bool) -> Vec<Finding> {
    let configuration = Configuration::of(repository);
    let mut findings = Vec::new();
    findings.extend(hooks(repository, &configuration));
    findings.extend(bounds(repository, &configuration, is_shared));
    for key in ["receive.hideRefs", "transfer.hideRefs", "uploadpack.hideRefs"] {
        findings.extend(refs(repository, &configuration, key));
    }
    findings
}

fn hooks(repository: &Path, configuration: &Configuration) -> Option<Finding> {
    let all = configuration.all("core.hooksPath");
    let set = all.last()?;
    let own = fs::canonicalize(repository).ok()?.join("hooks");
    if fs::canonicalize(repository.join(set)).is_ok_and(|path| path == own) {
        return None;
    }
    Some(Finding::bad(
        format!("{} takes its hooks from {set}.", repository.display()),
        format!(
            "git -C {} config --replace-all core.hooksPath {}",
            shell_word(repository),
            shell_word(&own)
        ),
    ))
}

fn bounds(repository: &Path, configuration: &Configuration, is_shared: bool) -> Option<Finding> {
    let mut differ = Vec::new();
    let mut commands = Vec::new();
    for (key, value) in bounds::SETTINGS {
        let all = configuration.all(key);
        let found = match all.last() {
            Some(found) if meaning(found) == meaning(value) => continue,
            None if !is_shared => continue,
            Some(found) => *found,
            None => "not set",
        };
        differ.push(format!("{key} is {found} and not {value}"));
        let repository = shell_word(repository);
        commands.push(format!("git -C {repository} config --replace-all {key} {value}"));
    }
    let text = format!(
        "Over a path, {} has settings of its own: {}.",
        repository.display(),
        differ.join(", ")
    );
    (!differ.is_empty()).then(|| Finding::weak(text, commands.join(" && ")))
}

/// Values that git takes for the same one are the same: see Values in git-config(1).
fn meaning(value: &str) -> String {
    let value = value.to_ascii_lowercase();
    let factor = match value.chars().last() {
        Some('k') => 1 << 10,
        Some('m') => 1 << 20,
        Some('g') => 1 << 30,
        _ => 1,
    };
    let number = value.trim_end_matches(['k', 'm', 'g']).parse::<u64>();
    match (value.as_str(), number) {
        ("yes" | "on", _) => "true".to_owned(),
        ("no" | "off" | "", _) => "false".to_owned(),
        (_, Ok(number)) => number.saturating_mul(factor).to_string(),
        _ => value,
    }
}

/// Of those that match a ref, the last one counts: so ours have to come last.
fn refs(repository: &Path, configuration: &Configuration, key: &str) -> Option<Finding> {
    let ours: Vec<&str> =
        bounds::REFS.into_iter().filter(|(name, _)| *name == key).map(|(_, value)| value).collect();
    let found = configuration.all(key);
    // Without any of ours, there may be none that shows more.
    let is_right = match ours.is_empty() {
        true => !found.iter().any(|value| value.starts_with('!')),
        false => found.ends_with(&ours),
    };
    let (name, word) = (repository.display(), shell_word(repository));
    let quoted: Vec<String> = ours.iter().map(|value| shell_word(Path::new(value))).collect();
    let cure = match ours.is_empty() {
        true => format!("git -C {word} config --unset-all {key}"),
        false => format!(
            "for ref in {}; do git -C {word} config --add {key} \"$ref\"; done",
            quoted.join(" ")
        ),
    };
    let text =
        format!("Over a path, {name} has its own {key}, by which refs of the host can be reached.");
    (!is_right).then(|| Finding::weak(text, cure))
}
