//! `{{contract operations}}`: every operation with its parameters, bodies, answers and samples, by tag.

use std::fmt::Write;

use percent_encoding::utf8_percent_encode;
use proofbook_contract::{Contract, Operation, ParameterLocation};
use serde_json::Value;

use super::fields::{description, fields};
use super::markdown::{code, json, paragraph, table};
use super::schema::{Writer, allowed, kind};
use super::{EXPLORER, answers, auth, problems, samples, who};
use crate::settings::Settings;

/// The section: what there is, then each operation under a heading whose anchor is its id.
///
/// # Errors
/// If the contract's extensions ask for what can't be done: a sentence.
pub(super) fn section(contract: &Contract, settings: &Settings) -> Result<String, String> {
    let (groups, problems) = (groups(contract), problems::of(contract));
    let row = |operation: &&Operation| {
        vec![who::link(contract, operation, ""), code(&format!("{} {}", operation.method, operation.path))]
    };
    let rows: Vec<Vec<String>> = groups.iter().flat_map(|(_, operations)| operations).map(row).collect();
    let mut out = table(&["Operation", "Request"], &rows);
    for (tag, operations) in &groups {
        if !tag.is_empty() {
            // Writing to a string can't fail.
            let _ = writeln!(out, "## {tag}\n");
            out.push_str(&paragraph(tag_description(contract, tag)));
        }
        for operation in operations {
            out.push_str(&one(contract, settings, tag, operation)?);
            out.push_str(&answers::section(contract, operation, &problems));
        }
    }
    Ok(out)
}

/// The operations by their first tag, in the order of the contract's tags; those without one first.
fn groups(contract: &Contract) -> Vec<(String, Vec<&Operation>)> {
    let tags = contract.document()["tags"].as_array().into_iter().flatten().filter_map(|tag| tag["name"].as_str());
    let mut groups: Vec<(String, Vec<&Operation>)> =
        std::iter::once("").chain(tags).map(|tag| (tag.to_owned(), Vec::new())).collect();
    for operation in contract.operations() {
        let node = contract.document().pointer(operation.pointer());
        let tag = node.and_then(|node| node["tags"].get(0)?.as_str()).unwrap_or_default();
        match groups.iter_mut().find(|(known, _)| known == tag) {
            Some((_, operations)) => operations.push(operation),
            None => groups.push((tag.to_owned(), vec![operation])),
        }
    }
    groups.retain(|(_, operations)| !operations.is_empty());
    groups
}

fn tag_description<'a>(contract: &'a Contract, name: &str) -> &'a str {
    let mut tags = contract.document()["tags"].as_array().into_iter().flatten();
    tags.find(|tag| tag["name"] == name).and_then(|tag| tag["description"].as_str()).unwrap_or_default()
}

fn one(contract: &Contract, settings: &Settings, tag: &str, operation: &Operation) -> Result<String, String> {
    let node = contract.document().pointer(operation.pointer()).unwrap_or(&Value::Null);
    let mut out = format!("### {} {{#{}}}\n\n", who::title(contract, operation), operation.id);
    let request = code(&format!("{} {}", operation.method, operation.path));
    out.push_str(&paragraph(&format!("{request} · {}", explorer(tag, operation))));
    if operation.deprecated {
        out.push_str("> [!WARNING]\n> This operation is deprecated. Do not use it for anything new.\n\n");
    }
    out.push_str(&paragraph(node["description"].as_str().unwrap_or_default()));
    out.push_str(&paragraph(&auth::needs(operation)));
    out.push_str(&parameters(contract, operation));
    out.push_str(&body(contract, operation));
    out.push_str("**Example**\n\n");
    out.push_str(&samples::tabs(contract, settings, operation)?);
    Ok(out)
}

/// A link to the operation in the explorer (Swagger UI's deep links).
fn explorer(tag: &str, operation: &Operation) -> String {
    let tag = if tag.is_empty() { "default" } else { tag };
    let encoded = |text: &str| utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    format!("[Try it in the explorer]({EXPLORER}#/{}/{})", encoded(tag), encoded(&operation.id))
}

fn parameters(contract: &Contract, operation: &Operation) -> String {
    let rows: Vec<Vec<String>> = operation
        .parameters()
        .iter()
        .map(|parameter| {
            let schema = contract.document().pointer(parameter.schema()).unwrap_or(&Value::Null);
            let node = contract.document().pointer(parameter.pointer()).unwrap_or(&Value::Null);
            let own = node["description"].as_str().map(str::to_owned);
            let place = match parameter.location {
                ParameterLocation::Path => "path",
                ParameterLocation::Query => "query",
                ParameterLocation::Header => "header",
            };
            vec![
                code(&parameter.name),
                place.to_owned(),
                kind(contract, schema),
                if parameter.required { "yes".to_owned() } else { String::new() },
                allowed(contract, schema, Writer::You),
                own.unwrap_or_else(|| description(contract, schema)),
            ]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let head = ["Parameter", "In", "Type", "Required", "Allowed", "Description"];
    format!("**Parameters**\n\n{}", table(&head, &rows))
}

fn body(contract: &Contract, operation: &Operation) -> String {
    let Some(body) = operation.request_body() else { return String::new() };
    let node = contract.document().pointer(body.pointer()).unwrap_or(&Value::Null);
    let types: Vec<String> = body.content().iter().map(|content| code(&content.range)).collect();
    let optional = if body.required { "" } else { " It may be left out." };
    let said = node["description"].as_str().map(str::trim).unwrap_or_default();
    let mut out = format!("**Request body** ({})\n\n", types.join(", "));
    out.push_str(&paragraph(&format!("{said}{optional}")));
    if let Some(content) = body.json() {
        if let Some(schema) = content.schema().and_then(|at| contract.document().pointer(at)) {
            out.push_str(&fields(contract, schema, Writer::You));
        }
        if let Some(example) = content.example() {
            out.push_str(&json(&format!("request={}", operation.id), example));
        }
    }
    out
}
