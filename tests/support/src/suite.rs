//! Tests that need programs which may not be installed: the harness counts such a test as ignored,
//! says why, and with `REQUIRE_ALL=1` lets it fail.

use libtest_mimic::{Arguments, Failed, Trial};
use std::env;
use std::path::Path;

/// A program that a test needs, and the command that installs it.
pub struct Need {
    pub program: &'static str,
    pub install: &'static str,
}

impl Need {
    pub const REDIS_SERVER: Need =
        Need { program: "redis-server", install: "apt-get install redis-server" };
    pub const REDIS_CLI: Need =
        Need { program: "redis-cli", install: "apt-get install redis-tools" };
    pub const REDIS_BENCHMARK: Need =
        Need { program: "redis-benchmark", install: "apt-get install redis-tools" };

    pub fn is_met(&self) -> bool {
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path).any(|directory| is_executable(&directory.join(self.program)))
    }
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

/// The tests of one file, for a test target with `harness = false`.
#[derive(Default)]
pub struct Suite {
    trials: Vec<Trial>,
}

impl Suite {
    /// Adds a test that needs nothing. It fails by panicking, as with `#[test]`.
    pub fn test(self, name: &str, run: impl FnOnce() + Send + 'static) -> Suite {
        self.test_with(&[], name, run)
    }

    /// Adds a test that needs all of these programs.
    pub fn test_with(
        mut self,
        needs: &[Need],
        name: &str,
        run: impl FnOnce() + Send + 'static,
    ) -> Suite {
        self.trials.push(match needs.iter().find(|need| !need.is_met()) {
            None => Trial::test(name, || {
                run();
                Ok(())
            }),
            Some(Need { program, install }) => {
                let why = format!("{program} is not installed ({install})");
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
        libtest_mimic::run(&Arguments::from_args(), self.trials).exit()
    }
}
