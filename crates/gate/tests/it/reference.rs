//! Text from a contract. `reference/library.yaml` is an API that has what the handbook's own lacks; `reference/<section>.md`
//! is what each section makes of it.

use std::collections::BTreeMap;
use std::path::Path;

use mdbook_driver::book::{Book, BookItem, Chapter};
use mdbook_driver::config::Config;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use proofbook_contract::Contract;
use proofbook_gate::Settings;
use proofbook_gate::preprocess::Preprocess;
use proofbook_gate::reference::Directives;

const LIBRARY: &str = include_str!("reference/library.yaml");

fn library() -> Contract {
    Contract::from_text(LIBRARY).unwrap()
}

/// What becomes of a line of a page about a contract.
fn line_of(contract: &str, line: &str) -> Result<Option<String>, String> {
    let (contract, settings) = (Contract::from_text(contract).unwrap(), Settings::default());
    Directives::new(&contract, &settings).provide("help", "one\ntwo".to_owned()).line(line)
}

fn line(line: &str) -> Result<Option<String>, String> {
    line_of(LIBRARY, line)
}

fn expanded(text: &str) -> String {
    line(text).unwrap().unwrap()
}

fn difference(expected: &str, got: &str) -> String {
    similar::TextDiff::from_lines(expected, got).unified_diff().header("expected", "made").to_string()
}

#[test]
fn each_section_says_what_the_contract_says() {
    assert!(library().check_examples().is_empty(), "{:?}", library().check_examples());
    let sections = [
        ("operations", include_str!("reference/operations.md")),
        ("events", include_str!("reference/events.md")),
        ("errors", include_str!("reference/errors.md")),
        ("limits", include_str!("reference/limits.md")),
        ("headers", include_str!("reference/headers.md")),
    ];
    for (name, expected) in sections {
        let made = expanded(&format!("{{{{contract {name}}}}}\n"));
        assert_eq!(made, expected, "{name}.md:\n{}", difference(expected, &made));
    }
}

#[test]
fn a_limit_stands_in_a_sentence_in_the_form_that_is_asked_for() {
    assert_eq!(
        expanded("At most {{contract limit.loans_per_reader}}, for {{contract limit.loan_days as duration}}.\n"),
        "At most 5, for 28 days.\n"
    );
    assert_eq!(expanded("{{contract limit.cover_bytes}}"), "1048576");
    assert_eq!(expanded("{{contract limit.cover_bytes as bytes}}"), "1 MiB");
    assert_eq!(expanded("{{contract limit.reminder_hours}}"), "24 h, 3 d, 14 d");
}

#[test]
fn a_limit_that_is_not_there_or_has_no_such_form_is_refused() {
    let cases = [
        ("limit.loans_per_readers", "the contract has no limit `loans_per_readers` (nearest: `loans_per_reader`)"),
        ("limit.cover_bytes as duration", "the limit `cover_bytes` is no time: its name ends in no unit of time"),
        ("limit.loan_days as weeks", "`as weeks` is not known; write `as duration` or `as bytes`"),
        ("operation", "`{{contract operation}}` is not known (nearest: `operations`)"),
    ];
    for (words, reason) in cases {
        assert_eq!(line(&format!("{{{{contract {words}}}}}\n")), Err(reason.to_owned()));
    }
}

#[test]
fn a_section_needs_a_line_of_its_own() {
    let reason = "`{{contract errors}}` brings a section, so it needs a line of its own";
    assert_eq!(line("See {{contract errors}}\n"), Err(reason.to_owned()));
    assert!(line("  {{contract errors}}  \n").unwrap().is_some());
}

