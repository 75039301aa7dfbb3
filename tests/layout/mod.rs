//! The rules of `stages/`, as functions over a folder, and what to say when one is broken.

mod contents;
mod folders;
mod manifest;
mod problem;
mod steps;
mod tree;

pub use problem::Problem;
pub use steps::Bound;

use std::path::Path;
use tree::Tree;

/// Each has a few lines more than its stage needs today.
const BOUNDS: [Bound; 6] = [
    Bound { stage: "00_bind", lines: 100, reason: "" },
    Bound { stage: "01_ping", lines: 15, reason: "" },
    Bound { stage: "02_echo", lines: 440, reason: "a parser is whole or it is wrong" },
    Bound { stage: "03_select_loop", lines: 290, reason: "calls that block become an event loop" },
    Bound { stage: "04_set_get", lines: 150, reason: "" },
    Bound { stage: "05_expiry", lines: 150, reason: "" },
];

/// What is wrong with the stages of this repository, for a person; nothing, if nothing is.
pub fn report(repository: &Path) -> String {
    let problems = problems(repository, &BOUNDS);
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    match lines.as_slice() {
        [] => String::new(),
        lines => format!("\n\n{}\n\n(docs/maintainers.md tells more)\n", lines.join("\n\n")),
    }
}

/// Everything that is wrong with the stages of a repository.
pub fn problems(repository: &Path, bounds: &[Bound]) -> Vec<Problem> {
    let tree = &Tree::read(repository);
    [
        folders::every_stage_is_flat_and_whole(tree),
        folders::every_main_is_real_and_has_a_head(tree),
        folders::every_link_leads_to_the_latest_real_file(tree),
        folders::no_file_is_a_copy(tree),
        manifest::libc_and_nix_are_the_only_dependencies(tree),
        manifest::every_stage_is_a_program(tree),
        contents::nothing_hides_system_calls_or_dead_code(tree),
        contents::unsafe_is_one_line_with_its_reason(tree),
        steps::every_step_is_small(tree, bounds),
    ]
    .into_iter()
    .flatten()
    .collect()
}
