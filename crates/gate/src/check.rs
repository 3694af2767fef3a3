//! The static checks: what can be said of a book without running it.

use jiff::civil::Date;
use proofbook_contract::Contract;

use crate::error::Place;
use crate::history::History;
use crate::prose::Surroundings;
use crate::review::Calendar;
use crate::{Book, Code, Finding, links, plan, pointer, prose};

/// What the static checks find, and the links that lead out of the book.
#[derive(Debug, Default)]
pub struct Checked {
    /// What was found, in the book's order.
    pub findings: Vec<Finding>,
    /// Reviews that are overdue. They fail nothing: no build breaks because a day has passed.
    pub warnings: Vec<Finding>,
    /// Links to other sites. They are not followed.
    pub external: Vec<(Place, String)>,
}

/// Checks a book: its fences, its prose, its links, its contract's examples and version, and its review calendar as of
/// `today`. `generated` are the files that a build writes beside the pages.
pub fn check(
    book: &Book,
    contract: &Contract,
    surroundings: &Surroundings<'_>,
    generated: &[&str],
    today: Date,
) -> Checked {
    let mut findings = plan::plan(book).findings;
    findings.extend(prose::check(book, contract, book.settings(), surroundings));
    let links = links::check(book, generated);
    findings.extend(links.findings);
    let contract_file = book.settings().contract.display().to_string();
    let contract_text = std::fs::read_to_string(book.root().join(&book.settings().contract)).unwrap_or_default();
    findings.extend(contract.check_examples().into_iter().map(|violation| {
        let line = match &violation.place {
            proofbook_contract::Place::Example { pointer } => pointer::line(&contract_text, pointer),
            _ => 1,
        };
        let place = Place { page: contract_file.clone(), line };
        let help = format!("mend the example; the rule is {}", violation.contract);
        Finding::new(Code::BadContract, place, violation.message, help)
    }));
    match History::read(book.root(), book.settings()) {
        Ok(history) => findings.extend(history.judge(contract, &contract_file, &contract_text)),
        Err(finding) => findings.push(*finding),
    }
    let mut warnings = Vec::new();
    match Calendar::read(book.root(), &book.settings().review) {
        Ok(Some(calendar)) => {
            findings.extend(calendar.findings(book));
            warnings = calendar.overdue(book, today);
        }
        Ok(None) => {}
        Err(finding) => findings.push(*finding),
    }
    let order = |finding: &Finding| {
        let page = book.pages().iter().position(|page| page.path() == finding.place.page);
        (page.unwrap_or(usize::MAX), finding.place.line)
    };
    findings.sort_by_key(order);
    Checked { findings, warnings, external: links.external }
}
