//! Names of repositories come from lists of people, and pass through three readers: `authorized_keys`,
//! the account's shell, and the learner's. Every name is refused with a reason, or its key works.

use super::{said, with_key};
use crate::world::World;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Output;

/// A shell that reads one of them as more than a name makes the file `home-marker`.
const NAMES: [&[u8]; 19] = [
    b"O'Neil.git",
    b"q'$(touch $HOME-marker)'.git",
    b"$(touch $HOME-marker).git",
    b"'`touch $HOME-marker`'.git",
    b"\";touch $HOME-marker;\".git",
    b"\\';touch $HOME-marker&'.git",
    b"a|touch $HOME-marker",
    b"back\\slash\\\\.git",
    b"ends in a backslash\\",
    b"dou\"ble.git",
    b"\\\".git",
    b"\\\\\"\\.git",
    b"\" ssh-ed25519 AAAA",
    b"%h %u %% .git",
    b"-dash.git",
    b"--upload-pack=touch $HOME-marker",
    b"~!bang!.git",
    b"#hash *?[a]{b}:c@d.git",
    "Zo\u{eb} \u{738b}\u{a0}.git".as_bytes(),
];

/// What a line of a file cannot hold.
const REFUSED: [(&[u8], &str); 5] = [
    (b"a\nssh-ed25519 AAAA eve.git", "control character"),
    (b"a\rb.git", "control character"),
    ("a\u{9b}2J.git".as_bytes(), "control character"),
    (b"Zo\xeb.git", "UTF-8"),
    (b"\xff'$(touch $HOME-marker)'.git", "UTF-8"),
];

fn host(world: &World, name: &[u8], key: &Path) -> Output {
    let arguments = ["host", "--language", "python", "--key"].map(OsStr::new);
    let arguments = [&arguments[..], &[key.as_os_str(), OsStr::new("--"), OsStr::from_bytes(name)]];
    let mut command = world.command(env!("CARGO_BIN_EXE_challenge"), &arguments.concat());
    command.current_dir(world.path("home")).output().expect("it can be run")
}

pub fn whatever_a_repository_is_called_its_key_works(world: &World) {
    let mut problems = String::new();
    for (number, name) in NAMES.into_iter().enumerate() {
        let key = format!("key{number}");
        if let Err(problem) = is_of_use(world, name, &key) {
            problems += &format!("{}: {}\n", String::from_utf8_lossy(name), problem.trim_end());
        }
    }
    assert!(problems.is_empty(), "\n{problems}");
}

fn is_of_use(world: &World, name: &[u8], key: &str) -> Result<(), String> {
    let hosted = host(world, name, &world.sshd().make_key(key));
    let line = String::from_utf8_lossy(&hosted.stdout).into_owned();
    let cloned = match hosted.status.success() {
        true => clones_and_pushes(world, key, line.trim_end()),
        false => Err(said(&hosted)),
    };
    if fs::remove_file(world.path("home-marker")).is_ok() {
        return Err("a command was run".to_owned());
    }
    cloned.map_err(|problem| line + &problem)?;
    let repository = world.path("home").join(OsStr::from_bytes(name));
    let repository = repository.to_str().expect("text");
    assert_eq!(world.git(".", &["-C", repository, "tag"]), "mine\n", "{repository}");
    Ok(())
}

/// Pastes the line that was printed into a shell; the tests' host has another address than it says.
fn clones_and_pushes(world: &World, key: &str, line: &str) -> Result<(), String> {
    let directory = world.path(format!("{key}-clones"));
    fs::create_dir(&directory).expect("a new name");
    let ssh = format!("{} -o HostName=127.0.0.1", world.sshd().command_with(key));
    let ssh = format!("{ssh} -p {}", world.sshd().port());
    for line in [line, "cd ./* && git push -q origin HEAD:refs/tags/mine"] {
        let mut shell = world.command("sh", &["-c", line]);
        let shell = shell.current_dir(&directory).env("GIT_SSH_COMMAND", &ssh);
        let output = shell.output().expect("it can be run");
        output.status.success().then_some(()).ok_or_else(|| said(&output))?;
    }
    Ok(())
}

pub fn a_name_that_no_line_can_hold_is_refused(world: &World) {
    let key = world.sshd().make_key("ada");
    let keys = world.path("home/.ssh/authorized_keys");
    for (name, reason) in REFUSED {
        let shown = String::from_utf8_lossy(name);
        let hosted = host(world, name, &key);
        assert_eq!(hosted.status.code(), Some(2), "{shown}");
        assert!(said(&hosted).contains(reason), "{shown}: {}", said(&hosted));
        let home = fs::read_dir(world.path("home")).expect("a directory").flatten();
        let left: Vec<_> = home.map(|entry| entry.file_name()).filter(|n| n != ".ssh").collect();
        assert!(left.is_empty(), "{shown} leaves {left:?}");
        assert_eq!(fs::read_to_string(&keys).unwrap_or_default(), "", "{shown}");
        assert!(!world.path("home-marker").exists(), "{shown}: a command was run");
    }
    // The key is still good.
    assert!(host(world, b"ada.git", &key).status.success());
    let opened = with_key(world, "ada", "git", &["ls-remote", &super::url(world, "home/ada.git")]);
    assert!(opened.status.success(), "{}", said(&opened));
}
