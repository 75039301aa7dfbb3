//! The command line of a sandbox, word by word.

use super::{ETC, FILTER, Limits, Network, OFFER, OFFERED, PROJECT, SYSTEM_PATH, Sandbox};
use crate::trial::init;
use nix::sys::resource::{Resource, getrlimit};
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;

/// Where the learner's files are, as the program sees them: always in the same place, since many a
/// build keeps paths in what it makes.
pub const HOME: &str = "/home/learner";

/// The parts of a root file system that hold programs and libraries.
pub const SYSTEM: [&str; 7] = ["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"];
/// What programs need of /etc to find their parts; behind these, names may go on with anything but a
/// letter, such as a version. All else, such as keys and passwords, is not there.
const SETTINGS: [&str; 12] = [
    "alternatives",
    "ghc",
    "java",
    "ld.so",
    "localtime",
    "mono",
    "nsswitch.conf",
    "perl",
    "php",
    "protocols",
    "python3",
    "services",
];
/// And of /var.
const DATABASES: [&str; 1] = ["var/lib/ghc"];

/// The folders for temporary files, each a file system of its own.
pub const TEMPORARY: [&str; 2] = ["/tmp", "/dev/shm"];

/// Of a process. As everywhere, a program has to ask for more than 1024 of them.
const MOST_DESCRIPTORS: u64 = 4096;

const MIB: u64 = 1024 * 1024;
const USUAL_STACK: u64 = 8 * MIB;
const MOST_STACK: u64 = 64 * MIB;

/// bubblewrap is two processes: one outside, and process 1 of the sandbox.
const OWN_PROCESSES: u64 = 2;

/// Runs what comes behind `--`: in the control groups whose files are named before it, and with the filter
/// of system calls, the first argument, open as a descriptor.
const ENTER: &str = r#"filter=$1; shift
while [ "$1" != -- ]; do echo 0 >"$1" || exit; shift; done
shift; exec "$@" 9<"$filter""#;
const FILTER_DESCRIPTOR: &str = "9";

