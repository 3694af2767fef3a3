//! One page through mdBook's own expansion, with its line map.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mdbook_driver::book::{Book, BookItem, Chapter};
use mdbook_driver::builtin_preprocessors::LinkPreprocessor;
use mdbook_driver::config::Config;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use super::{Origin, complaints, directive, name_below};
use crate::Error;
use crate::error::Place;
use crate::reference::Directives;

/// Hands texts to mdBook's link preprocessor.
pub(super) struct Expander {
    context: PreprocessorContext,
}

/// A page's text with every include in place.
pub(super) struct Expanded {
    pub(super) text: String,
    pub(super) origins: Vec<Origin>,
    pub(super) files: BTreeSet<PathBuf>,
}

impl Expanded {
    /// Puts in what the page takes from the contract. What a directive brings belongs to its line.
    pub(super) fn take_directives(&mut self, page: &str, directives: &Directives<'_>) -> Result<(), Error> {
        let mut text = String::with_capacity(self.text.len());
        let mut origins = Vec::with_capacity(self.origins.len());
        for (line, origin) in self.text.split_inclusive('\n').zip(&self.origins) {
            let place = || Place { page: page.to_owned(), line: origin.line };
            let expanded = directives.line(line).map_err(|reason| Error::Directive { place: place(), reason })?;
            let expanded = expanded.as_deref().unwrap_or(line);
            text.push_str(expanded);
            origins.extend(std::iter::repeat_n(origin, expanded.split_inclusive('\n').count()).cloned());
        }
        (self.text, self.origins) = (text, origins);
        Ok(())
    }
}

impl Expander {
    pub(super) fn new(root: &Path, config: Config) -> Self {
        Self { context: PreprocessorContext::new(root.to_owned(), config, "html".to_owned()) }
    }

    /// A chapter's file relative to the book's root, from its path relative to the book's source.
    pub(super) fn page_name(&self, path: &Path) -> String {
        name_below(&self.context.root, &self.source().join(path))
    }

    /// Expands a page whose file is `path` in the book's source.
    pub(super) fn page(&self, path: &Path, source: &str) -> Result<Expanded, Error> {
        let name = self.page_name(path);
        let folder = self.source().join(path.parent().unwrap_or(Path::new("")));
        let mut map = LineMap::default();
        let mut files = BTreeSet::new();
        let mut done = 0;
        for directive in directive::find(source) {
            map.plain(&source[done..directive.range.start]);
            done = directive.range.end;

            let place = Place { page: name.clone(), line: map.source_line };
            let (text, complaints) = self.run(path, directive.text)?;
            if !complaints.is_empty() {
                return Err(Error::Directive { place, reason: complaints.join("; ") });
            }
            let included = directive.file.map(|file| folder.join(file));
            if included.is_some() && !shows_something(&text, directive.hides) {
                return Err(Error::EmptyInclude { place, directive: directive.text.to_owned() });
            }
            let shown = included.as_deref().map(|file| self.shown(file));
            map.expanded(&text, directive.text, shown);
            if let Some(file) = included {
                directive::collect_files(&file, &mut files);
            }
        }
        map.plain(&source[done..]);

        if self.run(path, source)?.0 != map.text {
            return Err(Error::Expansion { page: name });
        }
        Ok(Expanded { text: map.text, origins: map.origins, files })
    }

    /// What mdBook makes of a page's text, and what it complains of.
    fn run(&self, path: &Path, text: &str) -> Result<(String, Vec<String>), Error> {
        let chapter = Chapter::new("", text.to_owned(), path, Vec::new());
        let book = Book::new_with_items(vec![BookItem::Chapter(chapter)]);
        let (ran, complaints) = complaints::listen(|| LinkPreprocessor::new().run(&self.context, book));
        let book = ran.map_err(|error| Error::book(&self.context.root, &self.source(), format!("{error:#}")))?;
        Ok((book.chapters().map(|chapter| chapter.content.as_str()).collect(), complaints))
    }

    fn source(&self) -> PathBuf {
        self.context.root.join(&self.context.config.book.src)
    }

    /// An included file as messages name it. `src/../examples/a.rs` is `examples/a.rs` to whoever reads the message.
    fn shown(&self, file: &Path) -> PathBuf {
        let (Ok(file), Ok(root)) = (file.canonicalize(), self.context.root.canonicalize()) else {
            return file.to_owned();
        };
        file.strip_prefix(&root).map(Path::to_owned).unwrap_or(file)
    }
}

/// Whether a reader sees any of an included text; `{{#rustdoc_include}}` with a wrong anchor hides all of it.
fn shows_something(text: &str, hides: bool) -> bool {
    let unseen = |line: &str| line.trim().is_empty() || (hides && crate::blocks::is_hidden(line));
    !text.lines().all(unseen)
}

/// Puts a page together piece by piece and notes where each line begins.
struct LineMap {
    text: String,
    origins: Vec<Origin>,
    /// The source's line that has been reached, counted from 1.
    source_line: usize,
    at_line_start: bool,
}

impl Default for LineMap {
    fn default() -> Self {
        Self { text: String::new(), origins: Vec::new(), source_line: 1, at_line_start: true }
    }
}

impl LineMap {
    fn plain(&mut self, text: &str) {
        for line in text.split_inclusive('\n') {
            self.push(line, Origin { line: self.source_line, included: None });
            self.source_line += usize::from(line.ends_with('\n'));
        }
    }

    fn expanded(&mut self, text: &str, directive: &str, included: Option<PathBuf>) {
        for line in text.split_inclusive('\n') {
            self.push(line, Origin { line: self.source_line, included: included.clone() });
        }
        self.source_line += directive.matches('\n').count();
    }

    /// A line belongs to the piece that it begins with.
    fn push(&mut self, line: &str, origin: Origin) {
        if self.at_line_start {
            self.origins.push(origin);
        }
        self.text.push_str(line);
        self.at_line_start = line.ends_with('\n');
    }
}
