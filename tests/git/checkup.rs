//! `challenge host check`: what protects a host is told, and each hole with its cure.

use crate::sandbox::path_without;
use crate::world::World;
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// What it prints, in one line, and its exit status.
fn check(world: &World, repositories: &[&str]) -> (String, Option<i32>) {
    let arguments = [&["host", "check"], repositories].concat();
    let mut command = world.command(env!("CARGO_BIN_EXE_challenge"), &arguments);
    let output = command.output().expect("it can be run");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "too wide:\n{text}");
    (text.split_whitespace().collect::<Vec<_>>().join(" "), output.status.code())
}

#[track_caller]
fn expect(said: &str, texts: &[&str]) {
    for text in texts {
        assert!(said.contains(text), "nothing says {text:?}:\n{said}");
    }
}

pub fn what_protects_a_host_is_told(world: &World) {
    world.challenge(&["host", "ada.git", "--language", "python", "--shared"]);
    fs::set_permissions(world.path("home"), PermissionsExt::from_mode(0o750)).expect("ours");
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
    fs::set_permissions(world.path("home"), PermissionsExt::from_mode(0o755)).expect("ours");
    let keys = "ssh-ed25519 AAAA me\n\
                restrict,command=\"/bin/challenge serve 'O'\\\\\\\\''Neil.git'\" ssh-ed25519 AAAA o\n\
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
