//! `challenge host check`: what protects a host is told, and each hole with its cure.

use crate::sandbox::path_without;
use crate::world::World;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};

/// What it prints, in one line, and its exit status.
fn check(world: &World, repositories: &[&str]) -> (String, Option<i32>) {
    check_within(world, &[], repositories)
}

/// The same, started by another program, which gives it another place in the system.
fn check_within(world: &World, starter: &[&str], repositories: &[&str]) -> (String, Option<i32>) {
    let check = [env!("CARGO_BIN_EXE_challenge"), "host", "check"];
    let words = [starter, &check, repositories].concat();
    let output = world.command(words[0], &words[1..]).output().expect("it can be run");
    let text = String::from_utf8(output.stdout).expect("text");
    // A command is to be copied, and stands in one line.
    let fits = |line: &str| line.starts_with("        ") || line.chars().count() <= 80;
    assert!(text.lines().all(fits), "too wide:\n{text}");
    (text.split_whitespace().collect::<Vec<_>>().join(" "), output.status.code())
}

fn set_mode(world: &World, name: &str, mode: u32) {
    fs::set_permissions(world.path(name), PermissionsExt::from_mode(mode)).expect("ours");
}

/// From now on, this script is found where programs are searched for.
fn program(world: &World, name: &str, script: &str) {
    let bin = world.path("programs");
    if !bin.exists() {
        fs::create_dir(&bin).expect("a new name");
        let others = std::env::var("PATH").unwrap_or_default();
        world.search_in(format!("{}:{others}", bin.display()));
    }
    fs::write(bin.join(name), format!("#!/bin/sh\n{script}\n")).expect("a file");
    set_mode(world, &format!("programs/{name}"), 0o755);
}

/// Types the first command that begins so, up to the next finding. Others are for the whole machine: one
/// that leads out of this world is refused.
#[track_caller]
fn type_cure(world: &World, said: &str, start: &str) {
    let (findings, _) = said.split_once(" protect, ").expect("the last line");
    let (findings, _) = findings.rsplit_once(' ').expect("a number");
    let Some(at) = findings.find(start) else { panic!("no cure {start:?}:\n{said}") };
    let ends = [" ✓ ", " ! ", " ✗ ", " Files and programs ", " Repositories "];
    let end = ends.iter().filter_map(|end| findings[at..].find(end)).min();
    let line = &findings[at..end.map_or(findings.len(), |end| at + end)];
    let home = world.path("").display().to_string();
    let mut paths = line.split_whitespace().filter(|word| word.starts_with('/'));
    assert!(paths.all(|path| path.starts_with(&home)), "{line}");
    let status = world.command("sh", &["-c", line]).status().expect("a shell");
    assert!(status.success(), "{line}");
}

#[track_caller]
fn expect_none(said: &str, texts: &[&str]) {
    for text in texts {
        assert!(!said.contains(text), "{text:?} is still said:\n{said}");
    }
}

#[track_caller]
fn expect(said: &str, texts: &[&str]) {
    for text in texts {
        assert!(said.contains(text), "nothing says {text:?}:\n{said}");
    }
}

pub fn what_protects_a_host_is_told(world: &World) {
    world.challenge(&["host", "ada.git", "--language", "python", "--shared"]);
    set_mode(world, "home", 0o750);
    // As root there is no need of it; an ordinary account has a hole without.
    program(world, "systemctl", "echo 4294967296");
    let (said, status) = check(world, &["ada.git"]);
    expect(&said, &["✓ A pushed program has no privileges.", "✓ A pushed program has a filter"]);
    expect(&said, &["✓ A pushed program has no access to bubblewrap's own process."]);
    expect(&said, &["✓ A pushed program has nothing of this account's home."]);
    expect(&said, &["✓ A pushed program has no Redis of the host.", "✓ bubblewrap ", "✓ git "]);
    expect(
        &said,
        &["✓ ada.git grades in a sandbox or not at all.", "✓ Others on this machine cannot"],
    );
    expect(&said, &[", 0 are holes (✗)."]);
    assert_eq!(status, Some(0), "{said}");
}

