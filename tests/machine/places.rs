//! Where a program runs: in private, as whoever grades it, or on the plain host where the system
//! permits nothing else.

use crate::{CHALLENGE, last_stage, stage};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use test_support::{Need, Suite};

const NOBODY: [&str; 4] = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

const USER_NAMESPACES: Need = Need {
    name: "a user namespace for an ordinary user, to be had by root",
    proof: &[NOBODY[0], NOBODY[1], NOBODY[2], NOBODY[3], "unshare", "--user", "--net", "true"],
    install: "sysctl user.max_user_namespaces=10000",
};
const NETWORK_NAMESPACE: Need = Need {
    name: "a network namespace, and ip to set up its loopback device",
    proof: &["unshare", "--map-root-user", "--net", "ip", "link", "set", "lo", "up"],
    install: "apt-get install iproute2",
};

pub fn tests(suite: Suite) -> Suite {
    suite
        .test_with(
            &[USER_NAMESPACES],
            "an ordinary user's trials are private too",
            an_ordinary_user,
        )
        .test_with(
            &[NETWORK_NAMESPACE],
            "where private networks are not permitted, a line says so and the plain host serves",
            the_plain_host,
        )
        .test_with(
            &[NETWORK_NAMESPACE],
            "nothing outlives a trial on the plain host",
            nothing_outlives_on_the_plain_host,
        )
        .test_with(
            &[NETWORK_NAMESPACE],
            "on the plain host, who holds the port is named",
            the_port_is_taken,
        )
}

fn an_ordinary_user() {
    // The build may be in a directory that others may not enter.
    let public = tempfile::tempdir().expect("there is room for a directory");
    fs::set_permissions(public.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
    let copy = |program: &str, name: &str| {
        let copy = public.path().join(name);
        fs::copy(program, &copy).expect("there is room for a program");
        copy
    };
    let mut command = Command::new(NOBODY[0]);
    command.args(&NOBODY[1..]).current_dir("/");
    command.arg(copy(CHALLENGE, "challenge")).args(["test", "--all", "--"]);
    command.arg(copy(&last_stage(), "stage"));
    let output = command.output().expect("setpriv is installed");
    let text = text(&output);
    assert!(output.status.success(), "{text}");
    assert!(!text.contains("plain host"), "{text}");
}

fn the_plain_host() {
    let output = on_a_plain_host("\"$1\" test --all -- \"$2\"");
    let text = text(&output);
    assert!(output.status.success(), "{text}");
    let told = text.lines().filter(|line| line.contains("plain host")).count();
    assert_eq!(told, 1, "{text}");
}

fn nothing_outlives_on_the_plain_host() {
    let output = on_a_plain_host(
        r#""$1" test --stage 0 -- sh -c 'setsid sleep 600 & exec "$1"' sh "$3"
           echo "then: $(cat /proc/[0-9]*/comm | grep -c sleep) left""#,
    );
    let text = text(&output);
    assert!(text.contains(" stages pass") && text.contains("then: 0 left"), "{text}");
}

fn the_port_is_taken() {
    // 18EB is 6379, and 0A is the state of a socket that listens.
    let output = on_a_plain_host(
        r#""$2" >/dev/null & holder=$!
           while ! grep -q ':18EB 00000000:0000 0A' /proc/net/tcp && kill -0 $holder; do sleep 0.01; done
           "$1" test --all -- "$2"; echo "status $?, and $holder held it""#,
    );
    let text = text(&output);
    assert!(text.contains("status 2"), "{text}");
    let holder = text.split("status 2, and ").nth(1).and_then(|rest| rest.split(' ').next());
    let program =
        Path::new(&last_stage()).file_name().expect("it has a name").display().to_string();
    let named = format!("port 6379 is taken by {program} (pid {})", holder.expect("its number"));
    assert!(text.contains(&named), "{text}");
}

/// Runs a script where no more network namespaces are to be had, and in one of its own, in which port
/// 6379 is free and disturbs nobody. Its arguments are the grader, the last stage and the first.
fn on_a_plain_host(script: &str) -> Output {
    let forbid = "ip link set lo up && echo 0 > /proc/sys/user/max_net_namespaces";
    Command::new("unshare")
        .args(["--map-root-user", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"])
        .args([
            "sh",
            "-c",
            &format!("{forbid}\n{script}"),
            "sh",
            CHALLENGE,
            &last_stage(),
            &stage(0),
        ])
        .output()
        .expect("unshare is installed")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}
