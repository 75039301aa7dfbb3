//! What the tests share: servers to talk to, clients to talk with, a browser, and visible skipping.

mod browser;
mod client;
mod grader;
mod patience;
mod process;
pub mod request;
mod server;
mod suite;

pub use browser::Browser;
pub use client::{Client, excerpt};
pub use grader::{CheckReport, Grader, Report, StageReport};
pub use patience::{PATIENCE, eventually};
pub use process::Process;
pub use server::Server;
pub use suite::{Need, Suite};

/// The programs of all stages, by number. A macro, because cargo tells only the tests of the package
/// `stages` where they are.
#[macro_export]
macro_rules! stages {
    () => {
        [
            env!("CARGO_BIN_EXE_stage0"),
            env!("CARGO_BIN_EXE_stage1"),
            env!("CARGO_BIN_EXE_stage2"),
            env!("CARGO_BIN_EXE_stage3"),
            env!("CARGO_BIN_EXE_stage4"),
            env!("CARGO_BIN_EXE_stage5"),
        ]
    };
}
