//! Every stage has the same command line.

use std::net::TcpListener;
use std::process::{Command, Output};
use test_support::{Client, Server, Stage};

fn stages() -> Vec<Stage> {
    test_support::stages(env!("CARGO_BIN_EXE_stage0"))
}

fn run(stage: &Stage, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } =
        Command::new(&stage.program).args(arguments).output().expect("the stage is built");
    let text = |bytes| String::from_utf8(bytes).expect("its output is text");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn help_says_what_there_is_to_say() {
    for stage in stages() {
        let (status, stdout, stderr) = run(&stage, &["--help"]);
        assert_eq!((status, stderr.as_str()), (Some(0), ""));
        assert!(
            stdout.starts_with(&format!("usage: stage{} [--port PORT]\n", stage.number)),
            "{stdout}"
        );
    }
}

#[test]
fn anything_else_is_refused_with_status_2() {
    for stage in stages() {
        let name = format!("stage{}", stage.number);
        for (arguments, problem) in [
            (&["6379"][..], "unexpected argument \"6379\""),
            (&["--prot", "1"], "unexpected argument \"--prot\""),
            (&["--port"], "--port needs a number"),
            (&["--port", "65536"], "--port takes a number from 0 to 65535, not \"65536\""),
            (&["--port", "-1"], "--port takes a number from 0 to 65535, not \"-1\""),
            (&["--port", ""], "--port takes a number from 0 to 65535, not \"\""),
            (&["--port", "0", "x"], "unexpected argument \"x\""),
        ] {
            let expected = format!("{name}: {problem}; see {name} --help\n");
            assert_eq!(run(&stage, arguments), (Some(2), String::new(), expected));
        }
    }
}

#[test]
fn a_taken_port_is_named_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = taken.local_addr().expect("it is bound").port();
    for stage in stages() {
        let (status, stdout, stderr) = run(&stage, &["--port", &port.to_string()]);
        assert_eq!((status, stdout.as_str()), (Some(1), ""));
        assert_eq!(
            stderr,
            format!(
                "stage{}: port {port} is taken; stop the program that holds it \
                 (`ss -ltnp 'sport = :{port}'` names it) or choose another with --port\n",
                stage.number
            )
        );
    }
}

#[test]
fn a_restarted_server_gets_its_port_back_at_once() {
    for stage in stages().into_iter().skip(1) {
        let first = Server::stage(&stage.program);
        let port = first.port;
        let mut client = Client::connect(port);
        client.exchange("PING\r\n", "+PONG\r\n");
        drop(first); // it closes first, so that its end of the connection is the one to linger
        let mut command = Command::new(&stage.program);
        command.args(["--port", &port.to_string()]);
        assert_eq!(Server::stage_as(command).port, port, "stage {}", stage.number);
    }
}
