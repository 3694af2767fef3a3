//! What an operation answers with: a sample, its fields, the statuses with their error codes, and the headers.

use proofbook_contract::{Contract, DocumentedResponse, Operation};
use serde_json::Value;

use super::ERRORS;
use super::fields::fields;
use super::markdown::{code, json, list, paragraph, table};
use super::problems::{self, Problem, anchor};
use super::schema::Writer;

/// All of it.
pub(super) fn section(contract: &Contract, operation: &Operation, problems: &[Problem<'_>]) -> String {
    let mut out = good(contract, operation);
    let rows: Vec<Vec<String>> = operation
        .responses()
        .map(|(status, response)| {
            let codes = problems::codes(contract, response).into_iter().filter(|_| problems::is_error(status));
            let link = |name: String| format!("[{}]({ERRORS}#{})", code(&name), anchor(problems, &name, status));
            let codes: Vec<String> = codes.map(link).collect();
            vec![status.to_owned(), said(contract, response).to_owned(), codes.join(", ")]
        })
        .collect();
    out.push_str("**All answers**\n\n");
    out.push_str(&table(&["Status", "When", "Error codes"], &rows));
    out.push_str(&paragraph(&headers(operation)));
    out
}

fn said<'a>(contract: &'a Contract, response: &DocumentedResponse) -> &'a str {
    let node = contract.document().pointer(response.pointer());
    node.and_then(|node| node["description"].as_str()).unwrap_or_default()
}

/// The good answer: what it says, a sample, and the fields.
fn good(contract: &Contract, operation: &Operation) -> String {
    let status = contract.default_status(operation);
    let Some(response) = operation.response(status) else { return String::new() };
    let mut out = paragraph(&format!("**Answer {status}.** {}", said(contract, response)));
    let Some(content) = response.json() else { return out };
    let named = operation.responses().any(|(known, _)| known == status.to_string());
    if let Some(example) = content.example().filter(|_| named) {
        out.push_str(&json(&format!("response={}.{status}", operation.id), example));
    }
    let schema = content.schema().and_then(|at| contract.document().pointer(at)).unwrap_or(&Value::Null);
    let fields = fields(contract, schema, Writer::Api);
    if !fields.is_empty() {
        out.push_str(&format!("<details>\n<summary>Fields of the answer</summary>\n\n{fields}</details>\n\n"));
    }
    out
}

/// The headers: those of every answer, and those of some.
fn headers(operation: &Operation) -> String {
    let responses: Vec<(&str, &DocumentedResponse)> = operation.responses().collect();
    let mut names: Vec<&str> = Vec::new();
    for header in responses.iter().flat_map(|(_, response)| response.headers()) {
        if !names.contains(&header.name.as_str()) {
            names.push(&header.name);
        }
    }
    let with = |name: &str| -> Vec<&str> {
        let has = |response: &DocumentedResponse| response.headers().iter().any(|header| header.name == name);
        responses.iter().filter(|(_, response)| has(response)).map(|(status, _)| *status).collect()
    };
    let always: Vec<String> =
        names.iter().filter(|name| with(name).len() == responses.len()).map(|name| code(name)).collect();
    let mut parts = Vec::new();
    if !always.is_empty() {
        parts.push(format!("{} with every status", list(&always, "and")));
    }
    let mut sometimes: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
    for name in names.iter().filter(|name| with(name).len() < responses.len()) {
        let statuses = with(name);
        match sometimes.iter_mut().find(|(known, _)| *known == statuses) {
            Some((_, names)) => names.push(code(name)),
            None => sometimes.push((statuses, vec![code(name)])),
        }
    }
    for (statuses, names) in sometimes {
        let statuses: Vec<String> = statuses.into_iter().map(str::to_owned).collect();
        parts.push(format!("{} with {}", list(&names, "and"), list(&statuses, "and")));
    }
    if parts.is_empty() { String::new() } else { format!("**Headers:** {}.", parts.join("; ")) }
}
