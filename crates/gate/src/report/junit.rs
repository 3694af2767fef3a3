//! The report as JUnit XML, as CI servers read it: a suite for each page, a case for each block.

use std::collections::BTreeMap;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use crate::Finding;
use crate::run::{BlockReport, Report, Status};

/// The document, with a line end. A finding that is about no block is a case of its own.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut document = Document::new("proofbook");
    document.set_time(report.took);
    let mut suites: Vec<TestSuite> = Vec::new();
    let mut of_block: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    let mut others = Vec::new();
    for finding in &report.findings {
        match &finding.block {
            Some(block) if report.blocks.iter().any(|one| one.name == *block) => {
                of_block.entry(block.as_str()).or_default().push(finding);
            }
            _ => others.push(finding),
        }
    }
    for block in &report.blocks {
        let findings = of_block.remove(block.name.as_str()).unwrap_or_default();
        suite(&mut suites, &block.page).add_test_case(case_of(block, &findings));
    }
    for finding in others {
        let name = format!("{} in line {}", finding.code, finding.place.line);
        let mut case = TestCase::new(name, failure(&[finding]));
        case.set_classname(finding.place.page.as_str());
        case.set_time(Duration::ZERO);
        suite(&mut suites, &finding.place.page).add_test_case(case);
    }
    document.add_test_suites(suites);
    // Only a writer that fails could fail.
    document.to_string().unwrap_or_default()
}

fn suite<'a>(suites: &'a mut Vec<TestSuite>, page: &str) -> &'a mut TestSuite {
    let found = suites.iter().position(|suite| suite.name.as_str() == page);
    let index = found.unwrap_or_else(|| {
        suites.push(TestSuite::new(page));
        suites.len() - 1
    });
    &mut suites[index]
}

fn case_of(block: &BlockReport, findings: &[&Finding]) -> TestCase {
    let status = match block.status {
        _ if !findings.is_empty() => failure(findings),
        Status::Passed | Status::Unchanged => TestCaseStatus::success(),
        Status::Failed => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message("what this block prints is not what the page shows");
            status
        }
        Status::NotRun => skipped("a block that it continues has failed"),
        Status::Skipped => skipped("this machine lacks what runs it"),
    };
    let heading = block.heading.as_deref().map(|heading| format!(" {heading}")).unwrap_or_default();
    let mut case = TestCase::new(format!("{} {}{heading}", block.line, block.language), status);
    case.set_classname(block.page.as_str());
    case.set_time(Duration::from_millis(block.duration_ms));
    case
}

fn failure(findings: &[&Finding]) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    if let Some(first) = findings.first() {
        status.set_message(first.message.as_str()).set_type(first.code.name());
    }
    let text: Vec<String> = findings
        .iter()
        .map(|finding| format!("{finding}\n\n{}", finding.detail.as_deref().unwrap_or_default()).trim_end().to_owned())
        .collect();
    status.set_description(text.join("\n\n"));
    status
}

fn skipped(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(why);
    status
}
