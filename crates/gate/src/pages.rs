//! A book's pages in the order of `SUMMARY.md`, as the reader sees them.
//!
//! `{{#include}}`, `{{#rustdoc_include}}`, anchors, `{{#playground}}` and `{{#title}}` are expanded by mdBook's own code.
//! The line map is made by handing mdBook each directive alone; that the pieces put together are what mdBook makes of
//! the whole page is checked on every page, every time.
//!
//! `MDBOOK_*` variables are not read and a missing page is not created: the same tree is the same book everywhere. Other
//! preprocessors of `book.toml` are not run.
//!
//! - `expand`: one page through mdBook's own expansion, with its line map
//! - `directive`: where a text has directives, and which files they name
//! - `complaints`: what mdBook only logs; `unreadable`: where the fault is for which a book can't be loaded

mod complaints;
mod directive;
mod expand;
pub(crate) mod unreadable;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use mdbook_markdown::MarkdownOptions;
use proofbook_contract::Contract;

use crate::Error;
use crate::error::Place;
use crate::reference::Directives;
use crate::settings::Settings;
use expand::Expander;

/// A book, read from disk.
#[derive(Debug)]
pub struct Book {
    root: PathBuf,
    source: PathBuf,
    settings: Settings,
    contract: Contract,
    pages: Vec<Page>,
}

/// A page as the reader sees it: its text with every include in place.
#[derive(Debug)]
pub struct Page {
    path: String,
    title: String,
    text: String,
    origins: Vec<Origin>,
    files: BTreeSet<PathBuf>,
    dialect: Dialect,
}

/// Where a line of an expanded page comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The line of the page's source, counted from 1. For an included line, the line of the directive.
    pub line: usize,
    /// The file that the page's directive names, if the line comes from one, relative to the book's root where it lies
    /// under it. Includes inside that file are not told apart.
    pub included: Option<PathBuf>,
}

/// Which Markdown the book's HTML is made with, as far as it decides what a fence is.
#[derive(Debug, Clone)]
struct Dialect {
    definition_lists: bool,
    admonitions: bool,
    hidelines: BTreeMap<String, String>,
}

impl Book {
    /// Reads the book whose `book.toml` is in `root`.
    ///
    /// # Errors
    /// [`Error::Book`], [`Error::Unlisted`], [`Error::Directive`], [`Error::EmptyInclude`], [`Error::Expansion`],
    /// [`Error::Io`].
    pub fn load(root: impl Into<PathBuf>) -> Result<Self, Error> {
        Self::load_with(root, &BTreeMap::new())
    }

    /// As [`load`](Self::load), with the text for each `{{proofbook NAME}}` by its name.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_with(root: impl Into<PathBuf>, provided: &BTreeMap<String, String>) -> Result<Self, Error> {
        let root = root.into();
        // Until the settings are read, the source is where it mostly is.
        let failed = |reason: String| Error::book(&root, &root.join("src"), reason);

        let mut config = Config::from_disk(root.join("book.toml")).map_err(|error| failed(format!("{error:#}")))?;
        // By default mdBook writes an empty file for a page that is missing.
        config.build.create_missing = false;
        let dialect = Dialect::of(&config).map_err(failed)?;
        let settings = Settings::of(&config).map_err(failed)?;
        let source = root.join(&config.book.src);
        check_texts(&root, &source)?;
        let loaded = MDBook::load_with_config(&root, config)
            .map_err(|error| Error::book(&root, &source, format!("{error:#}")))?;

        let contract = settings.load_contract(&root)?;
        let mut directives = Directives::new(&contract, &settings).of_book(&root);
        for (name, text) in provided {
            directives = directives.provide(name, text.clone());
        }
        let expander = Expander::new(&root, loaded.config.clone());
        let mut pages = Vec::new();
        for chapter in loaded.book.chapters() {
            let Some(path) = &chapter.path else { continue };
            let page = expander.page_name(path);
            let mut expanded = expander.page(path, &chapter.content)?;
            expanded.take_directives(&page, &directives)?;
            let bytes = expanded.text.len() as u64;
            if bytes > MOST {
                return Err(Error::TooLarge { page, bytes });
            }
            pages.push(Page {
                path: page,
                title: chapter.name.clone(),
                text: expanded.text,
                origins: expanded.origins,
                files: expanded.files,
                dialect: dialect.clone(),
            });
        }

