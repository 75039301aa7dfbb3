//! Where else a push can be graded: the file that lets a CI service run `challenge` on its machines.

mod machines;

use crate::languages::Language;
use clap::ValueEnum;
use machines::Machine;

#[derive(Clone, Copy, ValueEnum)]
pub enum Service {
    /// GitHub Actions
    Github,
    /// GitLab CI/CD
    Gitlab,
}

impl Service {
    /// Where the service looks for its file.
    pub fn path(self) -> &'static str {
        match self {
            Service::Github => ".github/workflows/challenge.yml",
            Service::Gitlab => ".gitlab-ci.yml",
        }
    }

    pub fn workflow(self, language: &Language) -> Result<String, String> {
        let machine = machines::of(language)?;
        Ok(match self {
            Service::Github => include_str!("ci/github.yml")
                .replace("      # {toolchain}\n", &github_step(machine, language)),
            Service::Gitlab => include_str!("ci/gitlab.yml")
                .replace("{image}", machine.image)
                .replace("    # {toolchain}\n", &gitlab_lines(machine)),
        })
    }

    /// What the learner's README says of it.
    pub fn remark(self) -> &'static str {
        match self {
            Service::Github => {
                "On GitHub, each push is graded there: the results are under Actions, and\n\
                 `.github/workflows/challenge.yml` says how.\n\n"
            }
            Service::Gitlab => {
                "On GitLab, each push is graded there: the results are under Build, Pipelines,\n\
                 and `.gitlab-ci.yml` says how.\n\n"
            }
        }
    }
}

fn github_step(machine: &Machine, language: &Language) -> String {
    let lines: String =
        machine.github.iter().map(|line| format!("          {}\n", whole(line, "sudo "))).collect();
    match lines.is_empty() {
        true => lines,
        false => format!("      - name: Get {}\n        run: |\n{lines}", language.title),
    }
}

/// In the container of a job, everybody is root.
fn gitlab_lines(machine: &Machine) -> String {
    machine.gitlab.iter().map(|line| format!("    - {}\n", whole(line, ""))).collect()
}

/// The table of machines has `apt-get install` in short.
fn whole(line: &str, sudo: &str) -> String {
    match line.strip_prefix("apt-get install ") {
        None => line.to_owned(),
        Some(packages) => format!(
            "{sudo}apt-get update -q && \
             {sudo}apt-get install -qy --no-install-recommends {packages}"
        ),
    }
}
