//! Where a push is built and run: what is in force is said, what is required is not done without, and
//! what a build has made is there for the next.

use crate::push::Push;
use crate::world::{Clone, FAILING, World};
use std::fs::{self, File};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::process::Command;
use std::thread;
use std::time::Duration;
use test_support::eventually;

/// All programs that are in these folders but one.
pub fn path_without(missing: &str, world: &World) -> String {
    let bin = world.path("bin");
    fs::create_dir(&bin).expect("a new name");
    for folder in ["/bin", "/usr/bin"] {
        for program in fs::read_dir(folder).expect("it is there").flatten() {
            if program.file_name() != missing {
                let _ = symlink(program.path(), bin.join(program.file_name()));
            }
        }
    }
    bin.display().to_string()
}

/// A bubblewrap that says what the real one does where namespaces are not permitted.
fn path_with_forbidden_bubblewrap(world: &World) -> String {
    let bin = world.path("bin");
    fs::create_dir(&bin).expect("a new name");
    let script = "#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2\nexit 1\n";
    fs::write(bin.join("bwrap"), script).expect("a new file");
    fs::set_permissions(bin.join("bwrap"), PermissionsExt::from_mode(0o755)).expect("ours");
    format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default())
}

fn without_a_sandbox(world: &World, path: String, reason: &str) {
    world.challenge(&["host", "eve.git", "--language", "python", "--shared"]);
    world.search_in(path);
    let arguments = ["host", "late.git", "--language", "python", "--shared"];
    let refused = world.fails(&arguments);
    assert!(refused.contains("there is no sandbox here for what others push"), "{refused}");
    assert!(refused.contains(reason) && !world.path("late.git").exists(), "{refused}");

    let clone = world.clone_of("eve.git", "eve");
    let commit = clone.commit();
    let pushed = clone.push(&[]);
    let squeezed = pushed.text.replace("\nremote: ", " ");
    for text in ["the push is kept, and not graded", reason, "docs/hosting.md"] {
        assert!(squeezed.contains(text), "nothing says {text:?}:\n{}", pushed.text);
    }
    pushed.expect_not("Stage 0");
    assert_eq!(world.git("eve.git", &["rev-parse", "main"]).trim(), commit);
    let record = world.record("eve.git");
    let [push] = record.as_slice() else { panic!("one push has {} records", record.len()) };
    assert!(push["state"] == "not_graded" && push["commit"] == commit.as_str(), "{push}");
    assert!(push["problem"].as_str().is_some_and(|why| why.contains(reason)), "{push}");

    world.git("eve.git", &["config", "challenge.sandbox", "preferred"]);
    clone.commit();
    let pushed = clone.push(&[]);
    let squeezed = pushed.text.replace("\nremote: ", " ");
    assert!(squeezed.contains(&format!("No sandbox: {reason}")), "{}", pushed.text);
    pushed.expect(&["Stage 0, bind", "Push 2,"]);
}

/// As when a learner comes over ssh: sshd does not search where the host's own shell does.
pub fn a_toolchain_is_found_where_it_was_when_the_repository_was_made(world: &World) {
    let path = std::env::var("PATH").unwrap_or_default();
    let bin = world.path("tools/bin");
    fs::create_dir_all(&bin).expect("a new name");
    fs::write(bin.join("zig"), "#!/bin/sh\necho built by zig\n").expect("a new file");
    fs::set_permissions(bin.join("zig"), PermissionsExt::from_mode(0o755)).expect("ours");
    world.search_in(format!("{}:{path}", bin.display()));
    world.challenge(&["host", "ada.git", "--language", "zig", "--shared"]);
    world.search_in("/usr/bin:/bin".to_owned());
    let clone = world.clone_of("ada.git", "ada");
    clone.write("challenge.toml", "language = \"zig\"\nbuild = \"zig\"\nrun = \"false\"\n");
    clone.commit();
    clone.push(&[]).expect(&["| built by zig", "Stage 0, bind"]);
}

