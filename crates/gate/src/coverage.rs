//! What of the contract the book's blocks have shown: operations, statuses, error codes, events and headers, by page.
//!
//! A block shows what happened while it ran, in either direction. What nobody shows is a finding.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use proofbook_contract::{Contract, ParameterLocation};
use serde::Serialize;
use serde_json::Value;

use crate::error::Place;
use crate::run::Seen;
use crate::{Code, Finding};

/// The pages on which something was shown.
type Pages = BTreeSet<String>;

/// What was shown, and where.
#[derive(Debug, Default, Serialize)]
pub struct Coverage {
    /// Each operation, in the contract's order.
    pub operations: Vec<Operation>,
    /// Each error code.
    pub errors: Vec<Item>,
    /// Each event.
    pub events: Vec<Item>,
    /// Each documented header, of requests, answers and webhooks.
    pub headers: Vec<Item>,
}

/// An operation with its documented statuses.
#[derive(Debug, Serialize)]
pub struct Operation {
    /// The `operationId`.
    pub id: String,
    /// The method and the path.
    pub request: String,
    /// The pages for each status.
    pub statuses: BTreeMap<String, Pages>,
}

/// Something with a name.
#[derive(Debug, Serialize)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// The pages on which it was shown.
    pub pages: Pages,
}

impl Coverage {
    /// What was seen, by page, held against the contract.
    #[must_use]
    pub fn of(contract: &Contract, seen: &[(String, Seen)]) -> Self {
        let calls = || seen.iter().flat_map(|(page, seen)| seen.exchanges.iter().map(move |call| (page, call)));
        let pages = |wanted: &dyn Fn(&crate::run::Call) -> bool| -> Pages {
            calls().filter(|(_, call)| wanted(call)).map(|(page, _)| page.clone()).collect()
        };
        let operations = contract.operations().iter().map(|operation| Operation {
            id: operation.id.clone(),
            request: format!("{} {}", operation.method, operation.path),
            statuses: operation
                .responses()
                .map(|(status, _)| {
                    let shown = pages(&|call| {
                        call.operation.as_ref() == Some(&operation.id)
                            && call.status.is_some_and(|one| is_of(one, status, operation))
                    });
                    (status.to_owned(), shown)
                })
                .collect(),
        });
        let errors = error_codes(contract)
            .into_iter()
            .map(|code| Item { pages: pages(&|call| call.code.as_ref() == Some(&code)), name: code });
        let sent = |event: &str| -> Pages {
            let shown = |seen: &Seen| seen.events.iter().any(|one| one == event);
            seen.iter().filter(|(_, seen)| shown(seen)).map(|(page, _)| page.clone()).collect()
        };
        let events = contract.events().map(|event| Item { name: event.to_owned(), pages: sent(event) });
        let headers = headers(contract).into_iter().map(|(name, webhook)| {
            let lower = name.to_ascii_lowercase();
            let has = |call: &crate::run::Call| {
                call.request_headers.contains(&lower) || call.response_headers.contains(&lower)
            };
            let mut shown = pages(&has);
            if webhook {
                shown.extend(seen.iter().filter(|(_, seen)| !seen.events.is_empty()).map(|(page, _)| page.clone()));
            }
            Item { name, pages: shown }
        });
        Self {
            operations: operations.collect(),
            errors: errors.collect(),
            events: events.collect(),
            headers: headers.collect(),
        }
    }

    /// What no block shows. The place is where the contract, whose text and path these are, first names it.
    pub fn findings(&self, path: &str, text: &str) -> Vec<Finding> {
        let place = |name: &str| {
            let word = |line: &str| {
                line.split(|c: char| c.is_whitespace() || "\"'[]{},:".contains(c)).any(|word| word == name)
            };
            let line = text.lines().position(|line| word(line) || line.trim().trim_end_matches(':') == name);
            Place { page: path.to_owned(), line: line.map_or(1, |line| line + 1) }
        };
        let help = "write a block that shows it, or remove it from the contract";
        let mut findings = Vec::new();
        for operation in self.operations.iter().filter(|operation| operation.statuses.values().all(Pages::is_empty)) {
            let message = format!("no block shows `{}` ({})", operation.request, operation.id);
            findings.push(Finding::new(Code::OperationNotShown, place(&operation.id), message, help));
        }
        let kinds = [
            (&self.errors, Code::ErrorNotShown, "error code"),
            (&self.events, Code::EventNotShown, "event"),
            (&self.headers, Code::HeaderNotShown, "header"),
        ];
        for (items, code, what) in kinds {
            for item in items.iter().filter(|item| item.pages.is_empty()) {
                let message = format!("no block shows the {what} `{}`", item.name);
                findings.push(Finding::new(code, place(&item.name), message, help));
            }
        }
        findings
    }

