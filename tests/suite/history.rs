//! The contract's released versions: what was released stays, and each version's differences are a page.

use std::fs;
use std::path::Path;

use proofbook_gate::Settings;
use proofbook_gate::reference::Directives;
use tempfile::TempDir;

use crate::support::{copy_of, repository, run};

/// A contract whose operation has no name.
const NAMELESS: &str =
    r#"{"openapi": "3.1.1", "info": {"version": "0.9.0"}, "paths": {"/a": {"get": {"responses": {}}}}}"#;
const CONTRACT: &str = "contract/openapi.yaml";

/// The book of another API, whose contract is released as it stands.
fn released() -> TempDir {
    let book = copy_of("gate/parcels");
    fs::create_dir(book.path().join("contract/history")).expect("made");
    fs::copy(book.path().join(CONTRACT), book.path().join("contract/history/1.0.0.yaml")).expect("copied");
    book
}

fn change(book: &Path, file: &str, from: &str, to: &str) {
    let path = book.join(file);
    let text = fs::read_to_string(&path).expect("the file");
    assert!(text.contains(from), "{from:?} stands in {file}");
    fs::write(path, text.replacen(from, to, 1)).expect("written");
}

async fn check(book: &Path) -> (String, Option<i32>) {
    let output = run(&["check", "--book", book.to_str().expect("UTF-8")]).await;
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
}

const FIELD: [&str; 2] = [
    "        weight_grams: { type: integer, minimum",
    "        fragile: { type: boolean, example: true }\n        weight_grams: { type: integer, minimum",
];

#[tokio::test]
async fn a_contract_that_differs_from_its_release_must_raise_its_version() {
    let book = released();
    assert_eq!(check(book.path()).await, ("All holds.\n".to_owned(), Some(0)));

    change(book.path(), CONTRACT, FIELD[0], FIELD[1]);
    let (told, code) = check(book.path()).await;
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("contract/openapi.yaml:4: version-not-raised: the contract is not 1.0.0 as it was released"),
        "{told}"
    );
    assert!(told.contains("fragile") && told.contains("raise `info.version`, to 1.1.0 or more"), "{told}");

    change(book.path(), CONTRACT, "version: 1.0.0", "version: 1.1.0");
    assert_eq!(check(book.path()).await, ("All holds.\n".to_owned(), Some(0)));
    change(book.path(), CONTRACT, "version: 1.1.0", "version: 0.9.9");
    let (told, _) = check(book.path()).await;
    assert!(told.contains("the version is 0.9.9, and 1.0.0 is released already"), "{told}");
    change(book.path(), CONTRACT, "version: 0.9.9", "version: next");
    let (told, _) = check(book.path()).await;
    assert!(told.contains("`next` is no semantic version"), "{told}");
}

#[tokio::test]
async fn what_no_client_sees_needs_no_new_version() {
    let book = released();
    change(book.path(), CONTRACT, "description: ", "description: In other words, ");
    assert_eq!(check(book.path()).await, ("All holds.\n".to_owned(), Some(0)));
}

#[tokio::test]
async fn a_release_that_is_no_contract_or_another_version_is_a_finding_in_its_file() {
    for (name, text, word) in [
        ("0.9.0.yaml", None, "the version of this contract is `1.0.0`, and its file says `0.9.0`"),
        ("0.9.0.yaml", Some("openapi: ["), "line 1"),
        ("0.9.0.json", Some(NAMELESS), "operationId"),
    ] {
        let book = released();
        let folder = book.path().join("contract/history");
        let now = fs::read_to_string(book.path().join(CONTRACT)).expect("the contract");
        fs::write(folder.join(name), text.unwrap_or(&now)).expect("written");
        let (told, code) = check(book.path()).await;
        assert_eq!(code, Some(1), "{told}");
        let place = format!("contract/history/{name}:1: bad-contract: ");
        assert!(told.starts_with(&place) && told.contains(word), "{told}");
    }
}

#[test]
fn the_changelog_of_the_handbook_has_each_release() {
    let root = repository();
    let settings = Settings::default();
    let contract = settings.load_contract(&root).expect("the contract");
    let section = Directives::new(&contract, &settings).of_book(&root).line("{{contract changelog}}\n");
    let section = section.expect("the changelog").expect("a directive");
    let versions: Vec<&str> = section.lines().filter_map(|line| line.strip_prefix("## Version ")).collect();
    let releases = fs::read_dir(root.join("contract/history")).expect("the releases");
    for release in releases.map(|entry| entry.expect("an entry").path()) {
        let version = release.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(versions.iter().any(|known| known.starts_with(&format!("{version} "))), "{version}: {versions:?}");
    }
    let row = "| Added | field of the request `data` | [Send a test event now](operations.md#testWebhook) | no |";
    assert!(section.contains(row), "{section}");
}
