//! `cargo bench`: stage 5 beside a real Redis, in one run and in turns, so that whatever else the
//! machine does meets both of them.
//!
//! The load generator often is the limit of requests per second. The figure that says what a server
//! costs is its own CPU time per request.

mod load;
mod requests;
mod stall;

use load::Load;
use requests::{Command, Requests, exchange};
use std::time::{Duration, Instant};
use std::{env, process};
use test_support::{Client, Need, Server, Suite};

const CONNECTIONS: usize = 50;
/// The pipelines, each with the ratio of CPU times, Redis to stage 5, that we want to reach.
const PIPELINES: [(usize, f64); 3] = [(1, 1.3), (16, 2.0), (64, 3.0)];

/// How much is measured.
struct Plan {
    keys: usize,
    rounds: usize,
    round: Duration,
    idle_rounds: usize,
    idle_connections: usize,
    inserted_keys: usize,
}

const FULL: Plan = Plan {
    keys: 100_000,
    rounds: 7,
    round: Duration::from_millis(600),
    idle_rounds: 3,
    idle_connections: 840,
    inserted_keys: 5_000_000,
};

/// Shows that the bench works, and measures nothing.
const SMOKE: Plan = Plan {
    keys: 1000,
    rounds: 1,
    round: Duration::from_millis(1),
    idle_rounds: 1,
    idle_connections: 10,
    inserted_keys: 1000,
};

/// The two that are compared: stage 5, then Redis.
type Servers = [Server; 2];

fn main() {
    // `cargo bench` says --bench; `cargo test --all-targets` does not.
    if !env::args().any(|argument| argument == "--bench") {
        let smoke = || measure(&SMOKE);
        Suite::default().test_with(&[Need::REDIS_SERVER], "a_tiny_run_of_the_bench", smoke).run();
    }
    let Need { name, install, .. } = Need::REDIS_SERVER;
    if !Need::REDIS_SERVER.is_met() {
        eprintln!("throughput: {name}, to compare with, is not installed ({install})");
        process::exit(1);
    }
    measure(&FULL);
}

fn start() -> Servers {
    [Server::stage(env!("CARGO_BIN_EXE_stage5")), Server::redis()]
}

fn measure(plan: &Plan) {
    let redis =
        process::Command::new("redis-server").arg("--version").output().expect("it is installed");
    print!("\nstage5 and {}", String::from_utf8_lossy(&redis.stdout));
    let servers = start();
    for server in &servers {
        let mut client = Client::connect(server.port);
        exchange(&mut client, Command::Set, 0..plan.keys);
        exchange(&mut client, Command::Get, 0..plan.keys);
    }
    compare(plan, &servers);
    compare_idle(plan, &servers);
    drop(servers);
    compare_stalls(plan);
}

/// What one round showed, or the medians of all rounds.
struct Figures {
    requests_per_second: f64,
    /// The server's own time for one request, in microseconds.
    cpu: f64,
}

/// The table: commands and pipelines, requests per second and CPU time per request.
fn compare(plan: &Plan, servers: &Servers) {
    let Plan { keys, rounds, .. } = plan;
    println!(
        "\n64-byte values, {keys} keys, {CONNECTIONS} connections; medians of {rounds} rounds"
    );
    println!("               requests per second   CPU time per request");
    println!("     pipeline     stage5     Redis     stage5      Redis   Redis/stage5  target");
    let mut loads = servers.each_ref().map(|server| Load::connect(server.port, CONNECTIONS));
    for command in [Command::Get, Command::Set] {
        let requests = Requests::prepare(command, plan.keys);
        for (pipeline, target) in PIPELINES {
            let mut figures = [const { Vec::new() }; 2];
            for _ in 0..plan.rounds {
                for ((server, load), figures) in servers.iter().zip(&mut loads).zip(&mut figures) {
                    figures.push(round(server, load, &requests, pipeline, plan.round));
                }
            }
            let [stage, redis] = figures.map(medians);
            println!(
                "{:<5}{pipeline:>8}{:>11.0}{:>10.0}{:>8.3} us{:>8.3} us{:>15.2}{target:>8.1}",
                format!("{command:?}").to_uppercase(),
                stage.requests_per_second,
                redis.requests_per_second,
                stage.cpu,
                redis.cpu,
                redis.cpu / stage.cpu
            );
        }
    }
}

/// What connections cost that are open and silent. They are open to one server at a time: two times
/// 840 are more descriptors than a process usually has.
fn compare_idle(plan: &Plan, servers: &Servers) {
    let Plan { idle_connections, idle_rounds, .. } = plan;
    println!("\nGET at pipeline 1, CPU time per request; medians of {idle_rounds} rounds");
    println!("              stage5      Redis");
    let requests = Requests::prepare(Command::Get, plan.keys);
    let mut alone = [const { Vec::new() }; 2];
    let mut among_idle = [const { Vec::new() }; 2];
    for _ in 0..plan.idle_rounds {
        for (index, server) in servers.iter().enumerate() {
            let mut load = Load::connect(server.port, CONNECTIONS);
            alone[index].push(round(server, &mut load, &requests, 1, plan.round));
            let mut idle: Vec<Client> =
                (0..plan.idle_connections).map(|_| Client::connect(server.port)).collect();
            // Clients are accepted in the order in which they come.
            idle.last_mut().expect("there are some").exchange("PING\r\n", "+PONG\r\n");
            among_idle[index].push(round(server, &mut load, &requests, 1, plan.round));
        }
    }
    for (name, figures) in [("alone", alone), (&format!("{idle_connections} idle"), among_idle)] {
        let [stage, redis] = figures.map(medians);
        println!("{name:<9}{:>8.3} us{:>8.3} us", stage.cpu, redis.cpu);
    }
}

/// How long a second client waits at most while keys are inserted.
fn compare_stalls(plan: &Plan) {
    let keys = plan.inserted_keys;
    println!("\nThe slowest of the PINGs that one client sends while another inserts {keys} keys");
    let [stage, redis] = start().map(|server| stall::longest(&server, keys).as_secs_f64() * 1000.0);
    println!("stage5 {stage:.1} ms, Redis {redis:.1} ms");
}

fn round(
    server: &Server,
    load: &mut Load,
    requests: &Requests,
    pipeline: usize,
    duration: Duration,
) -> Figures {
    let process = server.process();
    let (start, cpu_before) = (Instant::now(), process.cpu_time());
    let answered = load.run(requests, pipeline, duration) as f64;
    let cpu = process.cpu_time() - cpu_before;
    Figures {
        requests_per_second: answered / start.elapsed().as_secs_f64(),
        cpu: cpu.as_secs_f64() * 1e6 / answered,
    }
}

fn medians(rounds: Vec<Figures>) -> Figures {
    let median = |figure: fn(&Figures) -> f64| {
        let mut sorted: Vec<f64> = rounds.iter().map(figure).collect();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    };
    Figures {
        requests_per_second: median(|figures| figures.requests_per_second),
        cpu: median(|figures| figures.cpu),
    }
}
