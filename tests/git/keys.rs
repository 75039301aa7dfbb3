//! A host that is reached over ssh: each key opens one repository, for git alone.

mod bounds;
mod names;
mod refs;

pub use bounds::{
    a_small_push_fills_no_disk, a_small_push_takes_no_large_memory, git_has_limits_before_it_reads,
    of_many_connections_six_are_served, the_hook_gives_the_limits_back,
};
pub use names::{
    a_name_that_no_line_can_hold_is_refused, whatever_a_repository_is_called_its_key_works,
};
pub use refs::{
    a_new_repository_takes_branches_and_tags_alone, a_push_reaches_branches_and_tags_alone,
};

use crate::world::{FAILING, World};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

/// Hosts a repository for whoever has this new key.
fn host(world: &World, name: &str) -> String {
    let key = world.sshd().make_key(name).display().to_string();
    let repository = format!("{name}.git");
    world.challenge(&["host", &repository, "--language", "python", "--name", name, "--key", &key])
}

/// Runs git or ssh as whoever has this key.
fn with_key(world: &World, key: &str, program: &str, arguments: &[&str]) -> Output {
    let mut command = world.command(program, arguments);
    command.env("GIT_SSH_COMMAND", world.sshd().command_with(key));
    command.output().expect("it can be run")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn url(world: &World, repository: &str) -> String {
    world.sshd().url(world.path(repository).to_str().expect("text"))
}

pub fn a_key_opens_its_own_repository(world: &World) {
    let printed = host(world, "ada");
    assert!(printed.starts_with("git clone ") && printed.contains(":"), "{printed}");
    assert!(printed.trim_end().ends_with("/ada.git"), "{printed}");
    for url in [url(world, "ada.git"), url(world, "ada")] {
        let cloned = with_key(world, "ada", "git", &["clone", "-q", &url, "ada"]);
        assert!(cloned.status.success(), "{url}: {}", said(&cloned));
        let clone = world.path("ada");
        fs::write(clone.join("challenge.toml"), FAILING).expect("a file of the clone");
        let clone = clone.to_str().expect("text");
        let commit = ["-C", clone, "commit", "-q", "--allow-empty", "-a", "-m", "start"];
        assert!(with_key(world, "ada", "git", &commit).status.success());
        let pushed = with_key(world, "ada", "git", &["-C", clone, "push"]);
        assert!(said(&pushed).contains("Stage 0, bind"), "{}", said(&pushed));
        fs::remove_dir_all(clone).expect("it is there");
    }
    assert_eq!(world.record("ada.git").len(), 2);
}

pub fn a_key_opens_nothing_else(world: &World) {
    host(world, "ada");
    host(world, "bob");
    let bobs = with_key(world, "ada", "git", &["clone", "-q", &url(world, "bob.git"), "bob"]);
    assert!(!bobs.status.success() && !world.path("bob").exists());
    assert!(said(&bobs).contains("this key opens one repository"), "{}", said(&bobs));

    let ssh = world.sshd().command_with("ada");
    let marker = world.path("marker").display().to_string();
    let touch = format!("touch {marker}");
    for (asked, answer) in [
        ("", "this key is for git: git clone "),
        (touch.as_str(), "this key opens one repository, for git alone"),
        ("git-upload-pack 'ada.git'; touch /", "this key opens one repository"),
        ("git upload-archive ada.git", "this key opens one repository"),
        ("git-receive-pack '../../etc'", "this key opens one repository"),
    ] {
        let port = world.sshd().port();
        let line = format!("{ssh} -p {port} 127.0.0.1 \"$0\"");
        let output = with_key(world, "ada", "sh", &["-c", &line, asked]);
        assert!(!output.status.success(), "{asked}");
        assert!(said(&output).contains(answer), "{asked}: {}", said(&output));
    }
    assert!(!world.path("marker").exists(), "a command was run");
    forwards_nothing(world, &ssh);
}

/// A tunnel through the host would reach what listens on it.
fn forwards_nothing(world: &World, ssh: &str) {
    let port = world.sshd().port();
    let line = format!("{ssh} -o ExitOnForwardFailure=yes -p {port} -W 127.0.0.1:{port} 127.0.0.1");
    let output = with_key(world, "ada", "sh", &["-c", &line]);
    assert!(!output.status.success(), "it was forwarded: {:?}", output.stdout);
    assert!(said(&output).contains("stdio forwarding failed"), "{}", said(&output));
}

pub fn what_is_no_key_makes_no_repository(world: &World) {
    let good = fs::read_to_string(world.sshd().make_key("ada")).expect("a key");
    let two = good.clone() + &good;
    let with_options = format!("command=\"sh\" {good}");
    for (text, reason) in [
        ("", "is no public key"),
        ("ssh-ed25519 not/a key\n", "is no public key"),
        (two.as_str(), "is no public key"),
        (with_options.as_str(), "is no public key"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\n", "is no public key"),
    ] {
        fs::write(world.path("key.pub"), text).expect("a file");
        let arguments = ["host", "ada.git", "--language", "python", "--key", "key.pub"];
        let message = world.fails(&arguments);
        assert!(message.contains(reason) && message.contains("key.pub"), "{text}: {message}");
        assert!(!world.path("ada.git").exists(), "{text}");
    }
    fs::write(world.path("key.pub"), &good).expect("a file");
    world.challenge(&["host", "ada.git", "--language", "python", "--key", "key.pub"]);
    let arguments = ["host", "second.git", "--language", "python", "--key", "key.pub"];
    assert!(world.fails(&arguments).contains("a key opens one repository"));
    assert!(!world.path("second.git").exists());

    let keys = world.path("home/.ssh/authorized_keys");
    let mode =
        |path: &std::path::Path| fs::metadata(path).expect("it is there").permissions().mode();
    assert_eq!(mode(&keys) & 0o777, 0o600);
    assert_eq!(mode(keys.parent().expect("a folder")) & 0o777, 0o700);
    let proof = Command::new("ssh-keygen").arg("-lf").arg(&keys).output().expect("it is installed");
    assert!(proof.status.success(), "ssh-keygen does not read {}", keys.display());
}

/// The last resort of docs/hosting.md, typed as it stands there.
pub fn a_clone_brings_back_what_the_learner_has(world: &World) {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/hosting.md");
    let page = fs::read_to_string(page).expect("the page");
    let fetch = page.lines().find(|line| line.contains("/tmp/clone-of-ada")).expect("the command");
    host(world, "ada");
    let clone = world.clone_of("ada.git", "ada");
    clone.write("challenge.toml", FAILING);
    clone.commit();
    clone.push(&[]);
    clone.git(&["fetch", "-q"]);
    let before = world.record("ada.git");
    fs::remove_dir_all(world.path("ada.git")).expect("it is there");
    world.challenge(&["host", "ada.git", "--language", "python", "--name", "ada"]);
    let line = fetch.replace("/tmp/clone-of-ada", world.path("ada").to_str().expect("text"));
    let fetched = world.command("sh", &["-c", &line]).output().expect("it can be run");
    assert!(fetched.status.success(), "{}", said(&fetched));
    assert_eq!(world.record("ada.git"), before);
    clone.commit();
    clone.push(&[]).expect(&["Push 2,"]);
}

/// The command of docs/hosting.md, as the account that hosts: names may end alike.
pub fn one_person_is_let_go_and_nobody_else(world: &World) {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/hosting.md");
    let page = fs::read_to_string(page).expect("the page");
    let command = page.lines().find(|line| line.contains("sed -i")).expect("the command");
    let home = fs::canonicalize(world.path("home")).expect("it is there").display().to_string();
    let names = ["ada", "nada", "x-ada", "ada.git", "ada.gits", "ada.gi", "ada_git", "x ada"];
    for (number, name) in names.iter().enumerate() {
        let key = world.sshd().make_key(&format!("key{number}"));
        // Whose key it is may say anything of it.
        let remarked = fs::read_to_string(&key).expect("text").trim_end().to_owned();
        fs::write(&key, format!("{remarked} serve {home}/ada.git\" x\n")).expect("a file");
        let repository = format!("home/{name}.git");
        let key = key.display().to_string();
        world.challenge(&["host", &repository, "--language", "python", "--key", &key]);
    }
    let keys = world.path("home/.ssh/authorized_keys");
    let before = fs::read_to_string(&keys).expect("text");
    // There is no account to become: su runs what it is told to as we are, from the home.
    let su = "su() { (cd && sh -c \"$4\"); }; ";
    let line = su.to_owned() + &command.replace("/home/git", &home);
    let typed = world.command("sh", &["-c", &line]).output().expect("it can be run");
    assert!(typed.status.success(), "{}", said(&typed));
    let after = fs::read_to_string(&keys).expect("text");
    assert_eq!(after.lines().collect::<Vec<_>>(), before.lines().skip(1).collect::<Vec<_>>());
}
