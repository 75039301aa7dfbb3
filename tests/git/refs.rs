//! Whatever is pushed, and wherever: what is graded, what counts, and what is merely kept.

use crate::push::Push;
use crate::world::{Clone, FAILING, MAIN, World};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;

/// Passes stage 0, and no other.
const BINDS: &str = r#"
language = "python"
run = "python3 -c 'import socket, time; s = socket.create_server((\"127.0.0.1\", 6379))\nwhile True: s.accept()[0].close()'"
"#;

pub fn a_branch_that_is_not_main_is_graded_and_does_not_advance(world: &World) {
    let clone = world.project("ada", BINDS);
    let commit = clone.commit_on("idea");
    let pushed = clone.push(&["origin", "idea"]);
    pushed.expect(&["on idea", "what counts is main", "✓", "1 of {all} stages pass"]);
    pushed.expect_not("Stage 0 passes.");
    assert!(clone.challenge(&["status"]).lines().any(|line| line == "    0 bind"));

    clone.git(&["checkout", "-q", "-B", MAIN]);
    let pushed = clone.push(&["origin", MAIN]);
    pushed.expect(&["on main", "Stage 0 passes.", "Stage 1: Answer PING"]);
    let record = world.record("ada.git");
    let expected = [(1, "idea", false), (2, MAIN, true)];
    assert_eq!(record.len(), expected.len());
    for (push, (number, branch, counts)) in record.iter().zip(expected) {
        assert!(push["push"] == number && push["branch"] == branch, "{push}");
        assert!(push["counts"] == counts && push["commit"] == commit.as_str(), "{push}");
        assert_eq!(push["stages_passed"], 1);
    }
}

pub fn of_several_branches_main_comes_first_and_three_are_enough(world: &World) {
    let clone = world.project("ada", FAILING);
    for branch in ["a", "b", "c", MAIN] {
        clone.commit_on(branch);
    }
    clone.git(&["branch", "same"]);
    let pushed = clone.push(&["origin", "a", "b", "c", "same", MAIN]);
    pushed.expect(&[" on main", " on a", " on b", "refs/heads/c is kept, and not graded"]);
    pushed.expect(&["refs/heads/same is the same commit"]);
    pushed.expect_not(" on c");
    let record = world.record("ada.git");
    let branches: Vec<_> = record.iter().map(|push| push["branch"].as_str()).collect();
    assert_eq!(branches, [Some(MAIN), Some("a"), Some("b")]);
}

/// Git shows a tag to who asks for a name that a branch has as well.
pub fn no_name_is_taken_for_that_of_what_counts(world: &World) {
    let clone = world.project("ada", FAILING);
    clone.commit();
    clone.push(&[]).expect(&["Push 1,"]);
    let names = [
        "tags/main",
        "tags/results",
        "tags/HEAD",
        "heads/HEAD",
        "heads/Main",
        "heads/ma\u{200b}in",
    ];
    let others = ["heads/322032c", "tags/322032c5", "tags/origin/main", "heads/refs/heads/main"];
    for name in names.into_iter().chain(others).map(|name| format!("refs/{name}")) {
        let refused = clone.start_push(&["origin", &format!("HEAD:{name}")]).end();
        refused.expect(&["would be taken for"]);
        assert!(!refused.succeeded);
    }
    assert_eq!(world.record("ada.git").len(), 1);
    // These are words.
    clone.push(&["origin", "HEAD:refs/heads/facade", "HEAD:refs/tags/mainly"]);
}

