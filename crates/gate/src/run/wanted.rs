//! What of a book to run.

use std::path::PathBuf;

use crate::Finding;
use crate::blocks::Block;
use crate::pages::Book;
use crate::plan::Unit;

/// What to run, and how.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Pages as shell patterns, relative to the book's source or root; `src/api.md:12` is the block there. Empty for all.
    pub pages: Vec<String>,
    /// Languages. Empty for all.
    pub languages: Vec<String>,
    /// Whether blocks that held and have not changed are left out.
    pub cache: bool,
    /// The program of the Rust blocks, instead of building it.
    pub compiled: Option<PathBuf>,
    /// A folder of programs that blocks may call.
    pub programs: Option<PathBuf>,
}

impl Options {
    /// Whether only a part of the book is asked for.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        !self.pages.is_empty() || !self.languages.is_empty()
    }

    /// Whether a finding is about what is asked for. Those of no block are about no language.
    #[must_use]
    pub fn is_about(&self, book: &Book, finding: &Finding) -> bool {
        Wanted::of(book, self).finding(finding)
    }
}

/// What of a book is asked for.
pub(super) struct Wanted {
    pages: Vec<(glob::Pattern, Option<usize>)>,
    languages: Vec<String>,
    source: String,
}

impl Wanted {
    pub(super) fn of(book: &Book, options: &Options) -> Self {
        let pages = options.pages.iter().filter_map(|wanted| {
            let (page, line) = match wanted.rsplit_once(':') {
                Some((page, line)) => match line.split('.').next().and_then(|line| line.parse().ok()) {
                    Some(line) => (page, Some(line)),
                    None => (wanted.as_str(), None),
                },
                None => (wanted.as_str(), None),
            };
            Some((glob::Pattern::new(page).ok()?, line))
        });
        Self { pages: pages.collect(), languages: options.languages.clone(), source: book.source_name() }
    }

    fn page(&self, page: &str, line: impl Fn(usize) -> bool) -> bool {
        let short = page.strip_prefix(&self.source).unwrap_or(page).trim_start_matches('/');
        self.pages.is_empty()
            || self.pages.iter().any(|(pattern, number)| {
                let bare = short.strip_suffix(".md").unwrap_or(short);
                (pattern.matches(page) || pattern.matches(short) || pattern.matches(bare)) && number.is_none_or(&line)
            })
    }

    pub(super) fn unit(&self, unit: &Unit) -> bool {
        let language = |block: &Block| self.languages.is_empty() || self.languages.contains(&block.language);
        let page = unit.steps.first().map(|step| step.block.place.page.as_str()).unwrap_or_default();
        let blocks = || unit.steps.iter().flat_map(|step| std::iter::once(&step.block).chain(&step.expected));
        unit.steps.iter().any(|step| language(&step.block))
            && self.page(page, |line| blocks().any(|block| block.place.line == line))
    }

    pub(super) fn finding(&self, finding: &Finding) -> bool {
        self.languages.is_empty() && self.page(&finding.place.page, |line| finding.place.line == line)
    }
}