pub fn a_language_that_is_not_installed_is_said_to_be_missing(world: &World) {
    world.search_in(path_without("python3", world));
    let refused = world.fails(&["host", "ada.git", "--language", "python", "--shared"]);
    assert!(refused.contains("python3 is not installed on this host (apt-get"), "{refused}");
    assert!(!refused.contains("sandbox"), "{refused}");
}

pub fn a_commit_that_does_not_fit_is_told_the_limit(world: &World) {
    let clone = world.project("ada", FAILING);
    world.git("ada.git", &["config", "challenge.disk", "1"]);
    fs::write(clone.directory.join("large"), vec![7; 2 << 20]).expect("a new file");
    clone.commit();
    let pushed = clone.push(&[]);
    pushed.expect(&["The commit does not fit into the 1 MiB", "Push 1,"]);
}

pub fn what_is_required_is_not_done_without(world: &World) {
    let path = path_with_forbidden_bubblewrap(world);
    without_a_sandbox(world, path, "bwrap: No permissions to create a new namespace");
}

pub fn whoever_has_no_bubblewrap_is_told_how_to_get_it(world: &World) {
    let path = path_without("bwrap", world);
    without_a_sandbox(world, path, "bubblewrap is not installed (apt-get install bubblewrap)");
}

pub fn what_is_in_force_is_said(world: &World) {
    let clone = world.project("ada", FAILING);
    for (key, value) in [("memory", "300"), ("disk", "200"), ("processes", "40"), ("cpu", "7")] {
        world.git("ada.git", &["config", &format!("challenge.{key}"), value]);
    }
    clone.commit();
    let text = clone.push(&[]).text.replace("\nremote: ", " ");
    for limit in ["300 MiB of memory", "200 MiB of files", "40 processes", "7 s of CPU time"] {
        assert!(text.contains(limit), "nothing says {limit:?}:\n{text}");
    }
    world.git("ada.git", &["config", "challenge.sandbox", "off"]);
    clone.commit();
    clone.push(&[]).expect(&["No sandbox: it is switched off here."]);

    world.git("ada.git", &["config", "challenge.memory", "much"]);
    clone.commit();
    let text = clone.push(&[]).text.replace("\nremote: ", " ");
    assert!(text.contains("challenge.memory is \"much\", and not a number from 1"), "{text}");
}

pub fn no_challenge_toml_asks_for_more_time_than_is_granted(world: &World) {
    let project =
        "language = \"x\"\nbuild = \"sleep NAP\"\nrun = \"false\"\nbuild_seconds = 100000\n";
    let clone = world.project("ada", &project.replace("NAP", &world.nap));
    world.git("ada.git", &["config", "challenge.buildSeconds", "1"]);
    clone.commit();
    clone.push(&[]).expect(&["the build took longer than 1 s"]);
}

/// A client that reads no more makes the host wait, and not the clock of the build.
pub fn nobody_gains_time_for_a_build_by_not_reading(world: &World) {
    let project = "language = \"x\"\nbuild = \"sleep NAP & yes\"\nrun = \"false\"\n";
    let clone = world.project("ada", &project.replace("NAP", &world.nap));
    world.git("ada.git", &["config", "challenge.sandbox", "required"]);
    world.git("ada.git", &["config", "challenge.buildSeconds", "2"]);
    clone.commit();
    let mut push = clone.start_push(&[]);
    push.await_line("| y");
    let signal = |signal| {
        // SAFETY: kill only sends a signal, to git that this test has started.
        assert_eq!(unsafe { libc::kill(push.child.id() as i32, signal) }, 0);
    };
    signal(libc::SIGSTOP);
    let naps = || world.processes().iter().any(|(_, line)| line.contains(&world.nap));
    eventually("the build ends", || !naps());
    signal(libc::SIGCONT);
    push.end().expect(&["the build took longer than 2 s"]);
}

