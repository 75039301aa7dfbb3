//! The page, in a browser. With `SCREENSHOTS=FOLDER`, a picture of it on each screen is left there.

use crate::class::{Class, Push};
use crate::people::{self, JAPANESE, SCRIPT};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::{env, fs};
use test_support::Browser;

const SCREENS: [(&str, u32, u32, &str); 4] = [
    ("desk", 1280, 900, "light"),
    ("desk-dark", 1280, 900, "dark"),
    ("tablet", 820, 1100, "light"),
    ("phone", 360, 740, "light"),
];

/// What is wrong with a page, in sentences.
const PROBLEMS: &str = "(() => {
    const problems = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth)
        problems.push(`it is ${root.scrollWidth} pixels wide on a screen of ${root.clientWidth}`);
    if (performance.getEntriesByType('resource').length) problems.push('it asks for more');
    for (const card of document.querySelectorAll('.card')) {
        const name = card.querySelector('h2').textContent;
        const shown = [...card.querySelectorAll('svg')].filter(svg => svg.getClientRects().length);
        if (shown.length != (card.querySelector('svg') ? 1 : 0))
            problems.push(`${name} has ${shown.length} pictures`);
        for (const svg of shown) {
            if (svg.getAttribute('role') != 'img' || !svg.getAttribute('aria-label'))
                problems.push(`the picture of ${name} is not said in words`);
            const frame = svg.viewBox.baseVal;
            const leaves = box => box.x < 0 || box.y < 0 || box.x + box.width > frame.width
                || box.y + box.height > frame.height || isNaN(box.x + box.y);
            for (const part of svg.querySelectorAll('path, line, rect, text'))
                if (leaves(part.getBBox()))
                    problems.push(`${name}: ${part.outerHTML} leaves the picture`);
            const labels = [...svg.querySelectorAll('text')];
            const boxes = labels.map(label => label.getBBox());
            boxes.forEach((one, i) => boxes.slice(i + 1).forEach((other, j) => {
                if (one.x < other.x + other.width && other.x < one.x + one.width
                    && one.y + 2 < other.y + other.height && other.y + 2 < one.y + one.height)
                    problems.push(`${name}: ${labels[i].textContent} touches ${labels[i + 1 + j].textContent}`);
            }));
            const scale = svg.getBoundingClientRect().width / frame.width;
            if (scale < 0.72) problems.push(`${name}: text is scaled by ${scale}`);
        }
    }
    return problems;
})()";

/// A page, and the place that it lives in.
pub fn page(class: &Class, repositories: &[&str]) -> PathBuf {
    let file = class.path("class.html");
    fs::write(&file, class.report("html", repositories)).expect("a new file");
    file
}

#[track_caller]
fn expect_whole(browser: &mut Browser, page: &Path, pictures: &str) {
    for (screen, width, height, scheme) in SCREENS {
        browser.resize(width, height);
        browser.prefer(scheme);
        assert_eq!(browser.open(page), [] as [String; 0], "errors on a {screen}");
        assert_eq!(browser.evaluate(PROBLEMS), json!([]), "on a {screen}");
        if let Some(folder) = env::var_os("SCREENSHOTS") {
            let file = Path::new(&folder).join(format!("{pictures}.{screen}.png"));
            fs::write(file, browser.screenshot()).expect("SCREENSHOTS is a folder");
        }
    }
}

/// How many marks of a kind are drawn for each card, which is twice what a screen shows.
fn marks(browser: &mut Browser, selector: &str) -> Value {
    browser.evaluate(&format!(
        "[...document.querySelectorAll('.card')]
            .map(card => card.querySelectorAll('svg.wide {selector}').length)"
    ))
}

pub fn the_page_is_whole_on_every_screen() {
    let class = Class::new();
    let page = page(&class, &people::everybody(&class));
    let mut browser = Browser::start();
    expect_whole(&mut browser, &page, "class");
    assert_eq!(marks(&mut browser, ".mark"), json!([12, 27, 15, 300, 9, 30, 1, 4, 0]));
    assert_eq!(marks(&mut browser, ".advanced"), json!([6, 6, 5, 5, 4, 3, 1, 0, 0]));
    assert_eq!(marks(&mut browser, ".lost"), json!([0, 0, 4, 16, 0, 0, 0, 0, 0]));
    assert_eq!(marks(&mut browser, ".not-built"), json!([0, 0, 1, 0, 0, 0, 0, 4, 0]));
    assert_eq!(marks(&mut browser, ".elsewhere"), json!([0, 0, 0, 0, 3, 0, 0, 0, 0]));
    assert_eq!(marks(&mut browser, ".unclear"), json!([0, 0, 0, 0, 1, 0, 0, 0, 0]));
    assert_eq!(marks(&mut browser, ".mark > title"), marks(&mut browser, ".mark"));
}

/// Pushes at so many seconds after a time, each with one more stage than the one before, and so on
/// from the start again.
fn at(seconds: impl IntoIterator<Item = i64>) -> Vec<Push> {
    let start: Timestamp = "2026-11-02T10:00:00Z".parse().expect("a time");
    let time = |second| start.checked_add(SignedDuration::from_secs(second)).expect("near");
    let seconds = seconds.into_iter().enumerate();
    seconds.map(|(at, second)| Push::new(&time(second).to_string(), at % 7)).collect()
}

