//! Where the commands of the book are typed: a copy of the repository's stages under Git, a home, and
//! a shell that has a network of its own, where every port is free. What is left running ends with
//! it.

use crate::layout;
use crate::page::ROOT;
use crate::shell::Shell;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use test_support::stages;

const CHALLENGE: &str = env!("CARGO_BIN_EXE_challenge");

/// What a reader has: the programs of a release where `cargo build --release` puts them, `challenge`
/// where the shell finds it, and a name for Git. Two commands are played:
/// - `cargo run` starts what is built. Its servers would keep the terminal of a reader.
/// - `vi` uncomments what a starter says passes stage 0.
const READER: &str = r#"
export HOME="${PWD%/redis}/home/ada" PATH="$PWD/target/release:$PATH"
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.org GIT_CONFIG_NOSYSTEM=1
export GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.org
cargo() {
    case "$*" in
        'run --bin stage'[0-9]* | 'run --release --bin stage'[0-9]*) "target/release/${@: -1}" & ;;
        'run -- '*) shift 2; challenge "$@" ;;
        'run --release -- '*) shift 3; challenge "$@" ;;
        *) echo "nobody plays: cargo $*"; return 1 ;;
    esac
}
vi() { sed -i '/pass stage 0:/,$ { /pass stage 0:/! s/# //; }' "$1"; }
"#;

/// Makes all of that in an empty folder. $0 is the repository, $1 the folder of the programs.
const SCRIPT: &str = r#"
mkdir -p redis/target tmp home/ada
cd redis
ln -s "$1" target/release
cp -R "$0/stages" "$0/.gitignore" "$0/Cargo.toml" "$0/Cargo.lock" "$0/README.md" .
ln -s "$0/src" "$0/tests" "$0/docs" .
if command -v git >/dev/null; then
    export GIT_CONFIG_GLOBAL=/dev/null
    git init -q -b main && git add .
    git -c user.name=Ada -c user.email=ada@example.org commit -q -m start
fi
"#;

/// The two folders of a reader that a scene has in a place of its own.
const FOLDERS: [&str; 2] = ["/tmp/", "/home/ada/"];

/// A command that runs here, and not in the shell.
type Played = (&'static str, fn(&Path) -> String);

const PLAYED: [Played; 2] = [
    ("cargo test --test layout", layout::report), // cargo would build the test for another folder
    ("cargo build --release --bin stage3", build),
];

pub struct Scene {
    folder: TempDir,
    shell: Shell,
}

impl Scene {
    pub fn set() -> Scene {
        let folder = tempfile::tempdir().expect("there is room for it");
        assert!(last_stage() > 0, "the programs of the stages are there");
        let programs = Path::new(CHALLENGE).parent().expect("it is in a folder");
        let mut script = Command::new("sh");
        script.args(["-ec", SCRIPT, ROOT]).arg(programs).current_dir(&folder);
        assert!(script.status().is_ok_and(|status| status.success()), "the scene is not set");
        let mut shell = Shell::start(&folder.path().join("redis"));
        shell.run(READER, 0);
        Scene { folder, shell }
    }

    /// The folder that stands for the root of the repository.
    fn repository(&self) -> PathBuf {
        self.folder.path().join("redis")
    }

    /// What a command prints until it has ended, or, in the background, so many lines of it.
    pub fn run(&mut self, command: &str, lines: usize) -> String {
        if let Some((_, play)) = PLAYED.iter().find(|(played, _)| *played == command) {
            return play(&self.repository());
        }
        let own = self.folder.path().to_str().expect("the name of a temporary folder is text");
        // The files of two scenes do not meet.
        let command = FOLDERS.iter().fold(command.to_owned(), |command, folder| {
            command.replace(folder, &format!("{own}{folder}"))
        });
        let printed = self.shell.run(&command, lines);
        FOLDERS
            .iter()
            .fold(printed, |printed, folder| printed.replace(&format!("{own}{folder}"), folder))
    }

    /// Starts the worked server of a stage on the port of Redis.
    pub fn serve(&mut self, stage: usize) {
        let printed = self.run(&format!("target/release/stage{stage} &"), 1);
        assert!(printed.contains("listening on 127.0.0.1:6379"), "{printed}");
    }
}

/// It has all that the stages before it have.
pub fn last_stage() -> usize {
    stages(CHALLENGE).len() - 1
}

/// Builds stage 3 as it is here. An optimised build would take long and do the same.
fn build(repository: &Path) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--offline", "--bin", "stage3"]).current_dir(repository);
    let output = cargo.env_remove("CARGO_TARGET_DIR").output().expect("cargo starts");
    let release = repository.join("target/release");
    fs::remove_file(&release).expect("it is a link");
    symlink("debug", release).expect("it is there no more");
    String::from_utf8_lossy(&output.stderr).into_owned()
}
