//! From `challenge new` to the finish: what a learner does, and sees.

use crate::world::{Clone, World};
use std::fs;
use std::path::Path;
use test_support::{RIGHT_STAGES, course};

/// Uncomments what the starter for Python says passes stage 0.
fn uncomment(clone: &Clone) {
    let starter = clone.read("server.py");
    let (before, after) = starter.split_once("pass stage 0:\n").expect("the starter says it");
    clone.write("server.py", &format!("{before}pass stage 0:\n{}", after.replace("# ", "")));
}

pub fn the_first_push_explains_and_the_starter_is_lines_from_passing(world: &World) {
    let next = world.challenge(&["new", "my-redis", "--language", "python"]);
    assert_eq!(next, "cd my-redis\ngit commit --allow-empty -m start\ngit push\n");
    let clone = Clone { world, directory: world.path("my-redis") };
    assert!(clone.read("README.md").contains("## Stage 0: Bind to the port"));
    assert!(clone.challenge(&["status"]).contains("Nothing has been pushed yet"));

    clone.commit();
    let pushed = clone.push(&[]);
    pushed.expect(&["on main", "Stage 0, bind", "What happened", "exited with status 0"]);
    pushed.expect(&["| Hello! What your server prints appears here.", "Push 1,"]);
    pushed.expect_not("passes.");
    let red = pushed.lines.iter().any(|(_, line)| line.contains("\x1b[31m"));
    assert!(red, "colours are kept: {:#?}", pushed.lines);

    uncomment(&clone);
    let passing = clone.commit();
    let pushed = clone.push(&[]);
    let task = clone.challenge(&["task", "1"]);
    let first_line = task.lines().nth(2).expect("a task has lines");
    pushed.expect(&["Push 2,", "Stage 0 passes.", "Stage 1: Answer PING", first_line]);
    assert_eq!(clone.challenge(&["task"]), task, "the current one, for who has only pushed");

    clone.commit();
    clone.push(&[]).expect_not("Stage 0 passes.");
    expect_status(world, &clone, &passing);
}

/// The clone knows how far it has come, as does a clone that is made later, or has lost its host.
fn expect_status(world: &World, clone: &Clone, passing: &str) {
    let status = clone.challenge(&["status"]);
    let time = world.record("my-redis.git")[1]["time"].as_str().expect("a time").to_owned();
    let time = time.replace('T', " ").replace('Z', "");
    let bind = format!("  ✓ 0 bind         2 tries   {time}  push 2, {}", &passing[..8]);
    let ping = "  ✗ 1 ping         1 try";
    for line in ["my-redis, python, 3 pushes", &bind, ping, "    2 echo"] {
        assert!(status.lines().any(|other| other == line), "no line is {line:?}:\n{status}");
    }
    let plain = world.clone_of("my-redis.git", "later");
    assert_eq!(plain.challenge(&["status"]), status);
    assert_eq!(
        world
            .command(env!("CARGO_BIN_EXE_challenge"), &["status"])
            .current_dir(world.path("my-redis.git"))
            .output()
            .map(|output| output.stdout)
            .ok(),
        Some(status.clone().into_bytes()),
        "on the host"
    );

    clone.commit();
    clone.push(&[]);
    assert_eq!(plain.git(&["rev-list", "--count", "origin/results"]).trim(), "6");
    plain.git(&["fetch"]);
    fs::rename(world.path("my-redis.git"), world.path("gone")).expect("it is there");
    let status = plain.challenge(&["status"]);
    assert!(status.contains("origin cannot be reached"), "{status}");
    assert!(status.contains("4 pushes") && status.contains("✗ 1 ping         2 tries"), "{status}");
}

pub fn a_complete_solution_passes_everything(world: &World) {
    let printed = world.challenge(&["host", "ada.git", "--language", "python", "--name", "Ada L"]);
    assert_eq!(printed, format!("git clone {}\n", world.path("ada.git").display()));
    let clone = world.clone_of("ada.git", "ada");
    let solution = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/solutions/python");
    for file in
        fs::read_dir(solution).expect("it is there").flatten().filter(|f| f.path().is_file())
    {
        fs::copy(file.path(), clone.directory.join(file.file_name())).expect("a copy");
    }
    let commit = clone.commit();
    let pushed = clone.push(&[]);
    pushed.expect(&["{all} of {all} stages pass", "You have built a Redis", "Push 1,"]);
    // Stages wait for the clock, the last most of all; the first does not.
    let first = pushed.time_of("✓");
    assert!(first * 2 < pushed.time, "the first check came after {first:?} of {:?}", pushed.time);
    expect_record(world, &commit);
    let status = clone.challenge(&["status"]);
    let passed = status.lines().filter(|line| line.starts_with("  ✓ ")).count();
    assert!(passed == course().len() && status.starts_with("Ada L, python, 1 push\n"), "{status}");
}