pub fn what_is_not_a_new_commit_on_a_branch_is_kept_and_said(world: &World) {
    let clone = world.project("ada", FAILING);
    let first = clone.commit();
    let second = clone.commit();
    clone.push(&[]).expect(&["Push 1,"]);
    clone.git(&["tag", "light"]);
    clone.git(&["tag", "-a", "-m", "A tag", "annotated"]);
    let tags = clone.push(&["--tags"]);
    tags.expect(&["refs/tags/light is kept, and not graded", "refs/tags/annotated is kept"]);
    tags.expect_not("Grading");
    clone.push(&["origin", "light"]).expect(&["Everything up-to-date"]);
    let untagged = clone.push(&["origin", ":light"]);
    untagged.expect(&["refs/tags/light is deleted"]);
    clone.push(&[]).expect(&["Everything up-to-date"]);

    clone.push(&["origin", "HEAD:refs/heads/idea"]).expect(&["on idea", "Push 2,"]);
    let deleted = clone.push(&["origin", "--delete", "idea"]);
    deleted.expect(&["refs/heads/idea is deleted; its results are kept."]);
    let forced = clone.push(&["--force", "origin", &format!("{first}:main")]);
    forced.expect(&["The branch was rewritten", "Push 3,"]);
    let commits =
        world.record("ada.git").iter().map(|push| push["commit"].clone()).collect::<Vec<_>>();
    assert_eq!(commits, [&*second, &*second, &*first]);
}

pub fn the_default_branch_cannot_be_deleted(world: &World) {
    let clone = world.project("ada", FAILING);
    let commit = clone.commit_on("idea");
    let refused = clone.start_push(&["origin", ":main", "idea"]).end();
    assert!(!refused.succeeded, "{}", refused.text);
    refused.expect(&["refusing to delete the current branch", "on idea", "Push 1,"]);
    refused.expect_not("refs/heads/main is deleted");
    assert_eq!(world.git("ada.git", &["rev-parse", "idea"]).trim(), commit);
    world.git("ada.git", &["rev-parse", "--verify", MAIN]);
}

/// Everything that the host has recorded: the branch, its history with every byte, and the notes.
fn record_of(world: &World) -> (String, String, Vec<Value>) {
    (
        world.git("ada.git", &["rev-parse", "results", "refs/notes/challenge"]),
        world.git("ada.git", &["log", "--format=raw", "-p", "results"]),
        world.record("ada.git"),
    )
}

pub fn a_learner_cannot_rewrite_the_record(world: &World) {
    let clone = world.project("ada", FAILING);
    let commit = clone.commit();
    clone.push(&[]);
    clone.commit();
    clone.push(&[]);
    let before = record_of(world);

    forge_results(&clone, &commit);
    let note = world.git("ada.git", &["notes", "--ref=challenge", "list", &commit]);
    let results = world.git("ada.git", &["rev-parse", "results"]);
    let attacks: [&[&str]; 11] = [
        &["origin", "results"],
        &["--force", "origin", "results"],
        &["--force", "origin", "results:refs/notes/challenge"],
        &["--force-with-lease", "origin", "results"],
        &["origin", ":results"],
        &["origin", "--delete", "refs/notes/challenge"],
        &["--force", "origin", "HEAD:refs/heads/results/mine"],
        &["--force", "origin", &format!("results:refs/replace/{}", results.trim())],
        &["--force", "origin", &format!("HEAD:challenge.toml:refs/replace/{}", note.trim())],
        &["--force", "--all", "origin"],
        &["--mirror", "origin"],
    ];
    for attack in attacks {
        let pushed = clone.start_push(attack).end();
        assert!(!pushed.succeeded, "git push {attack:?} succeeds:\n{}", pushed.text);
        assert_eq!(record_of(world), before, "after git push {attack:?}");
    }
    clone.git(&["checkout", "-q", MAIN]);
    clone.commit();
    clone.push(&["origin", MAIN]).expect(&["on main"]);
    assert_eq!(world.record("ada.git")[..2], before.2);
}

/// A local branch `results` in which every stage has passed.
fn forge_results(clone: &Clone, commit: &str) {
    clone.git(&["fetch", "-q"]);
    clone.git(&["checkout", "-q", "results"]);
    clone.write(commit, "{\"push\":1,\"stages_passed\":6}\n");
    clone.commit();
}

