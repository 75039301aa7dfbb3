//! The rules of `stages/`, as functions over a folder, and what to say when one is broken.

mod contents;
mod course;
mod folders;
mod manifest;
mod problem;
mod steps;
mod tree;

pub use problem::Problem;
pub use steps::Exception;

use std::path::Path;
use tree::Tree;

/// The stages that change more than [`steps::ONE_SITTING`], and by how much at most.
const EXCEPTIONS: &[Exception] = &[
    Exception { slug: "echo", lines: 440, reason: "a parser is whole or it is wrong" },
    Exception { slug: "select_loop", lines: 290, reason: "calls that block become an event loop" },
];

/// What is wrong with the stages of this repository, for a person; nothing, if nothing is.
pub fn report(repository: &Path) -> String {
    let problems = problems(repository, EXCEPTIONS);
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    match lines.as_slice() {
        [] => String::new(),
        lines => format!("\n\n{}\n\n(docs/maintainers.md tells more)\n", lines.join("\n\n")),
    }
}

/// Everything that is wrong with the stages of a repository.
pub fn problems(repository: &Path, exceptions: &[Exception]) -> Vec<Problem> {
    let tree = &Tree::read(repository);
    [
        folders::every_folder_has_the_number_of_its_place(tree),
        folders::every_stage_is_flat_and_whole(tree),
        folders::every_main_is_real_and_has_a_head(tree),
        folders::every_link_leads_to_the_latest_real_file(tree),
        folders::no_file_is_a_copy(tree),
        manifest::libc_and_nix_are_the_only_dependencies(tree),
        manifest::every_stage_is_a_program(tree),
        contents::nothing_hides_system_calls_or_dead_code(tree),
        contents::unsafe_is_one_line_with_its_reason(tree),
        steps::every_step_is_small(tree, exceptions),
        steps::every_exception_has_its_reason(tree, exceptions),
        course::every_stage_is_in_the_course(tree, repository),
        course::every_stage_is_in_the_book(tree, repository),
        course::every_stage_has_its_broken_servers(tree, repository),
        course::nothing_is_of_no_stage(tree, repository),
    ]
    .into_iter()
    .flatten()
    .collect()
}
