use std::path::Path;
use std::sync::{Arc, Mutex};

use mdbook_driver::MDBook;
use mdbook_driver::builtin_renderers::MarkdownRenderer;
use proofbook_gate::{Book, Error};

use super::{book_of, fixture};

/// What mdBook itself hands its renderers.
fn made_by_mdbook(root: &Path) -> Vec<String> {
    let book = MDBook::load(root).unwrap();
    let (book, _) = book.preprocess_book(&MarkdownRenderer::new()).unwrap();
    book.chapters().filter(|chapter| !chapter.is_draft_chapter()).map(|chapter| chapter.content.clone()).collect()
}

#[test]
fn pages_are_what_mdbook_makes_of_them() {
    for name in ["includes", "blocks"] {
        let book = Book::load(fixture(name)).unwrap();
        let texts: Vec<&str> = book.pages().iter().map(|page| page.text()).collect();
        assert_eq!(texts, made_by_mdbook(&fixture(name)), "{name}");
        for page in book.pages() {
            assert_eq!(page.origins().len(), page.text().lines().count(), "{}", page.path());
        }
    }
}

#[test]
fn pages_come_in_the_order_of_the_summary_without_drafts() {
    let book = Book::load(fixture("includes")).unwrap();
    let pages: Vec<_> = book.pages().iter().map(|page| (page.path(), page.title())).collect();
    assert_eq!(pages, [("src/plain.md", "Plain"), ("src/includes.md", "Includes"), ("src/deep/page.md", "Deep")],);
}

#[test]
fn every_line_knows_the_line_it_came_from() {
    let book = Book::load(fixture("includes")).unwrap();
    let page = &book.pages()[1];
    let mapped: Vec<String> = page
        .text()
        .lines()
        .zip(page.origins())
        .map(|(text, origin)| match &origin.included {
            None => format!("{:>2} {text}", origin.line),
            Some(file) => format!("{:>2} {text}  < {}", origin.line, file.display()),
        })
        .collect();
    let expected = std::fs::read_to_string(fixture("includes").join("expected-lines.txt")).unwrap();
    assert_eq!(mapped.join("\n"), expected.trim_end_matches('\n'));

    let last = page.text().lines().count();
    assert_eq!(page.place(last).to_string(), "src/includes.md:23");
    assert_eq!(page.place(last + 5).to_string(), "src/includes.md:23");
}

#[test]
fn a_build_watches_every_included_file() {
    let book = Book::load(fixture("includes")).unwrap();
    let names: Vec<String> =
        book.files().iter().map(|file| file.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    for name in ["book.toml", "src", "word.txt", "program.rs", "fence.md", "nested.rs"] {
        assert!(names.iter().any(|file| file == name), "{name} is not among {names:?}");
    }
}

#[test]
fn a_page_that_the_summary_does_not_mention_is_refused() {
    let error = Book::load(fixture("unlisted")).unwrap_err();
    assert!(matches!(&error, Error::Unlisted { page } if page == "src/folder/forgotten.md"), "{error}");
}

#[test]
fn an_include_that_mdbook_would_only_log_is_refused_at_the_page_that_shows_it() {
    let error = Book::load(fixture("broken-include")).unwrap_err().to_string();
    assert!(error.starts_with("src/broken.md:5: "), "{error}");
    assert!(error.contains("missing.txt"), "{error}");
}

#[test]
fn an_include_that_shows_nothing_is_refused() {
    for directive in ["{{#include ../file.rs:b}}", "{{#rustdoc_include ../file.rs:b}}", "{{#include ../file.rs:9:10}}"]
    {
        let error = book_of(&format!("# Page\n\n{directive}\n")).1.unwrap_err();
        assert!(matches!(&error, Error::EmptyInclude { place, .. } if place.line == 3), "{error}");
    }
}

#[test]
fn an_include_of_itself_is_refused() {
    let error = book_of("\n{{#include page.md}}\n").1.unwrap_err().to_string();
    assert!(error.starts_with("src/page.md:2: "), "{error}");
}

#[test]
fn a_missing_page_is_refused_and_not_created() {
    let (root, _) = book_of("text\n");
    let missing = root.path().join("src/page.md");
    std::fs::remove_file(&missing).unwrap();
    let error = Book::load(root.path()).unwrap_err();
    assert!(matches!(error, Error::Book { .. }), "{error}");
    assert!(error.to_string().contains("page.md"), "{error}");
    assert!(!missing.exists());
}

#[test]
fn includes_are_refused_even_if_the_program_logs_for_itself() {
    struct Sink(Arc<Mutex<u32>>);
    impl tracing::Subscriber for Sink {
        fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
            true
        }
        fn event(&self, _: &tracing::Event<'_>) {
            *self.0.lock().unwrap() += 1;
        }
        fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
            tracing::span::Id::from_u64(1)
        }
        fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
        fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
        fn enter(&self, _: &tracing::span::Id) {}
        fn exit(&self, _: &tracing::span::Id) {}
    }
    let error =
        tracing::subscriber::with_default(Sink(Arc::default()), || Book::load(fixture("broken-include")).unwrap_err());
    assert!(matches!(error, Error::Directive { .. }), "{error}");
}
