//! What a book's reader sees, and what is refused. One module a feature; `fixtures/<case>/` is a whole book, and the
//! small wrong ones are written where they are tested. To add a case, add a folder and a test that names it.
#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod blocks;
mod links;
mod pages;
mod process;
mod prose;
mod reference;
mod reports;

use std::path::{Path, PathBuf};

use proofbook_gate::{Book, Error};
use tempfile::TempDir;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures").join(name)
}

/// A book of one page, `src/page.md`.
fn book_of(page: &str) -> (TempDir, Result<Book, Error>) {
    let root = TempDir::new().unwrap();
    std::fs::create_dir(root.path().join("src")).unwrap();
    std::fs::write(root.path().join("book.toml"), "[book]\n").unwrap();
    std::fs::write(root.path().join("src/SUMMARY.md"), "- [Page](page.md)\n").unwrap();
    std::fs::write(root.path().join("src/page.md"), page).unwrap();
    std::fs::write(root.path().join("file.rs"), "// ANCHOR: a\nfn a() {}\n// ANCHOR_END: a\n").unwrap();
    let book = Book::load(root.path());
    (root, book)
}
