//! Repositories that were made already: each with what it permits.

use super::{Finding, configuration, exposure};
use crate::host::settings::{SandboxMode, Settings};
use crate::host::{shell_word, upkeep};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

pub fn findings(repositories: &[PathBuf]) -> Vec<Finding> {
    repositories.iter().flat_map(|repository| of(repository)).collect()
}

fn of(repository: &Path) -> Vec<Finding> {
    let (name, word) = (repository.display(), shell_word(repository));
    if !repository.join("HEAD").is_file() {
        let text = format!("{name} is no repository that challenge host made.");
        return vec![Finding::bad(text, "Check its name.")];
    }
    if let Some(finding) = exposure::of_strangers_repository(repository) {
        return vec![finding];
    }
    let settings = match Settings::of(repository) {
        Ok(settings) => settings,
        Err(problem) => return vec![Finding::bad(format!("{name}: {problem}."), "Set it right.")],
    };
    let mut findings = vec![match settings.sandbox {
        SandboxMode::Required => {
            Finding::good(format!("{name} grades in a sandbox or not at all."))
        }
        SandboxMode::Preferred => Finding::weak(
            format!("{name} grades without a sandbox where there is none."),
            format!("If others push to it: git -C {word} config challenge.sandbox required"),
        ),
        SandboxMode::Off => Finding::bad(
            format!("{name} grades without a sandbox."),
            format!("If others push to it: git -C {word} config challenge.sandbox required"),
        ),
    }];
    findings.extend(exposure::of_repository(repository));
    findings.extend(configuration::findings(repository, settings.sandbox == SandboxMode::Required));
    findings.extend(pre_receive(repository));
    findings.extend(post_receive(repository));
    findings
}

/// Where it is missing, the next connection brings it before git runs.
fn pre_receive(repository: &Path) -> Option<Finding> {
    let hook = repository.join("hooks/pre-receive");
    if fs::symlink_metadata(&hook).is_err() || can_be_run(&hook) && is_as_we_write_it(&hook) {
        return None;
    }
    Some(Finding::bad(
        format!("{} has another hook pre-receive than challenge writes.", repository.display()),
        format!("The next push brings the right one after this: rm {}", shell_word(&hook)),
    ))
}

/// The one place that knows what `upkeep` writes.
fn is_as_we_write_it(hook: &Path) -> bool {
    let script = upkeep::pre_receive();
    script.is_ok_and(|script| fs::read(hook).is_ok_and(|text| text == script.as_bytes()))
}

fn post_receive(repository: &Path) -> Option<Finding> {
    let hook = repository.join("hooks/post-receive");
    let cure = match hook.is_file() {
        true if can_be_run(&hook) => return None,
        true => format!("chmod u+x {}", shell_word(&hook)),
        false => "Copy hooks/post-receive from another repository that challenge host made.".into(),
    };
    let name = repository.display();
    let text = format!("{name} has no hook that can be run: pushes to it are not graded.");
    Some(Finding::bad(text, cure))
}

fn can_be_run(hook: &Path) -> bool {
    fs::metadata(hook).is_ok_and(|hook| hook.permissions().mode() & 0o100 != 0)
}
