//! Tests that need what may not be installed: the harness counts such a test as ignored,
//! says why, and with `REQUIRE_ALL=1` lets it fail.

use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::HashMap;
use std::env;
use std::process::{Command, Stdio};

/// What a test needs, and the command that installs it.
#[derive(Clone, Copy)]
pub struct Need {
    pub name: &'static str,
    /// A command that succeeds where it is installed.
    pub proof: &'static [&'static str],
    pub install: &'static str,
}

impl Need {
    pub const GIT: Need =
        Need { name: "git", proof: &["git", "--version"], install: "apt-get install git" };
    pub const PYTHON: Need = Need {
        name: "python3",
        proof: &["python3", "--version"],
        install: "apt-get install python3",
    };
    pub const REDIS_SERVER: Need = Need {
        name: "redis-server",
        proof: &["redis-server", "--version"],
        install: "apt-get install redis-server",
    };
    pub const REDIS_CLI: Need = Need {
        name: "redis-cli",
        proof: &["redis-cli", "--version"],
        install: "apt-get install redis-tools",
    };
    pub const REDIS_BENCHMARK: Need = Need {
        name: "redis-benchmark",
        proof: &["redis-benchmark", "--version"],
        install: "apt-get install redis-tools",
    };
    pub const STRACE: Need =
        Need { name: "strace", proof: &["strace", "--version"], install: "apt-get install strace" };
    /// The netcat of OpenBSD, which has the option `-N`.
    pub const NETCAT: Need = Need {
        name: "netcat",
        proof: &["sh", "-c", "nc -h 2>&1 | grep -q OpenBSD"],
        install: "apt-get install netcat-openbsd",
    };
    pub const PATCH: Need =
        Need { name: "patch", proof: &["patch", "--version"], install: "apt-get install patch" };
    pub const PKILL: Need =
        Need { name: "pkill", proof: &["pkill", "--version"], install: "apt-get install procps" };
    /// A library that tells programs another time.
    pub const FAKETIME: Need = Need {
        name: "libfaketime",
        proof: &["faketime", "--version"],
        install: "apt-get install faketime",
    };
    pub const PRIVATE_NETWORK: Need = Need {
        name: "a private network",
        proof: &["unshare", "--user", "--map-root-user", "--net", "ip", "link", "set", "lo", "up"],
        install: "apt-get install util-linux iproute2, where the system permits namespaces",
    };
    /// A script for `sh -c` that runs its arguments in a control group with 200 MiB of memory, see
    /// cgroups(7).
    pub const IN_CONTROL_GROUP: &str = "\
         all=/sys/fs/cgroup limit=memory.max\n\
         [ -d $all/memory ] && all=$all/memory limit=memory.limit_in_bytes\n\
         group=$all/challenge-test-$$\n\
         mkdir $group && echo 200M > $group/$limit || exit\n\
         sh -c 'echo $$ > $0/cgroup.procs && exec \"$@\"' $group \"$0\" \"$@\"\n\
         status=$?\n\
         rmdir $group; exit $status";
    pub const CONTROL_GROUP: Need = Need {
        name: "a control group",
        proof: &["sh", "-c", Need::IN_CONTROL_GROUP, "true"],
        install: "root, and control groups that it may change",
    };
    pub const BUBBLEWRAP: Need = Need {
        name: "bubblewrap",
        proof: &["bwrap", "--ro-bind", "/", "/", "--unshare-all", "true"],
        install: "apt-get install bubblewrap, where the system permits namespaces",
    };
    pub const MDBOOK: Need = Need {
        name: "mdbook",
        proof: &["mdbook", "--version"],
        install: "cargo install mdbook --locked",
    };
    pub const CHROMIUM: Need = Need {
        name: "chromium",
        proof: &["chromium", "--version"],
        install: "apt-get install chromium",
    };
    pub const POPPLER: Need = Need {
        name: "poppler",
        proof: &["pdftotext", "-v"],
        install: "apt-get install poppler-utils",
    };
    /// As of version 5, which has an option for the protocol's version.
    pub const PYTHON_REDIS: Need = Need {
        name: "Python's redis package",
        proof: &["python3", "-c", "import redis; redis.Redis(protocol=2)"],
        install: "pip install redis",
    };

    pub fn is_met(&self) -> bool {
        let mut command = Command::new(self.proof[0]);
        command.args(&self.proof[1..]).stdin(Stdio::null());
        command.output().is_ok_and(|output| output.status.success())
    }
}

/// The tests of one file, for a test target with `harness = false`.
#[derive(Default)]
pub struct Suite {
    trials: Vec<Trial>,
    /// Whether each need is met, by name: to ask takes time.
    asked: HashMap<&'static str, bool>,
}

impl Suite {
    /// Adds a test that needs nothing. It fails by panicking, as with `#[test]`.
    pub fn test(self, name: &str, run: impl FnOnce() + Send + 'static) -> Suite {
        self.test_with(&[], name, run)
    }

    /// Adds a test that needs all of these.
    pub fn test_with(
        mut self,
        needs: &[Need],
        name: &str,
        run: impl FnOnce() + Send + 'static,
    ) -> Suite {
        let mut is_met =
            |need: &&Need| *self.asked.entry(need.name).or_insert_with(|| need.is_met());
        let unmet = needs.iter().find(|need| !is_met(need));
        self.trials.push(match unmet {
            None => Trial::test(name, || {
                run();
                Ok(())
            }),
            Some(Need { name: missing, install, .. }) => {
                let why = format!("{missing} is not installed ({install})");
                if env::var_os("REQUIRE_ALL").is_some_and(|value| value == "1") {
                    Trial::test(name, || Err(Failed::from(why)))
                } else {
                    eprintln!("skipped: {name}: {why}");
                    Trial::test(name, || Ok(())).with_ignored_flag(true)
                }
            }
        });
        self
    }

    pub fn run(self) -> ! {
        let mut arguments = Arguments::from_args();
        // These tests run programs, and wait for them more than they compute.
        arguments.test_threads.get_or_insert(4);
        libtest_mimic::run(&arguments, self.trials).exit()
    }
}