pub fn each_hole_is_told_with_its_cure(world: &World) {
    world.challenge(&["host", "ada.git", "--language", "python"]);
    world.challenge(&["host", "off.git", "--language", "python", "--sandbox", "off"]);
    fs::remove_file(world.path("off.git/hooks/post-receive")).expect("it is there");
    fs::create_dir(world.path("home/.ssh")).expect("a new name");
    set_mode(world, "home", 0o755);
    let keys = "ssh-ed25519 AAAA me\n\
                restrict,command=\"/bin/challenge serve '/O'\\\\''Neil.git'\" ssh-ed25519 AAAA o\n\
                restrict,command=\"/bin/challenge serve /gone.git\" ssh-ed25519 AAAA gone\n";
    fs::write(world.path("home/.ssh/authorized_keys"), keys).expect("a new file");
    world.git(".", &["config", "--global", "core.hooksPath", "/tmp/hooks"]);
    world.search_in(path_without("bwrap", world));
    let (said, status) = check(world, &["ada.git", "off.git", "none.git"]);
    expect(&said, &["✗ bubblewrap is not installed. As root: apt-get install bubblewrap"]);
    expect(&said, &["✗ There is no sandbox: bubblewrap is not installed"]);
    expect(&said, &["! 1 key has a shell of this account.", "✗ 1 line was written by an earlier"]);
    expect(
        &said,
        &["1 key leads to a repository that is not there", "✗ off.git grades without a sandbox"],
    );
    expect(&said, &["! ada.git grades without a sandbox where there is none."]);
    expect(&said, &["git -C ada.git config challenge.sandbox required"]);
    expect(
        &said,
        &[
            "✗ off.git has no hook that can be run",
            "✗ none.git is no repo",
            "core.hooksPath is /tmp/hooks for all",
        ],
    );
    expect(&said, &["! Others on this machine can look into", "chmod o= "]);
    assert_eq!(status, Some(1), "{said}");
}

pub fn a_key_that_opens_more_than_a_repository_is_told(world: &World) {
    fs::write(world.path("ada.pub"), "ssh-ed25519 AAAAada ada\n").expect("a new file");
    let name = "O'Neil, \"the\" 2nd.git";
    world.challenge(&["host", name, "--language", "python", "--key", "ada.pub"]);
    let exe = env!("CARGO_BIN_EXE_challenge");
    let keys = world.path("home/.ssh/authorized_keys");
    let ours = fs::read_to_string(&keys).expect("one line");
    let from = ours.replacen("restrict,", "from=\"10.0.0.0/8,192.0.2.1\",restrict,", 1);
    let others = format!(
        "restrict,command=\"/bin/sh\" ssh-ed25519 AAAAa sh\n\
         restrict,pty,command=\"{exe} serve /a.git\" ssh-ed25519 AAAAb pty\n\
         command=\"{exe} serve /a.git\" ssh-ed25519 AAAAc unrestricted\n\
         restrict,command=\"{exe} serve /a.git; sh\" ssh-ed25519 AAAAd two commands\n\
         restrict,command=\"{exe} serve $(sh)\" ssh-ed25519 AAAAe substituted\n"
    );
    fs::write(&keys, format!("# remark\n{others}{ours}{from}")).expect("ours");
    let (said, status) = check(world, &[]);
    expect(&said, &["✓ 2 keys open one repository each, and nothing else."]);
    expect(&said, &["✗ 5 keys run something other than challenge serve"]);
    assert_eq!(status, Some(1), "{said}");
    type_cure(world, &said, "sed -i '2s");
    let (said, _) = check(world, &[]);
    expect(&said, &["✓ 2 keys open one repository each, and nothing else."]);
    expect_none(&said, &["challenge serve", "of this account."]);

    let second = world.path("home/.ssh/authorized_keys2");
    fs::write(&second, "environment=\"A=\\\" B\" ssh-rsa AAAAf\n").expect("a new file");
    let (said, _) = check(world, &[]);
    expect(&said, &["! 1 key has a shell of this account.", "! sshd reads authorized_keys2, too"]);
    type_cure(world, &said, "sed -i '1s");
    let (said, _) = check(world, &[]);
    expect_none(&said, &["a shell of this account.", "authorized_keys2, too"]);
    fs::write(&second, &ours).expect("ours");
    let (said, _) = check(world, &[]);
    expect(&said, &["! sshd reads authorized_keys2, too", "✓ 3 keys open one repository each"]);
    type_cure(world, &said, "rm ");
    expect_none(&check(world, &[]).0, &["authorized_keys2"]);
}

