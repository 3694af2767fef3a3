//! The names of the code: those of the folders that the settings name, of `book.toml`, and of every block of the book.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use mdbook_markdown::new_cmark_parser;
use mdbook_markdown::pulldown_cmark::{Event, Tag, TagEnd};

use crate::pages::{Book, Page};

/// The files that are read in the folders.
const LANGUAGES: [&str; 8] = ["rs", "py", "js", "mjs", "cjs", "ts", "toml", "sh"];

/// Folders in the folders that are not read: what is made, not written, and tests, which have wrong names on purpose.
const PASSED_OVER: [&str; 5] = ["target", "node_modules", "__pycache__", "venv", "tests"];

/// The names of the code.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Each file's and block's text, and its identifiers.
    texts: Vec<(String, HashSet<String>)>,
    all: BTreeSet<String>,
    /// The names of the files, with and without the ending.
    files: BTreeSet<String>,
}

impl Names {
    /// Of the folders, of the book's settings, and of its blocks. What can't be read has no names.
    pub(super) fn of(book: &Book, folders: &[PathBuf]) -> Self {
        let mut names = Self::default();
        names.read(&book.root().join("book.toml"));
        for folder in folders {
            names.read(&book.root().join(folder));
        }
        for page in book.pages() {
            blocks(page).into_iter().for_each(|block| names.add(block));
        }
        names
    }

    fn read(&mut self, path: &Path) {
        if path.is_dir() {
            for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                if !name.starts_with('.') && !PASSED_OVER.contains(&&*name) {
                    self.read(&entry.path());
                }
            }
            return;
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
        self.files.extend([stem.to_owned(), name.clone()]);
        if (LANGUAGES.contains(&ending) || name == "package.json")
            && let Ok(text) = std::fs::read_to_string(path)
        {
            self.add(without_comments(&text, ending));
        }
    }

    fn add(&mut self, text: String) {
        let identifiers: HashSet<String> = identifiers(&text).map(str::to_owned).collect();
        self.all.extend(identifiers.iter().cloned());
        self.texts.push((text, identifiers));
    }

    /// Whether it is an identifier, or a file's name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.all.contains(name) || self.files.contains(name)
    }

    /// Whether an identifier begins so.
    pub(super) fn has_prefix(&self, prefix: &str) -> bool {
        self.all.range(prefix.to_owned()..).next().is_some_and(|name| name.starts_with(prefix))
    }

    /// Whether some file or block has both.
    pub(super) fn together(&self, one: &str, other: &str) -> bool {
        self.texts.iter().any(|(_, names)| names.contains(one) && names.contains(other))
    }

    /// Whether it stands somewhere as it is, not as a part of a longer name.
    pub(super) fn has_text(&self, text: &str) -> bool {
        let part = |c: char| c == '_' || c == '-' || c.is_alphanumeric();
        let whole = |code: &str, at: usize| {
            let before = code.get(..at).and_then(|before| before.chars().next_back());
            let after = code.get(at + text.len()..).and_then(|after| after.chars().next());
            !before.is_some_and(part) && !after.is_some_and(part)
        };
        let found = |(code, _): &(String, _)| code.match_indices(text).any(|(at, _)| whole(code, at));
        self.files.contains(text) || self.texts.iter().any(found)
    }

    /// The identifiers.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(String::as_str)
    }
}

/// The identifiers of a text, in any language.
pub(super) fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c == '_' || c.is_alphanumeric()))
        .filter(|word| word.starts_with(|first: char| first == '_' || first.is_alphabetic()))
}

/// The texts of a page's blocks, hidden lines too.
fn blocks(page: &Page) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for event in new_cmark_parser(page.text(), &page.markdown_options()) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => open = Some(String::new()),
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
            Event::Text(text) => {
                if let Some(block) = &mut open {
                    block.push_str(&text);
                }
            }
            _ => {}
        }
    }
    blocks
}

/// Without the lines that are comments: what is only talked about need not exist.
fn without_comments(text: &str, ending: &str) -> String {
    let sign = if matches!(ending, "py" | "toml" | "sh") { "#" } else { "//" };
    text.lines().filter(|line| !line.trim_start().starts_with(sign)).flat_map(|line| [line, "\n"]).collect()
}