#[test]
fn an_error_links_to_the_page_of_its_type_if_that_is_one_of_the_book() {
    let links = |place: &str| {
        let contract = LIBRARY.replacen("https://library.example/docs/help/lost.html#missing", place, 1);
        assert_ne!(contract, LIBRARY);
        let made = line_of(&contract, "{{contract errors}}\n").unwrap().unwrap();
        made.lines().find_map(|line| Some(line.split_once("[What to do](")?.1.to_owned()))
    };
    assert_eq!(links("https://library.example/docs/lost.html").as_deref(), Some("../lost.md)."));
    assert_eq!(links("https://library.example/docs2/lost.html"), None, "beside the book");
    assert_eq!(links("https://library.example/lost.html"), None, "above the book");
    assert_eq!(links("https://library.example/docs/lost.pdf"), None, "no page");
    assert_eq!(links("about:blank"), None);
}

#[test]
fn what_is_escaped_or_not_provided_stays() {
    assert_eq!(line("no directive, {{#include x}} and {{other}}\n"), Ok(None));
    assert_eq!(expanded("\\{{contract nothing}}\n"), "{{contract nothing}}\n");
    assert_eq!(line("{{proofbook coverage}}\n"), Ok(None));
    assert_eq!(expanded("{{proofbook help}}\n"), "one\ntwo\n");
}

#[test]
fn a_name_of_a_group_must_be_provided() {
    let (contract, settings) = (library(), Settings::default());
    let directives = Directives::new(&contract, &settings);
    assert_eq!(directives.line("{{proofbook support.emial}}\n"), Ok(None), "nothing is provided at all");
    let directives = directives.provide("support.email", "help@example.com".to_owned());
    assert_eq!(directives.line("{{proofbook support.email}}\n"), Ok(Some("help@example.com\n".to_owned())));
    let reason = "nothing provides `support.emial` (nearest: `support.email`)";
    assert_eq!(directives.line("{{proofbook support.emial}}\n"), Err(reason.to_owned()));
}

#[test]
fn an_example_that_can_not_be_made_is_refused_with_what_to_mend() {
    let cases = [
        ("operation: addBook,", "operation: addBooks,", "the contract has no operation `addBooks`"),
        ("set: { id:", "set: { isbn:", "its path has no parameter `isbn`"),
        ("/0/book~1id", "0", "`set` of `id` is no JSON pointer"),
        ("request: POST /print", "request: POST", "`POST` is no method and path"),
        ("request: POST /print", "body: {}", "a call has either an `operation` or a `request`"),
    ];
    for (now, then, reason) in cases {
        assert!(LIBRARY.contains(now), "{now}");
        let made = line_of(&LIBRARY.replacen(now, then, 1), "{{contract operations}}\n");
        assert_eq!(made, Err(format!("`x-example-after` of `setCover`: {reason}")));
    }
    let made = line_of(&LIBRARY.replacen("{ tag: [new", "{ tags: [new", 1), "{{contract operations}}\n");
    assert_eq!(made, Err("`x-example-query` of `listBooks`: it has no query parameter `tags`".to_owned()));
}

#[test]
fn every_operation_of_the_handbook_has_a_call_in_four_languages() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let settings = Settings::of(&Config::from_disk(root.join("book.toml")).unwrap()).unwrap();
    let contract = settings.load_contract(&root).unwrap();
    let rust = settings.rust.clone().unwrap();
    let text = Directives::new(&contract, &settings).line("{{contract operations}}\n").unwrap().unwrap();

    let sections: Vec<&str> = text.split("\n### ").skip(1).collect();
    assert_eq!(contract.operations().len(), 18);
    assert_eq!(sections.len(), contract.operations().len());
    for operation in contract.operations() {
        let title = format!("{{#{}}}\n", operation.id);
        let section = sections.iter().find(|section| section.contains(&title)).unwrap();
        let (_, tabs) = section.split_once("<div class=\"tabs\">\n\n").unwrap();
        let (tabs, after) = tabs.split_once("</div>\n\n").unwrap();
        let fences = tabs.lines().filter_map(|line| line.strip_prefix("```")).filter(|info| !info.is_empty());
        assert_eq!(fences.collect::<Vec<_>>(), ["rust", "bash", "python", "javascript"], "{}", operation.id);
        assert!(tabs.starts_with(&format!("```rust\n{}\n", rust.before)), "{tabs}");
        assert!(tabs.contains(&format!("\n{}\n```\n\n```bash\n", rust.after)), "{tabs}");
        let status = contract.default_status(operation);
        assert!(after.starts_with(&format!("**Answer {status}.** ")), "{after}");
        let sample = format!("```json,response={}.{status}\n", operation.id);
        assert_eq!(after.contains(&sample), operation.response_schema(status).is_some(), "{}", operation.id);
    }
}

