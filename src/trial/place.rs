//! Where the commands of a project run: in a directory of this machine, or in a sandbox.

use super::namespaces::Scratch;
use super::sandbox::{Network, Sandbox};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Place {
    /// The project, as we see it.
    pub directory: PathBuf,
    pub sandbox: Option<Arc<Sandbox>>,
}

impl Place {
    /// A directory without walls around it.
    pub fn plain(directory: &Path) -> Place {
        Place { directory: directory.to_owned(), sandbox: None }
    }

    /// The command line that runs `program` here.
    pub fn command(&self, program: &[OsString], network: Network) -> Vec<OsString> {
        match &self.sandbox {
            Some(sandbox) => sandbox.command(program, network),
            None => program.to_vec(),
        }
    }

    /// Where a command starts, as we see it. A sandbox goes to the project by itself.
    pub fn start(&self) -> &Path {
        if self.sandbox.is_some() { Path::new("/") } else { &self.directory }
    }

    /// Whether a command is run as another user than we are.
    pub fn becomes_another(&self) -> bool {
        self.sandbox.as_ref().is_some_and(|sandbox| sandbox.user().is_some())
    }

    /// What each command has for itself here.
    pub fn scratch(&self) -> Vec<Scratch> {
        self.sandbox.as_ref().map_or(Vec::new(), |sandbox| sandbox.scratch())
    }
}
