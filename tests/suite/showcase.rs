//! The showcase: entries are data of strangers, shown as text only, and checked by their schema.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{repository, run, stderr};

/// An entry with all that a stranger may try.
const HOSTILE: &str = r#"
name = "<script>alert(1)</script> **bold** [x](javascript:alert(2))"
does = "{{#include ../book.toml}} {{contract limits}} <img src=x onerror=alert(3)> | # & `code`"
patterns = ["webhook"]
language = "<b>C</b>"
repository = "https://git.example.com/a/b"
contact = "A <i>role</i>"
"#;

/// A book with a showcase that has this entry.
fn book(entry: &str) -> TempDir {
    let book = TempDir::new().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = book.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    };
    write("book.toml", "[book]\ntitle = \"A\"\n");
    write("src/SUMMARY.md", "- [Showcase](community/showcase.md)\n- [Patterns](integrations/patterns.md)\n");
    write("src/community/showcase.md", "# Showcase\n\n{{proofbook showcase}}\n");
    write("src/integrations/patterns.md", "# Patterns\n\n## Webhook\n\nText.\n");
    write("community/showcase/one.toml", entry);
    book
}

async fn build(book: &Path, out: &Path) -> std::process::Output {
    let [from, to] = [book, out].map(|path| path.to_str().expect("UTF-8"));
    run(&["build", "--book", from, "--out", to]).await
}

#[tokio::test]
async fn what_a_stranger_wrote_is_shown_and_does_nothing() {
    let book = book(HOSTILE);
    let out = book.path().join("public");
    let output = build(book.path(), &out).await;
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let html = fs::read_to_string(out.join("community/showcase.html")).expect("the page");
    let (_, main) = html.split_once("<main>").expect("the text");
    let (main, _) = main.split_once("</main>").expect("the text");
    for active in ["<script", "<img", "<b>", "<i>", "<strong>bold", "<code>", "href=\"javascript", "[book]"] {
        assert!(!main.contains(active), "{active}: {main}");
    }
    for text in [
        "&lt;script&gt;alert(1)&lt;/script&gt; **bold** [x](javascript:alert(2))",
        "{{#include ../book.toml}}",
        "{{contract limits}}",
        "| # &amp; `code`",
    ] {
        assert!(main.contains(text), "{text}: {main}");
    }
    assert!(main.contains("href=\"https://git.example.com/a/b\""), "{main}");
}

#[tokio::test]
async fn a_wrong_entry_is_a_finding_on_its_line_and_stops_a_build() {
    let good = "name = \"One of mine\"\ndoes = \"Does this and that.\"\npatterns = [\"webhook\"]\nlanguage = \"C\"\n\
                repository = \"https://git.example.com/a/b\"\ncontact = \"A role\"\n";
    for (from, to, line, says) in [
        ("\"webhook\"", "\"magic\"", 3, "patterns"),
        ("https://git", "javascript:git", 5, "repository"),
        ("https://git.example.com/a/b", "../../etc", 5, "repository"),
        ("https://git.example.com/a/b", "no/such/folder", 5, "no folder"),
        ("language", "lang", 1, "lang"),
        ("\"A role\"", "\"A role\"\nlevel = \"gold\"", 1, "judged-by"),
        ("\"A role\"", "\"A role", 6, "no TOML"),
        ("\"C\"", "4", 4, "language"),
    ] {
        assert!(good.contains(from), "{from}");
        let book = book(&good.replace(from, to));
        let output = run(&["check", "--report", "json", "--book", book.path().to_str().expect("UTF-8")]).await;
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let found = report["findings"].as_array().expect("findings");
        assert_eq!((output.status.code(), found.len()), (Some(1), 1), "{to}: {report:#}");
        assert_eq!(found[0]["code"], "bad-data", "{report:#}");
        assert_eq!(
            (&found[0]["page"], &found[0]["line"]),
            (&"community/showcase/one.toml".into(), &line.into()),
            "{to}: {report:#}"
        );
        assert!(found[0]["message"].as_str().is_some_and(|message| message.contains(says)), "{to}: {report:#}");

        let output = build(book.path(), &book.path().join("public")).await;
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(&format!("community/showcase/one.toml:{line}")) && told.contains("fix"), "{told}");
    }
}

/// The level that an entry of this repository claims, by its folder.
fn level(folder: &str) -> Option<String> {
    let entries = fs::read_dir(repository().join("community/showcase")).expect("the entries");
    let entries = entries.map(|entry| fs::read_to_string(entry.expect("an entry").path()).expect("text"));
    let at = format!("repository = \"examples/integrations/{folder}\"");
    let entry =
        entries.into_iter().find(|entry| entry.contains(&at)).unwrap_or_else(|| panic!("no entry is at {folder}"));
    let level = entry.lines().find_map(|line| line.strip_prefix("level = "))?;
    Some(level.trim_matches('"').to_owned())
}

#[test]
fn an_entry_claims_only_the_level_that_another_test_asks_for() {
    // `receivers`, `template`, `slack` and `zapier` have the validator on these.
    for folder in ["rust", "flask", "express"].map(|language| format!("webhook-receiver/{language}")) {
        assert_eq!(level(&folder).as_deref(), Some("gold"), "{folder}");
    }
    for folder in ["template/rust", "template/python"] {
        assert_eq!(level(folder).as_deref(), Some("gold"), "{folder}");
    }
    for folder in ["slack-bot/rust", "slack-bot/javascript", "zapier"] {
        assert_eq!(level(folder).as_deref(), Some("gold"), "{folder}");
    }
}
