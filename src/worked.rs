//! The worked server, as it was when this program was built: the sources of its stages.

use crate::stages::Stage;
use similar::TextDiff;
use std::collections::BTreeSet;

type Folder = (&'static str, &'static [(&'static str, &'static str)]);

static FOLDERS: &[Folder] = include!(concat!(env!("OUT_DIR"), "/stage_sources.rs"));

/// What changed from one stage to another, as `diff -ruN` shows it.
pub fn diff(old: &Stage, new: &Stage) -> String {
    let (old, new) = (folder(old), folder(new));
    let names: BTreeSet<&str> = old.1.iter().chain(new.1).map(|(name, _)| *name).collect();
    names
        .into_iter()
        .map(|name| {
            let (before, after) = (text(old, name), text(new, name));
            let header = |folder: Folder, text: Option<&str>| match text {
                Some(_) => format!("stages/{}/{name}", folder.0),
                None => "/dev/null".to_owned(),
            };
            TextDiff::from_lines(before.unwrap_or_default(), after.unwrap_or_default())
                .unified_diff()
                .header(&header(old, before), &header(new, after))
                .to_string()
        })
        .collect()
}

fn folder(stage: &Stage) -> Folder {
    let name = format!("{:02}_{}", stage.number, stage.slug);
    FOLDERS.iter().find(|(folder, _)| *folder == name).copied().unwrap_or(("", &[]))
}

fn text(folder: Folder, name: &str) -> Option<&'static str> {
    folder.1.iter().find(|(other, _)| *other == name).map(|(_, text)| *text)
}
