//! What a push over ssh can cost the host, however it was made. The repositories of these tests have no
//! settings for it, as those that an older version has made.

use super::{host, said, url, with_key};
use crate::world::{FAILING, World, kill};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use test_support::eventually;

fn attacks(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/git/attacks").join(name)
}

/// A shell as sshd gives it to somebody whose key opens ada.git, with `$serve` to become git there.
fn shell(world: &World, script: &str) -> Command {
    let repository = fs::canonicalize(world.path("ada.git")).expect("it is there");
    let challenge = Path::new(env!("CARGO_BIN_EXE_challenge"));
    let mut command = world.command("sh", &["-c", script]);
    command.env("SSH_ORIGINAL_COMMAND", format!("git-receive-pack '{}'", repository.display()));
    command.env("serve", format!("{} serve {}", challenge.display(), repository.display()));
    command.env("packs", attacks("packs.py")).env("peak", attacks("peak.py"));
    command
}

fn push(world: &World, attack: &str) -> Output {
    shell(world, &format!("$packs {attack} | $peak $serve")).output().expect("it can be run")
}

/// What git unpacks is in the host's memory.
pub fn a_small_push_takes_no_large_memory(world: &World) {
    const MOST_MIB: u64 = 256;
    host(world, "ada");
    let output = push(world, "one_large_file 40");
    let peak = said(&output);
    let peak =
        peak.lines().find_map(|line| line.strip_prefix("peak memory: ")?.strip_suffix(" MiB"));
    let peak: u64 = peak.expect("it is said").parse().expect("a number");
    assert!(peak <= MOST_MIB, "git has used {peak} MiB");
    assert!(said(&output).contains("Out of memory"), "{}", said(&output));
    assert_eq!(world.git("ada.git", &["tag"]), "");
}

pub fn a_small_push_fills_no_disk(world: &World) {
    host(world, "ada");
    let size = || {
        let size = world.command("du", &["-sk", "ada.git"]).output().expect("it can be run");
        let size = String::from_utf8(size.stdout).expect("text");
        size.split_whitespace().next().and_then(|kib| kib.parse().ok()).expect("a number")
    };
    let before: u64 = size();
    let output = push(world, "many_files 60");
    assert_eq!(world.git("ada.git", &["tag"]), "large\n", "{}", said(&output));
    let sent_kib = 1028;
    let grown = size() - before;
    assert!(grown < 2 * sent_kib, "{sent_kib} KiB of push have become {grown} KiB");
}

/// The bounds are soft limits of this process: name, and value in /proc.
const LIMITS: [(&str, &str); 3] =
    [("Max cpu time", "60"), ("Max file size", "268435456"), ("Max data size", "268435456")];

/// A soft and a hard limit, as proc(5) has them.
fn limit<'a>(limits: &'a str, name: &str) -> [&'a str; 2] {
    let row = limits.lines().find_map(|line| line.split_once(name)).expect("it has this row").1;
    let mut values = row.split_whitespace();
    [(); 2].map(|()| values.next().expect("two values"))
}

pub fn git_has_limits_before_it_reads(world: &World) {
    host(world, "ada");
    let mut git = shell(world, "exec $serve");
    let git = git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut git = git.spawn().expect("it can be run");
    let process = git.id();
    let is_git = || {
        let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
        name.trim() == "git"
    };
    eventually("challenge becomes git", is_git);
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).expect("it is running");
    for (name, value) in LIMITS {
        assert_eq!(limit(&limits, name)[0], value, "{name}");
    }
    computes_no_longer_than_its_limit(world, &mut git);
    let output = git.wait_with_output().expect("it is our child");
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(answer.contains("ng refs/tags/large unpacker error"), "{answer}{}", said(&output));
    assert_eq!(world.git("ada.git", &["tag"]), "");
}

/// Sends what keeps git computing. A test can't wait for a minute: it shortens that to a second.
fn computes_no_longer_than_its_limit(world: &World, git: &mut Child) {
    let process = git.id().to_string();
    let shortened = world.command("prlimit", &["--pid", &process, "--cpu=1:"]).status();
    assert!(shortened.expect("util-linux is installed").success());
    let attack = shell(world, "exec $packs nested_deltas 200").output().expect("it can be run");
    git.stdin.take().expect("a pipe").write_all(&attack.stdout).expect("git reads everything");
}

/// Compilers need more than git; and what git holds open isn't theirs.
pub fn the_hook_gives_the_limits_back(world: &World) {
    host(world, "ada");
    world.git("ada.git", &["config", "challenge.sandbox", "off"]);
    let cloned = with_key(world, "ada", "git", &["clone", "-q", &url(world, "ada.git"), "ada"]);
    assert!(cloned.status.success(), "{}", said(&cloned));
    let build = "build = \"cat /proc/self/limits; ls -l /proc/self/fd /proc/$PPID/fd\"\n";
    fs::write(world.path("ada/challenge.toml"), FAILING.to_owned() + build).expect("a file");
    world.git("ada", &["commit", "-q", "-a", "-m", "start"]);
    let pushed = said(&with_key(world, "ada", "git", &["-C", "ada", "push"]));
    assert!(pushed.contains("Stage 0, bind"), "{pushed}");
    for (name, _) in LIMITS {
        let [soft, hard] = limit(&pushed, name);
        assert_eq!(soft, hard, "{name}");
    }
    assert!(pushed.contains("pipe:") && !pushed.contains("challenge.connection"), "{pushed}");
}

/// Each would have the memory that a git may use, for as long as its client waits.
pub fn of_many_connections_six_are_served(world: &World) {
    host(world, "ada");
    let ssh = world.sshd().command_with("ada");
    let connect = format!("{ssh} -p {} 127.0.0.1 git-receive-pack ada.git", world.sshd().port());
    std::os::unix::fs::symlink(world.path("ada.git"), world.path("home/ada.git")).expect("new");
    let mut script = shell(world, &format!("exec $half 9 {connect}"));
    let script = script.env("half", attacks("half_a_push.py"));
    let mut script = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it runs");
    let lines = BufReader::new(script.stdout.take().expect("a pipe")).lines();
    let lines: Vec<String> = lines.take(9).map(|line| line.expect("text")).collect();
    let count = |text: &str| lines.iter().filter(|line| line.contains(text)).count();
    assert_eq!(count("it waits for us"), 6, "{lines:#?}");
    assert_eq!(count("refused: challenge: 6 connections to this repository are open"), 3);

    let list = || with_key(world, "ada", "git", &["ls-remote", &url(world, "ada.git")]);
    assert!(said(&list()).contains("6 connections to this repository"), "{}", said(&list()));
    let is_git = |(_, line): &(i32, String)| line.starts_with("git ") && line.contains("receive-");
    let (git, _) = world.processes().into_iter().find(is_git).expect("six of them run");
    kill(git);
    eventually("the kernel releases its lock", || list().status.success());
    drop(script.stdin.take());
    assert!(script.wait().expect("it is our child").success());
}
