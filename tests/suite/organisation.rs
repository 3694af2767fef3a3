//! `support.toml`: pages show what stands there and follow it, and what can't be right is refused with its line.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::{self, Proofbook, http, repository, run, stderr};

/// A book whose page takes its text from the file, with the handbook's own file.
fn book() -> TempDir {
    let book = support::copy_of("serve");
    fs::copy(repository().join("support.toml"), book.path().join("support.toml")).expect("a file");
    let page = "# Welcome\n\nAnswers come within {{proofbook support.feedback}}.\n\n{{proofbook support.severities}}\n";
    fs::write(book.path().join("src/welcome.md"), page).expect("a page");
    book
}

/// Changes the file.
fn change(book: &Path, from: &str, to: &str) {
    let file = book.join("support.toml");
    let text = fs::read_to_string(&file).expect("the file");
    assert!(text.contains(from), "{from}");
    fs::write(file, text.replacen(from, to, 1)).expect("a file");
}

#[tokio::test]
async fn a_page_shows_it_and_follows_it() {
    let book = book();
    let mut server = Proofbook::serve(book.path()).await;
    let url = format!("{}/welcome.html", server.origin());
    let page = async || http().get(&url).send().await.expect("an answer").text().await.expect("a text");
    let text = page().await;
    assert!(text.contains("within 5 business days") && text.contains("<strong>critical</strong>"), "{text}");

    change(book.path(), "feedback = \"5 business days\"", "feedback = \"2 hours\"");
    assert!(server.says("Rebuilt").await.contains("support.toml"));
    assert!(page().await.contains("within 2 hours"));

    change(book.path(), "feedback = \"2 hours\"", "feedback = \"soon\"");
    let line = fs::read_to_string(book.path().join("support.toml")).expect("the file");
    let line = line.lines().position(|line| line.starts_with("feedback")).expect("the field") + 1;
    server.complains(&format!("support.toml:{line}")).await;
    assert!(page().await.contains("within 2 hours"), "the last good book is still there");
}

#[tokio::test]
async fn what_can_not_be_right_is_a_finding_at_its_line() {
    let book = book();
    let folder = book.path().to_str().expect("a path");
    change(book.path(), "email = \"integrations@policyaggregator.example\"", "email = \"ask anna\"");
    let output = run(&["check", "--book", folder]).await;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("support.toml:") && told.contains("\"ask anna\" is not an e-mail address"), "{told}");

    let output = run(&["build", "--book", folder]).await;
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("at       support.toml:") && told.contains("fix      mend that line"), "{told}");
}

#[tokio::test]
async fn a_name_that_the_file_does_not_fill_is_a_finding() {
    let book = book();
    let folder = book.path().to_str().expect("a path");
    let page = book.path().join("src/welcome.md");
    fs::write(page, "# Welcome\n\n{{proofbook support.feedbak}}\n").expect("a page");
    let output = run(&["check", "--book", folder]).await;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = "nothing provides `support.feedbak` (nearest: `support.feedback`)";
    assert!(output.status.code() == Some(1) && told.contains(said) && told.contains("src/welcome.md:3"), "{told}");
}

#[test]
fn the_book_has_its_repository_and_its_address_from_there() {
    let read = |name: &str| {
        let text = fs::read_to_string(repository().join(name)).expect("the file");
        toml::from_str::<toml::Value>(&text).expect("TOML")
    };
    let (book, organisation) = (read("book.toml"), read("support.toml"));
    let html = &book["output"]["html"];
    let kept = organisation["contact"]["repository"].as_str().expect("an address");
    assert_eq!(html["git-repository-url"].as_str(), Some(kept));
    assert_eq!(html["edit-url-template"].as_str(), Some(&*format!("{kept}/edit/main/{{path}}")));
    let mail = book["preprocessor"]["proofbook"]["feedback"]["mail"].as_str();
    assert_eq!(mail, Some("{{proofbook support.address}}"));
}
