//! `{{contract errors}}`: every error code, with what it means, who answers with it, and a sample.

use proofbook_contract::Contract;

use super::markdown::{code, json, paragraph, table};
use super::problems::{self, Problem};
use super::{OPERATIONS, who};

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
        out.push_str(&paragraph(&format!("Answered by {operations}.")));
        if let Some((operation, sample)) = &problem.sample
            && problem.status.parse::<u16>().is_ok()
        {
            out.push_str(&json(&format!("response={operation}.{}", problem.status), sample));
        }
    }
    out
}
