//! The review calendar: who looks at each page, and when. A TOML file, with an entry for a page or a folder of pages; of
//! several that fit, the longest goes.
//!
//! ```toml
//! [[review]]
//! page = "src/integrations/" # or src/quickstart.md
//! role = "API team"
//! reviewed = "2026-11-24"
//! every_days = 90
//! ```

use std::path::Path;

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::Deserialize;
use toml::Spanned;

use crate::error::Place;
use crate::lines::Lines;
use crate::{Book, Code, Finding};

/// The calendar.
#[derive(Debug)]
pub struct Calendar {
    file: String,
    entries: Vec<Entry>,
}

/// Who looks at a page or a folder of pages, and when.
#[derive(Debug)]
pub struct Entry {
    /// The line in the calendar's file.
    pub line: usize,
    /// The page, or a folder with a slash at its end, relative to the book's root.
    pub page: String,
    /// The role that looks at it: no person's name.
    pub role: String,
    /// The day on which that was last done.
    pub reviewed: Date,
    /// The day by which it is to be done again.
    pub due: Date,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    review: Vec<Spanned<Written>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    page: String,
    role: String,
    reviewed: Date,
    every_days: u16,
}

impl Calendar {
    /// Reads the file, relative to the book's root. A book without one has no calendar, and nothing is asked of it.
    ///
    /// # Errors
    /// A finding about the line that is no entry.
    pub fn read(root: &Path, file: &Path) -> Result<Option<Self>, Box<Finding>> {
        let name = file.to_string_lossy().replace('\\', "/");
        let wrong = |line, message: String| {
            let help =
                "write `[[review]]` entries with `page`, `role`, `reviewed` (a day as \"2026-11-24\") and `every_days`";
            Box::new(Finding::new(Code::InvalidSyntax, Place { page: name.clone(), line }, message, help))
        };
        let text = match std::fs::read_to_string(root.join(file)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(1, format!("the review calendar can't be read: {error}"))),
        };
        let lines = Lines::of(&text);
        let parsed: File = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| lines.at(span.start));
            wrong(line, format!("the review calendar can't be read: {}", error.message()))
        })?;
        let entry = |written: Spanned<Written>| {
            let line = lines.at(written.span().start);
            let Written { page, role, reviewed, every_days } = written.into_inner();
            let due = reviewed.checked_add(days(every_days));
            let due = due.map_err(|_| wrong(line, format!("{reviewed} and {every_days} days are no day")))?;
            Ok(Entry { line, page, role, reviewed, due })
        };
        let entries = parsed.review.into_iter().map(entry).collect::<Result<_, Box<Finding>>>()?;
        Ok(Some(Self { file: name, entries }))
    }

    /// The entry of a page.
    #[must_use]
    pub fn entry(&self, page: &str) -> Option<&Entry> {
        let fits = |entry: &&Entry| entry.page == page || (entry.page.ends_with('/') && page.starts_with(&entry.page));
        self.entries.iter().filter(fits).max_by_key(|entry| entry.page.len())
    }

    /// Pages that have no entry, and entries that have no page.
    #[must_use]
    pub fn findings(&self, book: &Book) -> Vec<Finding> {
        let mut findings = Vec::new();
        for page in book.pages().iter().filter(|page| self.entry(page.path()).is_none()) {
            let place = Place { page: page.path().to_owned(), line: 1 };
            let message = format!("nobody has to review this page: {} has no entry for it", self.file);
            let help = format!("add an entry for it to {}, or one for its folder", self.file);
            findings.push(Finding::new(Code::ReviewMissing, place, message, help));
        }
        let of_page: Vec<&Entry> = book.pages().iter().filter_map(|page| self.entry(page.path())).collect();
        for entry in self.entries.iter().filter(|entry| !of_page.iter().any(|used| used.line == entry.line)) {
            let place = Place { page: self.file.clone(), line: entry.line };
            let message = format!("no page needs the entry for `{}`", entry.page);
            findings.push(Finding::new(Code::ReviewUnused, place, message, "correct its `page`, or remove it"));
        }
        findings
    }

    /// Pages that should have been reviewed before `today`.
    #[must_use]
    pub fn overdue(&self, book: &Book, today: Date) -> Vec<Finding> {
        let late = |page: &crate::Page| {
            let entry = self.entry(page.path()).filter(|entry| entry.due < today)?;
            let place = Place { page: page.path().to_owned(), line: 1 };
            let message = format!("its review was due on {}; it is the task of the {}", entry.due, entry.role);
            let help =
                format!("read it as a reader would, mend it, and write the day into {}:{}", self.file, entry.line);
            Some(Finding::new(Code::ReviewOverdue, place, message, help))
        };
        book.pages().iter().filter_map(late).collect()
    }

    /// The entries as a table, the next that is due first. It does not depend on the day it is asked for.
    #[must_use]
    pub fn markdown(&self, title: &dyn Fn(&str) -> String) -> String {
        let mut entries: Vec<&Entry> = self.entries.iter().collect();
        entries.sort_by(|one, other| (one.due, &one.page).cmp(&(other.due, &other.page)));
        let mut out = "| Page | Role | Reviewed | Due |\n|---|---|---|---|\n".to_owned();
        for entry in entries {
            let Entry { role, reviewed, due, .. } = entry;
            out.push_str(&format!("| {} | {role} | {reviewed} | {due} |\n", title(&entry.page)));
        }
        out
    }
}

fn days(days: u16) -> Span {
    i32::from(days).days()
}
