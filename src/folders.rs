//! The folders of `stages/`: they are the list of stages. The build script makes the course from them,
//! and the tests read them through `tests/support`, so that no number of stages stands anywhere.

use std::fs;
use std::path::Path;

/// A folder of `stages/`, such as `05_expiry`.
pub struct Folder {
    pub number: usize,
    pub slug: String,
    /// Its name, from which the two above are.
    pub name: String,
}

impl Folder {
    /// `None` for a name of another form.
    pub fn named(name: &str) -> Option<Folder> {
        let (digits, slug) = name.split_once('_')?;
        let is_number = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse().ok().filter(|_| is_number)?;
        Some(Folder { number, slug: slug.to_owned(), name: name.to_owned() })
    }

    /// The stage's part of the course, from the root of the repository.
    pub fn module(&self) -> String {
        format!("src/stages/{}.rs", self.slug)
    }

    /// The stage's chapter of the book, from the root of the repository.
    pub fn chapter(&self) -> String {
        format!("docs/{}.md", self.name)
    }
}

/// The stages of a repository, in order.
pub fn all(root: &Path) -> Vec<Folder> {
    let entries = fs::read_dir(root.join("stages")).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut folders: Vec<Folder> = names.filter_map(|name| Folder::named(&name)).collect();
    folders.sort_by(|one, other| (one.number, &one.slug).cmp(&(other.number, &other.slug)));
    folders
}

/// The stages that the challenge has: all, up to the first that has no module or no chapter yet. A
/// stage can so be written and run before it is part of the course; the layout test names what it lacks.
pub fn course(root: &Path) -> Vec<Folder> {
    let is_whole = |(place, folder): &(usize, Folder)| {
        let parts = [folder.module(), folder.chapter()];
        *place == folder.number && parts.iter().all(|part| root.join(part).exists())
    };
    let whole = all(root).into_iter().enumerate().take_while(is_whole);
    whole.map(|(_, folder)| folder).collect()
}
