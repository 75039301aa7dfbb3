//! Git, the program: how we run it, and what it says when it refuses.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

/// The name of an object that does not exist: a ref that is being made comes from it, and one that
/// is being deleted goes to it.
pub fn is_nothing(object: &str) -> bool {
    object.bytes().all(|byte| byte == b'0')
}

/// Runs git in a directory, and returns what it prints.
pub fn run<S: AsRef<OsStr>>(directory: &Path, arguments: &[S]) -> Result<String, String> {
    with_input(directory, arguments, b"")
}

/// Runs git in a directory with something to read.
pub fn with_input<S: AsRef<OsStr>>(
    directory: &Path,
    arguments: &[S],
    input: &[u8],
) -> Result<String, String> {
    output_of(command(directory).args(arguments), input)
}

/// Writes the files of a commit of a bare repository into an empty directory, and notes them in an
/// index, which is not the repository's: two pushes must not wait for that.
pub fn export(
    repository: &Path,
    commit: &str,
    directory: &Path,
    index: &Path,
) -> Result<(), String> {
    let mut git = beside(repository, directory, index);
    output_of(git.args(["read-tree", "--reset", "-u", commit]), b"").map(drop)
}

/// The most that git says of what is ignored, in bytes.
const MOST_IGNORED: u64 = 16 * 1024 * 1024;

/// What `.gitignore` names of the files that are in an exported directory now: paths, each with a zero
/// byte behind it. A directory that is ignored as a whole stands for all that is in it.
///
/// Programs of strangers may have left anything there, such as a `.gitignore` that is a pipe, or is
/// larger than memory. So git has limits; an error says that it has reached one.
pub fn ignored(repository: &Path, directory: &Path, index: &Path) -> io::Result<Vec<u8>> {
    let git = beside(repository, directory, index);
    let mut limited = Command::new("timeout");
    limited.args(["-s", "KILL", "10", "prlimit", "--data=536870912", "--"]);
    limited.arg(git.get_program()).args(git.get_args());
    limited.envs(git.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited.args(["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"]);
    limited.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = limited.spawn()?;
    let mut names = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(MOST_IGNORED).read_to_end(&mut names)?;
    }
    // A name that is cut is none; and git is told so when it writes on.
    match child.wait()?.success() && (names.is_empty() || names.ends_with(b"\0")) {
        true => Ok(names),
        false => Err(io::ErrorKind::Other.into()),
    }
}

/// Git on files that strangers have committed or made. It knows this repository's settings and nobody
/// else's: a file of theirs could ask for what a host has set up for all repositories, such as a filter.
fn beside(repository: &Path, directory: &Path, index: &Path) -> Command {
    let mut git = command(repository);
    git.args(["-c", "safe.directory=*", "-c", "core.attributesFile=/dev/null"]);
    git.args(["--git-dir=.", "--work-tree"]).arg(directory);
    git.env("GIT_INDEX_FILE", index);
    for (name, value) in [
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_ATTR_NOSYSTEM", "1"),
        ("GIT_NO_LAZY_FETCH", "1"),
    ] {
        git.env(name, value);
    }
    git
}

/// Runs no hook and no monitor of file systems, whatever repositories and users have set. A relative
/// `core.hooksPath` would be looked for in the checkout, where a commit can have a folder of that name.
const NOTHING_RUNS: [&str; 4] = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"];

fn command(directory: &Path) -> Command {
    let mut git = Command::new("git");
    // Some people forbid bare repositories that git merely comes across; these are known.
    git.arg("-C").arg(directory).args(["-c", "safe.bareRepository=all"]).args(NOTHING_RUNS);
    git
}

fn output_of(git: &mut Command, input: &[u8]) -> Result<String, String> {
    let cannot = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "git is not installed".to_owned(),
        _ => format!("git cannot be run: {error}"),
    };
    git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = git.spawn().map_err(cannot)?;
    let stdin = child.stdin.take();
    let output = thread::scope(|scope| {
        // Git may answer while it reads, and may refuse before it has read everything.
        let write = move || stdin.map(|mut stdin| stdin.write_all(input));
        thread::Builder::new().spawn_scoped(scope, write).map_err(cannot)?;
        child.wait_with_output().map_err(cannot)
    })?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("git: {}", String::from_utf8_lossy(&output.stderr).trim())),
    }
}
