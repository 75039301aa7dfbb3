//! The page on paper: Chromium prints it, and Poppler reads what was printed.

use crate::class::Class;
use crate::page::page;
use crate::people;
use std::process::Command;
use std::{env, fs};
use test_support::Browser;

/// The class, printed, as a file in its directory.
fn print(class: &Class) -> String {
    let page = page(class, &people::everybody(class));
    let mut browser = Browser::start();
    browser.prefer("dark"); // which is nobody's wish for paper
    browser.open(&page);
    let file = class.path("class.pdf");
    fs::write(&file, browser.print()).expect("a new file");
    if let Some(folder) = env::var_os("SCREENSHOTS") {
        fs::copy(&file, std::path::Path::new(&folder).join("class.pdf")).expect("a folder");
    }
    file.display().to_string()
}

/// A card begins with the name of its repository, and ends with its last stage, which its picture
/// names, too.
pub fn no_card_is_split_over_pages() {
    let class = Class::new();
    let text = class.run("pdftotext", &["-layout", &print(&class), "-"]);
    let count = |page: &str, word: &str| page.matches(word).count();
    let pages: Vec<[usize; 2]> =
        text.split('\u{c}').map(|page| [count(page, ".git"), count(page, "5 expiry")]).collect();
    let cards: usize = pages.iter().map(|[cards, _]| cards).sum();
    assert_eq!(cards, 9, "{text}");
    // The last card is of somebody who has not pushed, and has no stages.
    let last = pages.iter().rposition(|[cards, _]| *cards > 0);
    for (number, [cards, stages]) in pages.iter().enumerate() {
        let with_stages = cards - usize::from(Some(number) == last);
        assert_eq!(*stages, with_stages * 2, "on page {}:\n{text}", number + 1);
    }
    assert!(pages.len() <= 6, "four pages are enough for nine cards: {}", pages.len());
}

/// The washes behind the stages are backgrounds, which browsers leave out unless they are asked.
pub fn colours_are_printed() {
    let class = Class::new();
    let mut command = Command::new("pdftoppm");
    let output = command.args(["-r", "72", "-l", "1", &print(&class)]).output();
    let picture = output.expect("Poppler is there").stdout;
    let pixels = &picture[picture.len() % 3..];
    let near = |pixel: &[u8], colour: [u8; 3]| {
        pixel.iter().zip(colour).all(|(one, other)| one.abs_diff(other) < 6)
    };
    let share = |colour| {
        let count = pixels.chunks_exact(3).filter(|pixel| near(pixel, colour)).count();
        count as f64 / (pixels.len() / 3) as f64
    };
    assert!(share([0xdf, 0xf3, 0xe4]) > 0.01, "stages that passed: {}", share([0xdf, 0xf3, 0xe4]));
    assert!(share([0xfb, 0xe6, 0xe4]) > 0.001, "stages that fail: {}", share([0xfb, 0xe6, 0xe4]));
    assert!(share([0xff, 0xff, 0xff]) > 0.7, "the paper: {}", share([0xff, 0xff, 0xff]));
}
