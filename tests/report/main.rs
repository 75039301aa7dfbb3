//! `challenge report`: real repositories, and what each format says of those who push to them.

mod class;
mod formats;
mod page;
mod paper;
mod people;
mod problems;
mod pushed;

use test_support::{Need, Suite};

/// Functions with their names, as tests have them.
macro_rules! named {
    ($($module:ident::$name:ident)*) => {
        [$((stringify!($name), $module::$name as fn())),*]
    };
}

fn main() {
    let with_git = named![
        formats::the_table_has_a_row_for_everybody_in_their_order
        formats::the_book_shows_what_is_printed
        formats::nothing_in_the_table_commands_a_terminal
        formats::json_has_every_number_under_its_key
        problems::what_cannot_be_read_is_said_and_the_others_are_reported
        problems::the_repository_of_somebody_else_is_said_to_be_so
        problems::a_directory_inside_of_a_repository_is_none
        problems::a_record_that_is_broken_is_no_shorter_record
        pushed::pushes_are_reported_from_the_host_and_from_a_clone
    ];
    let with_python = named![
        formats::csv_is_read_back_by_another_program
        formats::no_cell_is_a_formula
    ];
    let with_chromium = named![
        page::the_page_is_whole_on_every_screen
        page::awkward_histories_are_drawn_inside_of_the_picture
        page::hostile_text_is_shown_as_text
        page::text_is_readable_in_the_light_and_in_the_dark
        page::each_row_leads_to_its_card
    ];
    let with_poppler = named![
        paper::no_card_is_split_over_pages
        paper::colours_are_printed
    ];
    let mut suite = Suite::default();
    for (needs, tests) in [
        (&[Need::GIT][..], with_git.as_slice()),
        (&[Need::GIT, Need::PYTHON], &with_python),
        (&[Need::GIT, Need::CHROMIUM], &with_chromium),
        (&[Need::GIT, Need::CHROMIUM, Need::POPPLER], &with_poppler),
    ] {
        for &(name, run) in tests {
            suite = suite.test_with(needs, name, run);
        }
    }
    suite.run()
}
