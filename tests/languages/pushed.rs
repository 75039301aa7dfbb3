//! What is pushed is built in a sandbox without a network, and what the build has made is there for the
//! next.

use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use test_support::course;

/// What a build prints when it compiles, or that it takes less than half of the time without it.
const COMPILES: [(&str, Option<&str>); 8] = [
    ("c", Some("cc ")),
    ("cpp", Some("g++ ")),
    ("elixir", Some("Compiling")),
    ("go", None),
    ("haskell", Some("Compiling")),
    ("rust", Some("Compiling")),
    ("swift", Some("Compiling")),
    ("zig", None),
];

/// Pushes a project that passes stage 0, and pushes it again.
pub fn is_graded_in_a_sandbox(language: &str, toolchains: &Path, project: &TempDir) {
    let world = tempfile::tempdir().expect("there is room for it");
    let repository = world.path().join("repository.git");
    let path = repository.to_str().expect("the name of a temporary folder is text");
    let challenge = env!("CARGO_BIN_EXE_challenge");
    run(
        world.path(),
        challenge,
        &["host", path, "--language", language, "--shared", "--sandbox", "preferred"],
    );
    run(&repository, "git", &["config", "challenge.sandbox", "required"]);
    if language == "swift" {
        let root = toolchains.join("swift");
        run(&repository, "git", &["config", "challenge.root", root.to_str().expect("text")]);
    }
    run(project.path(), "git", &["init", "-q", "-b", "main"]);
    run(project.path(), "git", &["fetch", "-q", path, "main"]);
    run(project.path(), "git", &["reset", "-q", "--soft", "FETCH_HEAD"]);
    run(project.path(), "git", &["add", "--all"]);
    let pushes = ["cold", "warm"].map(|name| {
        let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
        let commit = ["commit", "-q", "--allow-empty", "-m", name];
        run(project.path(), "git", &[&identity[..], &commit].concat());
        let pushed = run(project.path(), "git", &["push", path, "main"]);
        assert!(pushed.contains("Sandbox: no network"), "{pushed}");
        let passes = format!("] 1 of {} stages pass", course().len());
        assert!(pushed.contains("[■□") && pushed.contains(&passes), "{name}: {pushed}");
        pushed
    });
    if let Some((_, compiles)) = COMPILES.iter().find(|(name, _)| *name == language) {
        expect_second_is_quick(&pushes, *compiles);
    }
}

fn expect_second_is_quick([cold, warm]: &[String; 2], compiles: Option<&str>) {
    match compiles {
        Some(line) => {
            assert!(cold.contains(line), "the first build does not say {line:?}: {cold}");
            assert!(!warm.contains(line), "the second build compiles again: {warm}");
        }
        None => {
            let (before, after) = (seconds(cold), seconds(warm));
            assert!(after < before / 2.0, "the builds took {before} s and {after} s");
        }
    }
}

fn seconds(pushed: &str) -> f64 {
    let (_, rest) = pushed.split_once("Built in ").expect("the time of a build is told");
    rest.split(' ').next().and_then(|number| number.parse().ok()).expect("a number")
}

/// What it prints, without colours.
fn run(directory: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(directory).output();
    let output = output.expect("it can be run");
    let text = crate::text(&output);
    assert!(output.status.success(), "{program} {arguments:?}: {text}");
    regex_lite::Regex::new("\x1b\\[[0-9;]*m")
        .expect("it is right")
        .replace_all(&text, "")
        .into_owned()
}
