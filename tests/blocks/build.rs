//! Hands the book's pages, as the reader sees them, to skeptic, and makes modules of what it extracts.

use std::path::Path;

use proofbook_gate::{Book, rust};

/// The blocks that do not compile, so that the gate can run the others.
const WITHOUT: &str = "PROOFBOOK_WITHOUT";

fn main() {
    if let Err(error) = prepare() {
        // Cargo stops the build and shows this line alone; an exit code would bury it in the script's output.
        println!("cargo::error={error}");
    }
}

fn prepare() -> Result<(), Box<dyn std::error::Error>> {
    let out_dir = std::env::var("OUT_DIR")?;
    // The book is the workspace: this package lies in its `tests/blocks`.
    let package = std::env::var("CARGO_MANIFEST_DIR")?;
    let root = Path::new(&package).ancestors().nth(2).ok_or("this package does not lie two folders below the book")?;

    let book = Book::load(root)?;
    for file in book.files() {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    skeptic::generate_doc_tests(&rust::write_pages(&book, Path::new(&out_dir))?);
    println!("cargo::rerun-if-env-changed={WITHOUT}");
    let without = std::env::var(WITHOUT).unwrap_or_default();
    rust::write_modules(&book, Path::new(&out_dir), &without.split(';').collect::<Vec<_>>())?;
    Ok(())
}
