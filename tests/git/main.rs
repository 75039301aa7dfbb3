//! Repositories that grade what is pushed, with real git: from a learner's first push to the finish,
//! over a path and over ssh, and whatever goes wrong on the way.

mod first_steps;
mod live;
mod problems;
mod push;
mod refs;
mod sshd;
mod world;

use test_support::{Need, Suite};
use world::World;

type InWorld = fn(&World);

/// Functions with their names, as tests have them.
macro_rules! named {
    ($($module:ident::$name:ident)*) => {
        [$((concat!(stringify!($module), "::", stringify!($name)), $module::$name as InWorld)),*]
    };
}

fn main() {
    let with_git = named![
        first_steps::a_directory_that_exists_is_refused_and_not_changed
        first_steps::a_name_with_a_space_and_a_quote_works
        first_steps::the_users_own_git_settings_are_not_in_the_way
        refs::of_several_branches_main_comes_first_and_three_are_enough
        refs::what_is_not_a_new_commit_on_a_branch_is_kept_and_said
        refs::the_default_branch_cannot_be_deleted
        refs::a_learner_cannot_rewrite_the_record
        problems::what_is_wrong_is_said_and_kept
        problems::a_commit_without_the_file_and_one_without_any_are_told_so
        problems::links_and_submodules_are_checked_out_as_they_are
        problems::git_variables_of_the_hook_reach_neither_build_nor_program
    ];
    let with_python = named![
        first_steps::the_first_push_explains_and_the_starter_is_lines_from_passing
        first_steps::a_complete_solution_passes_everything
        refs::a_branch_that_is_not_main_is_graded_and_does_not_advance
    ];
    let on_both_roads = named![
        live::lines_come_as_they_are_written
        live::two_pushes_at_once_do_not_mix
        live::ctrl_c_leaves_nothing_behind
        live::a_killed_client_leaves_nothing_behind
        live::a_killed_connection_leaves_nothing_behind
        live::the_first_line_comes_in_half_a_second
    ];
    let mut suite = Suite::default();
    for (name, run) in with_git {
        suite = suite.test_with(&[Need::GIT], name, move || run(&World::new()));
    }
    for (name, run) in with_python {
        suite = suite.test_with(&[Need::GIT, Need::PYTHON], name, move || run(&World::new()));
    }
    for (name, run) in on_both_roads {
        suite = suite.test_with(&[Need::GIT], name, move || run(&World::new()));
        let over_ssh = format!("{name}_over_ssh");
        suite =
            suite.test_with(&[Need::GIT, sshd::NEED], &over_ssh, move || run(&World::with_sshd()));
    }
    suite.run()
}