pub fn awkward_histories_are_drawn_inside_of_the_picture() {
    let day = 86_400;
    let class = Class::new();
    let histories = [
        ("one", at([0])),
        ("in a second", at([0; 12])),
        ("crowded", at([0; 500])),
        ("many", at((0..500).map(|push| push * 613 + push / 20 * 50_000))),
        ("daily", at((0..40).map(|push| push * day + push * 977))),
        ("years", at([0, 300, 400 * day, 401 * day, 3_000 * day])),
        ("clock back", at([5 * day, 5 * day + 60, 0, 60, 30, 120])),
        ("clock far off", at([0, 60, 200_000 * day, 120, -700_000 * day, 180, 240])),
        ("midnight", at([13 * 3_600 + 1_800, 14 * 3_600 + 1_800, 15 * 3_600])),
        ("far end", at([0, 3_000, 2 * day, 2 * day + 10])),
        ("never built", vec![Push::not_built("2026-11-02T10:00:00Z").on("idea")]),
    ];
    let names: Vec<String> = (0..histories.len()).map(|number| format!("{number}.git")).collect();
    for (repository, (name, pushes)) in names.iter().zip(&histories) {
        class.hosted(repository, name, pushes);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let page = page(&class, &names);
    expect_whole(&mut Browser::start(), &page, "awkward");
}

pub fn hostile_text_is_shown_as_text() {
    let class = Class::new();
    let hostile = "</title></svg><img src=x onerror=alert(1)>\"'&\u{202e}\u{0}";
    let push = |minute: u32| Push::new(&format!("2026-11-02T10:{minute:02}:00Z"), 1);
    let mut not_built = Push::not_built("2026-11-02T10:20:00Z");
    not_built.problem = Some(format!("the build failed: {hostile}"));
    class.hosted("a'b\"c&d.git", SCRIPT, &[push(0).in_language(hostile)]);
    let pushes = [push(10), push(15).on(hostile), not_built.in_language(hostile)];
    class.hosted("hostile.git", JAPANESE, &pushes);
    let page = page(&class, &["hostile.git", "a'b\"c&d.git"]);
    let mut browser = Browser::start();
    assert_eq!(browser.open(&page), [] as [String; 0]);
    let elements = "['script', 'img', 'link', 'iframe', 'object'].filter(
        name => document.querySelector(name))";
    assert_eq!(browser.evaluate(elements), json!([]));
    let handlers = "[...document.querySelectorAll('*')].flatMap(
        element => element.getAttributeNames().filter(name => name.startsWith('on')))";
    assert_eq!(browser.evaluate(handlers), json!([]));
    let names = "[...document.querySelectorAll('h2 bdi')].map(name => name.textContent)";
    assert_eq!(browser.evaluate(names), json!([SCRIPT, JAPANESE]));
    let shown = hostile.replace('\u{202e}', "\\u{202e}").replace('\u{0}', "\\u{0}");
    let text = browser.evaluate("document.body.textContent");
    // The language of both, the branch, and the problem; the last two in both pictures.
    let count = text.as_str().expect("text").matches(&shown).count();
    assert_eq!(count, 2 + 2 * 2, "{shown}");
}

/// The contrast between each kind of text and what is behind it, of which WCAG asks 4.5.
const CONTRASTS: &str = "(() => {
    const channels = colour => colour.match(/[\\d.]+/g).map(Number);
    const luminance = colour => channels(colour).slice(0, 3)
        .map(channel => channel / 255)
        .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = element => {
        const colour = getComputedStyle(element).backgroundColor;
        return colour == 'rgba(0, 0, 0, 0)' ? ground(element.parentElement) : colour;
    };
    const kinds = ['h1', 'header.page p', 'h2', '.origin', '.card > p', '.legend li', '.stages small',
        '.stages strong', '.overview thead th', '.overview .passed small', '.overview .failing',
        '.progress em', 'text', '.mark.advanced', '.mark.lost', '.line'];
    return kinds.map(kind => {
        const element = document.querySelector(kind);
        const style = getComputedStyle(element);
        const isDrawn = element instanceof SVGElement;
        const colour = !isDrawn ? style.color : style.fill == 'none' ? style.stroke : style.fill;
        const [dark, light] = [colour, ground(element)].map(luminance).sort((a, b) => a - b);
        return [kind, (light + 0.05) / (dark + 0.05)];
    });
})()";

pub fn text_is_readable_in_the_light_and_in_the_dark() {
    let class = Class::new();
    let page = page(&class, &people::everybody(&class));
    let mut browser = Browser::start();
    let mut grounds = Vec::new();
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        browser.open(&page);
        for pair in browser.evaluate(CONTRASTS).as_array().expect("a list") {
            assert!(pair[1].as_f64() >= Some(4.5), "{scheme}: {pair}");
        }
        grounds.push(browser.evaluate("getComputedStyle(document.body).backgroundColor"));
    }
    assert_ne!(grounds[0], grounds[1], "the dark page is not dark");
}

pub fn each_row_leads_to_its_card() {
    let class = Class::new();
    let page = page(&class, &people::everybody(&class));
    let mut browser = Browser::start();
    browser.open(&page);
    let names = browser.evaluate(
        "[...document.querySelectorAll('.overview tbody a')].map(link => [
            link.textContent,
            document.querySelector(link.getAttribute('href')).querySelector('h2').textContent,
        ])",
    );
    let names = names.as_array().expect("a list");
    assert_eq!(names.len(), 9);
    assert!(names.iter().all(|pair| pair[0] == pair[1]), "{names:?}");
}
