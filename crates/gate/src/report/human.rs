//! The report for a person: what failed first, with place, lines, difference, and the command that runs it again.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::Finding;
use crate::run::{BlockReport, Report, Status};

/// How the text is made.
#[derive(Debug, Clone)]
pub struct Style {
    /// Whether to colour what the words already say.
    pub colour: bool,
    /// The command that runs blocks, such as `proofbook test`.
    pub rerun: String,
}

impl Style {
    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// The whole text, with a line end.
#[must_use]
pub fn text(report: &Report, style: &Style) -> String {
    let blocks: BTreeMap<&str, &BlockReport> = report.blocks.iter().map(|block| (block.name.as_str(), block)).collect();
    let mut out = String::new();
    for finding in &report.findings {
        one(&mut out, finding, finding.block.as_deref().and_then(|name| blocks.get(name)).copied(), style);
    }
    for warning in &report.warnings {
        let (place, code) = (style.paint("1", &warning.place.to_string()), style.paint("1;33", warning.code.name()));
        let _ = writeln!(out, "{place}: {code}: {}\n\n  to mend it: {}\n", warning.message, warning.help);
    }
    for (lack, count) in &report.lacking {
        let _ = writeln!(out, "{} {}: {lack}\n", style.paint("1;33", "SKIPPED"), blocks_of(*count));
    }
    out.push_str(&summary(report, style));
    out
}

fn one(out: &mut String, finding: &Finding, block: Option<&BlockReport>, style: &Style) {
    let place = style.paint("1", &finding.place.to_string());
    let code = style.paint("1;31", finding.code.name());
    // Writing to a string can't fail.
    let _ = writeln!(out, "{place}: {code}: {}", finding.message);
    if let Some(block) = block {
        if let Some(heading) = &block.heading {
            let _ = writeln!(out, "  under “{heading}”, {}", block.language);
        }
        let _ = writeln!(out);
        for (number, text) in &block.lines {
            let mark = if *number == finding.place.line { ">" } else { " " };
            let _ = writeln!(out, " {mark}{number:>5} | {text}");
        }
    }
    if let Some(detail) = &finding.detail {
        let _ = writeln!(out);
        for line in detail.lines() {
            let line = match line.chars().next() {
                Some('-') => style.paint("31", line),
                Some('+') => style.paint("32", line),
                _ => line.to_owned(),
            };
            let _ = writeln!(out, "  {line}");
        }
    }
    let _ = writeln!(out, "\n  to mend it: {}", finding.help);
    if let Some(name) = &finding.block {
        let _ = writeln!(out, "  to run it again: {} --page '{name}'", style.rerun);
    }
    let _ = writeln!(out);
}

/// How many blocks of each language came to what.
fn summary(report: &Report, style: &Style) -> String {
    let mut languages: BTreeMap<&str, [usize; 5]> = BTreeMap::new();
    for block in &report.blocks {
        let column = match block.status {
            Status::Passed => 0,
            Status::Unchanged => 1,
            Status::Failed => 2,
            Status::NotRun => 3,
            Status::Skipped => 4,
        };
        languages.entry(&block.language).or_default()[column] += 1;
    }
    if report.blocks.is_empty() {
        return verdict(report, style);
    }
    let mut out = format!(
        "{:<12} {:>7} {:>10} {:>7} {:>8} {:>8}\n",
        "language", "passed", "unchanged", "failed", "not run", "skipped"
    );
    let mut all = [0; 5];
    for (language, counts) in &languages {
        let language = if language.is_empty() { "(unknown)" } else { language };
        let _ = writeln!(out, "{}", row(language, counts));
        for (sum, count) in all.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    let _ = writeln!(out, "{}", row("all", &all));
    if let Some(coverage) = &report.coverage {
        let _ = writeln!(out, "\n{}", coverage.summary());
    }
    out + "\n" + &verdict(report, style)
}

fn verdict(report: &Report, style: &Style) -> String {
    let findings = report.findings.len();
    let skipped: usize = report.lacking.iter().map(|(_, count)| count).sum();
    let verdict = match findings {
        0 if skipped > 0 => style.paint("1;33", &format!("What ran holds; {} did not run.", blocks_of(skipped))),
        0 if report.warnings.len() == 1 => style.paint("1;33", "All holds, with 1 warning."),
        0 if !report.warnings.is_empty() => {
            style.paint("1;33", &format!("All holds, with {} warnings.", report.warnings.len()))
        }
        0 => style.paint("1;32", "All holds."),
        1 => style.paint("1;31", "1 finding."),
        many => style.paint("1;31", &format!("{many} findings.")),
    };
    match report.took.as_secs_f64() {
        0.0 => format!("{verdict}\n"),
        seconds => format!("{verdict} ({seconds:.1} s)\n"),
    }
}

fn blocks_of(count: usize) -> String {
    format!("{count} {}", if count == 1 { "block" } else { "blocks" })
}

fn row(name: &str, counts: &[usize; 5]) -> String {
    let [passed, unchanged, failed, not_run, skipped] = counts;
    format!("{name:<12} {passed:>7} {unchanged:>10} {failed:>7} {not_run:>8} {skipped:>8}")
}
