//! Projects that cannot be built, started or understood: the learner is told, and nothing is lost.

use crate::world::{FAILING, World};
use std::fs;
use std::os::unix::fs::symlink;

/// What challenge.toml says, and what the learner must read.
const PROBLEMS: [(&str, &[&str]); 14] = [
    (
        "language = \"x\"\nrun =\n",
        &["challenge.toml: ", "line 2, column 6", "It should look like this"],
    ),
    ("language = \"x\"\n", &["missing field `run`", "It should look like this"]),
    (
        "language = \"x\"\nrun = \"false\"\nruns = 1\n",
        &["line 3, column 1", "unknown field `runs`"],
    ),
    ("language = \"x\"\nrun = \"false\"\nbuild_seconds = -1\n", &["line 3, column 17"]),
    (
        "language = \"x\"\nrun = \"false\"\nbuild = \"echo some; echo output >&2; exit 3\"\n",
        &["| some", "| output", "the build failed (exited with status 3): echo some"],
    ),
    (
        "language = \"x\"\nrun = \"false\"\nbuild = \"no-such-tool\"\n",
        &["no-such-tool: not found", "exited with status 127"],
    ),
    (
        "language = \"x\"\nrun = \"false\"\nbuild_seconds = 1\n\
         build = \"echo begun; setsid sleep 1000 & sleep 1000\"\n",
        &["| begun", "the build took longer than 1 s: echo begun"],
    ),
    (
        "language = \"x\"\nrun = \"false\"\nbuild_seconds = 1\nbuild = \"yes\"\n",
        &["| y", "the build took longer than 1 s: yes"],
    ),
    (
        "language = \"x\"\nbuild = \"setsid sleep 1000 & echo built\"\nrun = \"sh -c 'kill -SEGV $$'\"\n",
        &["| built", "The program was killed by SIGSEGV."],
    ),
    (
        "language = \"x\"\nrun = \"sleep 1000\"\nstart_seconds = 1\n",
        &["The program is running, but 1.0 s after its start nobody"],
    ),
    (
        "language = \"x\"\nrun = \"sh -c \\\"echo python3: cannot open file /home/learner/project/server.py: \
         No such file or directory; exit 2\\\"\"\n",
        &["| python3: cannot open file", "No such file or directory"],
    ),
    (
        "language = \"x\"\nrun = \"sh -c 'echo OSError: No space left on device; exit 1'\"\n",
        &["Likely cause", "It wrote more than there is room for; a push in a sandbox"],
    ),
    (
        "language = \"x\"\nrun = \"sh -c 'echo fork: Resource temporarily unavailable; exit 1'\"\n",
        &["Likely cause", "It started more processes or threads than it may have; a"],
    ),
    (
        "language = \"x\"\nrun = \"sh -c 'kill -KILL $$'\"\n",
        &["Likely cause", "The system ended it for taking too much memory or CPU"],
    ),
];

pub fn what_is_wrong_is_said_and_kept(world: &World) {
    let clone = world.project("ada", FAILING);
    for (number, (project, expected)) in PROBLEMS.into_iter().enumerate() {
        clone.write("challenge.toml", project);
        let commit = clone.commit();
        let pushed = clone.push(&[]);
        pushed.expect(expected);
        pushed.expect(&[&format!("Push {},", number + 1)]);
        world.expect_quiet();
        let push = world.record("ada.git").pop().expect("it is recorded");
        assert!(push["commit"] == commit.as_str() && push["passed"] == false, "{push}");
        let card = push["stages"][0]["checks"][0]["explanation"].as_str();
        let why = push["problem"].as_str().or(card).expect("a problem or a card");
        let last = expected.last().expect("something is expected");
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(squeezed(why).contains(last), "the record says:\n{why}");
    }
    clone.write("challenge.toml", FAILING);
    clone.commit();
    clone.push(&[]).expect(&["Stage 0, bind"]);
    assert_eq!(world.record("ada.git").len(), PROBLEMS.len() + 1);
}

