//! From a book through skeptic and the compiler: what is extracted, and which page and line a mistake is reported at.
//!
//! Skeptic takes its folders from the environment, as in a build script. So this program is its own harness: called with
//! `PAGES` set it is that build script.
#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod compile;
mod extract;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Trial};
use proofbook_gate::{Book, rust};
use tempfile::TempDir;

fn main() -> ExitCode {
    if let Some(pages) = std::env::var_os("PAGES") {
        skeptic::generate_doc_tests(&std::env::split_paths(&pages).collect::<Vec<_>>());
        return ExitCode::SUCCESS;
    }
    let trials = [extract::trials(), compile::trials()].into_iter().flatten();
    let trial = |(name, test): Case| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    let trials = trials.map(trial).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// A named test.
type Case = (&'static str, fn());

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures").join(name)
}

/// A book of one page, `src/page.md`.
fn book_of(page: &str) -> (TempDir, Book) {
    let root = TempDir::new().unwrap();
    std::fs::create_dir(root.path().join("src")).unwrap();
    std::fs::write(root.path().join("book.toml"), "[book]\n").unwrap();
    std::fs::write(root.path().join("src/SUMMARY.md"), "- [Page](page.md)\n").unwrap();
    std::fs::write(root.path().join("src/page.md"), page).unwrap();
    let book = Book::load(root.path()).unwrap();
    (root, book)
}

/// Does what a build script does, up to skeptic's part.
fn extract(book: &Book) -> TempDir {
    let out = TempDir::new().unwrap();
    let pages = rust::write_pages(book, out.path()).unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .env("PAGES", std::env::join_paths(pages).unwrap())
        .env("OUT_DIR", out.path())
        .env("CARGO_MANIFEST_DIR", out.path())
        .env("TARGET", "any")
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    out
}
