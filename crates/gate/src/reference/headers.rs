//! `{{contract headers}}`: every header of requests, answers and events, with where it stands.

use std::collections::{BTreeMap, BTreeSet};

use proofbook_contract::{Contract, Operation, ParameterLocation};
use serde_json::Value;

use super::auth::{self, Auth};
use super::markdown::{code, list, table, value};
use super::{OPERATIONS, who};

/// A header with the operations, and for answers the statuses, that it stands in.
struct Header<'a> {
    name: String,
    description: String,
    example: Option<Value>,
    /// Operations by status; of a request, under no status.
    places: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

/// The section: a table for what the reader sends, for what the API answers with, and for what it sends to webhooks.
pub(super) fn section(contract: &Contract) -> String {
    let (mut sent, mut answered) = (Vec::new(), Vec::new());
    for operation in contract.operations() {
        if let Some((Auth::Header { name, .. }, description)) =
            auth::of(contract, operation).zip(auth::said(contract, operation))
        {
            let header = || Header { name: name.clone(), description, example: None, places: BTreeMap::new() };
            add(&mut sent, &name, header, "", &operation.id);
        }
        for header in parameters(operation) {
            let made = || of(contract, &header.name, header.pointer(), header.example());
            add(&mut sent, &header.name, made, "", &operation.id);
        }
        for (status, response) in operation.responses() {
            for header in response.headers() {
                let made = || of(contract, &header.name, header.pointer(), header.example());
                add(&mut answered, &header.name, made, status, &operation.id);
            }
        }
    }
    let mut carried: Vec<Header<'_>> = Vec::new();
    let events: Vec<(&str, &Operation)> =
        contract.events().filter_map(|name| Some((name, contract.event(name)?))).collect();
    for (event, header) in events.iter().flat_map(|(name, event)| parameters(event).map(move |header| (name, header))) {
        let made = || of(contract, &header.name, header.pointer(), header.example());
        add(&mut carried, &header.name, made, "", event);
    }
    let of_request = |header: &Header<'_>| {
        let operations = header.places.get("").cloned().unwrap_or_default();
        who::operations(contract, &operations, OPERATIONS)
    };
    let of_event = |header: &Header<'_>| {
        let names: Vec<String> = header.places.values().flatten().map(|name| code(name)).collect();
        if names.len() == events.len() { "every event".to_owned() } else { list(&names, "and") }
    };
    let of_answer = |header: &Header<'_>| answers(contract, header);
    let mut out = rows("You send", &sent, &of_request);
    out.push_str(&rows("You get", &answered, &of_answer));
    out.push_str(&rows("Webhooks carry", &carried, &of_event));
    out
}

fn parameters(operation: &Operation) -> impl Iterator<Item = &proofbook_contract::Parameter> {
    operation.parameters().iter().filter(|one| one.location == ParameterLocation::Header)
}

fn of<'a>(contract: &Contract, name: &str, pointer: &str, example: Option<&Value>) -> Header<'a> {
    let node = contract.document().pointer(pointer);
    let description = node.and_then(|node| node["description"].as_str()).unwrap_or_default().to_owned();
    Header { name: name.to_owned(), description, example: example.cloned(), places: BTreeMap::new() }
}

fn add<'a>(
    headers: &mut Vec<Header<'a>>,
    name: &str,
    made: impl FnOnce() -> Header<'a>,
    status: &'a str,
    operation: &'a str,
) {
    let at = headers.iter().position(|known| known.name.eq_ignore_ascii_case(name)).unwrap_or_else(|| {
        headers.push(made());
        headers.len() - 1
    });
    if let Some(header) = headers.get_mut(at) {
        header.places.entry(status).or_default().insert(operation);
    }
}

fn rows(title: &str, headers: &[Header<'_>], places: &dyn Fn(&Header<'_>) -> String) -> String {
    let row = |header: &Header<'_>| {
        let example = header.example.as_ref().map(value).unwrap_or_default();
        vec![code(&header.name), header.description.clone(), places(header), example]
    };
    let rows: Vec<Vec<String>> = headers.iter().map(row).collect();
    let table = table(&["Header", "Description", "In", "Example"], &rows);
    if table.is_empty() { table } else { format!("### {title}\n\n{table}") }
}

/// Where a header stands: `every answer`, `every 429`, `200 of every `GET``.
fn answers(contract: &Contract, header: &Header<'_>) -> String {
    let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for operation in contract.operations() {
        for (status, _) in operation.responses() {
            all.entry(status).or_default().insert(operation.id.as_str());
        }
    }
    if all == header.places {
        return "every answer".to_owned();
    }
    let (every, some): (Vec<_>, Vec<_>) =
        header.places.iter().partition(|(status, operations)| all.get(*status) == Some(*operations));
    let every: Vec<String> = every.into_iter().map(|(status, _)| (*status).to_owned()).collect();
    let mut words = Vec::new();
    if !every.is_empty() {
        words.push(format!("every {}", list(&every, "and")));
    }
    let mut others: Vec<(&BTreeSet<&str>, Vec<String>)> = Vec::new();
    for (status, operations) in some {
        match others.iter_mut().find(|(known, _)| *known == operations) {
            Some((_, statuses)) => statuses.push((*status).to_owned()),
            None => others.push((operations, vec![(*status).to_owned()])),
        }
    }
    for (operations, statuses) in others {
        words.push(format!("{} of {}", list(&statuses, "and"), who::operations(contract, operations, OPERATIONS)));
    }
    words.join("; ")
}