/// What the host reads when it keeps something, a build may have put pipes and links in the place of.
pub fn a_build_does_not_keep_the_host_waiting_or_lead_it_away(world: &World) {
    let elsewhere = world.path("elsewhere");
    fs::create_dir(&elsewhere).expect("a new name");
    let pipe = elsewhere.join(".gitignore");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("it is installed");
    assert!(made.success());
    // Git asks what to ignore only where there is something that could be.
    fs::write(elsewhere.join("file"), "").expect("a new file");
    let clone = world.project("ada", FAILING);
    world.git("ada.git", &["config", "challenge.sandbox", "required"]);
    for (build, line) in [
        ("mkfifo $HOME/.kept.tar", "Built in"),
        ("mkdir folder && mkfifo folder/.gitignore", "Built in"),
        (
            &format!("cd && rm -r project && ln -s {} project", elsewhere.display()),
            "the build failed",
        ),
        (
            &format!("cd && mv project p && ln -s {} project", elsewhere.display()),
            "the build failed",
        ),
    ] {
        clone.write("challenge.toml", &format!("{FAILING}build = \"{build}\"\n"));
        clone.commit();
        let mut push = clone.start_push(&[]);
        push.await_line(line);
        let end = thread::spawn(|| push.end());
        while !end.is_finished() {
            // It opens only where somebody reads at the other end.
            let opened = File::options().write(true).custom_flags(libc::O_NONBLOCK).open(&pipe);
            assert!(opened.is_err(), "the host reads elsewhere");
            thread::sleep(Duration::from_millis(10));
        }
        end.join().expect("it ends").expect(&["Push "]);
        assert!(!world.path("ada.git/challenge-cache/index.json").exists(), "{build}: kept");
    }
}

/// What a project does to itself is never taken for something that the host could not do.
pub fn a_project_that_spoils_its_own_place_has_failed(world: &World) {
    let clone = world.project("ada", FAILING);
    world.git("ada.git", &["config", "challenge.sandbox", "required"]);
    world.git("ada.git", &["config", "challenge.memory", "300"]);
    let spoil = |build: &str| format!("{FAILING}build = \"{build}\"\n");
    for project in [
        spoil("chmod 000 . .."),
        spoil("rm -rf ../project; mkdir -p ../project/x"),
        spoil("mv ../project ../p"),
        spoil("head -c 290M /dev/zero > ~/large; head -c 100M /dev/zero > /dev/shm/large; true"),
        format!("{FAILING}build = \"a\\u0000b\"\n"),
        "language = \"x\"\nrun = \"false\\u0000\"\n".to_owned(),
        "language = \"x\"\nrun = \"sh -c 'chmod 000 . ..; mv ../project ../p; exit 1'\"\n"
            .to_owned(),
    ] {
        clone.write("challenge.toml", &project);
        clone.commit();
        let pushed = clone.push(&[]);
        let push = world.record("ada.git").pop().expect("it is recorded");
        let is_failure = push["problem"].is_string() || push["graded"] == true;
        assert!(push["state"] == "graded" && is_failure, "{project}: {push:#}\n{}", pushed.text);
    }
    let long = "x".repeat(300);
    let blob = clone.git(&["rev-parse", "HEAD:challenge.toml"]);
    clone.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{},{long}", blob.trim())]);
    clone.git(&["commit", "-q", "-m", "A name that no file can have"]);
    clone.push(&[]).expect(&["The commit cannot be checked out: git: error: unable to create"]);
    assert_eq!(world.record("ada.git").pop().expect("a push")["state"], "graded");
}

