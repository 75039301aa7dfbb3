//! The stages of the course. A new one is a module here, with its checks and its line below: where it
//! stands, the build script knows from its folder in `stages/`, and its title and texts from its chapter.

mod bind;
mod echo;
mod expiry;
mod ping;
mod select_loop;
mod set_get;

use crate::chapter::Chapter;
use crate::check::Check;
use crate::resp::request;

pub struct Stage {
    pub number: usize,
    pub slug: &'static str,
    pub title: &'static str,
    /// The chapter of the book: its task and its hints are what the commands show.
    pub chapter: Chapter,
    pub checks: &'static [Check],
}

/// In order.
pub static STAGES: &[Stage] = include!(concat!(env!("OUT_DIR"), "/stages.rs"));

fn ping() -> Vec<u8> {
    request(&[b"PING"])
}

fn echo(argument: &[u8]) -> Vec<u8> {
    request(&[b"ECHO", argument])
}

fn get(key: &[u8]) -> Vec<u8> {
    request(&[b"GET", key])
}

fn set(key: &[u8], value: &[u8]) -> Vec<u8> {
    request(&[b"SET", key, value])
}

/// A word that nobody has sent before.
fn word(random: &mut fastrand::Rng) -> Vec<u8> {
    (0..random.usize(6..16)).map(|_| random.lowercase() as u8).collect()
}

/// Any bytes.
fn bytes(random: &mut fastrand::Rng, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    random.fill(&mut bytes);
    bytes
}