impl Sandbox {
    /// The command line that runs `program` in the sandbox.
    pub fn command(&self, program: &[OsString], network: Network) -> Vec<OsString> {
        let mut words = Words::default();
        // What bwrap clears is gone for the program, and stays in bwrap itself, whose /proc/1/environ
        // can be read from within.
        let path = env::var_os("PATH").unwrap_or_default();
        words.all(["env".into(), "-i".into(), assigned("PATH", &path)]);
        words.all(["sh", "-c", ENTER, "sh"]);
        words.all([self.ground.join(FILTER)]);
        words.all(self.cgroup.iter().flat_map(|cgroup| cgroup.entrances()));
        words.all(["--"]);
        if let Some(user) = self.user {
            let id = |name: &str| format!("--{name}={user}");
            words.all(["setpriv", &id("reuid"), &id("regid"), "--clear-groups", "--no-new-privs"]);
            words.all(["--inh-caps=-all", "--ambient-caps=-all"]);
        }
        // bubblewrap itself has the limits, too: its process 1 is inside, and could be made to start
        // others. In a user namespace of its own, the kernel counts the processes of this sandbox alone.
        words.all(["unshare", "--map-current-user", "--"]);
        limits(&self.limits, &mut words);
        words.all(["bwrap", "--die-with-parent", "--unshare-user", "--disable-userns"]);
        words.all(["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]);
        words.all(["--seccomp", FILTER_DESCRIPTOR, "--json-status-fd", &init::STATUS.to_string()]);
        if network == Network::Own {
            words.all(["--unshare-net"]);
        }
        words.all(["--hostname", "challenge", "--clearenv"]);
        self.environment(&mut words);
        self.devices(&mut words);
        self.system(&mut words);
        self.own_files(&mut words);
        words.all(["--"]);
        words.0.extend_from_slice(program);
        words.0
    }

    fn environment(&self, words: &mut Words) {
        let bins = self.toolchains.iter().map(|toolchain| toolchain.bin.clone());
        let system = SYSTEM_PATH.map(Into::into);
        let path = env::join_paths(bins.chain(system)).unwrap_or_default();
        words.all([OsStr::new("--setenv"), OsStr::new("PATH"), &path]);
        for (name, value) in
            [("HOME", HOME), ("USER", "learner"), ("LANG", "C.UTF-8"), ("TMPDIR", "/tmp")]
        {
            words.all(["--setenv", name, value]);
        }
    }

    /// What the kernel makes. A toolchain may be in one of these folders, and comes later.
    fn devices(&self, words: &mut Words) {
        words.all(["--proc", "/proc", "--dev", "/dev"]);
        // Process 1 is bubblewrap's. Through its files here, it could be written to.
        words.bind("--ro-bind", &self.nothing(), Path::new("/proc/1"));
        // Terminals are numbered for all of the system, and there are few.
        words.bind("--ro-bind", &self.nothing(), Path::new("/dev/pts"));
        for (folder, own) in TEMPORARY.into_iter().zip(self.scratch()) {
            words.bind("--bind", &own.folder, Path::new(folder));
        }
    }

    /// What programs need of the system and of toolchains. Nothing of it can be written to.
    fn system(&self, words: &mut Words) {
        for name in SYSTEM {
            let (from, to) = (self.root.join(name), Path::new("/").join(name));
            match fs::read_link(&from) {
                Ok(target) => words.all(["--symlink".as_ref(), target.as_os_str(), to.as_ref()]),
                Err(_) if from.is_dir() => words.bind("--ro-bind", &from, &to),
                Err(_) => {}
            }
        }
        words.all(["--dir", "/etc"]);
        for name in names_in(&self.root.join("etc")) {
            if SETTINGS.iter().any(|start| is_of(&name, start)) {
                let from = self.root.join("etc").join(&name);
                words.bind("--ro-bind-try", &from, &Path::new("/etc").join(&name));
            }
        }
        for name in DATABASES {
            words.bind("--ro-bind-try", &self.root.join(name), &Path::new("/").join(name));
        }
        for (reachable, toolchain) in self.reachable().zip(&self.toolchains) {
            words.bind("--ro-bind", &reachable, &toolchain.folder);
        }
        self.hide(words);
    }

    /// What is the program's own. Nothing but the home and the folders for temporary files can be
    /// written to.
    fn own_files(&self, words: &mut Words) {
        let made = self.ground.join(ETC);
        for name in names_in(&made) {
            words.bind("--ro-bind", &made.join(&name), &Path::new("/etc").join(&name));
        }
        words.bind("--ro-bind", &self.ground.join(OFFER), Path::new(OFFERED));
        // The project is a mount of its own: a program cannot put something else into its place.
        let (home, project) = self.folders();
        words.bind("--bind", &home, Path::new(HOME));
        words.bind("--bind", &project, &Path::new(HOME).join(PROJECT));
        // In /proc, a program could ask to be the last that is killed where memory is short.
        words.all(["--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/"]);
        words.all(["--chdir", &format!("{HOME}/{PROJECT}")]);
    }
}

/// Those of each process; and how many processes there are. None is more than we have ourselves.
fn limits(limits: &Limits, words: &mut Words) {
    words.all(["prlimit"]);
    for (name, resource, value) in [
        ("nproc", Resource::RLIMIT_NPROC, limits.processes + OWN_PROCESSES),
        // Of address space, runtimes reserve far more than they use.
        ("data", Resource::RLIMIT_DATA, limits.memory_mib * MIB),
        ("fsize", Resource::RLIMIT_FSIZE, limits.disk_mib * MIB),
        ("cpu", Resource::RLIMIT_CPU, limits.cpu_seconds),
        ("core", Resource::RLIMIT_CORE, 0),
    ] {
        words.all([format!("--{name}={}", value.min(most(resource)))]);
    }
    // A stack is memory, too, and timers and signals are counted for the account.
    let stack = most(Resource::RLIMIT_STACK).min(MOST_STACK);
    words.all([format!("--stack={}:{stack}", stack.min(USUAL_STACK))]);
    words.all([format!("--sigpending={}", most(Resource::RLIMIT_SIGPENDING).min(1024))]);
    // Who looks at a program looks at each descriptor.
    let descriptors = most(Resource::RLIMIT_NOFILE).min(MOST_DESCRIPTORS);
    words.all([format!("--nofile={}:{descriptors}", descriptors.min(1024)), "--".to_owned()]);
}

fn most(resource: Resource) -> u64 {
    getrlimit(resource).map_or(u64::MAX, |(_, most)| most)
}

/// Whether a file of /etc belongs to what is called so: php, php8 or php.d; not phpmyadmin.
fn is_of(name: &OsStr, start: &str) -> bool {
    let rest = name.as_encoded_bytes().strip_prefix(start.as_bytes());
    rest.is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphabetic))
}

fn assigned(name: &str, value: &OsStr) -> OsString {
    let mut word = OsString::from(format!("{name}="));
    word.push(value);
    word
}

/// The words of a command line.
#[derive(Default)]
pub struct Words(Vec<OsString>);

impl Words {
    pub fn all<S: AsRef<OsStr>>(&mut self, words: impl IntoIterator<Item = S>) {
        self.0.extend(words.into_iter().map(|word| word.as_ref().to_owned()));
    }

    pub fn bind(&mut self, how: &str, from: &Path, to: &Path) {
        self.all([how.as_ref(), from.as_os_str(), to.as_os_str()]);
    }
}

fn names_in(directory: &Path) -> Vec<OsString> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<OsString> = entries.map(|entry| entry.file_name()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::{SETTINGS, is_of};
    use std::ffi::OsStr;

    #[test]
    fn of_the_settings_of_a_host_only_those_of_programs_are_shown() {
        let is_shown = |name: &str| SETTINGS.iter().any(|start| is_of(OsStr::new(name), start));
        for name in ["php", "php8", "ld.so.conf.d", "java-17-openjdk", "python3.11", "localtime"] {
            assert!(is_shown(name), "{name}");
        }
        for name in ["phpmyadmin", "phpldapadmin", "monotone", "shadow", "perlbal", "javahelper"] {
            assert!(!is_shown(name), "{name}");
        }
    }
}
