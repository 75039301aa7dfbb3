//! What sshd permits, where its configuration can be read: by root alone.

use super::Finding;
use nix::unistd::geteuid;
use std::collections::HashMap;
use std::env;
use std::path::PathBuf;
use std::process::Command;

pub fn findings(account: &str) -> Vec<Finding> {
    let Some(said) = configuration(account) else { return Vec::new() };
    let values: HashMap<&str, &str> =
        said.lines().filter_map(|line| line.trim().split_once(' ')).collect();
    let is = |name: &str, value: &str| values.get(name) == Some(&value);
    // For root, a second setting has to agree.
    let is_refused = account == "root" && !is("permitrootlogin", "yes");
    let mut findings = Vec::new();
    if is("passwordauthentication", "yes") && !is_refused {
        findings.push(Finding::weak(
            "sshd lets this account log in with a password.",
            format!(
                "As root: printf 'Match User {account}\\nPasswordAuthentication no\\n' \
                 >> /etc/ssh/sshd_config && systemctl reload ssh"
            ),
        ));
    }
    if is("clientaliveinterval", "0") {
        findings.push(Finding::weak(
            "sshd keeps the connection of a client that vanished: for hours, it has one of the six \
             places of its repository.",
            // Of two values, the first one counts.
            "As root: sed -i '1i ClientAliveInterval 30' /etc/ssh/sshd_config && systemctl reload ssh",
        ));
    }
    findings
}

fn configuration(account: &str) -> Option<String> {
    if !geteuid().is_root() {
        return None;
    }
    // It insists on its whole path, and stands where the path of some sessions does not lead.
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let sshd = folders.map(|folder| folder.join("sshd")).find(|file| file.is_file())?;
    let connection = format!("user={account},host=localhost,addr=127.0.0.1");
    let output = Command::new(sshd).args(["-T", "-C", &connection]).output().ok()?;
    let is_read = output.status.success();
    is_read.then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
