//! Git, the program: how we run it, and what it says when it refuses.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

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
    let mut git = Command::new("git");
    git.arg("-C").arg(directory).args(arguments);
    git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let cannot = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "git is not installed".to_owned(),
        _ => format!("git cannot be run: {error}"),
    };
    let mut child = git.spawn().map_err(cannot)?;
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(input); // git may have refused before it read everything
    }
    let output = child.wait_with_output().map_err(cannot)?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => {
            let name = arguments.first().map(|name| name.as_ref().to_string_lossy().into_owned());
            let text = String::from_utf8_lossy(&output.stderr);
            Err(format!("git {}: {}", name.unwrap_or_default(), text.trim()))
        }
    }
}
