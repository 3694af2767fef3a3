//! The gate's codes and the page that explains them; the workflows that stand beside it.

use std::fs;
use std::process::Command;

use proofbook_gate::Code;

use crate::support::repository;
use crate::tools;

#[test]
fn every_code_has_a_section_and_every_section_a_code() {
    let page = fs::read_to_string(repository().join("src/maintaining/findings.md")).expect("the page");
    let mut explained: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let mut known: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    explained.sort_unstable();
    known.sort_unstable();
    assert_eq!(explained, known);
}

#[test]
fn every_section_says_something() {
    let page = fs::read_to_string(repository().join("src/maintaining/findings.md")).expect("the page");
    for section in page.split("\n### ").skip(1) {
        let (code, text) = section.split_once('\n').expect("a section has lines");
        assert!(text.split('\n').any(|line| !line.is_empty() && !line.starts_with('#')), "{code} says nothing");
    }
}

#[test]
fn the_workflows_are_some_by_githubs_schema() {
    let lock = repository().join("tests/blocks/python/requirements.txt");
    let Some(programs) = tools::python_of(&lock) else { return };
    let mut check = Command::new(programs.join("check-jsonschema"));
    check.args(["--builtin-schema", "vendor.github-workflows"]);
    let folder = repository().join(".github/workflows");
    for entry in fs::read_dir(folder).expect("the workflows") {
        check.arg(entry.expect("a workflow").path());
    }
    tools::run(&mut check);
}