/// Few bytes of a push can be very many files, or very large ones: git is stopped, and says little.
pub fn a_commit_of_too_many_files_is_not_checked_out(world: &World) {
    let clone = world.project("ada", FAILING);
    clone.commit();
    let tree = |entries: &str| {
        let script = format!("printf '{entries}' | git mktree");
        let made = world.command("sh", &["-c", &script]).current_dir(&clone.directory).output();
        String::from_utf8(made.expect("it can be run").stdout).expect("text").trim().to_owned()
    };
    let names = |kind: &str, object: &str| -> String {
        (0..215).map(|number| format!("{kind} {object}\t{number}\\n")).collect()
    };
    let blob = clone.git(&["rev-parse", "HEAD:challenge.toml"]).trim().to_owned();
    let mut bomb = tree(&names("100644 blob", &blob));
    for _ in 0..2 {
        bomb = tree(&names("040000 tree", &bomb));
    }
    let commit = clone.git(&["commit-tree", &bomb, "-p", "HEAD", "-m", "Ten million files"]);
    let pushed = clone.push(&["origin", &format!("{}:main", commit.trim())]);
    pushed.expect(&["The commit does not fit into the 1024 MiB", "Push 1,"]);
    assert!(pushed.time < Duration::from_secs(20), "{:?}", pushed.time);
    assert!(pushed.text.len() < 4000, "{}", pushed.text);

    // One file, whose name does not end: 300 folders of 250 letters each; and 200 with short names.
    for (folders, name) in [(300, "%0250d"), (200, "%d")] {
        let deep = "deep=$(git rev-parse HEAD^{tree}); for n in $(seq FOLDERS); do \
                    deep=$(printf '040000 tree %s\\tNAME\\n' $deep 7 | git mktree); done; \
                    git commit-tree $deep -p HEAD -m 'A long name'";
        let deep = deep.replace("FOLDERS", &format!("{folders}")).replace("NAME", name);
        let made = world.command("sh", &["-c", &deep]).current_dir(&clone.directory).output();
        let commit = String::from_utf8(made.expect("it can be run").stdout).expect("text");
        let pushed = clone.push(&["--force", "origin", &format!("{}:main", commit.trim())]);
        pushed.expect(&["The commit does not fit into the 1024 MiB"]);
    }
}

/// The folders that it is made of are entered by another user.
pub fn a_mask_of_modes_keeps_nobody_out(world: &World) {
    world.challenge(&["host", "ada.git", "--language", "python", "--shared"]);
    let clone = world.clone_of("ada.git", "ada");
    clone.write(
        "challenge.toml",
        "language = \"python\"\nrun = \"false\"\nbuild = \"touch /tmp/x\"\n",
    );
    clone.commit();
    let mut command = world.command("sh", &["-c", "umask 077; git push"]);
    command.current_dir(&clone.directory);
    Push::start(command).end().expect(&["Sandbox: no network", "Built in", "Stage 0, bind"]);
}

/// Adds a line to what it has made, and says how many there are, and which sources are older.
const BUILD: &str = "language = \"x\"\nrun = \"false\"\nbuild = \"\"\"\n\
    echo line >> made; echo line >> unnamed; echo line >> $CACHE/tool; \
    echo made $(wc -l < made), unnamed $(wc -l < unnamed), tool $(wc -l < $CACHE/tool); \
    for source in *.src; do [ made.stamp -nt $source ] && echo $source is old || echo $source is new; done; \
    touch made.stamp; [ ! -e fail ]\"\"\"\n";

fn expect_kept(clone: &Clone) {
    clone.write(".gitignore", "made*\n");
    for source in ["a.src", "b.src", "made.by.hand"] {
        clone.write(source, "one\n");
    }
    let push = |expected: &[&str]| {
        clone.git(&["add", "--all", "--force"]);
        clone.git(&["commit", "-q", "--allow-empty", "-m", "A try"]);
        clone.push(&[]).expect(expected);
    };
    push(&["| made 1, unnamed 1,", "| a.src is new", "| b.src is new"]);
    clone.write("b.src", "two\n");
    push(&["| made 2, unnamed 1,", "| a.src is old", "| b.src is new"]);
    push(&["| made 3, unnamed 1,", "| a.src is old", "| b.src is old"]);

    // A file of the commit is what it is in the commit, and gone when it is gone.
    clone.write("made", "of the commit\n");
    push(&["| made 2, unnamed 1,"]);
    fs::remove_file(clone.directory.join("made")).expect("it is there");
    fs::remove_file(clone.directory.join("a.src")).expect("it is there");
    push(&["| made 1, unnamed 1,", "| b.src is old"]);

    // What was kept is forgotten when it may be the reason that builds fail.
    let failing = |expected: &[&str]| {
        clone.write("fail", "");
        push(&[expected, &["the build failed"]].concat());
        fs::remove_file(clone.directory.join("fail")).expect("it is there");
    };
    failing(&["| made 2,"]);
    push(&["| made 2,", "| b.src is old"]);
    failing(&["| made 3,"]);
    failing(&["| made 3,"]);
    push(&["| made 1,", "| b.src is new"]);
}

