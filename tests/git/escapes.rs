//! Pushed programs that try to get out of the sandbox, while they are built and while they are graded.
//! Each attempt is refused, it does nothing to the host, and the verdict stands.

use crate::push::{Push, Pushed};
use crate::world::{Clone, FAILING, World};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use test_support::{eventually, right_stages};

const MEMORY: (&str, &str) = ("challenge.memory", "256");
const DISK: (&str, &str) = ("challenge.disk", "64");

/// A clone of a repository that others push to, with these settings, of a right server that tries
/// `attempt` before it is built and before it serves.
fn hostile<'a>(
    world: &'a World,
    attempt: &str,
    target: &str,
    settings: &[(&str, &str)],
) -> Clone<'a> {
    world.challenge(&["host", "eve.git", "--language", "python", "--shared"]);
    for (key, value) in settings {
        world.git("eve.git", &["config", key, value]);
    }
    let clone = world.clone_of("eve.git", "eve");
    clone.copy("git/attacks/attack.py", "attack.py");
    clone.copy("broken/right.py", "right.py");
    let attack = format!("python3 attack.py {attempt} '{target}'");
    clone.write("serve.sh", &format!("{attack}\nexec python3 right.py\n"));
    clone.write(
        "challenge.toml",
        &format!("language = \"python\"\nbuild = \"{attack}\"\nrun = \"sh serve.sh\"\n"),
    );
    clone
}

/// Pushes what tries it: the attempt is refused, the server passes every stage as it would without
/// it, and the record says just that.
#[track_caller]
fn refused(world: &World, attempt: &str, target: &str, settings: &[(&str, &str)]) -> Pushed {
    push_in_vain(&hostile(world, attempt, target, settings))
}

#[track_caller]
fn push_in_vain(clone: &Clone) -> Pushed {
    clone.commit();
    had_no_effect(clone, clone.push(&[]))
}

/// The same where a script pushes, which is given `argument` as its `$0`.
#[track_caller]
fn push_by_script_in_vain(clone: &Clone, script: &str, argument: &str) -> Pushed {
    clone.commit();
    let mut command = clone.world.command("sh", &["-c", script, argument]);
    command.current_dir(&clone.directory);
    had_no_effect(clone, Push::start(command).end())
}

#[track_caller]
fn had_no_effect(clone: &Clone, pushed: Pushed) -> Pushed {
    pushed.expect(&["Sandbox: no network", "| refused: ", "{right} of {all} stages pass"]);
    pushed.expect_not("SUCCEEDED");
    let record = clone.world.record("eve.git");
    assert!(record.len() == 1 && record[0]["stages_passed"] == right_stages(), "{record:#?}");
    pushed
}

pub fn a_file_of_the_host_cannot_be_read(world: &World) {
    let secret = world.path("secret");
    fs::write(&secret, "the host's secret\n").expect("a new file");
    fs::set_permissions(&secret, PermissionsExt::from_mode(0o644)).expect("ours");
    refused(world, "read_file", secret.to_str().expect("text"), &[]).expect(&["FileNotFoundError"]);
}

pub fn passwords_of_the_host_cannot_be_read(world: &World) {
    refused(world, "read_file", "/etc/shadow", &[]).expect(&["FileNotFoundError"]);
}

pub fn a_link_in_a_commit_does_not_lead_to_the_host(world: &World) {
    let secret = world.path("secret");
    fs::write(&secret, "the host's secret\n").expect("a new file");
    let clone = hostile(world, "read_through_link", "", &[]);
    symlink(&secret, clone.directory.join("link-to-the-host")).expect("a new name");
    push_in_vain(&clone).expect(&["FileNotFoundError"]);

    fs::remove_file(clone.directory.join("challenge.toml")).expect("it is there");
    symlink(&secret, clone.directory.join("challenge.toml")).expect("a new name");
    clone.commit();
    let pushed = clone.push(&[]);
    pushed.expect(&["challenge.toml is not a file in this commit"]);
    pushed.expect_not("secret");
}

