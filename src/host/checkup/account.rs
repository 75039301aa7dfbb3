//! The account that hosts: what it may do, and who can log in to it.

use super::{Finding, value};
use crate::text::counted;
use nix::unistd::{Group, User, getegid, geteuid, getgroups};
use std::path::Path;
use std::{env, fs};

/// Groups whose members can become root, or read what others keep.
const POWERFUL: [&str; 9] =
    ["adm", "admin", "disk", "docker", "incus-admin", "lxd", "root", "sudo", "wheel"];

pub fn findings() -> Vec<Finding> {
    let mut findings = vec![privileges(), groups()];
    findings.extend(password());
    findings.extend(keys());
    findings
}

fn privileges() -> Finding {
    match geteuid().is_root() {
        true => Finding::weak(
            "This account is root: what breaks out of a sandbox or of git has the whole machine.",
            "Host as an account of its own: see docs/hosting.md.",
        ),
        false => Finding::good("This account is not root."),
    }
}

fn groups() -> Finding {
    let groups = getgroups().unwrap_or_default().into_iter().chain([getegid()]);
    let names = groups.filter_map(|group| Group::from_gid(group).ok().flatten());
    let mut names: Vec<String> = names.map(|group| group.name).collect();
    names.retain(|name| POWERFUL.contains(&name.as_str()));
    names.sort();
    names.dedup();
    match names.is_empty() || geteuid().is_root() {
        true => Finding::good("It is in no group that has power over others."),
        false => Finding::bad(
            format!("It is in {}, by which it can have the whole machine.", names.join(", ")),
            "As root: gpasswd -d ACCOUNT GROUP",
        ),
    }
}

/// Only root can read whether there is a password.
fn password() -> Option<Finding> {
    let name = User::from_uid(geteuid()).ok().flatten()?.name;
    let shadow = value("/etc/shadow")?;
    let mut fields =
        shadow.lines().find_map(|line| line.strip_prefix(&format!("{name}:")))?.split(':');
    match fields.next()? {
        password if password.starts_with('$') => Some(Finding::weak(
            "This account has a password, which can be guessed.",
            format!("As root: usermod --password '*' {name}"),
        )),
        _ => Some(Finding::good("This account has no password.")),
    }
}

fn keys() -> Vec<Finding> {
    let file = env::home_dir().unwrap_or_default().join(".ssh/authorized_keys");
    let Some(text) = value(&file) else {
        return vec![Finding::good("No key opens anything here yet.")];
    };
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let (bound, free): (Vec<&str>, Vec<&str>) =
        lines.into_iter().partition(|line| line.starts_with("restrict,command=\""));
    let mut findings = vec![Finding::good(format!(
        "{} one repository each, and nothing else.",
        counted(bound.len(), "key opens", "keys open")
    ))];
    if !free.is_empty() {
        findings.push(Finding::weak(
            format!("{} a shell of this account.", counted(free.len(), "key has", "keys have")),
            format!(
                "If that is not you: remove the lines without restrict from {}.",
                file.display()
            ),
        ));
    }
    let doubled = bound.iter().filter(|line| line.contains("\\\\")).count();
    if doubled > 0 {
        findings.push(Finding::bad(
            format!(
                "{} written by an earlier version for a name with a quote, which can run commands.",
                counted(doubled, "line was", "lines were")
            ),
            format!("Remove each line with \\\\ from {}, and host its key again.", file.display()),
        ));
    }
    let gone = bound.iter().filter(|line| leads_nowhere(line)).count();
    if gone > 0 {
        findings.push(Finding::weak(
            format!(
                "{} to a repository that is not there.",
                counted(gone, "key leads", "keys lead")
            ),
            format!("Remove those lines from {}.", file.display()),
        ));
    }
    findings
}

fn leads_nowhere(line: &str) -> bool {
    let command = line.strip_prefix("restrict,command=\"").unwrap_or_default();
    let command = command.split("\" ").next().unwrap_or_default().replace("\\\"", "\"");
    let words = shlex::split(&command).unwrap_or_default();
    words.last().is_some_and(|repository| fs::metadata(Path::new(repository)).is_err())
}
