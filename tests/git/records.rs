//! The record says what happened, whatever a learner does to have it say something else: how a push is
//! ended, which refs there are, what a commit holds.

use crate::push::Push;
use crate::world::{Clone, FAILING, MAIN, World, kill};
use serde_json::Value;
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};
use test_support::{eventually, right_stages};

/// Passes every stage.
const RIGHT: &str = "language = \"python\"\nrun = \"python3 right.py\"\n";

fn with_right_server<'a>(world: &'a World, project: &str) -> Clone<'a> {
    let clone = world.project("ada", project);
    clone.copy("broken/right.py", "right.py");
    clone
}

fn report(world: &World) -> Value {
    let rows = world.challenge(&["report", "--format", "json", "ada.git"]);
    serde_json::from_str::<Value>(&rows).expect("JSON")[0].take()
}

/// Everywhere that somebody looks, it is said that `main` is not what was graded.
#[track_caller]
fn expect_main_is_not_graded(clone: &Clone, why: &str) {
    let world = clone.world;
    let row = report(world);
    assert!(row["main_is_graded"] == false, "{row:#}");
    let main = world.git("ada.git", &["rev-parse", MAIN]);
    let said = format!("main is at {}, which was not graded (", &main[..8]);
    let page = world.challenge(&["report", "--format", "html", "ada.git"]);
    for text in [
        clone.challenge(&["status"]),
        world.challenge(&["report", "ada.git"]),
        page,
        row.to_string(),
    ] {
        assert!(text.contains(&said) && text.contains(why), "{said}… {why}:\n{text}");
    }
}

/// A server of somebody else's passes, and then another is on the branch, whose push has no verdict.
pub fn a_push_that_is_broken_off_does_not_stand_for_what_passed(world: &World) {
    let clone = with_right_server(world, RIGHT);
    let passed = clone.commit();
    clone.push(&[]).expect(&["{right} of {all} stages pass"]);
    clone.write("challenge.toml", &FAILING.replace("false", "sleep 1000"));
    clone.commit();
    let mut push = clone.start_push(&[]);
    push.await_line("Grading");
    kill(push.child.id() as i32);
    push.await_end();
    world.expect_quiet();
    expect_main_is_not_graded(&clone, "push 2: interrupted");
    let row = report(world);
    assert!(row["interrupted"] == 1 && row["stages_passed"] == right_stages(), "{row:#}");

    // Back at what passed, all is well.
    clone.git(&["reset", "-q", "--hard", &passed]);
    clone.push(&["--force"]).expect(&["{right} of {all} stages pass"]);
    assert!(report(world)["main_is_graded"] == true);
}

pub fn a_language_that_the_host_lacks_does_not_stand_for_what_passed(world: &World) {
    let clone = with_right_server(world, RIGHT);
    world.git("ada.git", &["config", "challenge.sandbox", "required"]);
    clone.commit();
    clone.push(&[]).expect(&["{right} of {all} stages pass"]);
    world.search_in("/usr/bin:/bin".to_owned());
    clone.write("challenge.toml", "language = \"zig\"\nrun = \"false\"\n");
    clone.commit();
    clone.push(&[]).expect(&["zig is not installed"]);
    expect_main_is_not_graded(&clone, "push 2: not graded, because zig is not installed");
    let remarks = report(world)["remarks"].to_string();
    assert!(remarks.contains("1 push could not be graded, the last, push 2,"), "{remarks}");
    assert_eq!(world.record("ada.git")[1]["state"], "not_graded");
}

/// Pushes have their numbers in the order in which they came, whichever ends first.
pub fn a_slow_build_does_not_come_after_what_was_pushed_later(world: &World) {
    let build = "echo waits; until [ -e $HOME/go ]; do sleep 0.02; done";
    let clone = with_right_server(world, &format!("{RIGHT}build = \"{build}\"\n"));
    world.git("ada.git", &["config", "challenge.sandbox", "off"]);
    clone.commit();
    let mut slow = clone.start_push(&[]);
    slow.await_line("| waits");
    clone.write("challenge.toml", FAILING);
    let naive = clone.commit();
    clone.push(&[]).expect(&["Push 2,"]);
    let running = report(world);
    assert!(running["interrupted"] == 1 && running["stages_passed"] == 0, "{running:#}");
    fs::write(world.path("home/go"), "").expect("a new file");
    slow.end().expect(&["{right} of {all} stages pass", "Push 1,"]);
    let record = world.record("ada.git");
    assert!(record.len() == 2 && record[1]["commit"] == naive.as_str(), "{record:#?}");
    let row = report(world);
    assert!(row["stages_passed"] == right_stages() && row["stages_now"] == 0, "{row:#}");
    assert!(row["main_is_graded"] == true && row["interrupted"] == 0, "{row:#}");
}

