//! While a push is graded: its lines come as they are written, two pushes do not mix, and whoever
//! goes away leaves nothing behind.

use crate::push::Push;
use crate::world::{FAILING, MAIN, World, kill};
use std::fs;
use std::time::Duration;
use test_support::eventually;

type Interruption = fn(&World, &Push);

/// Builds that wait until a test lets them go on, which it does by making a file in the home.
fn waiting(name: &str, file: &str) -> String {
    let build = format!(
        "echo {name} begins; until [ -e $HOME/{file} ]; do sleep 0.02; done; echo {name} ends"
    );
    format!("{FAILING}build = \"{build}\"\n")
}

pub fn lines_come_as_they_are_written(world: &World) {
    let clone = world.project("ada", &waiting("it", "go"));
    world.git("ada.git", &["config", "challenge.sandbox", "off"]);
    clone.commit();
    let mut push = clone.start_push(&[]);
    push.await_line("| it begins");
    fs::write(world.path("home/go"), "").expect("a new file");
    let pushed = push.end();
    pushed.expect(&["| it ends", "Push 1,"]);
}

pub fn two_pushes_at_once_do_not_mix(world: &World) {
    let one = world.project("ada", &waiting("one", "two-has-begun"));
    world.git("ada.git", &["config", "challenge.sandbox", "off"]);
    one.commit();
    let two = world.clone_of("ada.git", "other");
    two.write("challenge.toml", &waiting("two", "one-has-begun"));
    two.commit_on("idea");
    let mut pushes = [one.start_push(&[]), two.start_push(&["origin", "idea"])];
    for (push, name) in pushes.iter_mut().zip(["one", "two"]) {
        push.await_line(&format!("| {name} begins"));
        fs::write(world.path(format!("home/{name}-has-begun")), "").expect("a new file");
    }
    let [one, two] = pushes.map(Push::end);
    one.expect(&["on main", "| one ends", "Stage 0, bind"]);
    one.expect_not("| two");
    two.expect(&["on idea", "| two ends", "Stage 0, bind"]);
    two.expect_not("| one");
    let record = world.record("ada.git");
    let mut branches: Vec<_> = record.iter().map(|push| push["branch"].as_str()).collect();
    branches.sort_unstable();
    assert_eq!(branches, [Some("idea"), Some(MAIN)]);
    assert!(record[0]["push"] == 1 && record[1]["push"] == 2, "{record:?}");
}

/// Each would have the memory that a push may use.
pub fn of_three_pushes_at_once_one_waits_for_its_turn(world: &World) {
    let clone = world.project("ada", &waiting("it", "go"));
    world.git("ada.git", &["config", "challenge.sandbox", "off"]);
    let mut pushes = ["main", "one", "two"].map(|branch| {
        clone.commit_on(branch);
        let mut push = clone.start_push(&["origin", branch]);
        push.await_line(if branch == "two" { "this one waits" } else { "| it begins" });
        push
    });
    assert!(!pushes[2].has_line("| it begins"), "it does not wait");
    fs::write(world.path("home/go"), "").expect("a new file");
    pushes[2].await_line("| it begins");
    pushes.into_iter().for_each(|push| push.end().expect(&["Stage 0, bind"]));
    assert_eq!(world.record("ada.git").len(), 3);
}

/// It would be built for nobody, and its turn is somebody else's.
pub fn a_learner_who_leaves_while_waiting_is_not_waited_for(world: &World) {
    let clone = world.project("ada", &waiting("it", "go"));
    world.git("ada.git", &["config", "challenge.sandbox", "off"]);
    let [one, two, waiting] = ["main", "one", "two"].map(|branch| {
        clone.commit_on(branch);
        let mut push = clone.start_push(&["origin", branch]);
        push.await_line(if branch == "two" { "this one waits" } else { "| it begins" });
        push
    });
    kill(waiting.child.id() as i32);
    waiting.await_end();
    let ended = || world.record("ada.git")[2]["state"] == "interrupted";
    eventually("it is interrupted", ended);
    fs::write(world.path("home/go"), "").expect("a new file");
    [one, two].into_iter().for_each(|push| push.end().expect(&["Stage 0, bind"]));
    assert_eq!(world.record("ada.git")[2]["state"], "interrupted");
}

