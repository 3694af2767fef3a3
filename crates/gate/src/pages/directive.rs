//! Where a text has directives, and which files they name.
//!
//! mdBook keeps its own parser to itself, so its grammar is repeated here. A mistake in it can't go unseen: it makes the
//! pieces of a page differ from the whole.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// The expression of mdBook 0.5's link preprocessor: an escaped directive, or a directive's kind and the rest.
#[expect(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\\\{\{#.*\}\}|\{\{\s*#([a-zA-Z0-9_]+)\s+([^}]+)\}\}").expect("mdBook's own expression is valid")
});

/// A directive in a text. A kind that mdBook does not know is a directive too: mdBook leaves it as it stands.
#[derive(Debug)]
pub(super) struct Directive<'a> {
    /// Its bytes in the text.
    pub(super) range: Range<usize>,
    /// It as it stands.
    pub(super) text: &'a str,
    /// The file it names, relative to the file it stands in.
    pub(super) file: Option<&'a Path>,
    /// Whether it brings the rest of the file as hidden lines.
    pub(super) hides: bool,
}

/// The directives of a text, in order.
pub(super) fn find(text: &str) -> impl Iterator<Item = Directive<'_>> {
    DIRECTIVE.captures_iter(text).filter_map(|found| {
        let whole = found.get(0)?;
        let file = match (found.get(1), found.get(2)) {
            (Some(kind), Some(rest)) => named_file(kind.as_str(), rest.as_str()),
            _ => None,
        };
        let hides = found.get(1).is_some_and(|kind| kind.as_str() == "rustdoc_include");
        Some(Directive { range: whole.range(), text: whole.as_str(), file, hides })
    })
}

fn named_file<'a>(kind: &str, rest: &'a str) -> Option<&'a Path> {
    let argument = rest.split_whitespace().next()?;
    match kind {
        "include" | "rustdoc_include" => argument.split(':').next().map(Path::new),
        "playground" | "playpen" => Some(Path::new(argument)),
        _ => None,
    }
}

/// Adds `file` and every file it may include in its turn, whatever anchor is asked for: a build that watches one file
/// too many is only slower.
pub(super) fn collect_files(file: &Path, files: &mut BTreeSet<PathBuf>) {
    let (Ok(text), Ok(file)) = (std::fs::read_to_string(file), file.canonicalize()) else { return };
    let folder = file.parent().map(Path::to_owned).unwrap_or_default();
    if files.insert(file) {
        for directive in find(&text) {
            if let Some(next) = directive.file {
                collect_files(&folder.join(next), files);
            }
        }
    }
}
