//! What the tests share: servers to talk to, clients to talk with, and visible skipping.

mod client;
mod process;
pub mod request;
mod server;
mod suite;

pub use client::{Client, excerpt};
pub use process::Process;
pub use server::Server;
pub use suite::{Need, Suite};
