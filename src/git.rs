//! Git, the program: how we run it, and what it says when it refuses.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
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

/// How much of a commit there is room for: files with folders, and bytes.
#[derive(Clone, Copy)]
pub struct Room {
    pub files: u64,
    pub bytes: u64,
}

/// Whether the files of a commit fit: a few kilobytes of a push can stand for millions of files, or for
/// terabytes. Git is stopped as soon as they do not.
pub fn fits(repository: &Path, commit: &str, room: Room) -> io::Result<bool> {
    let mut git = limited(&command(repository), &[], LONG);
    git.args(["ls-tree", "-r", "-t", "-l", "-z", "--full-tree", commit]);
    git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = git.spawn()?;
    let mut entries = BufReader::new(child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
    let (mut files, mut bytes) = (0, 0);
    let mut entry = Vec::new();
    while entries.by_ref().take(LONGEST_ENTRY).read_until(0, &mut entry)? > 0 {
        // `100644 blob 0123… 42<TAB>path`; a folder has a `-` in the place of the size.
        let head = entry.split(|byte| *byte == b'\t').next().unwrap_or_default();
        let size =
            String::from_utf8_lossy(head).rsplit(' ').next().and_then(|size| size.parse().ok());
        let parts = entry.iter().filter(|&&byte| byte == b'/').count();
        files += 1;
        bytes = size.unwrap_or(0_u64).saturating_add(bytes);
        let is_whole = entry.ends_with(b"\0");
        if files > room.files || bytes > room.bytes || parts > DEEPEST || !is_whole {
            let _ = child.kill();
            let _ = child.wait();
            return Ok(false);
        }
        entry.clear();
    }
    match child.wait()?.code() {
        Some(0) => Ok(true),
        // It has used up its time, with the little that is there to list.
        Some(OUT_OF_TIME | KILLED) => Ok(false),
        other => Err(io::Error::other(format!("git could not list the commit ({other:?})"))),
    }
}

/// How `timeout` ends where SIGXCPU has ended git.
const OUT_OF_TIME: i32 = 128 + libc::SIGXCPU;
/// And where its own time is over.
const KILLED: i32 = 128 + libc::SIGKILL;

/// How long git may take: for a commit, more than any that is honest needs on a machine that is very busy;
/// and for a list without which nothing is lost.
const LONG: &str = "120";
const SHORT: &str = "10";

/// The most folders in each other: whatever walks through them needs a descriptor for each.
pub const DEEPEST: usize = 100;

/// The longest line of a list of files: a path has a few kilobytes at most where it can be checked out.
const LONGEST_ENTRY: u64 = 64 * 1024;

/// Writes the files of a commit of a bare repository into an empty directory, and notes them in an
/// index, which is not the repository's: two pushes must not wait for that.
pub fn export(
    repository: &Path,
    commit: &str,
    directory: &Path,
    index: &Path,
) -> Result<(), String> {
    let mut git = beside(repository, directory, index, LONG);
    output_of(git.args(["read-tree", "--reset", "-u", commit]), b"").map(drop)
}

/// The most that git says of what is ignored, in bytes.
const MOST_IGNORED: u64 = 16 * 1024 * 1024;

/// What `.gitignore` names of the files that are in an exported directory now: paths, each with a zero
/// byte behind it. A directory that is ignored as a whole stands for all that is in it.
///
/// Programs of strangers may have left anything there, such as a `.gitignore` that is a pipe, or is
/// larger than memory. An error says that git has reached a limit.
pub fn ignored(repository: &Path, directory: &Path, index: &Path) -> io::Result<Vec<u8>> {
    let mut git = beside(repository, directory, index, SHORT);
    git.args(["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"]);
    git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = git.spawn()?;
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

/// Whether a commit is among the ancestors of another. An error says that git could not tell.
pub fn is_ancestor(repository: &Path, old: &str, new: &str) -> io::Result<bool> {
    let mut git = limited(&command(repository), &[], SHORT);
    git.args(["merge-base", "--is-ancestor", old, new]);
    git.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match git.status()?.code() {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => Err(io::ErrorKind::Other.into()),
    }
}

/// Git on files that strangers have committed or made. It knows this repository's settings and no
/// others: a file of theirs could ask for something that a host has set up for all repositories, such as a
/// filter.
fn beside(repository: &Path, directory: &Path, index: &Path, seconds: &str) -> Command {
    let mut git = command(repository);
    git.args(["-c", "safe.directory=*", "-c", "core.attributesFile=/dev/null"]);
    git.args(["--git-dir=.", "--work-tree"]).arg(directory);
    let variables = [
        ("GIT_INDEX_FILE", index.as_os_str()),
        ("GIT_CONFIG_NOSYSTEM", "1".as_ref()),
        ("GIT_CONFIG_GLOBAL", "/dev/null".as_ref()),
        ("GIT_ATTR_NOSYSTEM", "1".as_ref()),
        ("GIT_NO_LAZY_FETCH", "1".as_ref()),
    ];
    limited(&git, &variables, seconds)
}

/// The same command with limits, in bytes and seconds: a small push can keep git busy for hours, or have it
/// fill memory.
fn limited(git: &Command, variables: &[(&str, &OsStr)], seconds: &str) -> Command {
    let mut limited = Command::new("timeout");
    limited.args(["-s", "KILL", seconds, "prlimit", "--data=536870912", "--cpu=20", "--"]);
    limited.arg(git.get_program()).args(git.get_args()).envs(variables.iter().copied());
    limited
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

/// The most that is kept of what git says when it fails, in bytes: a commit can have it complain of each
/// of its files.
const MOST_SAID: u64 = 4096;

fn output_of(git: &mut Command, input: &[u8]) -> Result<String, String> {
    let cannot = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => "git is not installed".to_owned(),
        _ => format!("git cannot be run: {error}"),
    };
    git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = git.spawn().map_err(cannot)?;
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let (output, said) = thread::scope(|scope| {
        // Git may answer while it reads, and may refuse before it has read everything.
        let write = move || stdin.map(|mut stdin| stdin.write_all(input));
        let start = |task| thread::Builder::new().spawn_scoped(scope, task);
        let listen = move || stderr.map_or(Ok(Vec::new()), beginning);
        let (listener, writer) =
            match (thread::Builder::new().spawn_scoped(scope, listen), start(write)) {
                (Ok(listener), Ok(writer)) => (listener, writer),
                (Err(error), _) | (_, Err(error)) => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(cannot(error));
                }
            };
        let output = child.wait_with_output().map_err(cannot);
        let _ = writer.join();
        let said = listener.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()));
        Ok((output?, said.map_err(cannot)?))
    })?;
    let said = String::from_utf8_lossy(&said);
    match output.status.code() {
        Some(0) => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Some(OUT_OF_TIME | KILLED) => Err("git: it takes too long".to_owned()),
        // `timeout` or `prlimit` could not start it, or the system has ended one of them.
        None | Some(124..=127) => Err(format!("git cannot be run: {}", said.trim())),
        Some(_) => Err(format!("git: {}", said.trim())),
    }
}

/// Reads everything, and keeps the beginning.
fn beginning(mut stream: impl Read) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    stream.by_ref().take(MOST_SAID).read_to_end(&mut kept)?;
    io::copy(&mut stream, &mut io::sink())?;
    Ok(kept)
}
