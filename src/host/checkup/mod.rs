//! `challenge host check`: tells an administrator how well this host is protected from people who push to it.
//!
//! The sandbox is tried, and looked at from within; everything else is read from the system.

mod account;
mod configuration;
mod exposure;
mod files;
mod keys;
mod limits;
mod line;
mod repositories;
mod sandbox;
mod sshd;

use super::settings::Settings;
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// It protects.
    Good,
    /// It protects less than it could.
    Weak,
    /// A hole.
    Bad,
}

pub struct Finding {
    pub grade: Grade,
    /// A fact, in a sentence.
    pub text: String,
    /// How to improve it.
    pub cure: Option<String>,
}

impl Finding {
    fn good(text: impl Into<String>) -> Finding {
        Finding { grade: Grade::Good, text: text.into(), cure: None }
    }

    fn weak(text: impl Into<String>, cure: impl Into<String>) -> Finding {
        Finding { grade: Grade::Weak, text: text.into(), cure: Some(cure.into()) }
    }

    fn bad(text: impl Into<String>, cure: impl Into<String>) -> Finding {
        Finding { grade: Grade::Bad, text: text.into(), cure: Some(cure.into()) }
    }
}

pub struct Section {
    pub title: &'static str,
    pub findings: Vec<Finding>,
}

/// Looks at this host as the account that asks. Leaves this process, which must not have other threads,
/// with a file system that is not everybody's.
pub fn sections(repositories: &[PathBuf]) -> Result<Vec<Section>, String> {
    let settings = Settings::of_account()?;
    let section = |title, findings| Section { title, findings };
    // The last is the one that changes the file system.
    let mut sections = vec![
        section("Limits", limits::findings(&settings)),
        section("The account, and who can log in", account::findings(repositories)),
        section("Files and programs", files::findings()),
    ];
    if !repositories.is_empty() {
        sections.push(section("Repositories", repositories::findings(repositories)));
    }
    sections.insert(0, section("The sandbox", sandbox::findings(&settings)));
    Ok(sections)
}

/// A file of the kernel with one value, without the end of its line.
fn value(path: impl AsRef<Path>) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.trim_end().to_owned())
}
