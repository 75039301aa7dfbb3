//! Repositories that were made already: each with what it permits.

use super::Finding;
use crate::host::settings::{SandboxMode, Settings};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

pub fn findings(repositories: &[PathBuf]) -> Vec<Finding> {
    repositories.iter().flat_map(|repository| of(repository)).collect()
}

fn of(repository: &Path) -> Vec<Finding> {
    let name = repository.display();
    if !repository.join("HEAD").is_file() {
        let text = format!("{name} is no repository that challenge host made.");
        return vec![Finding::bad(text, "Check its name.")];
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
            format!("If others push to it: git -C {name} config challenge.sandbox required"),
        ),
        SandboxMode::Off => Finding::bad(
            format!("{name} grades without a sandbox."),
            format!("If others push to it: git -C {name} config challenge.sandbox required"),
        ),
    }];
    let hook = fs::metadata(repository.join("hooks/post-receive"));
    if !hook.is_ok_and(|hook| hook.permissions().mode() & 0o100 != 0) {
        findings.push(Finding::bad(
            format!("{name} has no hook that can be run: pushes to it are not graded."),
            "Copy hooks/post-receive from another repository that challenge host made.",
        ));
    }
    findings
}
