//! `{{contract errors}}`: every error code, with what it means, who answers with it, where help is, and a sample.

use proofbook_contract::Contract;
use serde_json::Value;

use super::markdown::{code, json, paragraph, table};
use super::problems::{self, Problem};
use super::{OPERATIONS, TOP, who};

/// The section: a table of all codes, and each under a heading whose anchor is the code.
pub(super) fn section(contract: &Contract) -> String {
    let problems = problems::of(contract);
    let anchor = |problem: &Problem<'_>| problems::anchor(&problems, &problem.code, &problem.status);
    let rows: Vec<Vec<String>> = problems
        .iter()
        .map(|problem| {
            vec![
                format!("[{}](#{})", code(&problem.code), anchor(problem)),
                problem.status.clone(),
                problem.meaning.clone(),
            ]
        })
        .collect();
    let mut out = table(&["Code", "Status", "Meaning"], &rows);
    for problem in &problems {
        out.push_str(&format!("## {} {{#{}}}\n\n", code(&problem.code), anchor(problem)));
        let title = problem.title.as_ref().map(|title| format!(" {title}.")).unwrap_or_default();
        out.push_str(&paragraph(&format!("**{}.**{title} {}", problem.status, problem.meaning.trim())));
        let operations = who::operations(contract, &problem.operations, OPERATIONS);
        let help = problem.sample.as_ref().and_then(|(_, sample)| help(contract, sample));
        let help = help.map(|page| format!(" [What to do]({page}).")).unwrap_or_default();
        out.push_str(&paragraph(&format!("Answered by {operations}.{help}")));
        if let Some((operation, sample)) = &problem.sample
            && problem.status.parse::<u16>().is_ok()
        {
            out.push_str(&json(&format!("response={operation}.{}", problem.status), sample));
        }
    }
    out
}

/// The page that says what to do about an error, from the page of them all: its `type` (RFC 9457, section 3.1.1) is an
/// address, and if that is a page below the contract's `externalDocs`, the page is one of this book.
fn help(contract: &Contract, sample: &Value) -> Option<String> {
    let book = contract.document().pointer("/externalDocs/url")?.as_str()?.trim_end_matches('/');
    let place = sample.get("type")?.as_str()?.strip_prefix(book)?.strip_prefix('/')?;
    let (page, anchor) = place.split_once('#').map_or((place, String::new()), |(page, id)| (page, format!("#{id}")));
    // Links between pages name the sources, so that they are checked like all others.
    Some(format!("{TOP}{}.md{anchor}", page.strip_suffix(".html")?))
}
