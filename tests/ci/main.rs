//! Repositories for CI services: their files hold to the schemas of the services, and their steps do
//! what they are for. No service is asked: what its runner does with a file is in `job.rs`.

mod files;
mod job;
mod runs;
mod world;

use test_support::{Need, Suite};
use world::Service;

const CURL: Need =
    Need { name: "curl", proof: &["curl", "--version"], install: "apt-get install curl" };
const CHECK_JSONSCHEMA: Need = Need {
    name: "check-jsonschema",
    proof: &["check-jsonschema", "--version"],
    install: "pip install check-jsonschema",
};
type Test = fn(Service);

const RUN: &[Need] = &[Need::GIT, Need::PYTHON, CURL];
const RUN_PLAIN: &[Need] = &[Need::GIT, Need::PYTHON, CURL, Need::PRIVATE_NETWORK];

fn main() {
    let tests: [(&[Need], &str, Test); 8] = [
        (&[Need::GIT], "every language has a file in its clone", files::in_every_clone),
        (
            &[Need::GIT, CHECK_JSONSCHEMA],
            "the files hold to the service's schema",
            files::hold_to_the_schema,
        ),
        (RUN, "the starter fails, and the report says what", runs::the_starter_fails),
        (RUN, "a complete solution passes", runs::a_solution_passes),
        (RUN, "what cannot be graded is not green", runs::what_cannot_be_graded_fails),
        (RUN, "without an address, a sentence says what to do", runs::without_an_address),
        (RUN, "only the program with the checksum is run", runs::the_checksum_decides),
        (RUN_PLAIN, "a machine without namespaces grades as well", runs::on_a_plain_host),
    ];
    let mut suite = Suite::default().test_with(
        &[Need::GIT],
        "without --ci there is no such file",
        files::only_when_asked_for,
    );
    for service in [Service::Github, Service::Gitlab] {
        for (needs, name, run) in tests {
            let name = format!("{}: {name}", service.name());
            suite = suite.test_with(needs, &name, move || run(service));
        }
    }
    suite.run()
}
