//! Every link inside the repository leads somewhere, and every page of the book is in its contents.

use crate::page::{Heading, Page, ROOT, files};
use std::path::{Component, Path, PathBuf};

pub fn every_link_leads_somewhere() {
    let mut problems = Vec::new();
    for page in Page::all() {
        for link in page.links.iter().filter(|link| !is_elsewhere(link)) {
            problems.extend(problem_of_link(&page, link));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

fn is_elsewhere(link: &str) -> bool {
    link.contains("://") || link.starts_with("mailto:")
}

fn problem_of_link(page: &Page, link: &str) -> Option<String> {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = match path {
        "" => page.path.clone(),
        _ => normal(&page.path.with_file_name(path)),
    };
    let from = page.path.display();
    if !Path::new(ROOT).join(&target).exists() {
        return Some(format!("{from}: {link} leads nowhere: there is no {}", target.display()));
    }
    // The site has the folder `docs` and nothing else.
    if page.path.starts_with("docs") && !target.starts_with("docs") {
        return Some(format!("{from}: {link} leads out of the book"));
    }
    let is_named = |heading: &Heading| anchor_of(&heading.text) == anchor;
    let leads = anchor.is_empty() || Page::read(&target).headings.iter().any(is_named);
    (!leads).then(|| format!("{from}: {link} leads nowhere: the page has no such heading"))
}

/// The path without `..`.
fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut result, component| {
        match component {
            Component::ParentDir => assert!(result.pop(), "{path:?} is out of the repository"),
            other => result.push(other),
        }
        result
    })
}

/// The name that both mdBook and code hosts give to a heading.
fn anchor_of(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

pub fn every_page_is_in_the_contents() {
    let summary = Page::read(Path::new("docs/SUMMARY.md"));
    let listed =
        |path: &Path| summary.links.iter().any(|link| Path::new("docs").join(link) == path);
    let mut pages = files("docs", "md");
    pages.extend(files("docs/diffs", "md"));
    for page in pages.iter().filter(|page| **page != summary.path) {
        assert!(listed(page), "docs/SUMMARY.md does not list {}", page.display());
    }
}