pub fn what_the_build_leaves_does_not_lead_the_host_astray(world: &World) {
    let treasure = world.path("treasure");
    fs::write(&treasure, "as it was\n").expect("a new file");
    refused(world, "plant_link_for_host", treasure.to_str().expect("text"), &[]);
    assert_eq!(fs::read_to_string(&treasure).expect("it is there"), "as it was\n");
    let kept = world.path("eve.git/challenge-cache");
    assert!(!kept.exists(), "something was kept, from wherever: {}", kept.display());
}

pub fn the_record_cannot_be_written(world: &World) {
    let branch = world.path("eve.git/refs/heads/results");
    refused(world, "write_file", branch.to_str().expect("text"), &[])
        .expect(&["FileNotFoundError"]);
}

pub fn the_system_cannot_be_written(world: &World) {
    refused(world, "make_files_in_system", "", &[]);
}

pub fn a_listener_of_the_host_is_not_reached(world: &World) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.set_nonblocking(true).expect("a socket of ours");
    let port = listener.local_addr().expect("it is bound").port().to_string();
    refused(world, "connect", &port, &[]).expect(&["ConnectionRefusedError"]);
    assert!(listener.accept().is_err(), "somebody has connected");
}

pub fn no_more_processes_start_than_the_limit(world: &World) {
    refused(world, "start_processes", "64", &[("challenge.processes", "64")])
        .expect(&["BlockingIOError"]);
}

pub fn no_more_memory_is_used_than_the_limit(world: &World) {
    refused(world, "use_memory", "256", &[MEMORY]).expect(&["MemoryError"]);
}

pub fn processes_together_use_no_more_memory_than_the_limit(world: &World) {
    refused(world, "use_memory_together", "256", &[MEMORY]);
}

pub fn no_more_disk_is_used_than_the_limit(world: &World) {
    refused(world, "fill_disk", "64", &[DISK]).expect(&["No space left on device"]);
}

pub fn no_more_temporary_files_are_made_than_the_limit(world: &World) {
    refused(world, "fill_temporary_files", "64", &[DISK]).expect(&["No space left on device"]);
}

pub fn no_file_is_larger_than_the_limit(world: &World) {
    refused(world, "make_one_large_file", "64", &[DISK]).expect(&["File too large"]);
}

pub fn no_more_processor_time_is_used_than_the_limit(world: &World) {
    refused(world, "use_processor", "1", &[("challenge.cpu", "1")]).expect(&["killed by signal"]);
}

pub fn nothing_outlives_the_trial(world: &World) {
    let marker = format!("survivor-of-{}", std::process::id());
    refused(world, "outlive", &marker, &[]);
    let is_alive = || {
        let processes = fs::read_dir("/proc").expect("proc is mounted").flatten();
        let lines = processes.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
        lines.map(|line| String::from_utf8_lossy(&line).into_owned()).any(|line| {
            // Of the shells that the name is an argument of, nothing is left either.
            line.contains(&marker)
        })
    };
    eventually("the survivor is gone", || !is_alive());
}

pub fn the_grader_cannot_be_signalled(world: &World) {
    let ourselves = std::process::id().to_string();
    refused(world, "signal_process", &ourselves, &[]).expect(&["ProcessLookupError"]);
}

pub fn other_processes_are_not_seen(world: &World) {
    refused(world, "signal_parents", "", &[]);
}

pub fn terminals_are_not_spoken_to(world: &World) {
    // Each push is searched for escapes, besides.
    let pushed = refused(world, "speak_to_terminal", "", &[]);
    pushed.expect(&[r"| \u{1b}]0;a new title\u{7}\u{1b}[2J\u{1b}[31mred"]);
}

