//! Every cause for which a book can't be read, with its place and how to mend it.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::pages::unreadable;
use crate::{Code, Finding};

/// A line of a page's source.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct Place {
    /// The page's file, relative to the book's root and with forward slashes, e.g. `src/integrations/api.md`.
    pub page: String,
    /// The line in that file, counted from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.page, self.line)
    }
}

/// Why a book can't be read or its blocks can't be tested. Each message is one line, opens with the place where there
/// is one, and ends with what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// mdBook can't load the book: no `book.toml`, a field it does not know, a page that is not there.
    #[error("{place}: the book at {} can't be loaded: {reason}", root.display())]
    Book {
        /// The line that is to blame, as far as the reason says.
        place: Place,
        /// The folder that was taken for the book's root.
        root: PathBuf,
        /// mdBook's reason, with its causes.
        reason: String,
    },
    /// A Markdown file under the book's source that `SUMMARY.md` does not mention, so no reader can reach it.
    #[error("{page}: SUMMARY.md does not mention this page: add it there, or move the file out of the book's source")]
    Unlisted {
        /// The file, relative to the book's root.
        page: String,
    },
    /// A page with more than a reader wants, and more than a fence that is never closed should cost.
    #[error("{page}: this page has {} MiB, and a page may have 1 MiB: divide it", bytes.div_ceil(1024 * 1024))]
    TooLarge {
        /// The file, relative to the book's root.
        page: String,
        /// Its size in bytes.
        bytes: u64,
    },
    /// A page that is not UTF-8, or has bytes that no text has.
    #[error(
        "{place}: byte {byte} of this page is no text in UTF-8: save it as UTF-8, or move it out of the book's source"
    )]
    NotText {
        /// The line of the first such byte.
        place: Place,
        /// The byte's place in the file, counted from 1.
        byte: usize,
    },
    /// mdBook can't expand a directive, e.g. since the included file is missing. mdBook alone would only log this.
    #[error("{place}: mdBook can't expand this line: {reason}")]
    Directive {
        /// The directive's line on the page, even if the failing directive is inside an included file.
        place: Place,
        /// What mdBook logged.
        reason: String,
    },
    /// A directive that brings no visible line, e.g. since its anchor is misspelt.
    #[error("{place}: {directive} shows the reader nothing: mend its anchor or line range")]
    EmptyInclude {
        /// The directive's line on the page.
        place: Place,
        /// The directive as it stands.
        directive: String,
    },
    /// Expanding the page directive by directive gave another text than mdBook makes of the whole page.
    #[error("{page}: the line map of this page can't be trusted: put each {{{{#…}}}} directive on a line of its own")]
    Expansion {
        /// The page's file, relative to the book's root.
        page: String,
    },
    /// A Rust block that asks not to be compiled, run or passed.
    #[error(
        "{place}: nothing is exempt: remove `{attribute}` and make the block run (hidden `# ` lines may set it up)"
    )]
    Exempt {
        /// The block's opening fence.
        place: Place,
        /// What the info string asks for.
        attribute: String,
    },
    /// An info string of a Rust block with a word that the gate does not know.
    #[error(
        "{place}: a Rust block may be `should_panic`, `status=404`, `editable` or `noplayground`, not `{attribute}`"
    )]
    Attribute {
        /// The block's opening fence.
        place: Place,
        /// The word that is not known.
        attribute: String,
    },
    /// A fence that is nearly Rust: mdBook and skeptic would disagree on it.
    #[error("{place}: write a Rust block's fence as ```rust, not ```{info}")]
    NearlyRust {
        /// The block's opening fence.
        place: Place,
        /// The info string as it stands.
        info: String,
    },
    /// A Rust block without a line to run.
    #[error("{place}: this Rust block has nothing to run: fill it, or remove the fence")]
    EmptyBlock {
        /// The block's opening fence.
        place: Place,
    },
    /// A line that opens with `##`: mdBook shows the reader one `#`, skeptic would compile both.
    #[error(
        "{place}: mdBook shows `##` at the start of a line as `#`, and the compiler would see both: reword the line"
    )]
    DoubleHash {
        /// The line in the block.
        place: Place,
    },
    /// The reader sees a Rust block that skeptic did not extract.
    #[error(
        "{place}: skeptic did not extract this Rust block: move the fence out of a footnote, definition or other \
         construct that plain Markdown does not know"
    )]
    NotExtracted {
        /// The block's opening fence.
        place: Place,
    },
    /// Skeptic extracted a Rust block that the reader does not see as one.
    #[error(
        "{place}: skeptic extracted a Rust block here that mdBook does not show as one: make it a fence of its own"
    )]
    NotShown {
        /// Where skeptic's block begins.
        place: Place,
    },
    /// Skeptic extracted another text than the reader sees.
    #[error("{place}: what skeptic extracted is not what the reader sees: {difference}")]
    OtherText {
        /// The block's opening fence.
        place: Place,
        /// The first line that differs.
        difference: String,
    },
    /// The file that skeptic generated does not have the form that is known of skeptic 0.14.
    #[error(
        "skeptic's output can't be read at byte {offset}: {reason}; the pinned version of skeptic may have changed"
    )]
    Skeptic {
        /// Where reading stopped.
        offset: usize,
        /// What was expected there.
        reason: &'static str,
    },
    /// The contract that the pages take text from can't be used.
    #[error("{path}:{line}: the contract can't be used: {reason}")]
    Contract {
        /// Its file, relative to the book's root.
        path: String,
        /// The line that is to blame, as far as the reason says.
        line: usize,
        /// Why not.
        reason: String,
    },
    /// A file can't be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