/// Git refuses most control characters in names of refs, and not those of ISO 6429 behind ASCII, by which
/// some terminals are commanded.
pub fn the_name_of_a_branch_is_no_escape(world: &World) {
    let clone = world.project("ada", FAILING);
    clone.commit();
    let pushed = clone.push(&["origin", "HEAD:refs/heads/a\u{9b}2Jb", "HEAD:refs/tags/\u{9b}2J"]);
    pushed.expect(&[r"on a\u{9b}2Jb", r"refs/tags/\u{9b}2J is kept"]);
    assert!(world.record("ada.git")[0]["branch"] == r"a\u{9b}2Jb");
}

pub fn the_name_of_a_branch_may_be_no_text(world: &World) {
    let clone = world.project("ada", FAILING);
    clone.commit();
    let mut arguments = ["push", "origin", "main", "HEAD:refs/heads/"].map(OsString::from);
    arguments[3].push(OsStr::from_bytes(b"\xff"));
    let mut command = world.command("git", &arguments);
    command.current_dir(&clone.directory);
    Push::start(command).end().expect(&["on main", "Push 1,"]);
}

/// Each would be a file of the host.
pub fn a_push_of_very_many_refs_is_refused(world: &World) {
    let clone = world.project("ada", FAILING);
    let commit = clone.commit();
    let refs: Vec<String> = (0..101).map(|number| format!("{commit}:refs/tags/{number}")).collect();
    let refs: Vec<&str> = refs.iter().map(String::as_str).collect();
    let refused = clone.start_push(&[&["origin"], refs.as_slice()].concat()).end();
    assert!(!refused.succeeded, "{}", refused.text);
    refused.expect(&["a push may change 100 branches and tags", "Nothing has changed."]);
    assert_eq!(world.git("ada.git", &["tag"]), "");
    clone.push(&[&["origin", MAIN], &refs[..99]].concat()).expect(&["Push 1,"]);
}

/// As the versions before had made it.
pub fn a_repository_of_an_earlier_version_is_renewed_when_it_is_used(world: &World) {
    let clone = world.project("ada", FAILING);
    let git = |arguments: &[&str]| world.git("ada.git", arguments);
    git(&["config", "challenge.sandbox", "required"]);
    git(&["config", "core.hooksPath", "hooks"]);
    for key in ["receive.hideRefs", "transfer.hideRefs"] {
        git(&["config", "--unset-all", key]);
    }
    for name in ["refs/heads/results", "refs/notes/challenge", "refs/replace"] {
        git(&["config", "--add", "receive.hideRefs", name]);
    }
    git(&["config", "receive.maxInputSize", "7m"]);
    fs::remove_file(world.path("ada.git/hooks/pre-receive")).expect("it is there");
    fs::remove_file(world.path("ada.git/info/attributes")).expect("it is there");
    for _ in 0..2 {
        clone.commit();
        clone.push(&[]).expect(&["Stage 0, bind"]);
    }
    let settings = git(&["config", "--get-regexp", "hideRefs|hooksPath|maxInputSize|unpackLimit"]);
    let hooks = fs::canonicalize(world.path("ada.git/hooks")).expect("it is there");
    for setting in [
        &format!("core.hookspath {}", hooks.display()),
        "receive.hiderefs !refs/tags\nreceive.hiderefs refs/heads/results\n",
        "transfer.hiderefs refs/challenge",
        "receive.maxinputsize 7m",
        "receive.unpacklimit 1",
    ] {
        assert_eq!(settings.matches(setting).count(), 1, "{setting}:\n{settings}");
    }
    assert!(world.path("ada.git/hooks/pre-receive").exists());
    assert!(world.path("ada.git/info/attributes").exists());
    let results = clone.start_push(&["--force", "origin", "HEAD:refs/heads/results"]).end();
    assert!(!results.succeeded, "{}", results.text);
}