pub fn what_a_build_has_made_is_kept_in_a_sandbox(world: &World) {
    let clone = world.project("ada", &BUILD.replace("$CACHE", "$HOME"));
    world.git("ada.git", &["config", "challenge.sandbox", "required"]);
    expect_kept(&clone);
}

pub fn what_a_build_has_made_is_kept_without_a_sandbox(world: &World) {
    let clone = world.project("ada", &BUILD.replace("$CACHE", "."));
    world.git("ada.git", &["config", "challenge.sandbox", "off"]);
    expect_kept(&clone);
}

/// Programs such as git-lfs are set up for all repositories of a user, and run for files that name them.
pub fn no_filter_runs_on_the_host(world: &World) {
    let marker = world.path("filtered");
    let config = fs::read_to_string(world.path("gitconfig")).expect("it is there");
    let filter = format!("[filter \"x\"]\n\tsmudge = touch {} && cat\n", marker.display());
    let clone = world.project("ada", FAILING);
    clone.write(".gitattributes", "*.txt filter=x\n");
    clone.write("a.txt", "text\n");
    clone.commit();
    fs::write(world.path("gitconfig"), config + &filter).expect("ours");
    clone.push(&[]).expect(&["Push 1,"]);
    assert!(!marker.exists(), "the filter has run");
    clone.git(&["checkout", "-q", "--", "."]);
    fs::remove_file(clone.directory.join("a.txt")).expect("it is there");
    clone.git(&["checkout", "-q", "--", "a.txt"]);
    assert!(marker.exists(), "the filter is one that git runs elsewhere");
}

/// Files are in the sandbox as they are in the commit.
pub fn nothing_is_converted_on_the_host(world: &World) {
    let project = format!("{FAILING}build = \"cat a.id; wc -c < a.txt\"\n");
    let clone = world.project("ada", &project);
    clone.write(".gitattributes", "*.id ident\n*.txt text eol=crlf\n");
    clone.write("a.id", "$Id$\n");
    clone.write("a.txt", "one\ntwo\n");
    clone.commit();
    clone.push(&[]).expect(&["| $Id$", "| 8"]);
}

/// What the host touches of a commit by its name, a name that is no text could be another's.
pub fn no_time_of_a_file_of_the_host_is_changed(world: &World) {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let witness = world.path("witness");
    fs::create_dir(&witness).expect("a new name");
    let file = File::create(witness.join("x")).expect("a new file");
    let old = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(978_307_200);
    file.set_modified(old).expect("ours");
    let clone = world.project("ada", &format!("{FAILING}build = \"true\"\n"));
    let replaced = clone.directory.join("a\u{fffd}");
    fs::create_dir(&replaced).expect("a new name");
    fs::write(replaced.join("x"), "same\n").expect("a new file");
    clone.commit();
    clone.push(&[]).expect(&["Built in"]);
    let invalid = clone.directory.join(OsStr::from_bytes(b"a\xff"));
    fs::rename(&replaced, &invalid).expect("ours");
    symlink(&witness, &replaced).expect("a new name");
    clone.commit();
    clone.push(&[]).expect(&["Built in"]);
    let changed = fs::metadata(witness.join("x")).and_then(|file| file.modified());
    assert_eq!(changed.expect("it is there"), old);
}
