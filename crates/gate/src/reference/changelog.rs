//! `{{contract changelog}}`: what each version of the contract changed, newest first.

use std::borrow::Cow;
use std::sync::LazyLock;

use proofbook_contract::{Contract, Difference, DifferenceKind, Subject, diff};
use regex::{Captures, Regex};

use super::markdown::{code, list, paragraph, table};
use super::{ERRORS, EVENTS, LIMITS, OPERATIONS, who};
use crate::history::History;

/// As many operations are named before it is shorter to count them.
const NAMED: usize = 4;

#[expect(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
static SPAN: LazyLock<Regex> = LazyLock::new(|| Regex::new("``? ?([^`]+?) ?`?`").expect("the expression is valid"));

/// The section: a heading a version, with a table of what it changed.
pub(super) fn section(contract: &Contract, history: &History) -> String {
    let mut versions: Vec<&Contract> = history.releases().iter().map(|release| &release.contract).collect();
    let is_released = versions.last().is_some_and(|newest| newest.version() == contract.version());
    if !is_released {
        versions.push(contract);
    }
    let mut out = String::new();
    for (index, version) in versions.iter().enumerate().rev() {
        let number = version.version();
        out.push_str(&format!("## Version {number} {{#{}}}\n\n", number.replace(['.', '+'], "-")));
        let day = version.document().pointer("/info/x-released").and_then(|day| day.as_str());
        let released = match day {
            _ if !is_released && index + 1 == versions.len() => "Not released yet.".to_owned(),
            Some(day) => format!("Released {day}."),
            None => "Released.".to_owned(),
        };
        let before = index.checked_sub(1).and_then(|index| versions.get(index));
        let Some(before) = before else {
            let (operations, events) = (version.operations().len(), version.events().count());
            out.push_str(&paragraph(&format!(
                "{released} The first version: {} and {}.",
                counted(operations, "operation"),
                counted(events, "event")
            )));
            continue;
        };
        let found = diff(before, version);
        out.push_str(&paragraph(&format!("{released} {}", verdict(&found))));
        let rows: Vec<Vec<String>> = found.iter().map(|found| row(contract, found)).collect();
        out.push_str(&table(&["Change", "What", "Where", "Breaking"], &rows));
    }
    out
}

fn verdict(found: &[Difference]) -> String {
    let breaking = found.iter().filter(|found| found.breaking).count();
    match (found.len(), breaking) {
        (0, _) => "Only texts and examples changed.".to_owned(),
        (_, 0) => "A client of the version before goes on working.".to_owned(),
        (_, 1) => "**One change breaks clients of the version before.**".to_owned(),
        (_, many) => format!("**{many} changes break clients of the version before.**"),
    }
}

fn row(contract: &Contract, found: &Difference) -> Vec<String> {
    let kind = match found.kind {
        DifferenceKind::Added => "Added",
        DifferenceKind::Changed => "Changed",
        DifferenceKind::Deprecated => "Deprecated",
        DifferenceKind::Removed => "Removed",
    };
    let is_whole = found.name == "body" || found.owners.contains(&found.name);
    let mut what = found.subject.to_string();
    if !is_whole || matches!(found.subject, Subject::Event | Subject::Operation) {
        what.push_str(&format!(" {}", name(contract, found)));
    }
    if !found.detail.is_empty() {
        what.push_str(&format!(": {}", past(&found.detail)));
    }
    let breaking = if found.breaking { "**yes**" } else { "no" };
    vec![kind.to_owned(), what, places(contract, found), breaking.to_owned()]
}

/// What is gone is no name that a page may use: it is set as a sample.
fn name(contract: &Contract, found: &Difference) -> String {
    let name = if found.kind == DifferenceKind::Removed || is_gone(contract, found) {
        sample(&found.name)
    } else {
        code(&found.name)
    };
    match found.subject {
        Subject::Error if found.kind != DifferenceKind::Removed => format!("[{name}]({ERRORS}#{})", found.name),
        _ => name,
    }
}

/// Whether nothing that a difference is true of is in the contract any more.
fn is_gone(contract: &Contract, found: &Difference) -> bool {
    let known = |owner: &String| contract.operation(owner).is_some() || contract.event(owner).is_some();
    !found.owners.is_empty() && !found.owners.iter().any(known)
}

fn places(contract: &Contract, found: &Difference) -> String {
    let link = |owner: &String| match (contract.operation(owner), contract.event(owner)) {
        (Some(operation), _) => who::link(contract, operation, OPERATIONS),
        (None, Some(_)) => format!("[{}]({EVENTS}#{owner})", code(owner)),
        (None, None) => sample(owner),
    };
    match (found.subject, found.owners.len()) {
        (Subject::Limit, _) => format!("[the limits]({LIMITS})"),
        (Subject::Error, _) => format!("[the errors]({ERRORS})"),
        (_, 0..=NAMED) => list(&found.owners.iter().map(link).collect::<Vec<_>>(), "and"),
        (Subject::EventField | Subject::EventHeader | Subject::Event, many) => counted(many, "event"),
        (_, many) => counted(many, "operation"),
    }
}

/// Values that may be of the past.
fn past(detail: &str) -> Cow<'_, str> {
    SPAN.replace_all(detail, |found: &Captures<'_>| sample(&found[1]))
}

fn sample(text: &str) -> String {
    format!(
        "<samp>{}</samp>",
        text.replace('&', "&amp;").replace('<', "&lt;").replace('*', "&#42;").replace('_', "&#95;")
    )
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
