//! The five commands of docs/hosting.md, typed as they stand: a host on which three people push over
//! ssh. One finishes, one is stuck at stage 3, and one tries to get out.

#[path = "hosting/machine.rs"]
pub mod machine;

use crate::escapes::a_holder_is_in_nobodys_way;
use crate::sshd::{make_key, ssh_with};
use crate::world::{Clone, World};
use machine::Machine;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use test_support::{course, eventually, right_stages};

/// What the third tries. As an ordinary user, the host has no control groups, so that memory is
/// limited process by process.
const ATTEMPTS: [&str; 33] = [
    "read_file /etc/shadow",
    "read_file /home/git/ada.git/HEAD",
    "read_file /home/git/.ssh/authorized_keys",
    "read_file /usr/local/bin/challenge",
    "write_file /home/git/eve.git/refs/heads/results",
    "write_file /home/git/.ssh/authorized_keys",
    "make_files_in_system",
    "connect PORT",
    "start_processes 64",
    "use_memory 256",
    "use_processor 2",
    "fill_disk 64",
    "fill_temporary_files 64",
    "make_one_large_file 64",
    "outlive a-survivor-on-the-host",
    "signal_process 1000000",
    "speak_to_terminal",
    "enter_namespace",
    "limits_of_process_1 '256 64'",
    "trace_process_1",
    "write_to_process_1",
    "exec_in_process_1 /home/learner/project/broken.py",
    "make_calls_that_no_server_needs",
    "open_odd_sockets",
    "speak_another_abi",
    "hide_from_proc",
    "make_empty_files 20000",
    "use_up_keys",
    "use_memory_as_stack 256",
    "open_terminal",
    "ask_for_signals",
    "become_last_to_be_killed",
    "run_redis",
];

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The first commands of the page.
fn five_commands() -> Vec<String> {
    let page = fs::read_to_string(tests().with_file_name("docs/hosting.md")).expect("the page");
    let block = page.split("```").find_map(|part| part.strip_prefix("sh\n")).expect("commands");
    let commands: Vec<String> = block.lines().map(str::to_owned).collect();
    assert_eq!(commands.len(), 5, "{commands:#?}");
    commands
}

pub fn five_commands_make_a_host_for_a_class(world: &World) {
    let commands = five_commands();
    let mut machine = Machine::start(&world.path("machine"));
    for command in &commands[..3] {
        machine.run(command);
    }
    let page = fs::read_to_string(tests().with_file_name("docs/hosting.md")).expect("the page");
    let check = "su - git -c 'challenge host check *.git'";
    assert!(page.contains(check));
    // An account without a limit is a hole, and its exit status says so.
    let check = machine.run(&format!("{} || test $? = 1", check.replace(" *.git", "")));
    assert!(check.contains("✓ A pushed program has a filter of system calls."), "{check}");
    assert!(check.contains("✓ This account is not root."), "{check}");
    let holes =
        if check.contains("✗ All pushes together") { "1 is a hole" } else { "0 are holes" };
    assert!(check.contains(&format!(" {holes} (✗).")), "{check}");
    let sudo =
        "gpasswd -a git sudo && su - git -c 'challenge host check || true'; gpasswd -d git sudo";
    let check = machine.run(sudo);
    assert!(check.contains("✗ It is in sudo") && check.contains("gpasswd -d git sudo"), "{check}");
    has_users_to_give_away(&machine);
    let people = ["ada", "bob", "eve"];
    for name in people {
        machine.put(&format!("{name}.pub"), &make_key(&world.path(key_of(name))));
        let printed = machine.run(&commands[3].replace("ada", name));
        assert!(printed.starts_with("git clone git@"), "{printed}");
        assert!(printed.ends_with(&format!(":{name}.git\n")), "{printed}");
    }
    machine.start_sshd();
    let [ada, bob, eve] = people.map(|name| clone(world, &machine, name));
    finishes(&ada);
    is_stuck_at_stage_3(&bob);
    tries_to_get_out(&eve, &machine);
    a_holder_is_in_nobodys_way(&[eve, ada]);
    let hooks = || machine.run("ps -e -o args | grep 'challenge[ ]hook' || true");
    eventually("the hook of the push that was broken off ends", || hooks().is_empty());

    let table = machine.run(&commands[4]);
    let order: Vec<usize> = people.map(|name| table.find(name).expect("a row")).to_vec();
    assert!(order.is_sorted(), "{table}");
    let json = machine.run(&commands[4].replace("*.git", "*.git --format json"));
    let rows: Value = serde_json::from_str(&json).expect("JSON");
    let passed = rows.as_array().expect("rows").iter().map(|row| &row["stages_passed"]);
    assert_eq!(passed.collect::<Vec<_>>(), [course().len(), 3, 1]);
    comes_back_from_its_backup(&machine, &json);
    fails_nobody_at_its_process_limit(&machine);
}

/// Without them, pushes are the same user: that is a hole, and its cure is a command.
fn has_users_to_give_away(machine: &Machine) {
    let check = "su - git -c 'challenge host check || true'";
    let own = "✓ Each push is run as a user of its own";
    assert!(machine.run(check).contains(own));
    machine.run("sed -i '/^git:/d' /etc/subuid /etc/subgid");
    let said = machine.run(check);
    assert!(said.contains("✗ Pushes are run as the same user"), "{said}");
    let cure = said.lines().find_map(|line| line.split_once("usermod"));
    let (_, options) = cure.unwrap_or_else(|| panic!("no cure:\n{said}"));
    machine.run(&format!("usermod {options}"));
    assert!(machine.run(check).contains(own));
}