/// What a push has begun, the next one finds: it was the host that killed the hook, before it showed a card.
pub fn a_killed_hook_is_the_hosts(world: &World) {
    let build = format!("{FAILING}build = \"sleep {}\"\n", world.nap);
    let clone = world.project("ada", &build);
    let first = clone.commit();
    let push = clone.start_push(&[]);
    let sleeps = |(_, line): &(i32, String)| line.starts_with("sleep ");
    eventually("the build runs", || world.processes().iter().any(sleeps));
    assert!(report(world)["interrupted"] == 1, "as long as it runs, it may be a try");
    let is_hook = |(_, line): &&(i32, String)| line.contains(" hook ");
    let processes = world.processes();
    processes.iter().filter(is_hook).for_each(|(process, _)| kill(*process));
    push.await_end();
    world.expect_quiet();
    let why = "push 1: the host ended before the push did";
    let row = report(world);
    assert!(row["not_graded"] == 1 && row["interrupted"] == 0, "{row:#}");
    assert!(row["remarks"][0].as_str().is_some_and(|remark| remark.contains(why)), "{row:#}");
    clone.write("challenge.toml", FAILING);
    clone.commit();
    clone.push(&[]).expect(&["Push 2,"]);
    let record = world.record("ada.git");
    assert!(record[0]["state"] == "not_graded" && record[0]["commit"] == first.as_str());
    assert_eq!(record[1]["state"], "graded");
    let left = fs::read_dir(world.path("ada.git/challenge-grading")).expect("it is there").count();
    assert_eq!(left, 0, "files of pushes that have ended");
}

/// A client that sends a push and is gone at once: git takes the commit, and has nobody to tell.
pub fn a_connection_that_closes_at_once_has_pushed(world: &World) {
    let clone = world.project("ada", FAILING);
    let commit = clone.commit();
    let half = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/git/attacks/push_and_leave.py");
    let arguments: [&Path; 4] =
        [&half, &world.path("ada.git"), &clone.directory, Path::new(&commit)];
    let mut command = world.command("python3", &arguments);
    assert!(command.status().expect("it can be run").success());
    eventually("git is gone", || world.processes().is_empty());
    assert_eq!(world.git("ada.git", &["rev-parse", MAIN]).trim(), commit);
    let row = report(world);
    assert!(row["interrupted"] == 1 && row["pushes"] == 1, "{row:#}");
    expect_main_is_not_graded(&clone, "push 1");
    clone.git(&["reset", "-q", "--hard", "HEAD~"]);
    clone.write("other", "");
    clone.commit();
    clone.push(&["--force"]).expect(&["Push 2,"]);
    assert_eq!(world.record("ada.git")[0]["state"], "interrupted");
    let kept = world.git("ada.git", &["rev-parse", "refs/challenge/pushes/1"]);
    assert_eq!(kept.trim(), commit, "it is there, though no branch has it any more");
}

/// A name with a thousand parts would be a thousand folders.
pub fn deep_and_long_names_of_refs_are_refused(world: &World) {
    let clone = world.project("ada", FAILING);
    clone.commit();
    for name in ["a/".repeat(9) + "b", "x".repeat(250)] {
        let refused = clone.start_push(&["origin", &format!("HEAD:refs/tags/{name}")]).end();
        assert!(!refused.succeeded, "{}", refused.text);
        refused.expect(&["the name of a branch or tag may have", "Nothing has changed."]);
    }
    assert_eq!(world.git("ada.git", &["tag"]), "");
}

