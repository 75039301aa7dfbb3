//! What a job comes to.

use crate::job::{Job, Outcome};
use crate::world::{CHALLENGE, Service, World, solve};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::fs;
use std::process::Command;
use test_support::course;

pub fn the_starter_fails(service: Service) {
    let world = World::new();
    let outcome = Job::new(&world, service).run();
    outcome.expect(Some(1), "What happened");
    let [cases, failures] = outcome.counts();
    assert!(cases > 60 && cases == failures, "{failures} of {cases} checks failed");
    let all = course().len();
    match service {
        Service::Github => assert!(
            outcome.summary.starts_with("```text\nStage 0")
                && outcome.summary.contains(&format!("of {all} stages")),
            "{}",
            outcome.summary
        ),
        Service::Gitlab => assert!(outcome.log.contains("\x1b[31m"), "no colours: {}", outcome.log),
    }
}

pub fn a_solution_passes(service: Service) {
    let world = World::new();
    let job = Job::new(&world, service);
    solve(&job.clone);
    let outcome = job.run();
    outcome.expect(Some(0), &all_pass());
    let [cases, failures] = outcome.counts();
    assert!(cases > 60 && failures == 0, "{failures} of {cases} checks failed");
}

pub fn what_cannot_be_graded_fails(service: Service) {
    let world = World::new();
    let job = Job::new(&world, service);
    let project = "language = \"sh\"\nbuild = \"echo cannot; exit 1\"\nrun = \"true\"\n";
    fs::write(job.clone.join("challenge.toml"), project).expect("a file of the clone");
    let outcome = job.run();
    outcome.expect(Some(2), "the build failed");
    assert_eq!(outcome.report, None);
    if service == Service::Github {
        assert!(outcome.summary.contains("the build failed"), "{}", outcome.summary);
    }
}

pub fn without_an_address(service: Service) {
    let world = World::new();
    let mut job = Job::new(&world, service);
    job.variables.clear();
    let outcome = job.run();
    outcome.expect(Some(1), "set the variable CHALLENGE_URL to the address of the program");
    assert_eq!((outcome.log.lines().count(), outcome.report), (1, None), "{}", outcome.log);
}

pub fn the_checksum_decides(service: Service) {
    let world = World::new();
    let mut job = Job::new(&world, service);
    solve(&job.clone);
    job.variables.push(("CHALLENGE_SHA256", "0".repeat(64)));
    let outcome = job.run();
    outcome.expect(Some(1), "FAILED");
    assert_eq!(outcome.report, None);

    let output = Command::new("sha256sum").arg(CHALLENGE).output().expect("it is installed");
    let sum = String::from_utf8_lossy(&output.stdout)[..64].to_owned();
    job.variables.pop();
    job.variables.push(("CHALLENGE_SHA256", sum));
    job.run().expect(Some(0), &all_pass());
}

/// As in a container, where nobody may make namespaces. The network is one of the test's own, in which
/// port 6379 is free.
pub fn on_a_plain_host(service: Service) {
    let world = World::new();
    let mut job = Job::new(&world, service);
    solve(&job.clone);
    job.inside = &[
        "unshare",
        "--map-root-user",
        "--net",
        "sh",
        "-c",
        "ip link set lo up && echo 0 >/proc/sys/user/max_net_namespaces && exec \"$@\"",
        "sh",
    ];
    let outcome = job.run();
    outcome.expect(Some(0), "on the plain host");
    assert_eq!(outcome.counts()[1], 0, "{}", outcome.log);
}

fn all_pass() -> String {
    let all = course().len();
    format!("{all} of {all} stages pass")
}

impl Outcome {
    #[track_caller]
    fn expect(&self, status: Option<i32>, text: &str) {
        assert_eq!(self.status, status, "{}", self.log);
        assert!(self.log.contains(text), "no {text:?} in the log:\n{}", self.log);
    }

    /// How many checks the report has, and how many of them failed.
    #[track_caller]
    fn counts(&self) -> [usize; 2] {
        let report = self.report.as_ref().expect("there is a report");
        let mut reader = Reader::from_str(report);
        let mut counts = [0, 0];
        loop {
            match reader.read_event().expect("the report is well-formed") {
                Event::Start(start) | Event::Empty(start) => match start.name().as_ref() {
                    b"testcase" => counts[0] += 1,
                    b"failure" => counts[1] += 1,
                    _ => {}
                },
                Event::Eof => return counts,
                _ => {}
            }
        }
    }
}
