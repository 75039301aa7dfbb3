//! The account that hosts: what it may do, and who can log in to it.

use super::{Finding, keys, sshd, value};
use nix::unistd::{Group, User, geteuid, getgrouplist};
use std::ffi::CString;
use std::path::PathBuf;

/// Groups whose members can become root, or read what others keep.
const POWERFUL: [&str; 9] =
    ["adm", "admin", "disk", "docker", "incus-admin", "lxd", "root", "sudo", "wheel"];

pub fn findings(repositories: &[PathBuf]) -> Vec<Finding> {
    let mut findings = vec![privileges(), groups()];
    findings.extend(looks_at_another(repositories));
    if let Some(user) = User::from_uid(geteuid()).ok().flatten() {
        findings.extend(password(&user.name));
        findings.extend(sshd::findings(&user.name));
    }
    findings.extend(keys::findings());
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

/// Those of the account's name: in the user namespace that we are in by now, the kernel knows no others.
fn groups() -> Finding {
    let user = User::from_uid(geteuid()).ok().flatten();
    let groups = user.as_ref().and_then(|user| {
        let name = CString::new(user.name.as_str()).ok()?;
        getgrouplist(&name, user.gid).ok()
    });
    let names = groups.unwrap_or_default().into_iter();
    let mut names: Vec<String> = names
        .filter_map(|group| Group::from_gid(group).ok().flatten())
        .map(|group| group.name)
        .collect();
    names.retain(|name| POWERFUL.contains(&name.as_str()));
    let account = user.map_or_else(|| "ACCOUNT".to_owned(), |user| user.name);
    match names.first() {
        Some(group) if !geteuid().is_root() => Finding::bad(
            format!("It is in {}, by which it can have the whole machine.", names.join(", ")),
            format!("As root: gpasswd -d {account} {group}"),
        ),
        _ => Finding::good("It is in no group that has power over others."),
    }
}

/// Root may ask for an account that is not root, and would be told of itself.
fn looks_at_another(repositories: &[PathBuf]) -> Option<Finding> {
    let is_another = geteuid().is_root() && repositories.is_empty() && !keys::are_there();
    is_another.then(|| {
        Finding::weak(
            "This looks at root, by whom nothing seems to be hosted.",
            "If root does not host, run it as the account that hosts: \
             su - ACCOUNT -c 'challenge host check'",
        )
    })
}

/// Only root can read whether there is a password. See shadow(5) and crypt(5).
fn password(name: &str) -> Option<Finding> {
    let shadow = value("/etc/shadow")?;
    let mut fields =
        shadow.lines().find_map(|line| line.strip_prefix(&format!("{name}:")))?.split(':');
    let cure = format!("As root: usermod --password '*' {name}");
    Some(match fields.next()? {
        "" => Finding::bad("This account has an empty password: anybody can log in.", cure),
        // No password has such a hash.
        field if field.starts_with(['*', '!']) => Finding::good("This account has no password."),
        _ => Finding::weak("This account has a password, which can be guessed.", cure),
    })
}
