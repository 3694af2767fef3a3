//! The gate on a book of another API, for which no Rust was written: it holds, and each planted fault is found on its line.
//!
//! `gate/parcels/` is that book. A test changes a copy of it.
//!
//! - [`faults`]: how a fault is planted, and what must be found
//! - [`blocks`], [`outputs`], [`fences`], [`text`]: the faults
//! - [`limits`]: blocks that hang, flood, or leave something running
//! - [`books`]: books that can't be read at all

mod blocks;
mod books;
mod faults;
mod fences;
mod limits;
mod outputs;
mod text;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{PATIENCE, command, copy_of, repository};
use crate::tools;

const CONTRACT: &str = "contract/openapi.yaml";
const FIND: &str = "src/find.md";
const SEND: &str = "src/send.md";
const PROVE: &str = "src/prove.md";

/// A copy of the book.
fn parcels() -> TempDir {
    copy_of("gate/parcels")
}

/// What `proofbook test` says of a book. It is no CI's: there nothing is remembered, and what is missing fails.
async fn test(book: &Path, more: &[&str]) -> Output {
    let arguments = [&["test", "--book", book.to_str().expect("UTF-8")], more].concat();
    let run = command(&arguments).env_remove("CI").kill_on_drop(true).output();
    let output = tokio::time::timeout(PATIENCE, run).await.expect("the gate ends").expect("the gate runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("panicked"), "{stderr}");
    output
}

/// The JSON report on a book, and the exit code.
async fn report(book: &Path, more: &[&str]) -> (Value, Option<i32>) {
    let output = test(book, &[&["--report", "json"], more].concat()).await;
    let text = String::from_utf8_lossy(&output.stdout);
    let report = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    (report, output.status.code())
}

/// The findings as `file:line: code`, in the report's order.
fn found(report: &Value) -> Vec<String> {
    let line = |one: &Value| {
        let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        assert!(one["line"].as_u64() > Some(0) && !text("page").starts_with('/'), "{one:#} names no place");
        for words in [text("message"), text("help")] {
            assert!(!words.is_empty() && !words.contains('\n'), "{one:#} is no sentence");
        }
        format!("{}:{}: {}", text("page"), one["line"], text("code"))
    };
    report["findings"].as_array().expect("findings").iter().map(line).collect()
}

fn change(book: &Path, file: &str, from: &str, to: &str) {
    let path = book.join(file);
    let text = fs::read_to_string(&path).expect("the file");
    assert_eq!(text.matches(from).count(), 1, "{from:?} stands once in {file}");
    fs::write(path, text.replace(from, to)).expect("written");
}

/// The place of the line at which a text stands in a file of the book: it must be the only one.
fn place(book: &Path, file: &str, at: &str) -> String {
    let text = fs::read_to_string(book.join(file)).expect("the file");
    assert_eq!(text.matches(at).count(), 1, "{at:?} stands once in {file}");
    let before = text.split(at).next().unwrap_or_default();
    format!("{file}:{}", before.matches('\n').count() + 1)
}

/// The places of all fences, in the book's order.
fn fences(book: &Path) -> Vec<String> {
    let mut places = Vec::new();
    for page in [FIND, SEND, PROVE] {
        let text = fs::read_to_string(book.join(page)).expect("the page");
        let fences = text.lines().enumerate().filter(|(_, line)| line.starts_with("```"));
        // Every second one closes.
        places.extend(fences.step_by(2).map(|(index, _)| format!("{page}:{}", index + 1)));
    }
    places
}

#[tokio::test]
async fn a_book_of_another_api_holds() {
    let book = parcels();
    let (report, code) = report(book.path(), &["--no-cache"]).await;
    assert_eq!((found(&report), code), (Vec::new(), Some(0)));

    let blocks = report["blocks"].as_array().expect("blocks");
    assert!(blocks.iter().all(|block| block["status"] == "passed"), "{report:#}");
    let names: Vec<&str> = blocks.iter().filter_map(|block| block["name"].as_str()).collect();
    assert_eq!(names, fences(book.path()), "every fence is in the report, once");
    let languages: BTreeSet<&str> = blocks.iter().filter_map(|block| block["language"].as_str()).collect();
    let all = ["bash", "console", "http", "javascript", "json", "python", "text", "toml"];
    assert_eq!(languages, BTreeSet::from(all));
}

#[tokio::test]
async fn all_of_its_contract_is_shown() {
    let book = parcels();
    let (report, _) = report(book.path(), &["--no-cache"]).await;
    let coverage = &report["coverage"];
    let shown = |pages: &Value| pages.as_array().is_some_and(|pages| !pages.is_empty());
    let operations = coverage["operations"].as_array().expect("operations");
    for operation in operations {
        let statuses = operation["statuses"].as_object().expect("statuses");
        assert!(statuses.values().all(shown), "{operation:#}");
    }
    let names: Vec<&Value> = operations.iter().map(|operation| &operation["id"]).collect();
    assert_eq!(json!(names), json!(["listParcels", "sendParcel", "getParcel", "stopParcel"]));
    assert_eq!(operations[0]["statuses"], json!({ "200": [FIND], "400": [FIND] }));
    let shown_on = |name: &str, page: &str| json!({ "name": name, "pages": [page] });
    let errors = [("bad_query", FIND), ("bad_parcel", SEND), ("no_key", FIND), ("no_parcel", FIND)];
    assert_eq!(coverage["errors"], json!(errors.map(|(name, page)| shown_on(name, page))));
    assert_eq!(coverage["events"], json!([shown_on("parcel.moved", SEND)]));
    assert_eq!(coverage["headers"], json!([shown_on("X-Depot", FIND), shown_on("X-Parcels-Signature", SEND)]));
}

#[tokio::test]
async fn a_person_is_told_the_place_and_how_to_mend_it() {
    let book = parcels();
    let output = test(book.path(), &[]).await;
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("All holds."));

    change(book.path(), FIND, "X-Depot` says", "X-Depott` says");
    let output = test(book.path(), &[]).await;
    let told = String::from_utf8_lossy(&output.stdout);
    let place = place(book.path(), FIND, "X-Depott");
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(&format!("{place}: prose-header: ")), "{told}");
    assert!(told.contains("nearest: `X-Depot`") && told.contains("1 finding."), "{told}");
}