pub fn what_others_may_write_is_told(world: &World) {
    world.challenge(&["host", "ada.git", "--language", "python", "--shared"]);
    fs::create_dir(world.path("home/.ssh")).expect("a new name");
    fs::write(world.path("home/.ssh/authorized_keys"), "").expect("a new file");
    for name in ["home", "home/.ssh", "home/.ssh/authorized_keys", "ada.git"] {
        set_mode(world, name, 0o777);
        let (said, status) = check(world, &["ada.git"]);
        expect(&said, &["✗ Others may write to "]);
        assert_eq!(status, Some(1), "{said}");
        let is_repository = name == "ada.git";
        type_cure(world, &said, if is_repository { "chmod -R go-w " } else { "chmod go-w " });
        expect_none(&check(world, &["ada.git"]).0, &["✗ Others may write to "]);
    }
    set_mode(world, "ada.git/hooks", 0o777);
    let (said, _) = check(world, &["ada.git"]);
    expect(&said, &["✗ Others may write to ada.git/hooks."]);
    type_cure(world, &said, "chmod -R go-w ");
    expect_none(&check(world, &["ada.git"]).0, &["✗ Others may write to "]);
    // Only root can give files away.
    if chown(world.path("ada.git"), Some(1), None).is_ok() {
        let (said, _) = check(world, &["ada.git"]);
        expect_none(&said, &["ada.git grades"]);
        expect(&said, &["✗ ada.git belongs to ", ", and not to this account."]);
        type_cure(world, &said, "chown -R ");
        expect(&check(world, &["ada.git"]).0, &["✓ ada.git grades"]);
    }
}

pub fn a_setting_that_takes_protection_away_is_told(world: &World) {
    world.challenge(&["host", "ada.git", "--language", "python", "--shared"]);
    let (said, _) = check(world, &["ada.git"]);
    expect_none(&said, &["hideRefs", "hooksPath", "receive.", "pre-receive"]);
    world.git("ada.git", &["config", "receive.fsckObjects", "no"]);
    world.git("ada.git", &["config", "receive.maxInputSize", "67108864"]); // 64m
    world.git("ada.git", &["config", "receive.unpackLimit", "100"]);
    world.git("ada.git", &["config", "--add", "receive.hideRefs", "!refs"]);
    world.git("ada.git", &["config", "--replace-all", "transfer.hideRefs", ""]);
    world.git("ada.git", &["config", "core.hooksPath", "/tmp/hooks"]);
    let (said, _) = check(world, &["ada.git"]);
    expect(&said, &["receive.fsckObjects is no and not true", "receive.unpackLimit is 100 and"]);
    expect_none(&said, &["maxInputSize"]);
    expect(
        &said,
        &["! Over a path, ada.git has its own receive.hideRefs", "has its own transfer.hideRefs"],
    );
    expect(&said, &["✗ ada.git takes its hooks from /tmp/hooks."]);
    type_cure(world, &said, "git -C ada.git config --replace-all receive.fsckObjects");
    type_cure(world, &said, "for ref in refs '!refs/heads'");
    type_cure(world, &said, "for ref in refs/challenge;");
    type_cure(world, &said, "git -C ada.git config --replace-all core.hooksPath");
    let (said, _) = check(world, &["ada.git"]);
    expect_none(&said, &["hideRefs", "hooksPath", "its hooks from", "fsckObjects", "unpackLimit"]);
}

