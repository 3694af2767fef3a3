//! The report as GitHub's workflow commands: an annotation on the line of each finding.

use std::fmt::Write;

use crate::run::Report;

/// The commands, one a line. `folder` is the book's folder in the repository, with a slash at its end, or nothing.
///
/// Values are escaped as GitHub's own toolkit does (actions/toolkit, `packages/core/src/command.ts`).
#[must_use]
pub fn text(report: &Report, folder: &str) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        let mut message = format!("{}; {}", finding.message, finding.help);
        if let Some(detail) = &finding.detail {
            message = format!("{message}\n\n{detail}");
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
    for (lack, blocks) in &report.lacking {
        let _ = writeln!(out, "::warning title=skipped::{}", data(&format!("{blocks} blocks were not run: {lack}")));
    }
    let held = report.blocks.len();
    let summary = match report.findings.len() {
        0 => format!("all of {held} blocks hold"),
        1 => format!("1 finding, {held} blocks"),
        many => format!("{many} findings, {held} blocks"),
    };
    let coverage = report.coverage.as_ref().map(|coverage| format!("; {}", coverage.summary())).unwrap_or_default();
    let _ = writeln!(out, "::notice title=Proofbook::{}", data(&format!("{summary}{coverage}")));
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
