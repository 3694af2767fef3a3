//! Where the fault is for which a book can't be loaded. The reasons name files and words, and seldom a line.

use std::path::Path;

use super::name_below;
use crate::error::Place;

/// What stands before the word that is wrong in `book.toml`.
const BEFORE: [&str; 3] = ["unknown field `", "in `", "no sandbox `"];

/// The place for a reason, in `SUMMARY.md` or in `book.toml`.
pub(crate) fn place(root: &Path, source: &Path, reason: &str) -> Place {
    let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
    let summary = source.join("SUMMARY.md");
    let (path, index) = if reason.contains("SUMMARY.md") || reason.contains("chapter `") {
        let text = read(&summary);
        // `chapter "a.md"`, or `Duplicate file in SUMMARY.md: "a.md"`; of two lines the second is the one too many.
        let page = reason.split(['`', '"']).rfind(|word| word.ends_with(".md"));
        let index = page.and_then(|page| text.lines().collect::<Vec<_>>().iter().rposition(|line| line.contains(page)));
        (summary, index)
    } else {
        let path = root.join("book.toml");
        let index = in_settings(&read(&path), reason);
        (path, index)
    };
    Place { page: name_below(root, &path), line: index.map_or(1, |index| index + 1) }
}

/// The line of `book.toml`, counted from 0, that a reason is about.
fn in_settings(text: &str, reason: &str) -> Option<usize> {
    let number = reason.split("at line ").nth(1).map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
    if let Some(Some(number)) = number {
        return number.parse::<usize>().ok()?.checked_sub(1);
    }
    let word = BEFORE.iter().find_map(|before| reason.split_once(before)?.1.split(['`', '.']).next())?;
    let table = reason.split(']').next().filter(|table| table.starts_with('[')).unwrap_or_default();
    let whole =
        |line: &str| line.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).any(|one| one == word);
    let first = text.lines().position(|line| line.starts_with(table))?;
    text.lines().skip(first).position(whole).map(|index| first + index)
}
