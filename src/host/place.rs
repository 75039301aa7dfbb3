//! Where a commit is built and run: in a sandbox, or on the plain host, as the host's settings ask.

use super::settings::{SandboxMode, Settings};
use super::workplace::{self, Workplace};
use crate::languages;
use crate::project::Project;
use crate::trial::Place;
use crate::trial::sandbox::{HOME, PROJECT, Sandbox};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

/// Where the commit is built and run, and how to say it.
pub fn choose(
    repository: &Path,
    settings: &Settings,
    workplace: &Workplace,
    checkout: PathBuf,
    project: &Project,
) -> Result<(Place, String), String> {
    if settings.sandbox == SandboxMode::Off {
        let said = "No sandbox: it is switched off here.".to_owned();
        return Ok((Place::plain(&checkout), said));
    }
    let sandbox = match workplace.refusal() {
        Some(reason) => Err(reason.to_owned()),
        None => sandbox(repository, settings, workplace.root(), &project.language),
    };
    match sandbox {
        Ok(sandbox) => Ok((sandbox.place(), sandbox.describe())),
        Err(reason) if settings.sandbox == SandboxMode::Preferred => {
            Ok((Place::plain(&checkout), format!("No sandbox: {reason}.")))
        }
        Err(reason) => Err(format!(
            "the push is kept, and not graded: it may only run in a sandbox, and there is none: \
             {reason}. The host of this repository can fix it: docs/hosting.md"
        )),
    }
}

fn sandbox(
    repository: &Path,
    settings: &Settings,
    ground: &Path,
    language: &str,
) -> Result<Arc<Sandbox>, String> {
    let mut toolchains = settings.toolchains.clone();
    let language = languages::find(language).ok();
    if settings.root == Path::new("/") {
        let missing = language.filter(|language| language.found().is_none());
        if let Some(language) = missing.filter(|_| toolchains.is_empty()) {
            return Err(format!("{} is not installed ({})", language.program, language.install));
        }
        let found = language.and_then(|language| language.toolchain());
        toolchains.extend(found.filter(|toolchain| !has_secrets(&toolchain.folder, repository)));
    }
    let program = language.map_or("sh", |language| language.program);
    Sandbox::open(ground, &settings.root, toolchains, &settings.limits, program)
}

/// Whether a folder that was taken for a toolchain is more than that: of a program in ~/bin, it would be the
/// home, with all repositories and keys.
fn has_secrets(folder: &Path, repository: &Path) -> bool {
    let secret = [env::home_dir(), Some(repository.to_owned())];
    let secret = secret.into_iter().flatten().filter_map(|path| fs::canonicalize(path).ok());
    secret.into_iter().any(|path| path.starts_with(folder))
}

/// Whether what is pushed to this repository can be graded in a sandbox; if not, why. Leaves this
/// process, which must not have other threads, with a file system that is not everybody's.
pub fn try_sandbox(repository: &Path) -> Result<(), String> {
    let settings = Settings::of(repository)?;
    let ground = workplace::cover(repository, &settings)?;
    fs::create_dir_all(ground.join(HOME).join(PROJECT)).map_err(|error| error.to_string())?;
    sandbox(repository, &settings, &ground, &settings.language).map(drop)
}
