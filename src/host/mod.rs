//! Repositories that grade what is pushed to them.

mod attempt;
mod cache;
pub mod checkup;
pub mod ci;
pub mod contents;
pub mod hook;
pub mod key;
mod locks;
pub mod pending;
mod place;
pub mod record;
mod remote;
pub mod settings;
mod turn;
mod update;
mod upkeep;
mod workplace;

use self::place::Lack;
use self::settings::SandboxMode;
use crate::git;
use crate::languages::Language;
use crate::project::Project;
use crate::stages::STAGES;
use crate::trial::sandbox::SYSTEM_PATH;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::{env, fs};

/// The branch that is graded and advances.
pub const BRANCH: &str = "main";

/// The README of the learner's repository, with places to fill in.
const README: &str = include_str!("../starters/README.md");

/// Who commits the starter and the results: not the user, who may sign commits.
pub const IDENTITY: &[&str] = &[
    "-c",
    "user.name=challenge",
    "-c",
    "user.email=challenge@localhost",
    "-c",
    "commit.gpgSign=false",
];

/// What a repository is made for.
pub struct Hosting {
    pub language: &'static Language,
    /// Whose it is.
    pub name: String,
    /// Whether others than the host push to it.
    pub shared: bool,
    pub sandbox: SandboxMode,
    pub exam: bool,
    /// Where pushes are graded as well.
    pub ci: Option<ci::Service>,
}

/// What the attributes of a commit could ask for when it is checked out, and is not done: it would be done
/// by the host's git, and by libraries that were not made for strangers, such as iconv(3). What stands
/// here goes before what commits say, see gitattributes(5).
const ATTRIBUTES: &str = "* -text -crlf -eol -ident -filter -working-tree-encoding\n";

/// Makes a bare repository with a starter, the hook and the record, none of which exists before.
pub fn create(repository: &Path, hosting: &Hosting) -> Result<(), String> {
    if repository.exists() {
        return Err(format!("{} exists already; choose another name", repository.display()));
    }
    let made = fill(repository, hosting).and_then(|()| match hosting.sandbox {
        SandboxMode::Required => place::try_sandbox(repository).map_err(|lack| match lack {
            Lack::Language(reason) => format!("{reason}; install it, and then repeat this"),
            Lack::Sandbox(reason) => format!(
                "there is no sandbox here for what others push: {reason}. See challenge host check"
            ),
        }),
        _ => Ok(()),
    });
    if made.is_err() {
        // What is half done would be in the way of the next attempt.
        let _ = fs::remove_dir_all(repository);
    }
    made
}

fn fill(repository: &Path, hosting: &Hosting) -> Result<(), String> {
    let cannot = |error: std::io::Error| format!("cannot make {}: {error}", repository.display());
    fs::create_dir_all(repository).map_err(cannot)?;
    git::run(repository, &["init", "-q", "--bare", "-b", BRANCH, "."])?;
    for (key, value) in [
        ("challenge.name", hosting.name.as_str()),
        ("challenge.language", hosting.language.slug),
        ("challenge.sandbox", hosting.sandbox.name()),
        ("challenge.exam", if hosting.exam { "true" } else { "false" }),
        ("receive.denyDeleteCurrent", "refuse"),
        // How soon Git notices that a silent client is gone, in seconds.
        ("receive.keepAlive", "1"),
        // The user's own hooks for all repositories are not run here.
        ("core.hooksPath", "hooks"),
    ] {
        git::run(repository, &["config", "--add", key, value])?;
    }
    git::run(repository, &["symbolic-ref", record::NOTES, record::BRANCH])?;
    commit_starter(repository, hosting)?;
    upkeep::renew(repository, hosting.shared)?;
    install_hook(repository, hosting.language).map_err(cannot)
}

fn commit_starter(repository: &Path, hosting: &Hosting) -> Result<(), String> {
    let cannot = |error: std::io::Error| format!("cannot write the starter: {error}");
    let checkout = tempfile::tempdir().map_err(cannot)?;
    let directory = checkout.path();
    for (path, text) in hosting.language.starter() {
        write(&directory.join(path), text).map_err(cannot)?;
    }
    let project = Project::load(directory)?;
    write(&directory.join("README.md"), &readme(&project, hosting)).map_err(cannot)?;
    if let Some(service) = hosting.ci {
        let workflow = service.workflow(hosting.language)?;
        write(&directory.join(service.path()), &workflow).map_err(cannot)?;
    }
    git::run(directory, &["init", "-q", "-b", BRANCH, "."])?;
    git::run(directory, &["add", "--all", "--force"])?; // whatever the user ignores everywhere
    let commit = ["commit", "-q", "-m", "The starter"];
    git::run(directory, &[IDENTITY, &commit].concat())?;
    let target = fs::canonicalize(repository).map_err(cannot)?;
    let push = ["push".as_ref(), "-q".as_ref(), target.as_os_str(), BRANCH.as_ref()];
    let words: Vec<&OsStr> = IDENTITY.iter().map(OsStr::new).chain(push).collect();
    git::run(directory, &words).map(drop)
}

fn readme(project: &Project, hosting: &Hosting) -> String {
    let build = project.build.as_ref().map_or(String::new(), |build| format!("{build}\n    "));
    let is_shown = |line: &&str| !hosting.exam || !line.contains("challenge hint");
    let readme: Vec<&str> = README.lines().filter(is_shown).collect();
    let readme = readme
        .join("\n")
        .replace("{name}", &hosting.name)
        .replace("{elsewhere}", hosting.ci.map_or("", ci::Service::remark))
        .replace("{language}", hosting.language.title)
        .replace("{run}", &format!("{build}{}", project.run))
        .replace("{stages}", &STAGES.len().to_string())
        .replace("{title}", STAGES[0].title)
        .replace("{task}", STAGES[0].chapter.task());
    readme + "\n"
}

/// A path as a word for the shell.
pub fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |character: char| character.is_alphanumeric() || "/._-:@".contains(character);
    match text.chars().all(is_plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(path, text)
}

fn install_hook(repository: &Path, language: &Language) -> std::io::Result<()> {
    let program = shell_word(&env::current_exe()?);
    // sshd gives a shorter path than the host's own shell has.
    let found = language.found().and_then(|found| found.parent().map(Path::to_owned));
    let search = match found.filter(|bin| !SYSTEM_PATH.map(Path::new).contains(&bin.as_path())) {
        Some(bin) => {
            format!("PATH=$PATH:{} # {} was found there\n", shell_word(&bin), language.program)
        }
        None => String::new(),
    };
    let script = format!(
        "#!/bin/sh\n\
         # Grades what has been pushed, and keeps the results in the branch \"results\".\n\
         challenge={program}\n\
         [ -x \"$challenge\" ] || challenge=$(command -v challenge) || {{\n\
         \x20   echo 'The push is kept, and not graded: challenge is not where it was.'\n\
         \x20   echo 'Whoever hosts this can put its place into hooks/post-receive.'\n\
         \x20   exit 2\n\
         }}\n\
         {search}\
         repository=$(pwd)\n\
         # What git says of this push in the environment is not for the program under test.\n\
         options=$(env | sed -n 's/^\\(GIT_PUSH_OPTION_[A-Z0-9]*\\)=.*/\\1/p')\n\
         unset $(git rev-parse --local-env-vars) GIT_EXEC_PATH $options\n\
         exec \"$challenge\" hook \"$repository\"\n"
    );
    let hook = repository.join("hooks/post-receive");
    write(&hook, &script)?;
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755))
}
