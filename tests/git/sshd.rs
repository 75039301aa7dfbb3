//! An sshd of a test's own, on 127.0.0.1, with keys of its own. Nobody's ~/.ssh is read or written.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use test_support::Need;

/// As root it also needs the directory that Debian makes when it starts the service.
pub const NEED: Need = Need {
    name: "sshd",
    proof: &[
        "sh",
        "-c",
        "/usr/sbin/sshd -V 2>&1 | grep -q OpenSSH && (test $(id -u) != 0 || test -d /run/sshd)",
    ],
    install: "apt-get install openssh-server; mkdir -p /run/sshd",
};

pub struct Sshd {
    child: Child,
    /// Kept open: sshd would end if nobody could read what it says.
    _log: Lines<BufReader<ChildStderr>>,
    directory: PathBuf,
    port: u16,
}

impl Sshd {
    /// Starts an sshd that gives every session this environment.
    pub fn start(directory: &Path, environment: &[(&str, String)]) -> Sshd {
        fs::create_dir(directory).expect("a new name");
        for key in ["host_key", "user_key"] {
            make_key(&directory.join(key));
        }
        // Between our closing the port and sshd's binding it, another program may take it.
        for _ in 0..5 {
            if let Some(sshd) = Sshd::start_on(free_port(), directory, environment) {
                return sshd;
            }
        }
        panic!("sshd did not start on any of five free ports");
    }

    fn start_on(port: u16, directory: &Path, environment: &[(&str, String)]) -> Option<Sshd> {
        let config = directory.join("sshd_config");
        fs::write(&config, configuration(port, directory, environment)).expect("a file");
        let mut command = Command::new("/usr/sbin/sshd"); // it insists on its whole path
        command.args(["-D", "-e", "-f"]).arg(config).stdin(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("sshd is installed");
        let mut log = BufReader::new(child.stderr.take().expect("it is a pipe")).lines();
        let ready = log.by_ref().map_while(Result::ok).any(|line| line.contains("listening on"));
        if !ready {
            let _ = child.wait();
        }
        ready.then(|| Sshd { child, _log: log, directory: directory.to_owned(), port })
    }

    /// The command that git is to use instead of ssh.
    pub fn command(&self) -> String {
        self.command_with("user_key")
    }

    /// The same with another key of this directory.
    pub fn command_with(&self, key: &str) -> String {
        ssh_with(&self.directory.join(key), &self.directory.join("known_hosts"))
    }

    /// A new key of somebody, in this directory.
    pub fn make_key(&self, name: &str) -> PathBuf {
        make_key(&self.directory.join(name))
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where a repository is for a client.
    pub fn url(&self, path: &str) -> String {
        format!("ssh://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configuration(port: u16, directory: &Path, environment: &[(&str, String)]) -> String {
    let home = environment.iter().find(|(name, _)| *name == "HOME").map(|(_, home)| home.as_str());
    let (directory, home) = (directory.display(), home.unwrap_or_default());
    let variables: Vec<String> =
        environment.iter().map(|(name, value)| format!("\"{name}={value}\"")).collect();
    format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {directory}/host_key\n\
         AuthorizedKeysFile {directory}/user_key.pub {home}/.ssh/authorized_keys\nPidFile none\nStrictModes no\nUsePAM no\n\
         PasswordAuthentication no\nKbdInteractiveAuthentication no\n\
         PermitRootLogin prohibit-password\nSetEnv {}\n",
        variables.join(" ")
    )
}

/// An ssh that has one key and no settings, and believes every host.
pub fn ssh_with(key: &Path, known_hosts: &Path) -> String {
    format!(
        "ssh -F /dev/null -i {} -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes \
         -o UserKnownHostsFile={} -o GlobalKnownHostsFile=/dev/null \
         -o StrictHostKeyChecking=no -o LogLevel=ERROR",
        key.display(),
        known_hosts.display(),
    )
}

/// Makes a key, and returns the path of its public half.
pub fn make_key(path: &Path) -> PathBuf {
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", "a learner", "-f"]).arg(path);
    assert!(keygen.status().expect("ssh-keygen comes with sshd").success());
    path.with_extension("pub")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("a bound socket has an address").port()
}