/// Names that Git could take for that of the record, as long as there is none.
pub fn no_ref_of_a_learner_is_taken_for_the_record(world: &World) {
    let clone = world.project("ada", FAILING);
    let commit = clone.commit();
    let forged = "{\"push\":1,\"time\":\"2026-11-02T10:00:00Z\",\"commit\":\"COMMIT\",\"branch\":\"main\",\
                  \"counts\":true,\"name\":\"ada\",\"language\":\"c\",\"problem\":null,\
                  \"stages_passed\":6,\"passed\":true,\"graded\":true,\"seed\":1,\"milliseconds\":1,\
                  \"version\":\"1\",\"stages\":[]}\n";
    clone.git(&["checkout", "-q", "--orphan", "forged"]);
    clone.git(&["rm", "-r", "-q", "-f", "."]);
    clone.write(&commit, &forged.replace("COMMIT", &commit));
    clone.commit();
    for reference in [
        "refs/heads/refs/notes/challenge",
        "refs/tags/refs/notes/challenge",
        "refs/tags/refs/heads/results",
        "refs/heads/refs/heads/results",
        "refs/tags/results",
        "refs/tags/main",
        "refs/heads/heads/results",
        "refs/heads/results/mine",
        "refs/notes/challenge/mine",
        "refs/notes",
        "refs/challenge",
        "refs/challenge/pushes/1",
        "refs/challenge/pushes/1/mine",
        "refs/results",
    ] {
        let _ = clone.start_push(&["origin", &format!("forged:{reference}")]).end();
    }
    clone.git(&["checkout", "-q", MAIN]);
    clone.push(&["origin", MAIN]).expect(&["on main", "0 of {all} stages pass"]);
    let row = report(world);
    assert!(row["stages_passed"] == 0 && row["main_is_graded"] == true, "{row:#}");
    let record = world.record("ada.git");
    let of_main = record.iter().filter(|push| push["commit"] == commit.as_str()).count();
    assert_eq!(of_main, 1, "{record:#?}");
}

/// What was graded can be looked at, however the branch was rewritten since; and nobody else sees it.
pub fn what_was_graded_outlives_a_forced_push(world: &World) {
    let clone = world.project("ada", FAILING);
    clone.git(&["commit", "-q", "-a", "-m", "The evidence"]);
    let graded = clone.git(&["rev-parse", "HEAD"]).trim().to_owned();
    clone.push(&[]).expect(&["Push 1,"]);
    clone.git(&["reset", "-q", "--hard", "HEAD~"]);
    clone.write("challenge.toml", FAILING);
    clone.commit();
    clone.push(&["--force"]).expect(&["Push 2,"]);
    world.git("ada.git", &["gc", "-q", "--prune=now"]);
    let kept = world.git("ada.git", &["log", "-1", "--format=%H %s", "refs/challenge/pushes/1"]);
    assert_eq!(kept, format!("{graded} The evidence\n"));
    let seen = clone.git(&["ls-remote", "origin"]);
    assert!(!seen.contains("refs/challenge"), "{seen}");
    let deleted = clone.start_push(&["origin", ":refs/challenge/pushes/1"]).end();
    assert!(!deleted.succeeded, "{}", deleted.text);
}

/// A git that was killed leaves locks behind, and nobody is to wait for it.
pub fn a_lock_of_a_git_that_is_gone_is_in_nobodys_way(world: &World) {
    let clone = world.project("ada", FAILING);
    clone.commit();
    clone.push(&[]).expect(&["Push 1,"]);
    let old = SystemTime::now() - Duration::from_secs(60);
    for (number, lock) in
        ["refs/heads/results.lock", "refs/challenge/pushes/3.lock"].iter().enumerate()
    {
        let lock = File::create(world.path("ada.git").join(lock)).expect("a new file");
        lock.set_modified(old).expect("ours");
        drop(lock);
        clone.commit();
        clone.push(&[]).expect(&["Stage 0, bind", &format!("Push {},", number + 2)]);
    }
    assert_eq!(world.record("ada.git").len(), 3);
}