impl Error {
    /// The error as a finding. Its message says how to mend it.
    pub fn finding(&self) -> Finding {
        let line = |page: &str| Place { page: page.to_owned(), line: 1 };
        let (code, place) = match self {
            Self::Book { place, .. } => (Code::BookUnreadable, place.clone()),
            Self::Skeptic { .. } => (Code::BookUnreadable, line("book.toml")),
            Self::Io { path, .. } => (Code::BookUnreadable, line(&path.display().to_string())),
            Self::Contract { path, line, .. } => (Code::BadContract, Place { page: path.clone(), line: *line }),
            Self::TooLarge { page, .. } => (Code::PageTooLarge, line(page)),
            Self::NotText { place, .. } => (Code::NotText, place.clone()),
            Self::Unlisted { page } => (Code::PageUnlisted, line(page)),
            Self::Expansion { page } => (Code::BadDirective, line(page)),
            Self::Directive { place, .. } | Self::EmptyInclude { place, .. } => (Code::BadDirective, place.clone()),
            Self::Exempt { place, .. } => (Code::BlockExempt, place.clone()),
            Self::Attribute { place, .. } => (Code::UnknownAttribute, place.clone()),
            Self::EmptyBlock { place } => (Code::EmptyBlock, place.clone()),
            Self::NearlyRust { place, .. }
            | Self::DoubleHash { place }
            | Self::NotExtracted { place }
            | Self::NotShown { place }
            | Self::OtherText { place, .. } => (Code::UnknownLanguage, place.clone()),
        };
        let message = self.to_string();
        let starts = [format!("{place}: "), format!("{}: ", place.page)];
        let message = starts.iter().find_map(|start| message.strip_prefix(start)).unwrap_or(&message).to_owned();
        let (message, picture) = one_line(&message);
        let (message, help) = match self {
            Self::Book { reason, .. } if reason.contains("chapter `") => {
                (message.as_str(), "write the page, or take it out of SUMMARY.md")
            }
            Self::Book { reason, .. } if reason.contains("SUMMARY.md") => {
                (message.as_str(), "write a SUMMARY.md that names the pages, or mend the one there is")
            }
            Self::Book { .. }
            | Self::Contract { .. }
            | Self::Io { .. }
            | Self::Directive { .. }
            | Self::Skeptic { .. } => (message.as_str(), "mend what the message names"),
            _ => message.rsplit_once(": ").unwrap_or((&message, "mend what the message names")),
        };
        let mut finding = Finding::new(code, place.clone(), message, help);
        let of_block =
            matches!(code, Code::BlockExempt | Code::UnknownAttribute | Code::EmptyBlock | Code::UnknownLanguage);
        finding.block = of_block.then(|| place.to_string());
        if picture.is_empty() { finding } else { finding.detail(picture) }
    }

    /// A book at `root`, with its pages in `source`, that can't be loaded.
    #[must_use]
    pub fn book(root: &Path, source: &Path, reason: String) -> Self {
        Self::Book { place: unreadable::place(root, source, &reason), root: root.to_owned(), reason }
    }

    /// For `map_err` on an operation on `path`.
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

/// A message in one line, and the lines with which a parser draws the place.
fn one_line(message: &str) -> (String, String) {
    let drawn =
        |line: &&str| line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start().starts_with('|');
    let (picture, words): (Vec<&str>, Vec<&str>) = message.lines().partition(drawn);
    (words.join(": "), picture.join("\n"))
}
