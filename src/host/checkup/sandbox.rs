//! The sandbox: it is made once, and looked at from within.

use super::{Finding, value};
use crate::host::place;
use crate::host::settings::Settings;
use crate::trial::namespaces;
use crate::trial::sandbox::is_installed;
use crate::trial::users::{self, SetAside};
use nix::unistd::geteuid;
use std::collections::HashMap;
use std::fmt::Write;
use std::{env, fs};

/// Prints what the kernel says of a process in the sandbox, a name and a value a line.
const LOOK: &str = r#"
sed -n 's/^\(NoNewPrivs\|Seccomp\|CapEff\):[[:space:]]*/\1 /p' /proc/self/status
echo first "$(ls -A /proc/1 | wc -l)"
echo home "$(ls -A "$0" 2>/dev/null | wc -l)"
echo devices "$(grep -c : /proc/net/dev)"
echo redis "$(command -v redis-server valkey-server | while read -r f; do head -c 1 "$f"; done | wc -c)"
"#;

pub fn findings(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(reason) = namespaces::refusal() {
        findings
            .push(Finding::bad(format!("There is no sandbox: {reason}."), cure_of_namespaces()));
        return findings;
    }
    findings.push(Finding::good(
        "Each push has namespaces of its own, and a network without a way out.",
    ));
    let home = env::home_dir().unwrap_or_default();
    match place::look(settings, LOOK, home.as_os_str()) {
        Err(reason) => {
            let reason = reason.trim_end_matches('.');
            let text = format!("There is no sandbox: {reason}.");
            findings
                .push(Finding::bad(text, "What pushes need it is not graded until this works."));
        }
        Ok(said) => findings.extend(from_within(&said)),
    }
    findings.push(user());
    findings.push(ptrace_scope());
    findings
}

/// Whom pushes are run as.
fn user() -> Finding {
    match users::of_push() {
        Some(_) => Finding::good("Each push is run as a user of its own, who owns nothing."),
        None => Finding::bad(
            "Pushes are run as the same user, so that one can use up what others need: the kernel counts \
             watches of epoll, and descriptors in flight, for a user.",
            cure_of_users(),
        ),
    }
}

fn cure_of_users() -> String {
    if geteuid().is_root() {
        return "A container has to be started with more than 65,000 users.".to_owned();
    }
    let mut commands = Vec::new();
    if !is_installed("newuidmap") {
        commands.push("apt-get install uidmap".to_owned());
    }
    if SetAside::find().is_none() {
        commands.push(users::command_to_set_aside());
    }
    if commands.is_empty() {
        return "Something keeps newuidmap(1) from having the rights of root, such as nosuid in mount(8) \
                or NoNewPrivileges in systemd.exec(5)."
            .to_owned();
    }
    format!("As root: {}", commands.join(" && "))
}

fn cure_of_namespaces() -> String {
    let mut cure = String::new();
    for (file, wrong, setting) in [
        ("/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces=10000"),
        ("/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
        (
            "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "kernel.apparmor_restrict_unprivileged_userns=0",
        ),
    ] {
        if value(file).is_some_and(|value| value == wrong) {
            let _ = write!(cure, "As root: sysctl -w {setting}. ");
        }
    }
    if cure.is_empty() {
        cure = "A container has to be started with namespaces permitted; see user_namespaces(7)."
            .to_owned();
    }
    cure.trim_end().to_owned()
}

fn from_within(said: &str) -> Vec<Finding> {
    let values: HashMap<&str, &str> =
        said.lines().filter_map(|line| line.trim().split_once(' ')).collect();
    let is = |name: &str, value: &str| values.get(name).is_some_and(|found| found.trim() == value);
    let fault = "This is a fault of challenge or of bubblewrap here: please report it.";
    [
        (is("CapEff", "0000000000000000"), "no privileges", "privileges"),
        (is("NoNewPrivs", "1"), "no way to gain any by a program", "ways to gain privileges"),
        (is("Seccomp", "2"), "a filter of system calls", "no filter of system calls"),
        (
            is("first", "0"),
            "no access to bubblewrap's own process",
            "access to bubblewrap's process",
        ),
        (is("home", "0"), "nothing of this account's home", "files of this account's home"),
        (is("devices", "1"), "one network device, its own loopback", "network devices of the host"),
        (is("redis", "0"), "no Redis of the host", "a Redis of the host"),
    ]
    .map(|(is_so, good, bad)| match is_so {
        true => Finding::good(format!("A pushed program has {good}.")),
        false => Finding::bad(format!("A pushed program has {bad}."), fault),
    })
    .into()
}

fn ptrace_scope() -> Finding {
    match value("/proc/sys/kernel/yama/ptrace_scope").as_deref() {
        Some("1" | "2" | "3") => {
            Finding::good("The kernel, too, keeps programs from each other (Yama).")
        }
        Some(_) => Finding::weak(
            "Only the filter keeps pushed programs from debugging each other.",
            "A second wall, as root: sysctl -w kernel.yama.ptrace_scope=1",
        ),
        None => Finding::weak(
            "Only the filter keeps pushed programs from debugging each other: this kernel has no Yama.",
            "A kernel with Yama has a second wall; Debian's and Ubuntu's have it.",
        ),
    }
}

/// The version of bubblewrap, if it is installed.
pub fn bubblewrap() -> Option<String> {
    let said = std::process::Command::new("bwrap").arg("--version").output().ok()?;
    let said = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    Some(said.rsplit(' ').next()?.to_owned())
}

/// Whether bubblewrap is run with the rights of root, as some systems without user namespaces have it.
pub fn is_setuid() -> bool {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path| fs::metadata(path).map_or(0, |file| file.permissions().mode());
    mode("/usr/bin/bwrap") & 0o4000 != 0
}