/// A build and a program that never end, and have a process that has detached itself.
const ENDLESS: [&str; 2] = [
    "language = \"x\"\nrun = \"false\"\nbuild = \"setsid sleep NAP & sleep NAP\"\n",
    "language = \"x\"\nrun = \"sh -c 'setsid sleep NAP & sleep NAP'\"\nstart_seconds = 1000\n",
];

/// Without a sandbox, and in one if there is bubblewrap.
const MODES: [&str; 2] = ["off", "preferred"];

fn interrupted(world: &World, interrupt: Interruption) {
    let clone = world.project("ada", FAILING);
    clone.commit();
    clone.push(&[]);
    let mut before = world.record("ada.git");
    for (project, mode) in ENDLESS.into_iter().flat_map(|project| MODES.map(|mode| (project, mode)))
    {
        clone.write("challenge.toml", &project.replace("NAP", &world.nap));
        let commit = clone.commit();
        world.git("ada.git", &["config", "challenge.sandbox", mode]);
        let push = clone.start_push(&[]);
        let is_asleep = |(_, line): &(i32, String)| line.starts_with("sleep ");
        eventually("two processes sleep", || {
            world.processes().into_iter().filter(is_asleep).count() >= 2
        });
        interrupt(world, &push);
        push.await_end();
        world.expect_quiet();
        let mut record = world.record("ada.git");
        let push = record.pop().expect("it is recorded");
        assert!(push["state"] == "interrupted" && push["commit"] == commit.as_str(), "{push}");
        assert_eq!(record, before);
        before.push(push);
    }
    let main = world.git("ada.git", &["rev-parse", MAIN]);
    let said = format!("main is at {}, which was not graded (push 5: interrupted", &main[..8]);
    assert!(clone.challenge(&["status"]).contains(&said), "status does not say: {said}");
    let report = world.challenge(&["report", "ada.git"]);
    assert!(report.contains(&said) && report.contains("✗5"), "{report}");
    // No lock that git has left behind is in the way of the next.
    clone.write("challenge.toml", FAILING);
    clone.commit();
    clone.push(&[]).expect(&["Stage 0, bind", "Push 6,"]);
}

pub fn ctrl_c_leaves_nothing_behind(world: &World) {
    interrupted(world, |_, push| push.signal(libc::SIGINT));
}

/// Git alone is killed, which sends no signal to anybody.
pub fn a_killed_client_leaves_nothing_behind(world: &World) {
    interrupted(world, |_, push| kill(push.child.id() as i32));
}

/// What git has started to reach the other side: ssh, or the other side itself.
pub fn a_killed_connection_leaves_nothing_behind(world: &World) {
    interrupted(world, |world, _| {
        let processes = world.processes();
        let named = |name| processes.iter().filter(move |(_, line)| line.starts_with(name));
        let (ssh, here): (Vec<_>, Vec<_>) =
            (named("ssh ").collect(), named("git-receive-pack ").collect());
        let connection = if ssh.is_empty() { here } else { ssh };
        assert_eq!(connection.len(), 1, "{processes:?}");
        connection.iter().for_each(|(process, _)| kill(*process));
    });
}

/// Compared with a push to a repository without a hook at the same moment; a machine that is busy
/// gets several attempts.
pub fn the_first_line_comes_in_half_a_second(world: &World) {
    const ATTEMPTS: usize = 10;
    const MOST: Duration = Duration::from_millis(500);
    let clone = world.project("ada", FAILING);
    world.git(".", &["init", "-q", "--bare", "plain.git"]);
    let plain = clone.git(&["remote", "get-url", "origin"]).replace("ada.git", "plain.git");
    clone.git(&["remote", "add", "plain", plain.trim()]);
    let mut delays = Vec::new();
    for _ in 0..ATTEMPTS {
        clone.commit();
        let without = clone.push(&["plain", MAIN]).time;
        let first = clone.push(&[]).time_of("remote: ");
        delays.push(first.saturating_sub(without));
        if first < without + MOST {
            return;
        }
    }
    panic!("the first line comes so much later than a push takes: {delays:?}");
}