/// A right server is pushed again and again by the account itself, which may have ever more processes: too
/// few for git, for the hook, for the sandbox, and at last enough. Whatever cannot be started, the record
/// never says that the server fails.
fn fails_nobody_at_its_process_limit(machine: &Machine) {
    machine.put("right.py", &tests().join("broken/right.py"));
    machine.put("limited.sh", &tests().join("git/hosting/limited.sh"));
    machine.run("su - git -c 'sh /tmp/limited.sh'");
    let notes = "git -C zoe.git notes --ref=challenge list | cut -d\" \" -f1 | \
                 while read -r note; do git -C zoe.git cat-file blob $note; done";
    let record = machine.run(&format!("su - git -c '{notes}'"));
    let pushes: Vec<Value> =
        record.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let has_verdict = |push: &&Value| push["state"] == "graded" && push["graded"] == true;
    let (graded, others): (Vec<&Value>, Vec<&Value>) = pushes.iter().partition(has_verdict);
    assert!(graded.iter().all(|push| push["stages_passed"] == right_stages()), "{graded:#?}");
    assert!(!graded.is_empty() && !others.is_empty(), "{pushes:#?}");
}

/// What the page says of a backup, for everything that the account has.
fn comes_back_from_its_backup(machine: &Machine, report: &str) {
    let page = fs::read_to_string(tests().with_file_name("docs/hosting.md")).expect("the page");
    let typed = |start: &str| {
        let line =
            page.lines().find(|line| line.starts_with(start)).expect("a command of the page");
        machine.run(&line.replace("/root/", "/tmp/"));
    };
    let keys = machine.run("cat /home/git/.ssh/authorized_keys");
    typed("tar -C /home -czf");
    machine.run("find /home/git -mindepth 1 -delete");
    typed("tar -C /home -xzf");
    let again = machine.run("su - git -c 'challenge report --format json *.git'");
    assert_eq!(again, report);
    assert_eq!(machine.run("cat /home/git/.ssh/authorized_keys"), keys);
    machine.run("su - git -c 'git -C ada.git rev-parse refs/challenge/pushes/1'");
}

fn key_of(name: &str) -> String {
    format!("key-of-{name}")
}

/// Clones as somebody who has one key and no settings.
fn clone<'a>(world: &'a World, machine: &Machine, name: &str) -> Clone<'a> {
    let key = world.path(key_of(name));
    let ssh = format!("core.sshCommand={}", ssh_with(&key, Path::new("/dev/null")));
    let url = format!("ssh://git@127.0.0.1:{}/~/{name}.git", machine.port);
    // What `-c` says to clone is kept in the clone.
    world.git(".", &["clone", "-q", "-c", &ssh, &url, name]);
    Clone { world, directory: world.path(name) }
}

fn finishes(clone: &Clone) {
    clone.commit();
    clone.push(&[]).expect(&["Sandbox: no network", "0 of {all} stages pass"]);
    for file in fs::read_dir(tests().join("solutions/python")).expect("it is there").flatten() {
        if file.path().is_file() {
            fs::copy(file.path(), clone.directory.join(file.file_name())).expect("a copy");
        }
    }
    clone.commit();
    clone.push(&[]).expect(&["{all} of {all} stages pass", "You have built a Redis"]);
}

fn is_stuck_at_stage_3(clone: &Clone) {
    clone.copy("broken/stage3_one_client_at_a_time.py", "server.py");
    clone.copy("broken/right.py", "right.py");
    for _ in 0..3 {
        clone.commit();
        clone.push(&[]).expect(&["3 of {all} stages pass", "✗ two clients are served in turn"]);
    }
}

fn tries_to_get_out(clone: &Clone, machine: &Machine) {
    for (key, value) in [("memory", 256), ("disk", 64), ("processes", 64), ("cpu", 2)] {
        machine.run(&format!("su - git -c 'git -C eve.git config challenge.{key} {value}'"));
    }
    let keys = "cat /home/git/.ssh/authorized_keys /etc/passwd";
    let before = machine.run(keys);
    clone.copy("git/attacks/attack.py", "attack.py");
    clone.copy("broken/stage1_bare_newline.py", "broken.py");
    clone.copy("broken/right.py", "right.py");
    let port = machine.port.to_string();
    let attacks: String = ATTEMPTS.map(|attempt| format!("python3 attack.py {attempt}\n")).concat();
    clone.write("attacks.sh", &attacks.replace("PORT", &port));
    // What takes long is tried once: the program is started many times.
    clone.write("serve.sh", "head -n 8 attacks.sh | sh\nexec python3 broken.py\n");
    let project = "language = \"python\"\nbuild = \"sh attacks.sh\"\nrun = \"sh serve.sh\"\n";
    clone.write("challenge.toml", project);
    clone.commit();
    let pushed = clone.push(&[]);
    pushed.expect(&["Sandbox: no network", "1 of {all} stages pass"]);
    pushed.expect_not("SUCCEEDED");
    let refusals = pushed.text.matches("remote: | refused: ").count();
    assert_eq!(refusals, ATTEMPTS.len(), "{}", pushed.text);
    assert_eq!(machine.run(keys), before);
    let left = machine.run("ps -e -o args | grep '[a]-survivor-on-the-host' || true");
    assert_eq!(left, "", "somebody has outlived the trial");
}
