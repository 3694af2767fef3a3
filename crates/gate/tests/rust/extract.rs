use proofbook_gate::{Book, Error, rust};

use super::{Case, book_of, extract, fixture};

pub(crate) fn trials() -> Vec<Case> {
    vec![
        ("skeptic and the reader agree on every block of the fixtures", agreement),
        ("what is wrong with a block is said before skeptic sees it", said_first),
        ("a block that skeptic does not see stops the build", not_extracted),
        ("a block that only skeptic sees stops the build", not_shown),
        ("a block that skeptic reads otherwise stops the build", other_text),
        ("a page without blocks has none, and nothing stale is read", no_blocks),
        ("output of an unknown form is refused", unknown_form),
    ]
}

fn agreement() {
    for name in ["blocks", "includes"] {
        let book = Book::load(fixture(name)).unwrap();
        let blocks = rust::write_modules(&book, extract(&book).path(), &[]).unwrap();
        assert_eq!(blocks, book.rust_blocks().unwrap().len(), "{name}");
        assert!(blocks > 0);
    }
}

fn said_first() {
    for info in ["rust,ignore", "rust,skt-missing"] {
        let (root, book) = book_of(&format!("# Page\n\n```{info}\nfn main() {{}}\n```\n"));
        let error = rust::write_pages(&book, root.path()).unwrap_err().to_string();
        assert!(error.starts_with("src/page.md:3: "), "{error}");
    }
}

fn not_extracted() {
    // mdBook knows footnotes, skeptic's Markdown does not: there the fence is an indented text.
    let (_root, book) = book_of("# Page\n\nA note.[^1]\n\n[^1]: See:\n\n    ```rust\n    fn main() {}\n    ```\n");
    let error = rust::write_modules(&book, extract(&book).path(), &[]).unwrap_err();
    assert!(matches!(&error, Error::NotExtracted { place } if place.line == 7), "{error}");
}

fn not_shown() {
    let (_root, book) = book_of("# Page\n\n```rust\nfn main() {}\n```\n\ntext\n");
    let out = extract(&book);
    let path = out.path().join("skeptic-tests.rs");
    let text = std::fs::read_to_string(&path).unwrap();
    let (header, test) = text.split_once('\n').unwrap();
    std::fs::write(&path, format!("{header}\n{test}{}", test.replace("_line_3", "_line_7"))).unwrap();
    let error = rust::write_modules(&book, out.path(), &[]).unwrap_err();
    assert!(matches!(&error, Error::NotShown { place } if place.line == 7), "{error}");
}

fn other_text() {
    let (_root, book) = book_of("```rust\nfn main() {}\n```\n");
    let out = extract(&book);
    let path = out.path().join("skeptic-tests.rs");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("fn main() {}", "fn main() { }")).unwrap();
    let error = rust::write_modules(&book, out.path(), &[]).unwrap_err();
    assert!(matches!(&error, Error::OtherText { place, .. } if place.line == 1), "{error}");
    assert!(error.to_string().contains("fn main() { }"), "{error}");
}

fn no_blocks() {
    let (_root, book) = book_of("Only text.\n");
    let out = extract(&book);
    assert_eq!(rust::write_modules(&book, out.path(), &[]).unwrap(), 0);
    let index = std::fs::read_to_string(out.path().join(rust::INDEX)).unwrap();
    assert!(index.contains("match name {\n        _ => return"), "{index}");

    rust::write_pages(&book, out.path()).unwrap();
    assert!(!out.path().join("skeptic-tests.rs").exists());
}

fn unknown_form() {
    for text in ["#[test] fn page0_a_line_1() {", "fn other() {}", "#[ignore]\n#[test] fn page0_a_line_1() {\n"] {
        let error = rust::parse(text).unwrap_err();
        assert!(matches!(error, Error::Skeptic { .. }), "{error}");
    }
}
