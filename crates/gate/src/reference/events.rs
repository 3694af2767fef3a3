//! `{{contract events}}`: what the API sends to webhooks, and what it makes of the answer.

use proofbook_contract::{Contract, Operation, ParameterLocation};
use serde_json::Value;

use super::fields::fields;
use super::markdown::{code, json, paragraph, table};
use super::schema::{Writer, allowed, kind};

/// The section: what all events share, then each under a heading whose anchor is its name.
pub(super) fn section(contract: &Contract) -> String {
    let events: Vec<(&str, &Operation)> =
        contract.events().filter_map(|name| Some((name, contract.event(name)?))).collect();
    let rows: Vec<Vec<String>> = events
        .iter()
        .map(|(name, event)| vec![format!("[{}](#{name})", code(name)), text(contract, event, "summary").to_owned()])
        .collect();
    let mut out = table(&["Event", "When"], &rows);
    let shared = |of: &dyn Fn(&Operation) -> String| -> Option<String> {
        let mut all = events.iter().map(|(_, event)| of(event));
        let first = all.next().filter(|_| events.len() > 1)?;
        all.all(|other| other == first).then_some(first)
    };
    let (headers, answers) =
        (|event: &Operation| headers(contract, event), |event: &Operation| answers(contract, event));
    let (all_headers, all_answers) = (shared(&headers), shared(&answers));
    if let Some(headers) = all_headers.as_ref().filter(|headers| !headers.is_empty()) {
        out.push_str(&format!("## Headers of every event\n\n{headers}"));
    }
    if let Some(answers) = all_answers.as_ref().filter(|answers| !answers.is_empty()) {
        out.push_str(&format!("## What your answer means\n\n{answers}"));
    }
    for (name, event) in &events {
        out.push_str(&format!("## {} {{#{name}}}\n\n", code(name)));
        out.push_str(&paragraph(text(contract, event, "description")));
        out.push_str(&one(contract, name, event));
        if all_headers.is_none() {
            out.push_str(&headers(event));
        }
        if all_answers.is_none() {
            out.push_str(&answers(event));
        }
    }
    out
}

fn text<'a>(contract: &'a Contract, event: &Operation, key: &str) -> &'a str {
    let node = contract.document().pointer(event.pointer());
    node.and_then(|node| node.get(key)?.as_str()).unwrap_or_default()
}

/// An event's body: a sample and its fields.
fn one(contract: &Contract, name: &str, event: &Operation) -> String {
    let Some(content) = event.request_body().and_then(|body| body.json()) else { return String::new() };
    let mut out = String::new();
    if let Some(example) = content.example() {
        out.push_str(&json(&format!("event={name}"), example));
    }
    if let Some(schema) = content.schema().and_then(|at| contract.document().pointer(at)) {
        out.push_str(&fields(contract, schema, Writer::Api));
    }
    out
}

fn headers(contract: &Contract, event: &Operation) -> String {
    let headers = event.parameters().iter().filter(|parameter| parameter.location == ParameterLocation::Header);
    let rows: Vec<Vec<String>> = headers
        .map(|header| {
            let schema = contract.document().pointer(header.schema()).unwrap_or(&Value::Null);
            let node = contract.document().pointer(header.pointer()).unwrap_or(&Value::Null);
            vec![
                code(&header.name),
                kind(contract, schema),
                allowed(contract, schema, Writer::Api),
                node["description"].as_str().unwrap_or_default().to_owned(),
            ]
        })
        .collect();
    table(&["Header", "Type", "Values", "Description"], &rows)
}

fn answers(contract: &Contract, event: &Operation) -> String {
    let rows: Vec<Vec<String>> = event
        .responses()
        .map(|(status, response)| {
            let node = contract.document().pointer(response.pointer());
            let said = node.and_then(|node| node["description"].as_str()).unwrap_or_default();
            vec![status.to_owned(), said.to_owned()]
        })
        .collect();
    table(&["You answer", "Meaning"], &rows)
}
