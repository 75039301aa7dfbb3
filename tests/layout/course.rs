//! What a stage needs besides its folder: a part in the course, in the book, and servers that fail it.
//! All of it has the stage's number or slug in its name.

use super::problem::Problem;
use super::tree::{Stage, Tree, names};
use std::fs;
use std::path::Path;
use test_support::{Folder, NO_CHECKS};

/// How many broken servers a stage with checks has at least, each with another mistake.
const BROKEN_SERVERS: usize = 6;

/// What writes the tables in which all stages stand.
const RECORD: &str = "RECORD=1 cargo test --test book";

pub fn every_stage_is_in_the_course(tree: &Tree, repository: &Path) -> Vec<Problem> {
    let modules = text(repository, "src/stages/mod.rs");
    let mut problems = Vec::new();
    for stage in &tree.stages {
        let (slug, module) = (stage.slug(), stage.folder().module());
        if !repository.join(&module).exists() {
            let wrong = format!("{module} is missing, so that the course has no such stage");
            let mend = format!("begin it with `use crate::check::Check;` and `{NO_CHECKS}`");
            problems.push(Problem::new(wrong, mend));
        } else if !modules.lines().any(|line| line == format!("mod {slug};")) {
            let wrong = format!("src/stages/mod.rs has no module {slug}");
            problems.push(Problem::new(wrong, format!("add `mod {slug};`")));
        }
    }
    problems
}

pub fn every_stage_is_in_the_book(tree: &Tree, repository: &Path) -> Vec<Problem> {
    tree.stages.iter().filter_map(|stage| missing_in_book(stage, repository)).collect()
}

/// The first thing that the book lacks of a stage: the chapter makes the rest.
fn missing_in_book(stage: &Stage, repository: &Path) -> Option<Problem> {
    let Stage { number, name, .. } = stage;
    let chapter = stage.folder().chapter();
    let title = format!("# Stage {number}: ");
    if !repository.join(&chapter).exists() {
        let mend =
            format!("write it: `{title}` and its title, and the sections of docs/00_bind.md");
        return Some(Problem::new(format!("{chapter} is missing"), mend));
    }
    if !text(repository, &chapter).starts_with(&title) {
        let wrong = format!("{chapter} does not begin with `{title}`");
        return Some(Problem::new(wrong, "begin it so, and then with the stage's title"));
    }
    let lists = [
        ("README.md", format!("](docs/{name}.md)")),
        ("docs/introduction.md", format!("]({name}.md)")),
        ("docs/SUMMARY.md", format!("]({name}.md)")),
    ];
    let (list, _) = lists.iter().find(|(list, link)| !text(repository, list).contains(link))?;
    Some(Problem::new(format!("{list} does not list {chapter}"), RECORD))
}

/// A stage that has no checks yet needs none.
pub fn every_stage_has_its_broken_servers(tree: &Tree, repository: &Path) -> Vec<Problem> {
    let servers = names(&repository.join("tests/broken"));
    let mut problems = Vec::new();
    for stage in tree.stages.iter().filter(|stage| has_checks(stage, repository)) {
        let start = format!("stage{}_", stage.number);
        let is_its = |name: &&String| name.starts_with(&start) && name.ends_with(".py");
        let count = servers.iter().filter(is_its).count();
        if count < BROKEN_SERVERS {
            let wrong = format!(
                "tests/broken/{start}*.py are {count} broken servers, and {BROKEN_SERVERS} at least"
            );
            let mend = "add servers with the mistakes that people make in this stage";
            problems.push(Problem::new(wrong, mend));
        }
    }
    problems
}

/// What is left of a stage that was renamed or removed says what is not so any more.
pub fn nothing_is_of_no_stage(tree: &Tree, repository: &Path) -> Vec<Problem> {
    let is_folder = |name: &str| tree.stages.iter().any(|stage| stage.name == name);
    let is_slug = |name: &str| tree.stages.iter().any(|stage| stage.slug() == name);
    let is_number = |name: &str| {
        let mut numbers = tree.stages.iter().map(|stage| stage.number.to_string());
        numbers.any(|number| number == name)
    };
    let is_left = |folder: &str, name: &str| match folder {
        "stages" => name.ends_with(".rs"),
        "src/stages" => {
            let slug = name.strip_suffix(".rs").filter(|&slug| slug != "mod");
            slug.is_some_and(|slug| !is_slug(slug))
        }
        "docs" => {
            let page = name.strip_suffix(".md").filter(|page| Folder::named(page).is_some());
            page.is_some_and(|page| !is_folder(page))
        }
        _ => {
            let fault = name.strip_prefix("stage").and_then(|rest| rest.split_once('_'));
            fault.is_some_and(|(number, _)| !is_number(number))
        }
    };
    let folders = ["stages", "src/stages", "docs", "tests/broken", "tests/broken/transcripts"];
    let mut problems = Vec::new();
    for folder in folders.into_iter().filter(|folder| repository.join(folder).exists()) {
        let mut names = names(&repository.join(folder));
        names.sort();
        for name in names.into_iter().filter(|name| is_left(folder, name)) {
            let file = format!("{folder}/{name}");
            problems.push(Problem::new(format!("{file} is of no stage"), format!("rm {file}")));
        }
    }
    problems
}

fn has_checks(stage: &Stage, repository: &Path) -> bool {
    let module = text(repository, &stage.folder().module());
    !module.is_empty() && !module.lines().any(|line| line == NO_CHECKS)
}

/// What stands in a file, if there is one.
fn text(repository: &Path, file: &str) -> String {
    fs::read_to_string(repository.join(file)).unwrap_or_default()
}
