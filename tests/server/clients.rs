//! Real clients get along with the stages, each as far as the stage goes: their own handshakes ask for
//! commands that no stage has, and the error replies have to let them go on.

use redis::{SetExpiry, SetOptions, TypedCommands};
use std::io::Write;
use std::process::{Command, Stdio};
use test_support::{Need, PATIENCE, Server, Suite, eventually, in_one_of, stages};

/// The files that decide what a client sees. A stage that has links for all of these answers it as the
/// stage before does.
const ANSWERS: &[&str] = &[
    "parser.rs",
    "connection.rs",
    "event_loop.rs",
    "commands.rs",
    "dispatch.rs",
    "reply.rs",
    "strings.rs",
];

/// The first stage with the commands of these clients.
const ECHO: usize = 2;
/// The first stage with SET and GET, and the first whose keys have deadlines.
const SET_AND_GET: usize = 4;
const EXPIRY: usize = 5;
/// The first stage that serves several clients at the same time.
const SELECT_LOOP: usize = 3;

/// A client that talks to the stage of this number, on this port.
type Client = fn(usize, u16);

fn main() {
    let clients: [(&str, &[Need], Client); 5] = [
        ("the_redis_crate", &[], redis_crate),
        ("redis_cli_with_a_command", &[Need::REDIS_CLI], redis_cli_with_a_command),
        ("redis_cli_with_many_lines", &[Need::REDIS_CLI], redis_cli_with_many_lines),
        ("redis_benchmark", &[Need::REDIS_BENCHMARK], redis_benchmark),
        ("pythons_redis_package", &[Need::PYTHON_REDIS], pythons_redis_package),
    ];
    let mut suite = Suite::default();
    for (client, needs, talk) in clients {
        let stages = in_one_of(ANSWERS, stages(env!("CARGO_BIN_EXE_stage0")));
        for stage in stages.into_iter().skip_while(|stage| stage.number < ECHO) {
            let name = format!("{client}_talks_to_stage_{}", stage.number);
            suite = suite.test_with(needs, &name, move || {
                let server = Server::stage(&stage.program);
                talk(stage.number, server.port);
            });
        }
    }
    suite.run()
}

fn redis_crate(stage: usize, port: u16) {
    let client = redis::Client::open(("127.0.0.1", port)).expect("an address");
    let mut client = client.get_connection_with_timeout(PATIENCE).expect("it goes on");
    client.set_read_timeout(Some(PATIENCE)).expect("not zero");
    let binary: Vec<u8> = (0..=255).collect();
    assert_eq!(client.ping().unwrap(), "PONG");
    assert_eq!(redis::cmd("ECHO").arg(&binary).query(&mut client), Ok(binary.clone()));
    if stage >= SET_AND_GET {
        assert_eq!(client.get("key").unwrap(), None);
        client.set("key", &binary).unwrap();
        assert_eq!(redis::cmd("GET").arg("key").query(&mut client), Ok(binary));
        let mut pipeline = redis::pipe();
        for number in 0..1_000 {
            pipeline.set(format!("key:{number}"), number).ignore().get(format!("key:{number}"));
        }
        assert_eq!(pipeline.query(&mut client), Ok(Vec::from_iter(0..1_000)));
    }
    if stage >= EXPIRY {
        let brief = SetOptions::default().with_expiration(SetExpiry::PX(100));
        client.set_options("key", "brief", brief).unwrap();
        eventually("the key is gone", || client.get("key").unwrap().is_none());
    }
}

fn redis_cli_with_a_command(stage: usize, port: u16) {
    let port = port.to_string();
    let cli = |arguments: &[&str]| run("redis-cli", &[&["-p", &port], arguments].concat(), "");
    assert_eq!(cli(&["PING"]), "PONG\n");
    assert_eq!(cli(&["ECHO", "hello, world"]), "hello, world\n");
    if stage >= SET_AND_GET {
        assert_eq!(cli(&["SET", "key", "two words"]), "OK\n");
        assert_eq!(cli(&["GET", "key"]), "two words\n");
    }
    if stage >= EXPIRY {
        assert_eq!(cli(&["SET", "key", "brief", "PX", "100"]), "OK\n");
        eventually("the key is gone", || cli(&["GET", "key"]) == "\n");
    }
}

fn redis_cli_with_many_lines(stage: usize, port: u16) {
    let port = port.to_string();
    let cli = |lines: &str| run("redis-cli", &["-p", &port, "--no-raw"], lines);
    assert_eq!(cli("PING\nECHO \"hello, \\x41\"\n"), "PONG\n\"hello, A\"\n");
    if stage >= SET_AND_GET {
        assert_eq!(cli("GET key\nSET key 'two words'\nGET key\n"), "(nil)\nOK\n\"two words\"\n");
    }
    if stage >= EXPIRY {
        assert_eq!(cli("SET key new NX\nSET key brief PX 100\n"), "(nil)\nOK\n");
        eventually("the key is gone", || cli("GET key\n") == "(nil)\n");
    }
}

fn redis_benchmark(stage: usize, port: u16) {
    let tests = if stage >= SET_AND_GET { "ping,set,get" } else { "ping" };
    let clients = if stage >= SELECT_LOOP { "50" } else { "1" };
    let port = port.to_string();
    let arguments = ["-p", &port, "-t", tests, "-P", "16", "-c", clients, "-n", "5000", "--csv"];
    let table = run("redis-benchmark", &arguments, "");
    let measured: Vec<&str> = table.lines().filter_map(|line| line.split(',').next()).collect();
    let expected = match stage {
        SET_AND_GET.. => &[r#""PING_INLINE""#, r#""PING_MBULK""#, r#""SET""#, r#""GET""#][..],
        _ => &[r#""PING_INLINE""#, r#""PING_MBULK""#],
    };
    assert!(measured.ends_with(expected), "{table}");
}

fn pythons_redis_package(stage: usize, port: u16) {
    let script = include_str!("clients.py");
    run("python3", &["-c", script, &port.to_string(), &stage.to_string()], "");
}

/// What a client prints. It is ended when it hangs, and fails.
fn run(program: &str, arguments: &[&str], input: &str) -> String {
    let mut client = Command::new("timeout")
        .args([&PATIENCE.as_secs().to_string(), program])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("timeout(1) is installed");
    let mut stdin = client.stdin.take().expect("it is a pipe");
    stdin.write_all(input.as_bytes()).expect("the client reads");
    drop(stdin);
    let output = client.wait_with_output().expect("it is our child");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {} (124: it hung) {errors}", output.status);
    String::from_utf8(output.stdout).expect("it prints text")
}
