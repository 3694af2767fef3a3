//! The error codes of a contract: the values that the schemas of its error answers allow for `code`.

use std::collections::BTreeSet;

use proofbook_contract::{Contract, DocumentedResponse, Operation};
use serde_json::Value;

use super::schema::flat;

/// The field of an error's body that says what it is, for programs.
const CODE: &str = "code";

/// An error that operations answer with.
#[derive(Debug)]
pub(super) struct Problem<'a> {
    pub(super) code: String,
    /// The status as the contract writes it: `404`, `4XX`.
    pub(super) status: String,
    /// The title in the contract's sample.
    pub(super) title: Option<String>,
    /// What it means: `x-enumDescriptions` of the schema, else what the contract says of the answer.
    pub(super) meaning: String,
    /// Those that answer with it.
    pub(super) operations: BTreeSet<&'a str>,
    /// A sample, and the operation whose answer it is.
    pub(super) sample: Option<(&'a str, Value)>,
}

/// All of them, by status, and then in the contract's order.
pub(super) fn of(contract: &Contract) -> Vec<Problem<'_>> {
    let mut problems: Vec<Problem<'_>> = Vec::new();
    for operation in contract.operations() {
        for (status, response) in operation.responses().filter(|(status, _)| is_error(status)) {
            for code in codes(contract, response) {
                let known = problems.iter_mut().find(|known| known.code == code && known.status == status);
                if let Some(known) = known {
                    known.operations.insert(&operation.id);
                    continue;
                }
                problems.push(problem(contract, operation, status, response, code));
            }
        }
    }
    problems.sort_by(|one, other| one.status.cmp(&other.status));
    problems
}

/// The anchor of an error on the page of them all: its code; with the status, if an earlier one has the same code.
pub(super) fn anchor(problems: &[Problem<'_>], code: &str, status: &str) -> String {
    match problems.iter().find(|problem| problem.code == code) {
        Some(first) if first.status != status => format!("{code}-{status}"),
        _ => code.to_owned(),
    }
}

/// Whether a documented status is one of an error.
pub(super) fn is_error(status: &str) -> bool {
    status.starts_with(['4', '5']) || status == "default"
}

/// The error codes of an answer.
pub(super) fn codes(contract: &Contract, response: &DocumentedResponse) -> Vec<String> {
    let Some(code) = code_schema(contract, response) else { return Vec::new() };
    let values = code.get("enum").and_then(Value::as_array).into_iter().flatten().chain(code.get("const"));
    values.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn code_schema(contract: &Contract, response: &DocumentedResponse) -> Option<serde_json::Map<String, Value>> {
    let schema = contract.document().pointer(response.json()?.schema()?)?;
    let body = flat(contract, schema);
    Some(flat(contract, body.get("properties")?.get(CODE)?))
}

fn problem<'a>(
    contract: &'a Contract,
    operation: &'a Operation,
    status: &str,
    response: &'a DocumentedResponse,
    code: String,
) -> Problem<'a> {
    let is_it = |sample: &&Value| sample.get(CODE).and_then(Value::as_str) == Some(&code);
    let sample = samples(contract, response).into_iter().find(is_it);
    let text = |sample: &Value| Some(sample.get("title")?.as_str()?.to_owned());
    let meanings = code_schema(contract, response).and_then(|schema| schema.get("x-enumDescriptions").cloned());
    let meaning = meanings.and_then(|all| Some(all.get(&code)?.as_str()?.to_owned()));
    let described = || contract.document().pointer(response.pointer()).and_then(|node| node["description"].as_str());
    Problem {
        status: status.to_owned(),
        title: sample.and_then(text),
        meaning: meaning.unwrap_or_else(|| described().unwrap_or_default().to_owned()),
        operations: BTreeSet::from([operation.id.as_str()]),
        sample: sample.map(|sample| (operation.id.as_str(), sample.clone())),
        code,
    }
}

/// All examples of an answer.
fn samples<'a>(contract: &'a Contract, response: &'a DocumentedResponse) -> Vec<&'a Value> {
    let Some(content) = response.json() else { return Vec::new() };
    let node = contract.document().pointer(content.pointer());
    let examples = node.and_then(|node| node.get("examples")?.as_object()).into_iter().flatten();
    let named = examples.filter_map(|(_, example)| contract.resolve(example).get("value"));
    named.chain(content.example()).collect()
}
