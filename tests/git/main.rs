//! Repositories that grade what is pushed, with real git: from a learner's first push to the finish,
//! over a path and over ssh, and whatever goes wrong on the way.

mod checkup;
mod escapes;
mod exam;
mod first_steps;
mod hosting;
mod keys;
mod live;
mod problems;
mod push;
mod records;
mod refs;
mod sandbox;
mod sshd;
mod world;
mod xray;

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
        first_steps::whoever_is_in_the_wrong_place_or_asks_for_too_much_is_told_what_to_do
        first_steps::a_name_with_a_space_and_a_quote_works
        first_steps::the_users_own_git_settings_are_not_in_the_way
        refs::of_several_branches_main_comes_first_and_three_are_enough
        refs::no_name_is_taken_for_that_of_what_counts
        refs::what_is_not_a_new_commit_on_a_branch_is_kept_and_said
        refs::the_default_branch_cannot_be_deleted
        refs::the_name_of_a_branch_is_no_escape
        refs::the_name_of_a_branch_may_be_no_text
        refs::a_learner_cannot_rewrite_the_record
        refs::a_push_of_very_many_refs_is_refused
        refs::a_repository_of_an_earlier_version_is_renewed_when_it_is_used
        problems::what_is_wrong_is_said_and_kept
        exam::a_limit_is_no_secret
        problems::a_host_that_has_lost_challenge_says_so
        problems::a_commit_without_the_file_and_one_without_any_are_told_so
        problems::a_line_of_a_build_that_does_not_end_is_shown_in_pieces
        problems::a_challenge_toml_that_is_too_large_is_not_read
        problems::links_and_submodules_are_checked_out_as_they_are
        sandbox::what_a_build_has_made_is_kept_without_a_sandbox
        sandbox::no_filter_runs_on_the_host
        sandbox::no_time_of_a_file_of_the_host_is_changed
        sandbox::nothing_is_converted_on_the_host
        escapes::nothing_of_a_commit_runs_on_the_host
        problems::git_variables_of_the_hook_reach_neither_build_nor_program
        records::a_killed_hook_is_the_hosts
        records::deep_and_long_names_of_refs_are_refused
        records::what_git_would_not_take_is_not_recorded
        records::each_result_stands_for_its_commit
        records::who_has_read_cards_has_tried
        records::no_ref_of_a_learner_is_taken_for_the_record
        records::what_was_graded_outlives_a_forced_push
        records::a_lock_of_a_git_that_is_gone_is_in_nobodys_way
    ];
    let with_python = named![
        first_steps::the_first_push_explains_and_the_starter_is_lines_from_passing
        first_steps::a_complete_solution_passes_everything
        records::a_push_that_is_broken_off_does_not_stand_for_what_passed
        records::a_slow_build_does_not_come_after_what_was_pushed_later
        records::binaries_and_waivers_are_in_every_report
        records::a_connection_that_closes_at_once_has_pushed
        exam::names_are_shown_and_answers_are_not
    ];
    let on_both_roads = named![
        live::lines_come_as_they_are_written
        live::two_pushes_at_once_do_not_mix
        live::of_three_pushes_at_once_one_waits_for_its_turn
        live::a_learner_who_leaves_while_waiting_is_not_waited_for
        live::ctrl_c_leaves_nothing_behind
        live::a_killed_client_leaves_nothing_behind
        live::a_killed_connection_leaves_nothing_behind
        live::the_first_line_comes_in_half_a_second
    ];
    let on_both_roads_with_python =
        named![refs::a_branch_that_is_not_main_is_graded_and_does_not_advance];
    let in_a_sandbox = named![
        checkup::what_protects_a_host_is_told
        checkup::each_hole_is_told_with_its_cure
        checkup::a_key_that_opens_more_than_a_repository_is_told
        checkup::what_others_may_write_is_told
        checkup::a_setting_that_takes_protection_away_is_told
        checkup::a_hook_that_does_not_protect_is_told
        checkup::every_password_is_told
        checkup::an_account_without_a_limit_for_all_pushes_is_a_hole
        checkup::what_sshd_permits_is_told_to_root
        checkup::root_is_told_to_look_as_the_account_that_hosts
        sandbox::what_is_required_is_not_done_without
        sandbox::whoever_has_no_bubblewrap_is_told_how_to_get_it
        sandbox::what_is_in_force_is_said
        sandbox::a_toolchain_is_found_where_it_was_when_the_repository_was_made
        sandbox::a_language_that_is_not_installed_is_said_to_be_missing
        sandbox::a_commit_that_does_not_fit_is_told_the_limit
        sandbox::no_challenge_toml_asks_for_more_time_than_is_granted
        sandbox::nobody_gains_time_for_a_build_by_not_reading
        sandbox::a_build_does_not_keep_the_host_waiting_or_lead_it_away
        sandbox::a_project_that_spoils_its_own_place_has_failed
        sandbox::a_commit_of_too_many_files_is_not_checked_out
        sandbox::a_mask_of_modes_keeps_nobody_out
        sandbox::what_a_build_has_made_is_kept_in_a_sandbox
        records::a_language_that_the_host_lacks_does_not_stand_for_what_passed
        records::what_the_sandbox_could_not_start_is_no_failure_of_the_program
        records::a_second_run_without_a_verdict_blames_nobody
        escapes::a_file_of_the_host_cannot_be_read
        escapes::process_1_of_the_sandbox_is_nobodys_tool
        escapes::what_no_server_needs_is_not_permitted
        escapes::no_more_empty_files_are_made_than_the_limit
        escapes::what_a_user_may_have_is_each_pushes_own
        escapes::no_program_is_served_by_that_of_another_stage
        escapes::no_program_lets_that_of_another_stage_answer
        escapes::who_uses_up_its_own_processes_has_failed
        escapes::redis_itself_is_not_there
        escapes::a_new_tester_is_hidden_too_and_nobodys_failure
        escapes::passwords_of_the_host_cannot_be_read
        escapes::a_link_in_a_commit_does_not_lead_to_the_host
        escapes::what_the_build_leaves_does_not_lead_the_host_astray
        escapes::the_record_cannot_be_written
        escapes::the_system_cannot_be_written
        escapes::a_listener_of_the_host_is_not_reached
        escapes::no_more_processes_start_than_the_limit
        escapes::no_more_memory_is_used_than_the_limit
        escapes::processes_together_use_no_more_memory_than_the_limit
        escapes::no_more_disk_is_used_than_the_limit
        escapes::no_more_temporary_files_are_made_than_the_limit
        escapes::no_file_is_larger_than_the_limit
        escapes::no_more_processor_time_is_used_than_the_limit
        escapes::nothing_outlives_the_trial
        escapes::the_grader_cannot_be_signalled
        escapes::other_processes_are_not_seen
        escapes::terminals_are_not_spoken_to
        escapes::the_name_of_a_language_is_no_escape
        escapes::no_namespace_is_entered
        escapes::the_environment_of_the_host_is_not_seen
        escapes::the_environment_of_the_host_is_not_seen_in_other_processes
        escapes::a_descriptor_of_the_host_is_not_inherited
        escapes::a_key_of_the_hosts_session_is_not_inherited
        escapes::a_toolchain_does_not_show_the_home
        escapes::the_tester_cannot_be_read
        escapes::what_was_kept_does_not_pass_for_the_commit
        xray::a_name_that_is_no_text_hides_no_process
        xray::a_name_of_a_file_is_no_escape
        xray::a_name_of_a_thread_is_no_escape
        xray::thousands_of_listeners_are_looked_at_in_time
    ];
    let over_ssh = named![
        keys::a_key_opens_its_own_repository
        keys::a_key_opens_nothing_else
        keys::what_is_no_key_makes_no_repository
        keys::whatever_a_repository_is_called_its_key_works
        keys::a_name_that_no_line_can_hold_is_refused
        keys::a_small_push_takes_no_large_memory
        keys::a_small_push_fills_no_disk
        keys::git_has_limits_before_it_reads
        keys::the_hook_gives_the_limits_back
        keys::of_many_connections_six_are_served
        keys::a_push_reaches_branches_and_tags_alone
        keys::a_new_repository_takes_branches_and_tags_alone
        keys::a_clone_brings_back_what_the_learner_has
        keys::one_person_is_let_go_and_nobody_else
    ];
    let whole_machine =
        [Need::GIT, Need::PYTHON, Need::BUBBLEWRAP, sshd::NEED, hosting::machine::NEED];
    let mut suite = Suite::default().test_with(
        &whole_machine,
        "hosting::five_commands_make_a_host_for_a_class",
        || hosting::five_commands_make_a_host_for_a_class(&World::new()),
    );
    for (name, run) in over_ssh {
        let needs = [Need::GIT, sshd::NEED];
        suite = suite.test_with(&needs, name, move || run(&World::with_sshd()));
    }
    for (needs, over_ssh, tests) in [
        (&[Need::GIT][..], false, with_git.as_slice()),
        (&[Need::GIT, Need::PYTHON], false, &with_python),
        (&[Need::GIT, Need::PYTHON, Need::BUBBLEWRAP], false, &in_a_sandbox),
        (&[Need::GIT][..], true, &on_both_roads),
        (&[Need::GIT, Need::PYTHON], true, &on_both_roads_with_python),
    ] {
        for &(name, run) in tests {
            suite = suite.test_with(needs, name, move || run(&World::new()));
            if over_ssh {
                let needs: Vec<Need> = needs.iter().copied().chain([sshd::NEED]).collect();
                let name = format!("{name}_over_ssh");
                suite = suite.test_with(&needs, &name, move || run(&World::with_sshd()));
            }
        }
    }
    suite.run()
}