    /// One line: how much of each kind is shown.
    #[must_use]
    pub fn summary(&self) -> String {
        let shown = |items: &[Item]| items.iter().filter(|item| !item.pages.is_empty()).count();
        let operations = self.operations.iter().filter(|one| !one.statuses.values().all(Pages::is_empty)).count();
        let statuses = self.operations.iter().flat_map(|one| one.statuses.values());
        let (all, seen) = statuses.fold((0, 0), |(all, seen), pages| (all + 1, seen + usize::from(!pages.is_empty())));
        format!(
            "shown: {operations} of {} operations, {seen} of {all} statuses, {} of {} error codes, {} of {} events, \
             {} of {} headers",
            self.operations.len(),
            shown(&self.errors),
            self.errors.len(),
            shown(&self.events),
            self.events.len(),
            shown(&self.headers),
            self.headers.len(),
        )
    }

    /// The tables, for a page of the book in `source` (such as `src/`), at a depth of one folder.
    #[must_use]
    pub fn markdown(&self, source: &str) -> String {
        let link = |page: &String| {
            let short = page.strip_prefix(source).unwrap_or(page).trim_start_matches('/');
            let name = short.strip_suffix(".md").unwrap_or(short);
            format!("[{name}](../{short})")
        };
        let links = |pages: &Pages| pages.iter().map(link).collect::<Vec<_>>().join(", ");
        // Writing to a string can't fail.
        let mut out = String::from("## Operations\n\n| Operation | Status | Shown on |\n|---|---|---|\n");
        for operation in &self.operations {
            for (status, pages) in &operation.statuses {
                let _ = writeln!(out, "| `{}` | {status} | {} |", operation.request, links(pages));
            }
        }
        for (title, items) in [("Error codes", &self.errors), ("Events", &self.events), ("Headers", &self.headers)] {
            let _ = write!(out, "\n## {title}\n\n| Name | Shown on |\n|---|---|\n");
            for item in items {
                let _ = writeln!(out, "| `{}` | {} |", item.name, links(&item.pages));
            }
        }
        out
    }
}

/// Whether a status is documented under this key: by itself, or by its range or `default` if it is not.
fn is_of(status: u16, key: &str, operation: &proofbook_contract::Operation) -> bool {
    let itself = status.to_string();
    let range = format!("{}XX", status / 100);
    let known = |wanted: &str| operation.responses().any(|(one, _)| one.eq_ignore_ascii_case(wanted));
    match key {
        _ if key == itself => true,
        "default" => !known(&itself) && !known(&range),
        _ => key.eq_ignore_ascii_case(&range) && !known(&itself),
    }
}

/// The values that the schemas of error answers allow for `code`.
fn error_codes(contract: &Contract) -> Vec<String> {
    let mut codes = Vec::new();
    let responses = contract.operations().iter().flat_map(|operation| operation.responses());
    let errors = responses.filter(|(status, _)| status.starts_with(['4', '5']) || *status == "default");
    for schema in errors.filter_map(|(_, response)| response.json()?.schema()) {
        if let Some(schema) = contract.document().pointer(schema) {
            collect_codes(contract, schema, &mut codes);
        }
    }
    codes
}

fn collect_codes(contract: &Contract, schema: &Value, codes: &mut Vec<String>) {
    let schema = contract.resolve(schema);
    for part in ["allOf", "anyOf", "oneOf"].iter().filter_map(|name| schema[*name].as_array()).flatten() {
        collect_codes(contract, part, codes);
    }
    if let Some(code) = schema.pointer("/properties/code").map(|code| contract.resolve(code)) {
        let values = code["enum"].as_array().into_iter().flatten().chain(code.get("const"));
        for value in values.filter_map(Value::as_str) {
            if !codes.iter().any(|code| code == value) {
                codes.push(value.to_owned());
            }
        }
    }
}

/// Every documented header, and whether webhooks carry it.
fn headers(contract: &Contract) -> BTreeMap<String, bool> {
    let mut names = BTreeMap::new();
    for operation in contract.operations() {
        let parameters = operation.parameters().iter().filter(|one| one.location == ParameterLocation::Header);
        let responses = operation.responses().flat_map(|(_, response)| response.headers());
        for name in parameters.map(|one| &one.name).chain(responses.map(|one| &one.name)) {
            names.entry(name.clone()).or_insert(false);
        }
    }
    for event in contract.events().filter_map(|event| contract.event(event)) {
        for parameter in event.parameters().iter().filter(|one| one.location == ParameterLocation::Header) {
            names.insert(parameter.name.clone(), true);
        }
    }
    names
}