pub fn a_host_that_has_lost_challenge_says_so(world: &World) {
    let clone = world.project("ada", FAILING);
    let hook = world.path("ada.git/hooks/post-receive");
    let text = fs::read_to_string(&hook).expect("it is there");
    fs::write(hook, text.replace("challenge=/", "challenge=/gone/")).expect("it is ours");
    clone.commit();
    let pushed = clone.push(&[]);
    pushed.expect(&["kept, and not graded: challenge is not where it was", "hooks/post-receive"]);
    pushed.expect_not("exec");
}

pub fn a_commit_without_the_file_and_one_without_any_are_told_so(world: &World) {
    let clone = world.project("ada", FAILING);
    fs::remove_file(clone.directory.join("challenge.toml")).expect("it is there");
    clone.commit();
    clone.push(&[]).expect(&["There is no challenge.toml in this commit.", "Push 1,"]);
    clone.git(&["rm", "-q", "-r", "."]);
    clone.commit();
    clone.push(&[]).expect(&["There is no challenge.toml in this commit.", "Push 2,"]);
}

pub fn links_and_submodules_are_checked_out_as_they_are(world: &World) {
    let clone = world.project(
        "ada",
        "language = \"x\"\nrun = \"sh -c 'cat link; ls -d sub; cat old; exit 1'\"\n",
    );
    clone.write("old", "old\n");
    clone.commit();
    clone.push(&[]);
    fs::remove_file(clone.directory.join("old")).expect("it is there");
    clone.write("target", "linked\n");
    symlink("target", clone.directory.join("link")).expect("a new name");
    let commit = clone.git(&["rev-parse", "HEAD"]);
    clone.git(&["add", "--all"]);
    clone.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{},sub", commit.trim())]);
    clone.git(&["commit", "-q", "-m", "A link and a submodule"]);
    let pushed = clone.push(&[]);
    pushed.expect(&["| linked", "| sub", "| cat: old: No such file"]);
}

/// Variables such as GIT_DIR would let a build or a program find the host's repository by mistake.
pub fn git_variables_of_the_hook_reach_neither_build_nor_program(world: &World) {
    let project = "language = \"x\"\nbuild = \"env > $HOME/build\"\nrun = \"sh -c 'env > $HOME/program; exit 1'\"\n";
    let clone = world.project("ada", project);
    clone.commit();
    world.git("ada.git", &["config", "challenge.sandbox", "off"]);
    world.git("ada.git", &["config", "receive.advertisePushOptions", "true"]);
    clone.push(&["--push-option=x"]).expect(&["Push 1,"]);
    for name in ["build", "program"] {
        let text = fs::read_to_string(world.path("home").join(name)).expect("it was run");
        let names = text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name);
        let ours = ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_TERMINAL_PROMPT"];
        let strange: Vec<&str> =
            names.filter(|name| name.starts_with("GIT_") && !ours.contains(name)).collect();
        assert!(strange.is_empty(), "the {name} sees {strange:?}");
    }
}

/// Whoever hosts keeps no more of it in memory, however much comes.
pub fn a_line_of_a_build_that_does_not_end_is_shown_in_pieces(world: &World) {
    let build = "head -c 100000 /dev/zero | tr '\\\\0' y";
    let clone = world.project("ada", &format!("{FAILING}build = \"{build}\"\n"));
    clone.commit();
    let pushed = clone.push(&[]);
    pushed.expect(&["Stage 0, bind"]);
    let lines = pushed.lines.iter().map(|(_, line)| line.matches('y').count());
    let lengths: Vec<usize> = lines.filter(|length| *length > 1000).collect();
    assert!(lengths.iter().all(|length| *length < 10_000), "{lengths:?}");
    assert!((99_000..=100_000).contains(&lengths.iter().sum::<usize>()), "{lengths:?}");
}

pub fn a_challenge_toml_that_is_too_large_is_not_read(world: &World) {
    let clone = world.project("ada", FAILING);
    clone.write("challenge.toml", &format!("{FAILING}# {}\n", "x".repeat(100_000)));
    clone.commit();
    clone.push(&[]).expect(&["challenge.toml is larger than 64 KiB"]);
}
