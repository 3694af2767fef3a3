//! `proofbook build`: the static site and the offline book.

use crate::support::{self, repository};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;
use zip::ZipArchive;

const ZIP: &str = "a-small-book.zip";

/// A copy of the fixture, and the folder that it is built into.
fn fixture() -> (TempDir, PathBuf) {
    let book = support::copy_of("build");
    let out = book.path().join("public");
    (book, out)
}

async fn build(book: &Path, out: &Path) -> Output {
    let [book, out] = [book, out].map(|path| path.to_str().expect("a path in UTF-8"));
    support::run(&["build", "--book", book, "--out", out]).await
}

async fn build_well(book: &Path, out: &Path) -> String {
    let output = build(book, out).await;
    assert_eq!(output.status.code(), Some(0), "{}", support::stderr(&output));
    String::from_utf8(output.stdout).expect("a text")
}

/// The files of a zip with their contents.
fn unpack(zip: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(File::open(zip).expect("the zip is there")).expect("it is a zip");
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).expect("an entry");
        let mut content = Vec::new();
        file.read_to_end(&mut content).expect("its content");
        let name = file.name().expect("a name in UTF-8").into_owned();
        files.insert(name, content);
    }
    files
}

#[tokio::test]
async fn a_site_has_the_pages_the_contract_and_the_offline_book() {
    let (book, out) = fixture();
    let told = build_well(book.path(), &out).await;
    for file in ["index.html", "guide/first.html", "404.html", "openapi.yaml", "openapi.json", ZIP] {
        assert!(out.join(file).is_file(), "{file} was written");
    }
    assert!(told.contains("2 pages"), "drafts are not counted: {told}");
    assert!(told.contains(ZIP), "{told}");
    let schema = fs::read_to_string(out.join("report.schema.json")).expect("the schema");
    assert_eq!(schema, proofbook_gate::report::json::SCHEMA);
    let contract = fs::read(out.join("openapi.json")).expect("the contract");
    let contract: serde_json::Value = serde_json::from_slice(&contract).expect("JSON");
    assert_ne!(contract["servers"][0]["url"], "/", "a site has no sandbox on its own address");
}

#[tokio::test]
async fn the_offline_book_is_one_folder_that_needs_no_server() {
    let (book, out) = fixture();
    build_well(book.path(), &out).await;
    let files = unpack(&out.join(ZIP));
    assert!(files.keys().all(|name| name.starts_with("a-small-book/")), "{:?}", files.keys());
    assert!(files.contains_key("a-small-book/index.html"), "{:?}", files.keys());
    for (name, content) in files.iter().filter(|(name, _)| name.ends_with(".html")) {
        let html = String::from_utf8_lossy(content);
        // From file:// these lead to the root of the disk, to the internet, or nowhere.
        for unusable in ["src=\"/", "href=\"/", "src=\"http", "href=\"http", "<base", "WebSocket"] {
            assert!(!html.contains(unusable), "{name} has {unusable}");
        }
    }
}

#[tokio::test]
async fn the_same_book_gives_the_same_zip() {
    let (book, out) = fixture();
    build_well(book.path(), &out).await;
    let first = fs::read(out.join(ZIP)).expect("the zip");
    build_well(book.path(), &out).await;
    assert!(first == fs::read(out.join(ZIP)).expect("the zip"), "two builds of one book differ");
}

#[tokio::test]
async fn a_former_build_is_replaced_whole() {
    let (book, out) = fixture();
    build_well(book.path(), &out).await;
    fs::write(out.join("removed-page.html"), "old").expect("a file can be written");
    build_well(book.path(), &out).await;
    assert!(!out.join("removed-page.html").exists());
}

#[tokio::test]
async fn a_folder_with_anything_else_is_left_alone() {
    let (book, out) = fixture();
    fs::create_dir(&out).expect("a folder can be made");
    fs::write(out.join("thesis.txt"), "three years of work").expect("a file can be written");
    let output = build(book.path(), &out).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(support::stderr(&output).contains("--out DIR"), "{}", support::stderr(&output));
    let entries = fs::read_dir(&out).expect("the folder").count();
    assert_eq!(entries, 1, "nothing was added or removed");
}

#[tokio::test]
async fn a_broken_include_fails_the_build_and_keeps_the_former_one() {
    let (book, out) = fixture();
    build_well(book.path(), &out).await;
    fs::write(book.path().join("src/welcome.md"), "# Welcome\n\n{{#include nowhere.txt}}\n")
        .expect("a page can be written");
    let output = build(book.path(), &out).await;
    let told = support::stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("nowhere.txt"), "{told}");
    assert!(out.join("index.html").is_file(), "the former build is still there");
}

#[tokio::test]
async fn an_unknown_setting_fails_the_build() {
    let (book, out) = fixture();
    let settings = "[book]\ntitle = \"A Small Book\"\n[output.html]\nno-such-setting = true\n";
    fs::write(book.path().join("book.toml"), settings).expect("the settings can be written");
    let output = build(book.path(), &out).await;
    let told = support::stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("no-such-setting"), "{told}");
}

#[test]
fn the_handbook_builds() {
    let out = support::site();
    assert!(out.join("assets/mermaid.min.js").is_file(), "diagrams can be drawn");
    let zip = unpack(&out.join("policy-aggregator-integration-handbook.zip"));
    assert!(zip.contains_key("policy-aggregator-integration-handbook/index.html"), "{:?}", zip.keys());
}

/// What the `mdbook` program does, with the library that it is made of, and without the program that draws diagrams.
#[test]
fn stock_mdbook_builds_the_same_tree() {
    let out = TempDir::new().expect("a folder");
    let mut book = mdbook_driver::MDBook::load(repository()).expect("the book loads");
    book.config.build.build_dir = out.path().join("book");
    book.build().expect("the book builds");
    let page = fs::read_to_string(out.path().join("book/integrations/patterns.html")).expect("the page");
    assert!(page.contains("language-mermaid"), "the loader draws these in the browser");
    assert!(out.path().join("book/assets/mermaid.min.js").is_file());
}