#[tokio::test]
async fn a_part_of_the_book_can_be_asked_for() {
    let book = parcels();
    let (report, code) = report(book.path(), &["--page", "prove", "--language", "console"]).await;
    assert_eq!((found(&report), code), (Vec::new(), Some(0)));
    assert_eq!(report["summary"]["blocks"], 1);
    assert_eq!(report["coverage"], Value::Null);

    let output = test(book.path(), &["--page", "nothing"]).await;
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn what_the_machine_lacks_is_skipped_with_the_command_that_installs_it() {
    let book = parcels();
    change(book.path(), PROVE, "bash,exit=3", "bash,exit=3,needs=no-such-program");
    let programs = "[preprocessor.proofbook.programs]\nno-such-program = \"make it\"\n\n[preprocessor.proofbook.env]";
    change(book.path(), "book.toml", "[preprocessor.proofbook.env]", programs);
    let (skipping, code) = report(book.path(), &["--page", "prove"]).await;
    assert_eq!((found(&skipping), code), (Vec::new(), Some(0)));
    let lack = json!([{ "what": "no-such-program", "install": "make it", "blocks": 1 }]);
    assert_eq!((&skipping["lacking"], &skipping["summary"]["skipped"]), (&lack, &json!(1)));

    let arguments = ["test", "--page", "prove", "--book", book.path().to_str().expect("UTF-8")];
    let output = command(&arguments).env("CI", "true").output().await.expect("the gate runs");
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn what_a_shell_calls_python_has_the_packages_of_the_lock_file() {
    let lock = repository().join("tests/blocks/python/requirements.txt");
    let Some(programs) = tools::python_of(&lock) else { return };
    let book = parcels();
    // Installed already.
    let (home, state) = (programs.parent().expect("a folder"), book.path().join("target/proofbook"));
    fs::create_dir_all(&state).expect("a folder");
    std::os::unix::fs::symlink(home, state.join(home.file_name().expect("a name"))).expect("a link");
    let settings = format!("[preprocessor.proofbook.python]\nlock = {lock:?}\n\n[preprocessor.proofbook.env]");
    change(book.path(), "book.toml", "[preprocessor.proofbook.env]", &settings);
    change(book.path(), PROVE, "bash,exit=3\n", "bash,exit=3\npython3 -c 'import standardwebhooks'\n");
    let (report, code) = report(book.path(), &["--page", "prove", "--language", "bash"]).await;
    assert_eq!((found(&report), code), (Vec::new(), Some(0)));
}

#[tokio::test]
async fn what_has_not_changed_does_not_run_again() {
    let book = parcels();
    let run = async |more: &[&str]| {
        let (report, _) = report(book.path(), more).await;
        (report["summary"]["passed"].clone(), report["summary"]["unchanged"].clone(), found(&report))
    };
    let all = fences(book.path()).len();
    assert_eq!(run(&[]).await, (all.into(), 0.into(), Vec::new()));
    assert_eq!(run(&[]).await, (0.into(), all.into(), Vec::new()));
    assert_eq!(run(&["--no-cache"]).await, (all.into(), 0.into(), Vec::new()));

    change(book.path(), FIND, "    assert parcel[\"state\"] == \"moving\"\n", "    assert parcel[\"state\"]\n");
    // The program, and the output that it shares with two others.
    assert_eq!(run(&[]).await, (2.into(), (all - 2).into(), Vec::new()));
    change(book.path(), CONTRACT, "summary: List parcels", "summary: List all parcels");
    assert_eq!(run(&[]).await, (all.into(), 0.into(), Vec::new()));
}
