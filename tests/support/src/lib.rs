//! What the tests share: servers to talk to, clients to talk with, a browser, and visible skipping.

mod browser;
mod client;
#[path = "../../../src/folders.rs"]
mod folders;
mod grader;
mod made;
mod patience;
mod process;
pub mod request;
mod server;
mod stage;
mod suite;

pub use browser::Browser;
pub use client::{Client, excerpt};
pub use folders::Folder;
pub use grader::{CheckReport, Grader, Report, StageReport};
pub use made::is_made;
pub use patience::{PATIENCE, eventually};
pub use process::Process;
pub use server::Server;
pub use stage::{NO_CHECKS, RIGHT_STAGES, Stage, course, in_one_of, right_stages, stages};
pub use suite::{Need, Suite};
