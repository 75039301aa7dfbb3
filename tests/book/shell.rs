//! A shell in namespaces of its own, which is given one command after the other.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use test_support::PATIENCE;

/// Stands behind the output of a command that has not ended.
pub const NOTHING_MORE: &str = "(and nothing more)\n";

/// A command of the book may be meant for a machine of the reader's own, as root: here it can write
/// nowhere but in the folder for temporary files.
const START: &str = r#"
own=/$(pwd | cut -d/ -f2)
mount --rbind "$own" "$own"
for folder in /*; do
    case $folder in "$own" | /proc | /dev | /sys) continue ;; esac
    [ -d "$folder" ] && [ ! -L "$folder" ] || continue
    mount --rbind "$folder" "$folder" && mount -o remount,bind,ro "$folder"
done
mount -o remount,bind,ro /
cd "$PWD" # through the new mount
ip link set lo up
exec bash 2>&1
"#;

/// The shell prints this when a command has ended.
const MARK: char = '\x1e';

pub struct Shell {
    namespaces: Child,
    input: ChildStdin,
    output: Receiver<Vec<u8>>,
}

impl Shell {
    pub fn start(folder: &Path) -> Shell {
        let mut command = Command::new("unshare");
        // The shell is the first process of its namespace, and the others do not outlive it.
        command.args(["--user", "--map-root-user", "--net", "--pid", "--mount-proc"]);
        command.args(["--fork", "--kill-child"]);
        command.args(["sh", "-ec", START]);
        command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut namespaces = command.spawn().expect("unshare is there");
        let input = namespaces.stdin.take().expect("it is piped");
        let mut pipe = namespaces.stdout.take().expect("it is piped");
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(length @ 1..) = pipe.read(&mut chunk) {
                let _ = sender.send(chunk[..length].to_vec()); // a test that failed does not listen
            }
        });
        Shell { namespaces, input, output }
    }

    /// What a command prints until it has ended, or, in the background, so many lines of it.
    pub fn run(&mut self, command: &str, lines: usize) -> String {
        writeln!(self.input, "{command}\nprintf '\\{:o}'", MARK as u32).expect("the shell lives");
        let mut bytes = Vec::new();
        let is_done = |bytes: &[u8]| {
            let newlines = bytes.iter().filter(|&&byte| byte == b'\n').count();
            bytes.contains(&(MARK as u8)) && newlines >= lines
        };
        while !is_done(&bytes) {
            match self.output.recv_timeout(PATIENCE) {
                Ok(chunk) => bytes.extend(chunk),
                Err(_) => {
                    bytes.extend(NOTHING_MORE.as_bytes());
                    break;
                }
            }
        }
        String::from_utf8_lossy(&bytes).replace(MARK, "")
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.namespaces.kill();
        let _ = self.namespaces.wait();
    }
}
