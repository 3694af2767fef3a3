//! The report as JUnit XML, as CI servers read it: a suite for each page, a case for each block.
//!
//! It keeps to what Jenkins' xUnit plugin takes, which refuses what it does not know.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use crate::Finding;
use crate::run::{BlockReport, Report, Status};

/// The document, with a line end. A finding that is about no block is a case of its own; those of one code in one line share
/// theirs, since CI servers take two cases of one name for one.
#[must_use]
pub fn text(report: &Report) -> String {
    let names: BTreeSet<&str> = report.blocks.iter().map(|block| block.name.as_str()).collect();
    let mut of_block: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    let mut others: Vec<Vec<&Finding>> = Vec::new();
    let mut cases = BTreeMap::new();
    for finding in &report.findings {
        match finding.block.as_deref().filter(|block| names.contains(block)) {
            Some(block) => of_block.entry(block).or_default().push(finding),
            None => {
                let next = others.len();
                match others.get_mut(*cases.entry((&finding.place, finding.code)).or_insert(next)) {
                    Some(case) => case.push(finding),
                    None => others.push(vec![finding]),
                }
            }
        }
    }
    let mut suites = Vec::new();
    for block in &report.blocks {
        let findings = of_block.remove(block.name.as_str()).unwrap_or_default();
        suite(&mut suites, &block.page).add_test_case(case_of(block, &findings));
    }
    for findings in others {
        let Some(first) = findings.first() else { continue };
        let name = format!("{} in line {}", first.code, first.place.line);
        suite(&mut suites, &first.place.page).add_test_case(case(&name, &first.place.page, failure(&findings)));
    }
    let mut document = Document::new("proofbook");
    document.set_time(report.took);
    document.add_test_suites(suites);
    // Only a writer that fails could fail. Jenkins' schema has no `skipped` at the root.
    let text = document.to_string().unwrap_or_default();
    text.replacen(&format!(r#" skipped="{}""#, document.skipped), "", 1)
}

fn suite<'a>(suites: &'a mut Vec<TestSuite>, page: &str) -> &'a mut TestSuite {
    let page = clean(page);
    let found = suites.iter().position(|suite| *suite.name == *page);
    let index = found.unwrap_or_else(|| {
        suites.push(TestSuite::new(page));
        suites.len() - 1
    });
    &mut suites[index]
}

fn case(name: &str, page: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(clean(name), status);
    case.set_classname(clean(page));
    case.set_time(Duration::ZERO);
    case
}

fn case_of(block: &BlockReport, findings: &[&Finding]) -> TestCase {
    let status = match block.status {
        _ if !findings.is_empty() => failure(findings),
        Status::Passed | Status::Unchanged => TestCaseStatus::success(),
        // An output: what was found is with the block that prints it.
        Status::Failed => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message("the block that this belongs to has failed");
            status
        }
        Status::NotRun => skipped("a block before this has failed"),
        Status::Skipped => skipped("this machine lacks what runs this"),
    };
    let words = [block.line.to_string(), block.language.clone(), block.heading.clone().unwrap_or_default()];
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let mut case = case(&words.join(" "), &block.page, status);
    case.set_time(Duration::from_millis(block.duration_ms));
    case
}

fn failure(findings: &[&Finding]) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    if let Some(first) = findings.first() {
        status.set_message(clean(&first.message)).set_type(first.code.name());
    }
    let text: Vec<String> = findings
        .iter()
        .map(|finding| format!("{finding}\n\n{}", finding.detail.as_deref().unwrap_or_default()).trim_end().to_owned())
        .collect();
    status.set_description(clean(&text.join("\n\n")));
    status
}

fn skipped(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(why);
    status
}

/// The text without what XML 1.0 can't hold, and with spaces for tabs: quick-junit drops tabs, and takes what follows an
/// escape character for its sequence.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str("    "),
            '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            _ if c.is_control() && c != '\n' => {}
            _ => out.push(c),
        }
    }
    out
}