/// Who judges sees what a commit holds, and what it exempts itself from.
pub fn binaries_and_waivers_are_in_every_report(world: &World) {
    let clone = with_right_server(world, &format!("{RIGHT}one_thread = false\n"));
    fs::copy("/bin/true", clone.directory.join("server")).expect("a copy");
    let commit = clone.commit();
    clone.push(&[]).expect(&["{right} of {all} stages pass"]);
    let row = report(world);
    let server = fs::read_to_string(clone.directory.join("right.py")).expect("text");
    assert!(row["source_lines"].as_u64() > Some(server.lines().count() as u64), "{row:#}");
    assert!(row["binary_files"] == 1 && row["waived"][0] == "one_thread", "{row:#}");
    let binary = format!("files that are no readable text in push 1 ({}): server", &commit[..8]);
    let waiver = "one_thread = false in challenge.toml of push 1";
    for text in [
        clone.challenge(&["status"]),
        world.challenge(&["report", "ada.git"]),
        world.challenge(&["report", "--format", "html", "ada.git"]),
        row.to_string(),
    ] {
        assert!(text.contains(&binary) && text.contains(waiver), "{text}");
    }
}

/// A bubblewrap that fails, once there is a flag, to run what has a name in it.
fn with_failing_bubblewrap(world: &World, name: &str) -> std::path::PathBuf {
    let (bin, flag) = (world.path("failing"), world.path("flag"));
    fs::create_dir(&bin).expect("a new name");
    // Who runs it may be another user.
    let open = || std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(world.path("."), open()).expect("ours");
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *{name}*) [ -e '{}' ] && {{\n\
         echo 'bwrap: Creating new namespace failed: Resource temporarily unavailable' >&2; exit 1; }} ;;\n\
         esac\nexec /usr/bin/bwrap \"$@\"\n",
        flag.display()
    );
    fs::write(bin.join("bwrap"), script).expect("a new file");
    fs::set_permissions(bin.join("bwrap"), open()).expect("ours");
    world.search_in(format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default()));
    flag
}

/// What bubblewrap cannot do is the host's, when it has begun to fail after it was tried.
pub fn what_the_sandbox_could_not_start_is_no_failure_of_the_program(world: &World) {
    for (name, step) in [("right.py", "program"), ("attempt-to-build", "build")] {
        let clone = match step {
            "program" => with_right_server(world, ""),
            _ => Clone { world, directory: world.path("ada") },
        };
        let _ = fs::remove_dir_all(world.path("failing"));
        let _ = fs::remove_file(world.path("flag"));
        let flag = with_failing_bubblewrap(world, name);
        clone.write("challenge.toml", &format!("{RIGHT}build = \": attempt-to-build\"\n"));
        clone.commit();
        fs::write(flag, "").expect("a new file");
        world.git("ada.git", &["config", "challenge.sandbox", "required"]);
        let pushed = clone.push(&[]);
        pushed.expect(&["Resource temporarily unavailable"]);
        pushed.expect_not("The program exited");
        pushed.expect_not("the build failed");
        let push = world.record("ada.git").pop().expect("it is recorded");
        assert!(push["graded"] == false && push["stages_passed"] == 0, "{push:#}");
    }
    let row = report(world);
    assert!(row["not_graded"] == 2 && row["stages"][0]["tries"] == 0, "{row:#}");
}

/// A second run without a verdict says nothing of what an earlier push has left.
pub fn a_second_run_without_a_verdict_blames_nobody(world: &World) {
    let clone = with_right_server(world, &FAILING.replace('\n', "\nbuild = \"touch a.kept\"\n"));
    world.git("ada.git", &["config", "challenge.sandbox", "required"]);
    let flag = with_failing_bubblewrap(world, "right.py");
    clone.write(".gitignore", "*.kept\n");
    clone.write("challenge.toml", &format!("{FAILING}build = \"touch a.kept\"\n"));
    clone.commit();
    clone.push(&[]).expect(&["0 of {all} stages pass"]);
    clone.write("challenge.toml", &format!("{RIGHT}build = \"touch a.kept\"\n"));
    clone.commit();
    let mut push = clone.start_push(&[]);
    push.await_line("Once more from the commit");
    fs::write(flag, "").expect("a new file");
    let pushed = Push::end(push);
    pushed.expect(&["too busy to confirm more than 0 of {all} stages"]);
    pushed.expect_not("an earlier push has left");
    let push = world.record("ada.git").pop().expect("it is recorded");
    assert!(push["graded"] == false && push["stages_passed"] == 0, "{push:#}");
}

