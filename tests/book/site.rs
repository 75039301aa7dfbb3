//! The book as a site: mdBook builds it, and every page is opened in a browser, on a wide screen and
//! on a phone's. With `SCREENSHOTS=FOLDER`, a picture of each page is left in that folder.

use crate::page::{Page, ROOT};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};
use tempfile::TempDir;
use test_support::Browser;

const SCREENS: [(&str, u32, u32); 2] = [("desktop", 1280, 800), ("phone", 390, 844)];

/// mdBook has three more; these are what a reader gets who has chosen nothing.
const THEMES: [&str; 2] = ["light", "navy"];

struct Site {
    folder: TempDir,
}

impl Site {
    fn build() -> Site {
        let folder = tempfile::tempdir().expect("there is room for it");
        let mut mdbook = Command::new("mdbook");
        mdbook.arg("build").arg(Path::new(ROOT).join("docs")).arg("--dest-dir").arg(folder.path());
        let output = mdbook.output().expect("mdbook is there");
        let says = String::from_utf8_lossy(&output.stderr);
        let is_fine = output.status.success() && !says.contains("WARN") && !says.contains("ERROR");
        assert!(is_fine, "mdbook build docs:\n{says}");
        Site { folder }
    }

    fn page(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// All pages but the one for an address that does not exist, which only a web server shows.
    fn pages(&self) -> Vec<PathBuf> {
        let mut pages = html_files(self.folder.path());
        pages.retain(|page| !page.ends_with("404.html"));
        pages.sort();
        pages
    }
}

fn html_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it is there");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    let is_html = |path: &Path| path.extension().is_some_and(|extension| extension == "html");
    paths
        .flat_map(|path| if path.is_dir() { html_files(&path) } else { vec![path] })
        .filter(|path| is_html(path))
        .collect()
}

pub fn it_builds_without_a_warning() {
    let site = Site::build();
    assert!(site.page("introduction.html").exists(), "the site has no introduction");
}

pub fn every_page_is_whole_on_every_screen() {
    let site = Site::build();
    let mut browser = Browser::start();
    let mut problems = Vec::new();
    for (screen, width, height) in SCREENS {
        browser.resize(width, height);
        for page in site.pages() {
            let name = page.strip_prefix(site.folder.path()).expect("it is in there").display();
            for problem in problems_of_page(&mut browser, &page) {
                problems.push(format!("{name} on a {screen}: {problem}"));
            }
            keep_screenshot(&mut browser, &format!("{name}.{screen}").replace('/', "."));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

fn problems_of_page(browser: &mut Browser, page: &Path) -> Vec<String> {
    let mut problems = browser.open(page);
    let too_wide = browser
        .evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    if too_wide.as_i64() != Some(0) {
        problems.push(format!("it is {too_wide} pixels wider than the screen"));
    }
    let broken = browser.evaluate(
        "[...document.images].filter(image => !image.naturalWidth).map(image => image.src)",
    );
    if broken != json!([]) {
        problems.push(format!("these images are broken: {broken}"));
    }
    problems
}

/// With SCREENSHOTS set.
fn keep_screenshot(browser: &mut Browser, name: &str) {
    if let Some(folder) = env::var_os("SCREENSHOTS") {
        let file = Path::new(&folder).join(format!("{name}.png"));
        fs::write(file, browser.screenshot()).expect("SCREENSHOTS is a folder");
    }
}

pub fn added_and_removed_lines_are_coloured_in_every_theme() {
    let site = Site::build();
    let mut browser = Browser::start();
    browser.resize(1280, 800);
    for theme in THEMES {
        browser.open(&site.page("diffs/05_expiry.html"));
        browser.evaluate(&format!("localStorage.setItem('mdbook-theme', '{theme}')"));
        browser.open(&site.page("diffs/05_expiry.html"));
        let colours = browser.evaluate(
            "['.hljs-addition', '.hljs-deletion', 'code.hljs'].map(selector => {
                const style = getComputedStyle(document.querySelector(selector));
                return style.color + style.backgroundColor;
            })",
        );
        keep_screenshot(&mut browser, &format!("diff.{theme}"));
        let [added, removed, plain] = colours.as_array().map(Vec::as_slice).unwrap_or_default()
        else {
            panic!("{theme}: {colours}");
        };
        let differ = added != removed && added != plain && removed != plain;
        assert!(differ, "{theme}: added, removed and plain lines are {colours}");
    }
}

/// Page after page, as the contents list them, and back.
pub fn the_pages_lead_from_the_first_to_the_last() {
    let site = Site::build();
    let mut browser = Browser::start();
    let contents = Page::read(Path::new("docs/SUMMARY.md")).links;
    let pages: Vec<PathBuf> =
        contents.iter().map(|page| site.page(page).with_extension("html")).collect();
    for pair in pages.windows(2) {
        for (from, to, name) in [(&pair[0], &pair[1], "next"), (&pair[1], &pair[0], "prev")] {
            browser.open(from);
            let link = browser
                .evaluate(&format!("document.querySelector('a.nav-chapters[rel~={name}]')?.href"));
            assert_eq!(link, json!(format!("file://{}", to.display())), "{name} of {from:?}");
        }
    }
}

/// A word that stands in the chapter of stage 0 and in no heading.
pub fn search_finds_a_word_of_a_chapter() {
    let site = Site::build();
    let mut browser = Browser::start();
    browser.open(&site.page("introduction.html"));
    let found = browser.evaluate(
        "new Promise(resolve => {
            const results = document.getElementById('mdbook-searchresults');
            new MutationObserver(() => {
                if (results.querySelector('a')) resolve(results.textContent);
            }).observe(results, {childList: true, subtree: true});
            setTimeout(() => resolve('nothing was found'), 20000);
            document.getElementById('mdbook-search-toggle').click();
            const bar = document.getElementById('mdbook-searchbar');
            bar.value = 'ECONNABORTED';
            for (const event of ['input', 'keyup']) bar.dispatchEvent(new Event(event));
        })",
    );
    assert!(found.as_str().is_some_and(|text| text.contains("Bind to the port")), "{found}");
}
