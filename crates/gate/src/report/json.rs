//! The report for programs: everything, as one JSON document by [`SCHEMA`].

use serde_json::{Value, json};

use crate::run::{Report, Status};

/// The schema of the document (JSON Schema, draft 2020-12).
pub const SCHEMA: &str = include_str!("schema.json");

/// The whole document, with a line end.
#[must_use]
pub fn text(report: &Report) -> String {
    let count = |status: Status| report.blocks.iter().filter(|block| block.status == status).count();
    let lacking: Vec<Value> = report
        .lacking
        .iter()
        .map(|(lack, blocks)| json!({ "what": lack.what, "install": lack.install, "blocks": blocks }))
        .collect();
    let document = json!({
        "version": 1,
        "summary": {
            "blocks": report.blocks.len(),
            "passed": count(Status::Passed),
            "unchanged": count(Status::Unchanged),
            "failed": count(Status::Failed),
            "not_run": count(Status::NotRun),
            "skipped": count(Status::Skipped),
            "findings": report.findings.len(),
            "warnings": report.warnings.len(),
            "duration_ms": u64::try_from(report.took.as_millis()).unwrap_or(u64::MAX),
        },
        "findings": report.findings,
        "warnings": report.warnings,
        "blocks": report.blocks,
        "lacking": lacking,
        "coverage": report.coverage,
    });
    format!("{document:#}\n")
}
