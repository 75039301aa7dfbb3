//! Where a commit is built and run: in a sandbox, or on the plain host, as the host's settings ask.

use super::settings::{SandboxMode, Settings};
use super::workplace::{self, Workplace};
use crate::languages::{self, Language};
use crate::project::Project;
use crate::trial::sandbox::{HOME, PROJECT, Sandbox, Toolchain};
use crate::trial::{Place, supervised};
use std::ffi::OsStr;
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
        Some(reason) => Err(Lack::Sandbox(reason.to_owned())),
        None => sandbox(repository, settings, workplace.root(), &project.language),
    };
    let preferred = settings.sandbox == SandboxMode::Preferred;
    match sandbox {
        Ok(sandbox) => Ok((sandbox.place(), sandbox.describe())),
        Err(Lack::Sandbox(reason) | Lack::Language(reason)) if preferred => {
            Ok((Place::plain(&checkout), format!("No sandbox: {reason}.")))
        }
        Err(Lack::Language(reason)) => Err(format!(
            "not graded, because {reason}. Ask your host to install it, or use another language. This \
             does not count as a try"
        )),
        Err(Lack::Sandbox(reason)) => Err(format!(
            "the push is kept, and not graded: it may only run in a sandbox, and there is none: \
             {reason}. The host of this repository can fix it: docs/hosting.md"
        )),
    }
}

/// What a host lacks.
pub enum Lack {
    /// A language, in a sentence that says so.
    Language(String),
    Sandbox(String),
}

impl Lack {
    fn reason(self) -> String {
        match self {
            Lack::Language(reason) | Lack::Sandbox(reason) => reason,
        }
    }
}

fn sandbox(
    repository: &Path,
    settings: &Settings,
    ground: &Path,
    language: &str,
) -> Result<Arc<Sandbox>, Lack> {
    let mut toolchains = settings.toolchains.clone();
    let language = languages::find(language).ok();
    if settings.root == Path::new("/") {
        let missing = language.filter(|language| language.found().is_none());
        if let Some(language) = missing.filter(|_| toolchains.is_empty()) {
            let (program, install) = (language.program, language.install);
            return Err(Lack::Language(format!(
                "{program} is not installed on this host ({install})"
            )));
        }
        if let Some(language) = language {
            let found = toolchain(language, repository, toolchains.is_empty());
            toolchains.extend(found.map_err(Lack::Language)?);
        }
    }
    let program = language.map_or("sh", |language| language.program);
    Sandbox::open(ground, &settings.root, toolchains, &settings.limits, program)
        .map_err(Lack::Sandbox)
}

/// Where a language was found, besides the system's folders. The error says what a sandbox would show.
fn toolchain(
    language: &Language,
    repository: &Path,
    is_needed: bool,
) -> Result<Option<Toolchain>, String> {
    match language.toolchain() {
        // Reached by a link from elsewhere: the system is shown anyway.
        Some(Toolchain { folder, .. }) if folder == Path::new("/usr") => Ok(None),
        Some(Toolchain { folder, .. }) if holds_more(&folder, repository) => match is_needed {
            true => Err(format!(
                "{} was found in {}, and the sandbox would show all that is there; put it into a folder \
                 of its own, and name that by git config challenge.toolchain",
                language.program,
                folder.display()
            )),
            false => Ok(None),
        },
        found => Ok(found),
    }
}

/// Whether a folder that was taken for a toolchain is more than that: of a program in ~/bin, it would be the
/// home, with all repositories and keys; in ~/.local/bin, what every program has kept there.
fn holds_more(folder: &Path, repository: &Path) -> bool {
    let home = env::home_dir().and_then(|home| fs::canonicalize(home).ok());
    let secret = [home.clone(), fs::canonicalize(repository).ok()];
    let name = folder.file_name().unwrap_or_default().as_encoded_bytes();
    let is_settings =
        home.is_some() && folder.parent() == home.as_deref() && name.starts_with(b".");
    let is_top = folder.parent().is_none_or(|parent| parent == Path::new("/"));
    is_settings || is_top || secret.into_iter().flatten().any(|path| path.starts_with(folder))
}

/// Whether what is pushed to this repository can be graded in a sandbox; if not, why. Leaves this
/// process, which must not have other threads, with a file system that is not everybody's.
pub fn try_sandbox(repository: &Path) -> Result<(), Lack> {
    let settings = Settings::of(repository).map_err(Lack::Sandbox)?;
    let ground = workplace::cover(repository, &settings).map_err(Lack::Sandbox)?;
    let home = ground.join(HOME).join(PROJECT);
    fs::create_dir_all(home).map_err(|error| Lack::Sandbox(error.to_string()))?;
    sandbox(repository, &settings, &ground, &settings.language).map(drop)
}

/// Runs a script in a sandbox like that of a push, with `argument` as its `$0`, and returns what it prints.
/// Like `try_sandbox`, it leaves this process with another file system.
pub fn look(settings: &Settings, script: &str, argument: &OsStr) -> Result<String, String> {
    let ground = workplace::cover(Path::new("/"), settings)?;
    fs::create_dir_all(ground.join(HOME).join(PROJECT)).map_err(|error| error.to_string())?;
    let sandbox = sandbox(Path::new("/"), settings, &ground, "").map_err(Lack::reason)?;
    let shell = ["sh".as_ref(), "-c".as_ref(), OsStr::new(script), argument].map(OsStr::to_owned);
    let (ending, said) =
        supervised::run(&shell, &sandbox.place()).map_err(|error| error.to_string())?;
    if ending.is_success() { Ok(said) } else { Err(format!("{ending:?}: {said}")) }
}