/// A push that is out of date, or asks for what cannot be: it is refused as a whole, before it is announced.
pub fn what_git_would_not_take_is_not_recorded(world: &World) {
    let clone = world.project("ada", FAILING);
    let first = clone.commit();
    clone.push(&[]).expect(&["Push 1,"]);
    let second = clone.commit();
    let stale = "0123456789012345678901234567890123456789";
    for commands in [
        format!("{stale} {second} refs/heads/main"),
        format!("{stale} {second} refs/heads/main,{} {second} refs/heads/idea", "0".repeat(40)),
        format!("{first} {second} refs/heads/main,{second} {first} refs/heads/main"),
        format!("{} {second} refs/heads/x.lock", "0".repeat(40)),
    ] {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/git/attacks/push_raw.py");
        let arguments: [&Path; 4] =
            [&script, &world.path("ada.git"), &clone.directory, Path::new(&commands)];
        let mut command = world.command("python3", &arguments);
        command.stdout(std::process::Stdio::null());
        assert!(command.status().expect("it can be run").success(), "{commands}");
        eventually("git is gone", || world.processes().is_empty());
    }
    clone.push(&[]).expect(&["on main"]);
    let record = world.record("ada.git");
    let numbers: Vec<_> = record.iter().map(|push| push["push"].as_u64()).collect();
    assert_eq!(numbers, [Some(1), Some(2)], "{record:#?}");
    let states: Vec<_> = record.iter().map(|push| push["state"].as_str()).collect();
    assert_eq!(states, [Some("graded"); 2]);
    assert!(report(world)["interrupted"] == 0);
}

/// Of these branches, git takes all but the second: there cannot be a folder where there is a file. So the
/// third, at the same commit, is graded in its place, which nobody has announced.
pub fn each_result_stands_for_its_commit(world: &World) {
    let clone = world.project("ada", FAILING);
    let [first, second, third] = [(); 3].map(|()| clone.commit());
    let branches = [("a", &first, 1), ("a/b", &second, 2), ("c", &second, 4), ("d", &third, 3)];
    let refs = branches.map(|(branch, commit, _)| format!("{commit}:refs/heads/{branch}"));
    let refs: Vec<&str> = refs.iter().map(String::as_str).collect();
    let pushed = clone.start_push(&[&["origin"], &refs[..]].concat()).end();
    let record = world.record("ada.git");
    assert_eq!(record.len(), branches.len(), "{record:#?}");
    for (branch, commit, number) in branches {
        let is_taken = branch != "a/b";
        let begins = pushed.text.find(&format!("Grading {} on {branch}\n", &commit[..8]));
        let ends = pushed.text.find(&format!("Push {number},"));
        let are_there = [begins, ends].map(|at| at.is_some());
        assert!(are_there == [is_taken; 2] && begins <= ends, "{}", pushed.text);
        let push = &record[number - 1];
        let state = if is_taken { "graded" } else { "not_graded" };
        assert!(push["commit"] == commit.as_str() && push["state"] == state, "{record:#?}");
    }
}

/// The kernel ends a pushed program first where memory is short; and if the host's own process dies after a
/// learner has read cards, that was a try.
pub fn who_has_read_cards_has_tried(world: &World) {
    let program = format!("sh -c 'cat /proc/self/oom_score_adj; exec sleep {}'", world.nap);
    let clone = world.project("ada", &FAILING.replace("false", &program));
    clone.commit();
    let push = clone.start_push(&[]);
    let sleeps = |(_, line): &(i32, String)| line.starts_with("sleep ");
    eventually("the program runs", || world.processes().iter().any(sleeps));
    for (process, line) in world.processes() {
        let score =
            fs::read_to_string(format!("/proc/{process}/oom_score_adj")).unwrap_or_default();
        let is_ours = line.contains("__init") || line.starts_with("sleep ");
        assert!(!is_ours || score.trim() == "1000" || score.is_empty(), "{line}: {score}");
        if line.contains(" hook ") {
            kill(process);
        }
    }
    push.await_end();
    world.expect_quiet();
    let row = report(world);
    assert!(row["interrupted"] == 1 && row["not_graded"] == 0, "{row:#}");
}