pub fn the_name_of_a_language_is_no_escape(world: &World) {
    let clone = hostile(world, "see_environment", "HOME", &[]);
    let project = clone.read("challenge.toml");
    let project = project.replace("language = \"python\"", r#"language = "\u001b[2Jpython""#);
    clone.write("challenge.toml", &project);
    clone.commit();
    clone.push(&[]).expect(&["the language is no name"]);
    let record = world.record("eve.git");
    assert_eq!(record[0]["language"], "python");
}

pub fn no_namespace_is_entered(world: &World) {
    refused(world, "enter_namespace", "", &[]);
}

pub fn the_environment_of_the_host_is_not_seen(world: &World) {
    refused(world, "see_environment", "GIT_CONFIG_GLOBAL", &[]).expect(&["KeyError"]);
}

pub fn the_environment_of_the_host_is_not_seen_in_other_processes(world: &World) {
    refused(world, "see_environment_of_processes", "GIT_CONFIG_GLOBAL", &[])
        .expect(&["no process has it"]);
}

pub fn a_descriptor_of_the_host_is_not_inherited(world: &World) {
    let secret = world.path("secret");
    fs::write(&secret, "the host's secret\n").expect("a new file");
    let clone = hostile(world, "read_inherited_descriptors", "", &[]);
    let script = "exec git push 9<\"$0\"";
    push_by_script_in_vain(&clone, script, secret.to_str().expect("text"))
        .expect(&["nothing was inherited"]);
}

/// Whoever logs in, or starts a server, may have keys of the kernel with them.
pub fn a_key_of_the_hosts_session_is_not_inherited(world: &World) {
    let name = format!("challenge-secret-{}", std::process::id());
    let clone = hostile(world, "read_inherited_key", &name, &[]);
    let script = "exec python3 \"$0\" NAME git push".replace("NAME", &name);
    let attacks = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/git/attacks");
    let with_key = attacks.join("with_key.py");
    push_by_script_in_vain(&clone, &script, with_key.to_str().expect("text"));
}

/// The home of the host is not the toolchain of a program that is in its folder `bin`, nor is the folder in
/// which every program keeps something.
pub fn a_toolchain_does_not_show_the_home(world: &World) {
    let path = std::env::var("PATH").unwrap_or_default();
    fs::write(world.path("home/secret"), "the host's secret\n").expect("a new file");
    let clone = hostile(world, "read_file", "", &[]);
    for folder in ["home", "home/.local", "home/.cargo"] {
        let bin = world.path(folder).join("bin");
        fs::create_dir_all(&bin).expect("a new name");
        fs::copy("/bin/true", bin.join("zig")).expect("a copy");
        let secret = world.path(folder).join("secret");
        fs::write(&secret, "the host's secret\n").expect("a new file");
        world.search_in(format!("{}:{path}", bin.display()));
        let attack = format!("python3 attack.py read_file '{}'", secret.display());
        let project = format!("language = \"zig\"\nbuild = \"{attack}\"\nrun = \"false\"\n");
        clone.write("challenge.toml", &project);
        clone.commit();
        let pushed = clone.push(&[]);
        pushed.expect_not("SUCCEEDED");
        let said = pushed.text.replace("\nremote: ", " ");
        let place = fs::canonicalize(world.path(folder)).expect("it is there");
        let why = format!("zig was found in {}, and the sandbox would show", place.display());
        assert!(said.contains(&why), "{said}");
    }
}

/// The tester in a folder that the host shows, as /usr/local/bin is on most.
pub fn the_tester_cannot_be_read(world: &World) {
    push_in_vain(&with_tester_in_a_toolchain(world).0).expect(&["PermissionError"]);
}

fn with_tester_in_a_toolchain(world: &World) -> (Clone<'_>, PathBuf) {
    fs::create_dir_all(world.path("tools/bin")).expect("a new name");
    let tester = world.path("tools/bin/challenge");
    fs::copy(env!("CARGO_BIN_EXE_challenge"), &tester).expect("a copy");
    let tools = world.path("tools").display().to_string();
    let target = tester.to_str().expect("text");
    let clone = hostile(world, "read_file", target, &[("challenge.toolchain", &tools)]);
    let hook = world.path("eve.git/hooks/post-receive");
    let script = fs::read_to_string(&hook).expect("it is there");
    let script = script.replace(env!("CARGO_BIN_EXE_challenge"), target);
    fs::write(&hook, script).expect("ours");
    (clone, tester)
}

/// A solution that an earlier push has left among the kept files, and that the commit does not have.
pub fn what_was_kept_does_not_pass_for_the_commit(world: &World) {
    world.challenge(&["host", "eve.git", "--language", "python", "--shared"]);
    let clone = world.clone_of("eve.git", "eve");
    clone.copy("broken/right.py", "solution.py");
    clone.write(".gitignore", "*.kept\n");
    let project = "language = \"python\"\nbuild = \"[ ! -e solution.py ] || cp solution.py a.kept\"\n\
                   run = \"python3 a.kept\"\n";
    clone.write("challenge.toml", project);
    clone.commit_on("idea");
    clone.push(&["origin", "idea"]).expect(&["{right} of {all} stages pass"]);
    fs::remove_file(clone.directory.join("solution.py")).expect("it is there");
    clone.commit_on("main");
    let pushed = clone.push(&["origin", "main"]);
    pushed.expect(&[
        "{right} of {all} stages pass",
        "Once more from the commit",
        "So, only 0 of {all} stages pass",
    ]);
    pushed.expect_not("You have built a Redis.  |");
    let record = world.record("eve.git");
    assert_eq!(record[1]["stages_passed"], 0, "{record:#?}");

    // With its source, it is what it seems to be.
    clone.git(&["checkout", "-q", "idea", "--", "solution.py"]);
    clone.commit();
    let pushed = clone.push(&["origin", "main"]);
    pushed.expect(&["{right} of {all} stages pass"]);
    pushed.expect_not("So, only");
    assert_eq!(world.record("eve.git")[2]["stages_passed"], right_stages());

    // And without it, it is nothing again, though no more passes than before.
    fs::remove_file(clone.directory.join("solution.py")).expect("it is there");
    clone.commit();
    clone
        .push(&["origin", "main"])
        .expect(&["{right} of {all} stages pass", "So, only 0 of {all} stages pass"]);
    assert_eq!(world.record("eve.git")[3]["stages_passed"], 0);
}

/// The same for several attempts, each by its name and target: all of them are refused.
#[track_caller]
fn all_refused(world: &World, attempts: &[(&str, &str)], settings: &[(&str, &str)]) {
    let clone = hostile(world, attempts[0].0, attempts[0].1, settings);
    let line =
        |(attempt, target): &(&str, &str)| format!("python3 attack.py {attempt} '{target}'\n");
    clone.write("attacks.sh", &attempts.iter().map(line).collect::<String>());
    let server = clone.read("serve.sh");
    clone.write("serve.sh", &format!("sh attacks.sh\n{server}"));
    let project = "language = \"python\"\nbuild = \"sh attacks.sh\"\nrun = \"sh serve.sh\"\n";
    clone.write("challenge.toml", project);
    let pushed = push_in_vain(&clone);
    let refusals = pushed.text.matches("remote: | refused: ").count();
    assert_eq!(refusals, attempts.len(), "{}", pushed.text);
}

pub fn process_1_of_the_sandbox_is_nobodys_tool(world: &World) {
    let limits = [MEMORY, ("challenge.processes", "64")];
    let attempts = [
        ("limits_of_process_1", "256 64"),
        ("trace_process_1", ""),
        ("write_to_process_1", ""),
        ("exec_in_process_1", "/home/learner/project/right.py"),
    ];
    all_refused(world, &attempts, &limits);
}

pub fn what_no_server_needs_is_not_permitted(world: &World) {
    let attempts = [
        ("make_calls_that_no_server_needs", ""),
        ("open_odd_sockets", ""),
        ("speak_another_abi", ""),
        ("hide_from_proc", ""),
        ("use_up_keys", ""),
        ("use_memory_as_stack", "256"),
        ("open_terminal", ""),
        ("ask_for_signals", ""),
        ("become_last_to_be_killed", ""),
    ];
    all_refused(world, &attempts, &[]);
}

pub fn no_more_empty_files_are_made_than_the_limit(world: &World) {
    refused(world, "make_empty_files", "20000", &[DISK]).expect(&["No space left on device"]);
}

/// What the kernel counts for a user, one push uses up, and another needs.
pub fn what_a_user_may_have_is_each_pushes_own(world: &World) {
    let clones = ["eve", "ada"].map(|name| {
        world.challenge(&["host", &format!("{name}.git"), "--language", "python", "--shared"]);
        world.clone_of(&format!("{name}.git"), name)
    });
    a_holder_is_in_nobodys_way(&clones);
}

/// Pushes as the first what holds as many descriptors in flight as it may, and meanwhile, as the second, a
/// right server whose build passes one on.
#[track_caller]
pub fn a_holder_is_in_nobodys_way([holder, other]: &[Clone; 2]) {
    for (clone, does) in [(holder, "hold"), (other, "pass")] {
        clone.copy("git/attacks/descriptors.py", "descriptors.py");
        clone.copy("broken/right.py", "right.py");
        let build = format!("build = \"python3 descriptors.py {does}\"\n");
        let project = "language = \"python\"\nrun = \"python3 right.py\"\n";
        clone.write("challenge.toml", &format!("{project}{build}"));
        clone.commit();
    }
    let mut held = holder.start_push(&[]);
    held.await_line("| holds 4");
    other.push(&[]).expect(&["Sandbox: no network", "{right} of {all} stages pass"]);
    assert!(held.child.try_wait().expect("it is our child").is_none(), "it holds to the end");
    held.signal(libc::SIGINT);
    held.await_end();
}

/// A program is judged by its own threads: another one that has its connections is seen.
pub fn no_program_is_served_by_that_of_another_stage(world: &World) {
    let clone = hostile(world, "run_redis", "", &[]);
    clone.copy("git/attacks/helped_by_another.py", "server.py");
    clone.copy("correct/threads/main.py", "threads.py");
    let project = "language = \"python\"\nstart_seconds = 60\nrun = \"python3 server.py\"\n";
    clone.write("challenge.toml", project);
    clone.commit();
    let pushed = clone.push(&[]);
    pushed.expect(&["✗ one thread serves all clients", "SCM_RIGHTS"]);
    pushed.expect(&["3 of "]);
}

/// Nor does it help to keep the connections open, and to pass on copies.
pub fn no_program_lets_that_of_another_stage_answer(world: &World) {
    let clone = hostile(world, "run_redis", "", &[]);
    const PROJECT: &str = "language = \"python\"\nrun = \"python3 SERVER\"\n";
    for server in ["helped_beside.py", "helped_by_epoll.py"] {
        clone.copy(&format!("git/attacks/{server}"), server);
        clone.write("challenge.toml", &PROJECT.replace("SERVER", server));
        clone.commit();
        let pushed = clone.push(&[]);
        pushed.expect(&["✗ one thread serves all clients", "3 of {all} stages pass"]);
    }
}

/// What a push takes from itself is not what the host could not do.
pub fn who_uses_up_its_own_processes_has_failed(world: &World) {
    let clone = hostile(world, "run_redis", "", &[("challenge.processes", "64")]);
    clone.copy("git/attacks/use_up_processes.py", "hog.py");
    clone.copy("broken/stage1_bare_newline.py", "wrong.py");
    let project = "language = \"python\"\nrun = \"python3 hog.py wrong.py\"\n";
    clone.write("challenge.toml", project);
    clone.commit();
    clone.push(&[]).expect_not("not graded:");
    let record = world.record("eve.git");
    let push = record.last().expect("a push");
    assert!(push["graded"] == true && push["stages_passed"] != right_stages(), "{push:#}");
}

/// Nor is a server of anybody else's; the tests have a real one beside them.
pub fn redis_itself_is_not_there(world: &World) {
    let clone = hostile(world, "run_redis", "", &[]);
    push_in_vain(&clone);
    clone.write("challenge.toml", "language = \"python\"\nrun = \"redis-server --save ''\"\n");
    clone.commit();
    clone.push(&[]).expect(&["0 of {all} stages pass"]);
}

/// The host puts a new version in the place of the old one, while a push is graded.
pub fn a_new_tester_is_hidden_too_and_nobodys_failure(world: &World) {
    let (clone, tester) = with_tester_in_a_toolchain(world);
    let attack = format!("python3 attack.py read_file '{}'", tester.display());
    clone.write("serve.sh", &format!("{attack} | grep -q ^refused: && exec python3 right.py\n"));
    // It waits until it can see the new one, and half a minute at the most.
    let build =
        "echo waits; n=0; until [ -e TOOLS/new ] || [ $n = 600 ]; do sleep 0.05; n=$((n+1)); done";
    let build = build.replace("TOOLS", tester.parent().and_then(Path::to_str).expect("text"));
    let project = "language = \"python\"\nbuild = \"BUILD\"\nrun = \"sh serve.sh\"\n";
    clone.write("challenge.toml", &project.replace("BUILD", &build));
    clone.commit();
    let mut push = clone.start_push(&[]);
    push.await_line("| waits");
    fs::remove_file(&tester).expect("it is there");
    fs::copy(env!("CARGO_BIN_EXE_challenge"), &tester).expect("a copy");
    fs::write(tester.with_file_name("new"), "").expect("a new file");
    push.end().expect(&["{right} of {all} stages pass"]);
}

/// Every hook that git knows, see githooks(5).
const HOOKS: [&str; 29] = [
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "pre-push",
    "pre-receive",
    "update",
    "proc-receive",
    "post-receive",
    "post-update",
    "reference-transaction",
    "push-to-checkout",
    "pre-auto-gc",
    "post-rewrite",
    "sendemail-validate",
    "fsmonitor-watchman",
    "p4-changelist",
    "p4-prepare-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
    "post-index-change",
    "notes-rewrite",
];

/// A commit that is a bare repository itself, and whose build leaves more of them: each asks git to run
/// something at every occasion there is. It is the account that hosts which would run it.
pub fn nothing_of_a_commit_runs_on_the_host(world: &World) {
    let marker = world.path("has-run");
    let clone = world.project("ada", FAILING);
    let script = |name: &str| format!("#!/bin/sh\necho {name} >>{}\n", marker.display());
    for root in ["", "nested/"] {
        for folder in ["hooks", "objects", "refs"] {
            fs::create_dir_all(clone.directory.join(root).join(folder)).expect("a new name");
            clone.write(&format!("{root}{folder}/keep"), "");
        }
        let hooks = HOOKS.map(|name| format!("hooks/{name}"));
        for path in hooks.iter().map(String::as_str).chain(["monitor", "filter", "editor"]) {
            let path = format!("{root}{path}");
            clone.write(&path, &script(&path));
            let file = clone.directory.join(path);
            fs::set_permissions(file, PermissionsExt::from_mode(0o755)).expect("ours");
        }
        clone.write(&format!("{root}HEAD"), "ref: refs/heads/main\n");
        clone.write(&format!("{root}config"), CONFIG_THAT_RUNS);
        clone.write(&format!("{root}.gitattributes"), "* filter=x diff=x merge=x\n");
        let module = "[submodule \"x\"]\n\tpath = x\n\turl = ./x\n\tupdate = !./filter\n";
        clone.write(&format!("{root}.gitmodules"), module);
    }
    clone.write(".gitignore", "made\n");
    let build = "touch made nested/made; cp -r nested x; cp -r nested x/.git; cp -r nested .git";
    clone.write("challenge.toml", &format!("{FAILING}build = \"{build}\"\n"));
    for mode in ["off", "preferred"] {
        world.git("ada.git", &["config", "challenge.sandbox", mode]);
        for branch in ["main", "idea"] {
            clone.commit_on(branch);
            clone.push(&["--force", "origin", branch]).expect(&["Built in", "Stage 0, bind"]);
        }
    }
    world.challenge(&["report", "ada.git"]);
    let has_run = fs::read_to_string(&marker).unwrap_or_default();
    assert_eq!(has_run, "", "the host has run this of a commit");
}

const CONFIG_THAT_RUNS: &str = r#"
[core]
    bare = false
    worktree = .
    repositoryFormatVersion = 0
    fsmonitor = ./monitor
    hooksPath = hooks
    pager = ./editor
    editor = ./editor
    sshCommand = ./editor
[filter "x"]
    clean = ./filter
    smudge = ./filter
    process = ./filter
    required = true
[diff "x"]
    command = ./filter
    textconv = ./filter
[merge "x"]
    driver = ./filter
[diff]
    external = ./filter
[alias]
    ls-files = !./filter
    notes = !./filter
[uploadpack]
    packObjectsHook = ./filter
[credential]
    helper = !./filter
"#;