fn expect_record(world: &World, commit: &str) {
    let pushes = world.record("ada.git");
    let [push] = pushes.as_slice() else { panic!("one push has {} records", pushes.len()) };
    let expected = serde_json::json!({
        "push": 1, "commit": commit, "branch": "main", "counts": true, "name": "Ada L",
        "language": "python", "problem": null, "stages_passed": course().len(), "passed": true, "graded": true,
        "version": env!("CARGO_PKG_VERSION"),
    });
    for (key, value) in expected.as_object().expect("an object") {
        assert_eq!(&push[key], value, "{key}");
    }
    assert!(push["seed"].is_u64() && push["milliseconds"].as_u64() > Some(0), "{push}");
    humantime::parse_rfc3339(push["time"].as_str().expect("text")).expect("a time");
    for (number, stage) in push["stages"].as_array().expect("a list").iter().enumerate() {
        assert!(stage["number"] == number && stage["passed"] == true, "{stage}");
        let checks = stage["checks"].as_array().expect("a list");
        let is_whole =
            |check: &serde_json::Value| check["passed"] == true && check["milliseconds"].is_u64();
        let has_checks = number >= RIGHT_STAGES || !checks.is_empty();
        assert!(has_checks && checks.iter().all(is_whole), "{stage}");
    }
}

pub fn a_directory_that_exists_is_refused_and_not_changed(world: &World) {
    for (taken, free) in [("taken", "taken.git"), ("other.git", "other")] {
        fs::create_dir(world.path(taken)).expect("a new name");
        fs::write(world.path(taken).join("file"), "mine").expect("a new file");
        let arguments = ["new", taken.trim_end_matches(".git"), "--language", "python"];
        let output =
            world.command(env!("CARGO_BIN_EXE_challenge"), &arguments).output().expect("it runs");
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && message.contains("exists already"), "{message}");
        assert!(!world.path(free).exists(), "{free} is made");
        let files = fs::read_dir(world.path(taken)).expect("it is there").count();
        let text = fs::read_to_string(world.path(taken).join("file"));
        assert!(files == 1 && text.is_ok_and(|text| text == "mine"), "{taken} is changed");
    }
}

pub fn whoever_is_in_the_wrong_place_or_asks_for_too_much_is_told_what_to_do(world: &World) {
    let refused = world.fails(&["status"]);
    assert!(refused.contains("there is no repository here; go to your project"), "{refused}");
    let refused = world.fails(&["new", "my-redis", "--language", "cobol"]);
    assert!(refused.contains("there are: python, go,"), "{refused}");
    assert!(refused.contains("its challenge.toml how yours is built"), "{refused}");
}

pub fn a_name_with_a_space_and_a_quote_works(world: &World) {
    let name = "it's mine";
    let next = world.challenge(&["new", name, "--language", "python"]);
    assert!(next.starts_with("cd 'it'\\''s mine'\n"), "{next}");
    let clone = Clone { world, directory: world.path(name) };
    clone.write("challenge.toml", crate::world::FAILING);
    clone.commit();
    clone.push(&[]).expect(&["Stage 0, bind", "Push 1,"]);
    let hosted = world.challenge(&["host", "her's.git", "--language", "python"]);
    assert!(hosted.ends_with("/her'\\''s.git'\n"), "{hosted}");
}

pub fn the_users_own_git_settings_are_not_in_the_way(world: &World) {
    let hook = "#!/bin/sh\necho a hook of the user >&2\nexit 1\n";
    for name in ["pre-commit", "pre-push", "post-receive", "pre-receive"] {
        let path = world.path("home").join(name);
        fs::write(&path, hook).expect("a new file");
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .expect("ours");
    }
    fs::write(world.path("home/ignore"), "*.toml\n").expect("a new file");
    let home = world.path("home").display().to_string();
    let settings = format!(
        "[user]\n\tname = Ada\n\temail = ada@example.org\n[commit]\n\tgpgSign = true\n\
         [gpg]\n\tprogram = false\n[safe]\n\tbareRepository = explicit\n\
         [clone]\n\tdefaultRemoteName = upstream\n[init]\n\tdefaultBranch = trunk\n\
         [core]\n\texcludesFile = {home}/ignore\n\thooksPath = {home}\n"
    );
    fs::write(world.path("gitconfig"), settings).expect("a file");
    world.challenge(&["new", "hers", "--language", "python"]);
    let clone = Clone { world, directory: world.path("hers") };
    clone.write("challenge.toml", crate::world::FAILING);
    clone.git(&["commit", "--no-verify", "--no-gpg-sign", "-q", "-a", "-m", "start"]);
    clone.push(&["--no-verify"]).expect(&["Stage 0, bind", "Push 1,"]);
    assert!(clone.challenge(&["status"]).contains("✗ 0 bind         1 try"));
}
