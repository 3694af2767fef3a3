//! The report as GitHub's workflow commands: an annotation on the line of each finding.

use std::fmt::Write;

use crate::run::{Report, Status};

/// The commands, one a line. `folder` is the book's folder in the repository, with a slash at its end, or nothing.
///
/// Values are escaped as GitHub's own toolkit does (actions/toolkit, `packages/core/src/command.ts`).
#[must_use]
pub fn text(report: &Report, folder: &str) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        let mut message = format!("{}; {}", finding.message, finding.help);
        if let Some(detail) = &finding.detail {
            message = format!("{message}\n\n{detail}").trim_end().to_owned();
        }
        // Writing to a string can't fail.
        let _ = writeln!(
            out,
            "::error file={},line={},title={}::{}",
            property(&format!("{folder}{}", finding.place.page)),
            finding.place.line,
            property(finding.code.name()),
            data(&message),
        );
    }
    for warning in &report.warnings {
        let _ = writeln!(
            out,
            "::warning file={},line={},title={}::{}",
            property(&format!("{folder}{}", warning.place.page)),
            warning.place.line,
            property(warning.code.name()),
            data(&format!("{}; {}", warning.message, warning.help)),
        );
    }
    for (lack, blocks) in &report.lacking {
        let blocks = if *blocks == 1 { "1 block was".to_owned() } else { format!("{blocks} blocks were") };
        let _ = writeln!(out, "::warning title=skipped::{}", data(&format!("{blocks} not run: {lack}")));
    }
    let _ = writeln!(out, "::notice title=Proofbook::{}", data(&summary(report)));
    out
}

/// One line. A block that did not run is not one that holds.
fn summary(report: &Report) -> String {
    let mut summary = match report.findings.len() {
        0 => "no finding".to_owned(),
        1 => "1 finding".to_owned(),
        many => format!("{many} findings"),
    };
    if !report.blocks.is_empty() {
        let held = report.blocks.iter().filter(|block| matches!(block.status, Status::Passed | Status::Unchanged));
        summary.push_str(&format!(", {} of {} blocks hold", held.count(), report.blocks.len()));
    }
    if let Some(coverage) = &report.coverage {
        summary.push_str(&format!("; {}", coverage.summary()));
    }
    summary
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
