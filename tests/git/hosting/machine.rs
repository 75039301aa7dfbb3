//! A machine to host on: this one as root sees it, with users, homes and programs of its own, so that
//! commands which change a system can be typed as a book has them.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use test_support::Need;

pub const NEED: Need = Need {
    name: "root, and overlay file systems",
    proof: &["sh", "-c", "test $(id -u) = 0 && grep -qw overlay /proc/filesystems"],
    install: "as root, modprobe overlay",
};

pub struct Machine {
    /// Process 1, with which everything ends.
    first: Child,
    directory: PathBuf,
    sshd: Option<Child>,
    pub port: u16,
}

impl Machine {
    /// With a checkout of this repository in which a release has been built.
    pub fn start(directory: &Path) -> Machine {
        for name in ["checkout/target/release", "tmp"] {
            fs::create_dir_all(directory.join(name)).expect("a new name");
        }
        let challenge = directory.join("checkout/target/release/challenge");
        fs::copy(env!("CARGO_BIN_EXE_challenge"), challenge).expect("a copy");
        let setup = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/git/hosting/setup.sh");
        let mut unshare = Command::new("unshare");
        unshare.args(["--mount", "--pid", "--fork", "--mount-proc", "--kill-child=KILL"]);
        unshare.arg(setup).arg(directory).stdout(Stdio::piped());
        let mut first = unshare.spawn().expect("util-linux is installed");
        let mut line = String::new();
        let stdout = first.stdout.take().expect("it is a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("text");
        assert_eq!(line, "ready\n");
        Machine { first, directory: directory.to_owned(), sshd: None, port: 0 }
    }

    /// Types a command as root, in the checkout; it must succeed.
    #[track_caller]
    pub fn run(&self, line: &str) -> String {
        let Output { status, stdout, stderr } = self.command(line).output().expect("it can be run");
        let stderr = String::from_utf8_lossy(&stderr);
        assert!(status.success(), "{line}: {status}\n{stderr}");
        String::from_utf8(stdout).expect("text")
    }

    fn command(&self, line: &str) -> Command {
        let children = format!("/proc/{0}/task/{0}/children", self.first.id());
        let children = fs::read_to_string(children).expect("it is running");
        let mut nsenter = Command::new("nsenter");
        nsenter.args(["--target", children.trim(), "--mount", "--pid"]);
        nsenter.args(["sh", "-c", &format!("cd /media && {line}")]);
        nsenter.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
        nsenter
    }

    /// Puts a file into its /tmp.
    pub fn put(&self, name: &str, from: &Path) {
        fs::copy(from, self.directory.join("tmp").join(name)).expect("a copy");
    }

    /// Starts what the package has installed, on a port of 127.0.0.1 that is free.
    pub fn start_sshd(&mut self) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        self.port = listener.local_addr().expect("it is bound").port();
        drop(listener);
        self.run("ssh-keygen -q -t ed25519 -N '' -f /run/host_key");
        let options = format!(
            "-p {} -h /run/host_key -o ListenAddress=127.0.0.1 -o UsePAM=no -o PidFile=none",
            self.port
        );
        let mut command =
            self.command(&format!("exec /usr/sbin/sshd -D -e -f /dev/null {options}"));
        let mut sshd = command.stderr(Stdio::piped()).spawn().expect("it is installed");
        let log = BufReader::new(sshd.stderr.take().expect("it is a pipe"));
        let mut lines = log.lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains("listening on")), "sshd does not start");
        std::thread::spawn(move || lines.for_each(drop)); // it would end if nobody read
        self.sshd = Some(sshd);
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.first.kill();
        let _ = self.first.wait();
        if let Some(sshd) = &mut self.sshd {
            let _ = sshd.wait();
        }
    }
}
