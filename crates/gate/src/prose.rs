//! The claims of the prose, looked up: a name on a page must be known to the contract, the code or HTTP.
//!
//! Names are what stands between backticks, the text of a link, and a table's cell of one word. What a name claims to be is
//! told by its form, and where it is looked up follows from that. Text without such a form claims nothing, and nor do
//! words between backticks that could stand in any sentence (`read`, `true`).
//!
//! Beside names, numbers: a limit of the contract that is typed by hand where a directive would fetch it.
//!
//! - `spans`: what a page sets apart as names; `shape`, `forms`: what a name claims to be
//! - `words`: what the contract knows; `code`: what the code and the book's blocks know; `standard`: what HTTP knows
//! - `judge`, `terms`, `paths`, `files`: looking a name up
//! - `numbers`, `stated`, `units`: typed numbers
//! - `allow`: what a writer allows all the same, each with a reason

mod allow;
mod code;
mod files;
mod forms;
mod judge;
mod numbers;
mod paths;
mod shape;
mod spans;
mod standard;
mod stated;
mod terms;
mod units;
mod words;

use std::fmt;

use proofbook_contract::Contract;

use crate::finding::Finding;
use crate::pages::{Book, Page};
use crate::settings::Settings;
use allow::Allowances;
use judge::Judge;

/// What exists around the contract.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Whether the command line accepts these words after the program's name; if not, why.
    pub commands: &'a dyn Fn(&[&str]) -> Result<(), String>,
    /// Paths of the server that are not in the contract. A last `*` stands for anything, `{name}` for one segment.
    pub paths: &'a [&'a str],
}

impl fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").field("paths", &self.paths).finish_non_exhaustive()
    }
}

/// A finding, and the text that the allow-list may name to allow it.
struct Claim {
    text: String,
    finding: Finding,
}

/// Everything in the book's prose that nothing knows, and every typed number, page by page; then what is wrong with the
/// allow-list.
#[must_use]
pub fn check(book: &Book, contract: &Contract, settings: &Settings, surroundings: &Surroundings<'_>) -> Vec<Finding> {
    let judge = Judge {
        contract,
        words: words::Words::of(contract),
        names: code::Names::of(book, &settings.code),
        settings,
        surroundings,
        root: book.root(),
        pages: book.pages().iter().map(Page::path).collect(),
    };
    let mut allowances = Allowances::read(book.root(), &settings.allow);
    let mut findings = Vec::new();
    for page in book.pages() {
        let mut claims = names(page, &judge);
        claims.extend(numbers::typed(book, page, contract));
        claims.sort_by_key(|claim| claim.finding.place.line);
        let unknown = claims.into_iter().filter(|claim| !allowances.allow(page.path(), &claim.text));
        findings.extend(unknown.map(|claim| claim.finding));
    }
    findings.extend(allowances.findings());
    findings
}

/// The names of a page that nothing knows.
fn names(page: &Page, judge: &Judge<'_>) -> Vec<Claim> {
    let folder = judge.root.join(page.path());
    let folder = folder.parent().unwrap_or(judge.root);
    let claim = |span: spans::Span| {
        let fault = judge.fault(&shape::of(&span.text, span.code)?, folder)?;
        let help = match &fault.nearest {
            Some(nearest) => format!("name what there is (nearest: `{nearest}`)"),
            None => format!("name what there is, or allow it with a reason in {}", judge.settings.allow.display()),
        };
        let message = match fault.message.contains(&format!("`{}`", span.text)) {
            true => fault.message,
            false => format!("`{}`: {}", span.text, fault.message),
        };
        Some(Claim { finding: Finding::new(fault.code, page.place(span.line), message, help), text: span.text })
    };
    spans::of(page).into_iter().filter_map(claim).collect()
}
