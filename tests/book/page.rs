//! A page of Markdown, taken apart: its blocks of code, the code within its sentences, its links, its
//! headings, and everything that is read but blocks of code.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use regex_lite::Regex;
use std::fs;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");

pub struct Page {
    /// From the root of the repository.
    pub path: PathBuf,
    /// The number that its name begins with.
    pub stage: Option<usize>,
    pub blocks: Vec<Block>,
    /// The code within its sentences and tables.
    pub spans: Vec<String>,
    /// Where its links and images lead, as it says it.
    pub links: Vec<String>,
    pub headings: Vec<Heading>,
    /// Its headings, sentences and tables, without blocks of code and where links lead.
    prose: String,
}

pub struct Heading {
    pub text: String,
}

/// A block of code between fences.
pub struct Block {
    pub line: usize,
    /// The last heading before it.
    pub heading: String,
    /// What stands behind the opening fence.
    pub info: String,
    pub text: String,
}

impl Page {
    pub fn read(path: &Path) -> Page {
        let text = fs::read_to_string(Path::new(ROOT).join(path))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut page = Page {
            path: path.to_owned(),
            stage: stage_of(path),
            blocks: Vec::new(),
            spans: Vec::new(),
            links: Vec::new(),
            headings: Vec::new(),
            prose: String::new(),
        };
        page.parse(&text);
        page
    }

    /// All pages of the book, and the README.
    pub fn all() -> Vec<Page> {
        let mut pages = vec![Page::read(Path::new("README.md"))];
        for folder in ["docs", "docs/diffs"] {
            pages.extend(files(folder, "md").iter().map(|path| Page::read(path)));
        }
        pages
    }

    /// The pages of the stages: those that have a number.
    pub fn chapters() -> Vec<Page> {
        let pages = files("docs", "md").into_iter().map(|path| Page::read(&path));
        pages.filter(|page| page.stage.is_some()).collect()
    }

    /// The blocks in this language.
    pub fn blocks_of(&self, language: &str) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(move |block| block.info.split(',').next() == Some(language))
    }

    /// How many words it has, besides blocks of code.
    pub fn words(&self) -> usize {
        let word = Regex::new(r"\w+(['’-]+\w+)*").expect("it is one");
        word.find_iter(&self.prose).count()
    }

    /// A place in this page, as compilers write it.
    pub fn place(&self, block: &Block) -> String {
        format!("{}:{}", self.path.display(), block.line)
    }

    fn parse(&mut self, text: &str) {
        let mut in_heading = false;
        let mut in_block = false;
        for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            if let Event::Code(span) = &event {
                self.spans.push(span.to_string());
            }
            if !in_block {
                self.prose.push_str(&read_of(&event));
            }
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    let info = match kind {
                        CodeBlockKind::Fenced(info) => info.to_string(),
                        CodeBlockKind::Indented => String::new(),
                    };
                    let line = text[..range.start].matches('\n').count() + 1;
                    let heading =
                        self.headings.last().map_or(String::new(), |last| last.text.clone());
                    self.blocks.push(Block { line, heading, info, text: String::new() });
                    in_block = true;
                }
                Event::End(TagEnd::CodeBlock) => in_block = false,
                Event::Start(Tag::Heading { .. }) => {
                    self.headings.push(Heading { text: String::new() });
                    in_heading = true;
                }
                Event::End(TagEnd::Heading(_)) => in_heading = false,
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    self.links.push(dest_url.to_string());
                }
                Event::Text(text) if in_block => {
                    let block = self.blocks.last_mut().expect("the one that has begun");
                    block.text.push_str(&text);
                }
                Event::Text(text) | Event::Code(text) if in_heading => {
                    let heading = self.headings.last_mut().expect("the one that has begun");
                    heading.text.push_str(&text);
                }
                _ => {}
            }
        }
    }
}

fn stage_of(path: &Path) -> Option<usize> {
    let (number, _) = path.file_name()?.to_str()?.split_once('_')?;
    number.parse().ok()
}

/// What a reader reads of it. What ends, ends a word.
fn read_of(event: &Event) -> String {
    match event {
        Event::Text(text) | Event::Code(text) => text.to_string(),
        Event::Html(html) | Event::InlineHtml(html) => {
            Regex::new("<[^>]*>").expect("it is one").replace_all(html, " ").into_owned()
        }
        Event::SoftBreak | Event::HardBreak | Event::End(_) => " ".to_owned(),
        _ => String::new(),
    }
}

/// The files of a folder with this extension, in order, from the root of the repository.
pub fn files(folder: impl AsRef<Path>, extension: &str) -> Vec<PathBuf> {
    let folder = folder.as_ref();
    let entries = fs::read_dir(Path::new(ROOT).join(folder)).expect("the folder is there");
    let paths = entries.map(|entry| folder.join(entry.expect("it can be read").file_name()));
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    paths.sort();
    paths
}
