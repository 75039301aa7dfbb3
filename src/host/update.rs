//! What a push changes: a list of refs, as git gives it to its hooks on standard input.

use super::BRANCH;
use super::contents::Contents;
use super::record::{self, Push, State};
use super::settings::Settings;
use crate::bytes::printable;
use crate::git;
use crate::grade::Verdict;
use crate::report::Results;
use std::collections::HashSet;
use std::io::{Read, stdin};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The most commits of one push that are graded.
const MOST_GRADED: usize = 3;

/// A ref that was pushed: what it was, what it is, what it is called.
pub struct Update {
    old: String,
    pub new: String,
    name: String,
}

/// The most refs of one push, and the most characters and parts of the name of one: each part is a folder
/// of the host.
const MOST_REFS: usize = 100;
const LONGEST_NAME: usize = 250;
const MOST_PARTS: usize = 10;

/// The branch of the record, as people call it.
const RESULTS: &str = "results";

/// What git says that a push changes.
pub fn updates() -> Result<Vec<Update>, String> {
    let mut input = Vec::new();
    stdin().read_to_end(&mut input).map_err(|error| format!("no list of refs: {error}"))?;
    let input = String::from_utf8_lossy(&input);
    let mut updates: Vec<Update> = input.lines().filter_map(Update::parse).collect();
    let main = format!("refs/heads/{BRANCH}");
    updates.sort_by_key(|update| update.name != main); // the branch that counts comes first
    Ok(updates)
}

/// Refuses what would fill the disk of the host with names.
pub fn expect_few(updates: &[Update]) -> Result<(), String> {
    let is_long = |name: &str| name.len() > LONGEST_NAME || name.split('/').count() > MOST_PARTS;
    let names: HashSet<&str> = updates.iter().map(|update| update.name.as_str()).collect();
    match () {
        () if updates.len() > MOST_REFS => {
            Err(format!("a push may change {MOST_REFS} branches and tags, and not more"))
        }
        () if names.len() < updates.len() => {
            Err("a push may change each branch and tag once, and not more".to_owned())
        }
        () if updates.iter().any(|update| is_long(&update.name)) => Err(format!(
            "the name of a branch or tag may have {LONGEST_NAME} bytes and {MOST_PARTS} parts, and not \
             more"
        )),
        () => Ok(()),
    }
}

/// Refuses names that people would take for others.
pub fn expect_clear(updates: &[Update]) -> Result<(), String> {
    match updates.iter().find(|update| update.is_mistakable()) {
        Some(Update { name, .. }) => Err(format!(
            "{name} would be taken for something else, a commit or the branch {BRANCH}: choose another \
             name"
        )),
        None => Ok(()),
    }
}

/// Whether a character of a name does not show: it has no width, or changes the direction.
fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

/// Whether a name is that of a commit, or the beginning of one as Git shows it. A word of the letters up to F
/// is none.
fn is_like_a_commit(name: &str) -> bool {
    let is_hex = name.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex && name.len() >= 7 && name.bytes().any(|byte| byte.is_ascii_digit())
}

/// Decides for each update: it is graded, or there is a reason not to.
pub fn steps(updates: Vec<Update>) -> Vec<Result<Update, String>> {
    let mut graded: Vec<String> = Vec::new();
    let step = |update: Update| match update.refusal(&graded) {
        Some(reason) => Err(reason),
        None => {
            graded.push(update.new.clone());
            Ok(update)
        }
    };
    updates.into_iter().map(step).collect()
}

impl Update {
    fn parse(line: &str) -> Option<Update> {
        let mut words = line.split(' ').map(str::to_owned);
        Some(Update { old: words.next()?, new: words.next()?, name: words.next()? })
    }

    /// Whether people who look at the repository would take its name for another: of a tag and a branch, Git
    /// shows the tag.
    fn is_mistakable(&self) -> bool {
        const LIKE_THEM: [&str; 4] = [BRANCH, RESULTS, "head", "fetch_head"];
        const PATHS: [&str; 6] = ["origin/", "heads/", "tags/", "remotes/", "refs/", "challenge/"];
        let branch = self.branch();
        let is_it = branch.is_some_and(|name| [BRANCH, RESULTS].contains(&name));
        if is_it || git::is_nothing(&self.new) {
            return false;
        }
        let short = branch.or_else(|| self.name.strip_prefix("refs/tags/")).unwrap_or_default();
        let seen: String = short.chars().filter(|&one| !is_unseen(one)).collect();
        let seen = seen.to_lowercase();
        LIKE_THEM.contains(&seen.as_str())
            || PATHS.iter().any(|path| seen.starts_with(path))
            || is_like_a_commit(&seen)
    }

    fn branch(&self) -> Option<&str> {
        self.name.strip_prefix("refs/heads/")
    }

    /// Why there is nothing to grade, if so.
    fn refusal(&self, graded: &[String]) -> Option<String> {
        let name = &self.name;
        if git::is_nothing(&self.new) {
            return Some(format!("{name} is deleted; its results are kept."));
        }
        if Path::new(name).starts_with(record::BRANCH) {
            return Some(format!("{name} is the host's."));
        }
        if self.branch().is_none() {
            return Some(format!("{name} is kept, and not graded: only branches are."));
        }
        if graded.contains(&self.new) {
            return Some(format!("{name} is the same commit, which has just been graded."));
        }
        (graded.len() == MOST_GRADED).then(|| {
            format!("{name} is kept, and not graded: {MOST_GRADED} branches at a time are enough.")
        })
    }

    pub fn printable_branch(&self) -> String {
        printable(self.branch().unwrap_or_default())
    }

    /// The line of the record at the beginning of a push, when little is known.
    pub fn push(&self, settings: &Settings) -> Push {
        let branch = self.printable_branch();
        Push {
            push: 0,
            time: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            commit: self.new.clone(),
            counts: branch == BRANCH,
            branch,
            name: settings.name.clone(),
            language: settings.language.clone(),
            state: State::Begun,
            problem: None,
            contents: Contents::default(),
            waived: Vec::new(),
            stages_passed: 0,
            results: Results::default().record(Verdict::Unclear, Duration::ZERO),
        }
    }

    /// Refuses what git would refuse by itself, for its name, or since the branch has moved meanwhile: it
    /// would stand in the record all the same.
    pub fn expect_acceptable(&self, repository: &Path) -> Result<(), String> {
        let name = &self.name;
        if git::run(repository, &["check-ref-format", name]).is_err() {
            return Err(format!("{name} is no name for a branch"));
        }
        match record::tip(repository, name)? {
            Some(tip) if tip == self.old => Ok(()),
            None if git::is_nothing(&self.old) => Ok(()),
            _ => Err(format!("{name} has moved meanwhile: git fetch, and push again")),
        }
    }

    /// Whether the branch was rewritten, as far as git can tell.
    pub fn is_forced(&self, repository: &Path) -> bool {
        let is_ancestor = || git::is_ancestor(repository, &self.old, &self.new);
        !git::is_nothing(&self.old) && matches!(is_ancestor(), Ok(false))
    }
}
