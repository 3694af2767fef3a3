//! What a writer allows in the prose though nothing knows it: a TOML file, each entry with its reason.
//!
//! ```toml
//! [[allow]]
//! text = "X-Forwarded-Proto"
//! reason = "A header of the reader's own proxy."
//! page = "src/proxies.md" # else everywhere
//! ```

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use crate::error::Place;
use crate::finding::{Code, Finding};
use crate::lines::Lines;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    allow: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    text: String,
    reason: Option<String>,
    page: Option<String>,
}

/// The entries of the file, and which of them were needed.
pub(super) struct Allowances {
    file: String,
    entries: Vec<(usize, Entry, bool)>,
    faults: Vec<Finding>,
}

impl Allowances {
    /// Reads the file, relative to the book's root. One that is not there allows nothing.
    pub(super) fn read(root: &Path, file: &Path) -> Self {
        let mut allowances =
            Self { file: file.to_string_lossy().replace('\\', "/"), entries: Vec::new(), faults: Vec::new() };
        let text = match std::fs::read_to_string(root.join(file)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return allowances,
            Err(error) => {
                allowances.fault(1, Code::InvalidSyntax, format!("the allow-list can't be read: {error}"));
                return allowances;
            }
        };
        let lines = Lines::of(&text);
        match toml::from_str::<File>(&text) {
            Ok(parsed) => {
                let entry = |entry: Spanned<Entry>| (lines.at(entry.span().start), entry.into_inner(), false);
                allowances.entries = parsed.allow.into_iter().map(entry).collect();
            }
            Err(error) => {
                let line = error.span().map_or(1, |span| lines.at(span.start));
                allowances.fault(
                    line,
                    Code::InvalidSyntax,
                    format!("the allow-list can't be read: {}", error.message()),
                );
            }
        }
        allowances
    }

    /// Whether a text of a page is allowed. The first entry that allows it counts as needed.
    pub(super) fn allow(&mut self, page: &str, text: &str) -> bool {
        let fits = |entry: &Entry| entry.text == text && entry.page.as_ref().is_none_or(|only| only == page);
        let entry = self.entries.iter_mut().find(|(_, entry, _)| fits(entry));
        entry.map(|(_, _, needed)| *needed = true).is_some()
    }

    /// What is wrong with the file: no reason, or nothing that needs it.
    pub(super) fn findings(mut self) -> Vec<Finding> {
        for (line, entry, needed) in std::mem::take(&mut self.entries) {
            if entry.reason.is_none_or(|reason| reason.trim().is_empty()) {
                self.fault(line, Code::AllowanceUnused, format!("the entry for `{}` has no reason", entry.text));
            }
            if !needed {
                let page = entry.page.map(|page| format!(" on {page}")).unwrap_or_default();
                self.fault(line, Code::AllowanceUnused, format!("nothing needs the entry for `{}`{page}", entry.text));
            }
        }
        self.faults
    }

    fn fault(&mut self, line: usize, code: Code, message: String) {
        let help = match code {
            Code::InvalidSyntax => "write `[[allow]]` entries with `text`, `reason` and perhaps `page`",
            _ if message.ends_with("has no reason") => "say in `reason` why the reader may see it",
            _ => "remove it",
        };
        self.faults.push(Finding::new(code, Place { page: self.file.clone(), line }, message, help));
    }
}