pub fn a_hook_that_does_not_protect_is_told(world: &World) {
    world.challenge(&["host", "ada.git", "--language", "python", "--shared"]);
    fs::write(world.path("ada.git/hooks/pre-receive"), "#!/bin/sh\n").expect("ours");
    set_mode(world, "ada.git/hooks/post-receive", 0o644);
    let (said, _) = check(world, &["ada.git"]);
    expect(&said, &["✗ ada.git has another hook pre-receive than challenge writes."]);
    expect(&said, &["✗ ada.git has no hook that can be run: pushes to it are not graded."]);
    type_cure(world, &said, "chmod u+x ");
    type_cure(world, &said, "rm ada.git/");
    let (said, _) = check(world, &["ada.git"]);
    expect_none(&said, &["has no hook", "has another hook"]);
}

pub fn every_password_is_told(world: &World) {
    let shadow = world.path("shadow");
    let bind = format!("mount --bind {} /etc/shadow && exec \"$@\"", shadow.display());
    let starter = ["unshare", "--map-root-user", "--mount", "sh", "-c", &bind, "sh"];
    for (field, said_of_it) in [
        ("", "✗ This account has an empty password: anybody can log in."),
        ("*", "✓ This account has no password."),
        ("!$6$salt$hash", "✓ This account has no password."),
        ("$6$salt$hash", "! This account has a password, which can be guessed."),
        ("abJnggxhB/yWI", "! This account has a password, which can be guessed."),
    ] {
        fs::write(&shadow, format!("root:{field}:20000:0:99999:7:::\n")).expect("a file");
        expect(&check_within(world, &starter, &[]).0, &[said_of_it]);
    }
}

pub fn an_account_without_a_limit_for_all_pushes_is_a_hole(world: &World) {
    set_mode(world, "home", 0o700);
    let starter = ["unshare", "--user", "--map-user=4321", "--map-group=4321"];
    program(world, "systemctl", "echo infinity");
    let (said, status) = check_within(world, &starter, &[]);
    expect(&said, &["✗ All pushes together can use all memory of this host, and so can one"]);
    expect(&said, &["systemctl set-property user-4321.slice MemoryMax=4G"]);
    // In this namespace, that account is the only user that there is.
    expect(&said, &["✗ Pushes are run as the same user", " 2 are holes (✗)."]);
    assert_eq!(status, Some(1), "{said}");
    program(world, "systemctl", "[ $4 = user-4321.slice ] && echo 4294967296");
    let (said, status) = check_within(world, &starter, &[]);
    expect(&said, &["✓ All pushes together have 4096 MiB of memory", " 1 is a hole (✗)."]);
    assert_eq!(status, Some(1), "{said}");
}

pub fn what_sshd_permits_is_told_to_root(world: &World) {
    let starter = ["unshare", "--map-root-user"];
    let print = |password: &str, interval: &str| {
        let lines = [
            "permitrootlogin yes".to_owned(),
            format!("passwordauthentication {password}"),
            format!("clientaliveinterval {interval}"),
        ];
        let asked = "-T -C user=root,host=localhost,addr=127.0.0.1";
        format!("[ \"$*\" = '{asked}' ] && printf '%s\\n' '{}'", lines.join("' '"))
    };
    program(world, "sshd", &print("yes", "0"));
    let (said, _) = check_within(world, &starter, &[]);
    expect(&said, &["! sshd lets this account log in with a password.", "Match User root"]);
    expect(&said, &["! sshd keeps the connection of a client that vanished"]);
    expect(&said, &["ClientAliveInterval 30"]);
    program(world, "sshd", &print("no", "30"));
    let (said, _) = check_within(world, &starter, &[]);
    expect_none(&said, &["! sshd"]);
    program(world, "sshd", "exit 255");
    expect_none(&check_within(world, &starter, &[]).0, &["sshd "]);
}

pub fn root_is_told_to_look_as_the_account_that_hosts(world: &World) {
    let starter = ["unshare", "--map-root-user"];
    let told = "run it as the account that hosts: su - ACCOUNT -c 'challenge host check'";
    expect(&check_within(world, &starter, &[]).0, &[told]);
    world.challenge(&["host", "ada.git", "--language", "python"]);
    expect_none(&check_within(world, &starter, &["ada.git"]).0, &[told]);
}