/// Hands chapters to the preprocessor as mdBook does.
fn preprocessed(chapters: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let chapter = |(path, text): &(&str, &str)| {
        BookItem::Chapter(Chapter::new("A page", (*text).to_owned(), Path::new(path), Vec::new()))
    };
    let book = Book::new_with_items(chapters.iter().map(chapter).collect());
    let context = PreprocessorContext::new("/".into(), Config::default(), "html".to_owned());
    let provided = BTreeMap::from([("help".to_owned(), "provided".to_owned())]);
    let preprocess = Preprocess::new(library(), Settings::default(), provided);
    assert_eq!(preprocess.name(), "proofbook");
    let book = preprocess.run(&context, book).map_err(|error| format!("{error:#}"))?;
    Ok(book.chapters().map(|chapter| chapter.content.clone()).collect())
}

#[test]
fn mdbook_gets_every_chapter_with_its_directives_expanded() {
    let chapters = [
        ("one.md", "# One\n\nKeep {{contract limit.loans_per_reader}}.\n```text\n{{proofbook help}}\n```\n"),
        ("two.md", "No end of line: {{contract limit.loan_days}}"),
    ];
    let expected = ["# One\n\nKeep 5.\n```text\nprovided\n```\n", "No end of line: 28"];
    assert_eq!(preprocessed(&chapters).unwrap(), expected);
}

#[test]
fn mdbook_is_told_the_page_and_line_of_a_directive_that_is_wrong() {
    let chapters = [("one.md", "{{contract limit.loan_days}}\n"), ("a/two.md", "# Two\n\n{{contract limit.days}}\n")];
    assert_eq!(preprocessed(&chapters).unwrap_err(), "a/two.md:3: the contract has no limit `days`");
}

#[test]
fn the_changelog_says_what_each_version_changed() {
    let root = tempfile::TempDir::new().unwrap();
    let history = root.path().join("contract/history");
    std::fs::create_dir_all(&history).unwrap();
    let later = LIBRARY
        .replace("version: 1.0.0", "version: 1.1.0, x-released: 2026-02-03")
        .replace(
            "schema: { type: integer, minimum: 1 }, example: 7",
            "schema: { type: integer, minimum: 2 }, example: 7",
        )
        .replace("enum: [taken]", "enum: [taken, burnt]")
        .replace("loan_days: 28", "loan_days: 21")
        .replace("      summary: List books.\n", "      summary: List books.\n      deprecated: true\n");
    std::fs::write(history.join("1.0.0.yaml"), LIBRARY).unwrap();
    std::fs::write(history.join("1.1.0.yaml"), &later).unwrap();
    let settings = Settings::default();
    let made = |contract: &str| {
        let contract = Contract::from_text(contract).unwrap();
        let directives = Directives::new(&contract, &settings).of_book(root.path());
        directives.line("{{contract changelog}}\n").unwrap().unwrap()
    };
    let expected = include_str!("reference/changelog.md");
    assert_eq!(made(&later), expected, "changelog.md:\n{}", difference(expected, &made(&later)));

    let next = later.replace("version: 1.1.0", "version: 1.2.0");
    let unreleased = "## Version 1.2.0 {#1-2-0}\n\nNot released yet. Only texts and examples changed.\n\n";
    assert_eq!(made(&next), format!("{unreleased}{expected}"));
}
