//! Each criterion and each task of the story has a row in the table, and all that a row names is there.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{repository, run};

const PAGE: &str = "src/maintaining/traceability.md";
/// The story's acceptance criteria, and its tasks with all that is below them.
const CRITERIA: usize = 7;
const TASKS: usize = 127;

/// The cells of each row of the table below a heading.
fn rows<'a>(page: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).expect("the section");
    let lines = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    lines.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

/// What stands between these two, each time.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    text.split(open).skip(1).filter_map(|rest| rest.split(close).next()).collect()
}

/// All Rust code of the tests.
fn tests(folder: &Path, code: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            tests(&entry, code);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            code.push_str(&fs::read_to_string(entry).expect("text"));
        }
    }
}

#[test]
fn each_row_names_what_is_there() {
    let root = repository();
    let page = fs::read_to_string(root.join(PAGE)).expect("the page");
    let mut code = String::new();
    tests(&root.join("tests/suite"), &mut code);
    let (criteria, tasks) = (rows(&page, "Acceptance criteria"), rows(&page, "Tasks"));
    assert_eq!((criteria.len(), tasks.len()), (CRITERIA, TASKS));
    for row in criteria.iter().chain(&tasks) {
        let [what, place, proof] = row[..] else { panic!("three cells: {row:?}") };
        let links = between(place, "](", ")");
        let has_place = !links.is_empty() || place.contains('`');
        assert!(!what.is_empty() && has_place && proof.contains('`'), "{row:?}");
        for link in links {
            let file = link.split('#').next().expect("a file");
            assert!(root.join("src/maintaining").join(file).is_file(), "{what}: {link}");
        }
        let names = [place, proof].into_iter().flat_map(|cell| cell.split('`').skip(1).step_by(2));
        for name in names {
            let is_path = name.contains(['/', '.']) && root.join(name).exists();
            let is_test = code.contains(&format!("fn {name}(")) || code.contains(&format!("        {name}\n"));
            assert!(is_path || is_test, "{what}: {name}");
        }
    }
}

#[tokio::test]
async fn each_link_of_the_table_stands() {
    let book = repository();
    let output = run(&["check", "--report", "json", "--book", book.to_str().expect("UTF-8")]).await;
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let findings = report["findings"].as_array().expect("findings");
    let here: Vec<_> = findings.iter().filter(|finding| finding["page"] == PAGE).collect();
    assert!(here.is_empty(), "{here:#?}");
}
