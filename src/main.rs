//! `challenge`: build your own Redis, and be told at every step what works, what does not, and why.

mod bytes;
mod card;
mod causes;
mod chapter;
mod check;
mod cli;
mod git;
mod grade;
mod gradebook;
mod host;
mod languages;
mod procfs;
mod progress;
mod project;
mod report;
mod resp;
mod sockets;
mod stages;
mod style;
mod text;
mod trial;
mod worked;
mod xray;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|argument| argument == trial::init::ARGUMENT) {
        trial::init::run(&arguments[2..]);
    }
    trial::sandbox::remember_ourselves();
    cli::run()
}
