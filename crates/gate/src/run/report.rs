//! What came of a run: every fence and every finding, in the book's order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;

use super::unit::{Done, Status};
use super::world::Seen;
use crate::blocks::Block;
use crate::coverage::Coverage;
use crate::pages::Book;
use crate::plan::{Unit, names_schema};
use crate::tools::Lack;
use crate::{Code, Finding};

/// A fence in the report.
#[derive(Debug, Clone, Serialize)]
pub struct BlockReport {
    /// Its page and line; unique in the book.
    pub name: String,
    /// Its page.
    pub page: String,
    /// The line of its opening fence.
    pub line: usize,
    /// Its language.
    pub language: String,
    /// The heading that it stands under.
    pub heading: Option<String>,
    /// What came of it.
    pub status: Status,
    /// How long its unit took, in milliseconds.
    pub duration_ms: u64,
    /// The lines that the reader sees, with their numbers.
    #[serde(skip)]
    pub lines: Vec<(usize, String)>,
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// Every fence, in the book's order.
    pub blocks: Vec<BlockReport>,
    /// What was found, in the book's order.
    pub findings: Vec<Finding>,
    /// What is to be done, and fails nothing.
    pub warnings: Vec<Finding>,
    /// What this machine lacks, with the number of blocks that it would have run.
    pub lacking: Vec<(Lack, usize)>,
    /// What each unit showed of the API, with its page.
    pub seen: Vec<(String, Seen)>,
    /// What of the contract was shown, if the whole book ran.
    pub coverage: Option<Coverage>,
    /// How long it took.
    pub took: Duration,
}

impl Report {
    /// Puts blocks and findings into the book's order.
    pub fn sort(&mut self, book: &Book) {
        let order: BTreeMap<&str, usize> =
            book.pages().iter().enumerate().map(|(index, page)| (page.path(), index)).collect();
        let key = |page: &str, line: usize| (order.get(page).copied().unwrap_or(usize::MAX), line);
        self.blocks.sort_by_key(|block| key(&block.page, block.line));
        self.findings.sort_by_key(|finding| key(&finding.place.page, finding.place.line));
        self.findings.dedup();
    }
}

/// What the findings, the outputs and the languages of a run come to, in the book's order.
pub(super) fn collect(book: &Book, units: &[Unit], results: BTreeMap<usize, Done>, report: &mut Report) {
    let mut lacking: BTreeMap<String, (Lack, usize)> = BTreeMap::new();
    let mut compared: BTreeSet<String> = BTreeSet::new();
    let mut outputs: BTreeMap<String, (Block, Status)> = BTreeMap::new();
    for (index, done) in results {
        let Some(unit) = units.get(index) else { continue };
        report.blocks.extend(reports(unit, &done));
        for (step, status) in unit.steps.iter().zip(&done.statuses) {
            for output in &step.expected {
                let entry = outputs.entry(output.name()).or_insert_with(|| (output.clone(), *status));
                entry.1 = worse(entry.1, *status);
            }
        }
        // A file that is a sample of the contract too is a unit of its own.
        for file in unit.files.iter().filter(|file| !names_schema(file)) {
            outputs
                .entry(file.name())
                .or_insert_with(|| (file.clone(), done.statuses.first().copied().unwrap_or(Status::NotRun)));
        }
        if let Some(lack) = done.lack {
            lacking.entry(lack.what.clone()).or_insert((lack, 0)).1 += unit.steps.len();
        }
        compared.extend(done.compared);
        report.findings.extend(done.findings);
        let page = book.pages().get(unit.page).map(|page| page.path().to_owned()).unwrap_or_default();
        report.seen.push((page, done.seen));
    }
    for (name, (output, status)) in outputs {
        let held = matches!(status, Status::Passed | Status::Unchanged);
        let mut block = report_of(&output, status, Duration::ZERO);
        if held && !output.has("file") && !compared.contains(&name) {
            let help = "print it in at least one of the blocks, or remove it";
            report.findings.push(Finding::new(
                Code::OutputWithoutBlock,
                output.place.clone(),
                "no block prints anything to compare this with",
                help,
            ));
            block.status = Status::Failed;
        }
        report.blocks.push(block);
    }
    report.sort(book);
    report.lacking = lacking.into_values().collect();
}

pub(super) fn reports(unit: &Unit, done: &Done) -> Vec<BlockReport> {
    unit.steps.iter().zip(&done.statuses).map(|(step, status)| report_of(&step.block, *status, done.took)).collect()
}

fn report_of(block: &Block, status: Status, took: Duration) -> BlockReport {
    BlockReport {
        name: block.name(),
        page: block.place.page.clone(),
        line: block.place.line,
        language: block.language.clone(),
        heading: block.heading.clone(),
        status,
        duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        lines: block.lines.iter().filter(|line| !line.hidden).map(|line| (line.number, line.text.clone())).collect(),
    }
}

/// A fence that can't be run, as its finding tells of it.
pub(super) fn lost(finding: &Finding) -> Option<BlockReport> {
    Some(BlockReport {
        name: finding.block.clone()?,
        page: finding.place.page.clone(),
        line: finding.place.line,
        language: String::new(),
        heading: None,
        status: Status::Failed,
        duration_ms: 0,
        lines: Vec::new(),
    })
}

fn worse(one: Status, other: Status) -> Status {
    let rank = |status: Status| match status {
        Status::Unchanged => 0,
        Status::Passed => 1,
        Status::Skipped => 2,
        Status::NotRun => 3,
        Status::Failed => 4,
    };
    if rank(other) > rank(one) { other } else { one }
}
