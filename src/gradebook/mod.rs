//! The gradebook: what the records of many repositories say of those who push to them, one row for
//! each. Reports of a single grade are in `report`.

mod csv;
pub mod history;
mod html;
mod json;
pub mod remarks;
mod text;
pub mod words;

pub use csv::write as write_csv;
pub use html::write as write_html;
pub use json::write as write_json;
pub use text::write as write_text;

use crate::git;
use crate::host::{pending, record, shell_word};
use history::History;
use jiff::Timestamp;
use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};

/// A row: a repository, whose it is, and what its record comes to.
pub struct Entry {
    /// As it was named on the command line.
    pub repository: PathBuf,
    pub name: String,
    /// In which they write, as their last push has it: what it says there may be any text.
    pub language: String,
    pub history: History,
    /// The commit at which the branch is that counts.
    pub tip: Option<String>,
}

impl Entry {
    /// Reads a repository that `challenge host` has made, or a clone of one.
    pub fn read(repository: &Path) -> Result<Entry, String> {
        let place = Place::find(repository)?;
        let mut pushes = record::read(repository, place.record())?;
        if place == Place::Host {
            pending::settle(repository, &mut pushes);
        }
        let setting = |key| git::run(repository, &["config", "--get", key]).unwrap_or_default();
        let (mut name, mut language) = (setting("challenge.name"), setting("challenge.language"));
        if place == Place::Host && pushes.is_empty() && language.is_empty() {
            return Err(
                "challenge host did not make this repository; name one that it made".to_owned()
            );
        }
        if let Some(last) = pushes.last() {
            (name, language) = (last.name.clone(), last.language.clone());
        }
        if name.trim().is_empty() {
            name = repository.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        }
        Ok(Entry {
            repository: repository.to_owned(),
            name: words::one_line(name.trim()),
            language: words::one_line(language.trim()),
            history: History::of(&pushes).map_err(|error| record::broken(&error))?,
            tip: record::tip(repository, place.main())?,
        })
    }

    /// Whether what counts is what was graded.
    pub fn is_tip_graded(&self) -> bool {
        self.tip.as_ref().is_some_and(|tip| self.history.graded(tip).is_some())
    }

    /// Facts that the numbers do not show.
    pub fn remarks(&self) -> Vec<String> {
        remarks::of(&self.history, self.tip.as_deref())
    }
}

/// Those who came furthest come first; of two who came equally far, who was there earlier.
pub fn sort(entries: &mut [Entry]) {
    entries.sort_by_cached_key(|entry| {
        let history = &entry.history;
        let reached_at = history.reached_at().unwrap_or(Timestamp::MAX);
        (Reverse(history.reached), reached_at, entry.name.clone(), entry.repository.clone())
    });
}

/// Where a record is.
#[derive(PartialEq)]
enum Place {
    Host,
    Clone,
}

impl Place {
    /// Git would look for a repository in the directories above, too, and find somebody else's.
    fn find(repository: &Path) -> Result<Place, String> {
        let directory = fs::canonicalize(repository)
            .map_err(|error| format!("{error}; check the name of the repository"))?;
        let is_here = |question| {
            let answer = git::run(repository, &["rev-parse", question]);
            answer.is_ok_and(|found| Path::new(found.trim_end_matches('\n')) == directory)
        };
        let is_bare = git::run(repository, &["rev-parse", "--is-bare-repository"]);
        match is_bare.as_deref().map(str::trim) {
            Ok("true") if is_here("--absolute-git-dir") => Ok(Place::Host),
            Ok("false") if is_here("--show-toplevel") => Ok(Place::Clone),
            Err(error) if error.contains("safe.directory") => Err(format!(
                "it belongs to somebody else, so Git does not read it; if you trust them: \
                 git config --global --add safe.directory {}",
                shell_word(&directory)
            )),
            // Git did not even run.
            Err(error) if !error.starts_with("git: ") => Err(error.to_owned()),
            _ => Err("this is not a Git repository; name one that challenge host made".to_owned()),
        }
    }

    fn main(&self) -> &'static str {
        match self {
            Place::Host => record::MAIN,
            Place::Clone => record::FETCHED_MAIN,
        }
    }

    fn record(&self) -> &'static str {
        match self {
            Place::Host => record::BRANCH,
            Place::Clone => record::FETCHED,
        }
    }
}