        let source = loaded.source_dir();
        let book = Self { root, source, settings, contract, pages };
        book.check_all_listed()?;
        Ok(book)
    }

    /// The folder of `book.toml`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The gate's settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The API's contract; one without operations if the book has none.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The folder of the pages, relative to the book's root, e.g. `src`.
    pub fn source_name(&self) -> String {
        name_below(&self.root, &self.source)
    }

    /// The pages, in the order of `SUMMARY.md`. Draft chapters have no page.
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    /// Everything the book was made of: `book.toml`, the contract with its history, the calendar, the source folder, and each included file outside of it. A build
    /// that depends on the book watches these.
    pub fn files(&self) -> BTreeSet<PathBuf> {
        // Included files have their real paths: `src/../examples/a.rs` lies in `examples/`.
        let source = self.source.canonicalize().unwrap_or_else(|_| self.source.clone());
        let included = self.pages.iter().flat_map(|page| &page.files).filter(|file| !file.starts_with(&source));
        let named =
            ["book.toml".as_ref(), self.settings.contract.as_path(), &self.settings.history, &self.settings.review];
        let own = named.map(|name| self.root.join(name)).into_iter().chain([self.source.clone()]);
        own.filter(|path| path.exists()).chain(included.cloned()).collect()
    }

    fn check_all_listed(&self) -> Result<(), Error> {
        let listed: BTreeSet<PathBuf> = self.pages.iter().map(|page| self.root.join(&page.path)).collect();
        let summary = self.source.join("SUMMARY.md");
        let unlisted = markdown_files(&self.root, &self.source)?
            .into_iter()
            .find(|path| *path != summary && !listed.contains(path));
        match unlisted {
            Some(path) => Err(Error::Unlisted { page: name_below(&self.root, &path) }),
            None => Ok(()),
        }
    }
}

/// The largest page, in bytes, as it stands and with its includes.
const MOST: u64 = 1024 * 1024;

/// Every Markdown file below a folder, in order.
fn markdown_files(root: &Path, source: &Path) -> Result<BTreeSet<PathBuf>, Error> {
    let mut folders = vec![source.to_owned()];
    let mut found = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        let failed = |error| Error::io(name_below(root, &folder))(error);
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            if entry.file_type().map_err(failed)?.is_dir() {
                folders.push(path);
            } else if is_markdown(&path) {
                found.insert(path);
            }
        }
    }
    Ok(found)
}

/// What mdBook would only say of some file, or choke on: too much, or no text.
fn check_texts(root: &Path, source: &Path) -> Result<(), Error> {
    for path in markdown_files(root, source)? {
        let page = name_below(root, &path);
        let bytes = std::fs::metadata(&path).map_err(Error::io(&page))?.len();
        if bytes > MOST {
            return Err(Error::TooLarge { page, bytes });
        }
        let content = std::fs::read(&path).map_err(Error::io(&page))?;
        let broken = std::str::from_utf8(&content).err().map(|error| error.valid_up_to());
        if let Some(at) = content.iter().position(|byte| *byte == 0).or(broken) {
            let line = content.iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
            return Err(Error::NotText { place: Place { page, line }, byte: at + 1 });
        }
    }
    Ok(())
}

impl Page {
    /// The page's file, relative to the book's root and with forward slashes, e.g. `src/integrations/api.md`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What `SUMMARY.md` calls the page.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The page's Markdown with every include in place, hidden lines and all.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where each line of [`Page::text`] comes from; as many as the text has lines.
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// The place in the source of a line of the expanded text, counted from 1. A line past the end is where the page
    /// ends.
    pub fn place(&self, expanded_line: usize) -> Place {
        let origin = self.origins.get(expanded_line.saturating_sub(1)).or(self.origins.last());
        Place { page: self.path.clone(), line: origin.map_or(1, |origin| origin.line) }
    }

    /// The sign that hides a line of a block in this language, from `[output.html.code.hidelines]`. Rust's is not there.
    pub fn hidelines(&self, language: &str) -> Option<&str> {
        self.dialect.hidelines.get(language).map(String::as_str)
    }

    /// What decides for mdBook's own parser how this page's Markdown is read.
    pub(crate) fn markdown_options(&self) -> MarkdownOptions {
        let mut options = MarkdownOptions::default();
        options.definition_lists = self.dialect.definition_lists;
        options.admonitions = self.dialect.admonitions;
        options
    }
}

impl Dialect {
    fn of(config: &Config) -> Result<Self, String> {
        let flag = |name: &str| -> Result<bool, String> {
            let value: Option<bool> = config.get(name).map_err(|error| format!("{error:#}"))?;
            Ok(value.unwrap_or(true))
        };
        let hidelines: Option<BTreeMap<String, String>> =
            config.get("output.html.code.hidelines").map_err(|error| format!("{error:#}"))?;
        Ok(Self {
            definition_lists: flag("output.html.definition-lists")?,
            admonitions: flag("output.html.admonitions")?,
            hidelines: hidelines.unwrap_or_default(),
        })
    }
}

fn is_markdown(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
}

/// The path relative to the book's root, if it lies under it, with forward slashes.
fn name_below(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
