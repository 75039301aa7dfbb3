//! The book is true by test: what `docs/` quotes, shows and links to is compared with what there is.

mod chapters;
mod commands;
mod contents;
mod diffs;
#[path = "../layout/mod.rs"]
mod layout;
mod links;
mod not_typed;
mod page;
mod projects;
mod scene;
mod sessions;
mod shell;
mod site;

use test_support::{Need, Suite};

fn main() {
    if std::env::var_os("RECORD").is_some() {
        // Before anything else: a link to a page that is not made yet leads nowhere.
        diffs::the_diffs_are_those_of_the_stages();
    }
    let suite = Suite::default()
        .test("quoted_code_stands_in_its_file", chapters::quoted_code_stands_in_its_file)
        .test("every_chapter_has_its_sections", chapters::every_chapter_has_its_sections)
        .test(
            "every_chapter_is_read_in_one_sitting",
            chapters::every_chapter_is_read_in_one_sitting,
        )
        .test("challenge_shows_the_first_part", chapters::challenge_shows_the_first_part)
        .test("challenge_shows_the_second_part", chapters::challenge_shows_the_second_part)
        .test(
            "names_in_the_worked_server_are_in_its_code",
            chapters::names_in_the_worked_server_are_in_its_code,
        )
        .test(
            "every_trace_names_the_command_that_recorded_it",
            chapters::every_trace_names_the_command_that_recorded_it,
        )
        .test("the_diffs_are_those_of_the_stages", diffs::the_diffs_are_those_of_the_stages)
        .test(
            "the_readme_lists_the_stages_and_runs_the_last",
            contents::the_readme_lists_the_stages_and_runs_the_last,
        )
        .test("the_introduction_lists_the_stages", contents::the_introduction_lists_the_stages)
        .test("the_contents_list_the_stages", contents::the_contents_list_the_stages)
        .test("every_project_file_is_taken", projects::every_project_file_is_taken)
        .test("every_link_leads_somewhere", links::every_link_leads_somewhere)
        .test("every_page_is_in_the_contents", links::every_page_is_in_the_contents);
    let suite = commands::add_to(sessions::add_to(suite));
    let site = [Need::MDBOOK, Need::CHROMIUM];
    suite
        .test_with(
            &site[..1],
            "the_site_builds_without_a_warning",
            site::it_builds_without_a_warning,
        )
        .test_with(
            &site,
            "every_page_of_the_site_is_whole_on_every_screen",
            site::every_page_is_whole_on_every_screen,
        )
        .test_with(
            &site,
            "added_and_removed_lines_are_coloured_in_every_theme",
            site::added_and_removed_lines_are_coloured_in_every_theme,
        )
        .test_with(
            &site,
            "the_pages_of_the_site_lead_from_the_first_to_the_last",
            site::the_pages_lead_from_the_first_to_the_last,
        )
        .test_with(
            &site,
            "search_finds_a_word_of_a_chapter",
            site::search_finds_a_word_of_a_chapter,
        )
        .run()
}
