//! Which operations and statuses something is true of, in few words.

use std::collections::BTreeSet;

use proofbook_contract::{Contract, Operation};

use super::markdown::{code, list};

/// As many are left out of `every …` before it is shorter to name those that are left.
const EXCEPTIONS: usize = 2;

/// An operation's title as a link. `page` is the page that has the operations, relative to the page of the link.
pub(super) fn link(contract: &Contract, operation: &Operation, page: &str) -> String {
    format!("[{}]({page}#{})", title(contract, operation), operation.id)
}

/// What an operation is called: its summary, else its id.
pub(super) fn title(contract: &Contract, operation: &Operation) -> String {
    let node = contract.document().pointer(operation.pointer());
    let summary = node.and_then(|node| node.get("summary")?.as_str()).map(|text| text.trim().trim_end_matches('.'));
    summary.filter(|summary| !summary.is_empty()).map_or_else(|| code(&operation.id), str::to_owned)
}

/// Operations: `every operation`, `every `GET``, or their links.
pub(super) fn operations(contract: &Contract, ids: &BTreeSet<&str>, page: &str) -> String {
    let all = contract.operations();
    let chosen = |operation: &&Operation| ids.contains(operation.id.as_str());
    let links = |operations: &mut dyn Iterator<Item = &Operation>| -> Vec<String> {
        operations.map(|operation| link(contract, operation, page)).collect()
    };
    let left = || all.iter().filter(|operation| !chosen(operation));
    if ids.len() > 1 && left().count() == 0 {
        return "every operation".to_owned();
    }
    if ids.len() > 2 * EXCEPTIONS && left().count() <= EXCEPTIONS {
        return format!("every operation but {}", list(&links(&mut left()), "and"));
    }
    let mut rest = ids.clone();
    let mut words = Vec::new();
    let mut methods: Vec<&str> = Vec::new();
    for operation in all.iter().filter(chosen) {
        if !methods.contains(&operation.method.as_str()) {
            methods.push(&operation.method);
        }
    }
    for method in methods {
        let of_method = || all.iter().filter(|operation| operation.method == method);
        if of_method().count() > 1 && of_method().all(|operation| chosen(&operation)) {
            words.push(format!("every {}", code(method)));
            rest.retain(|id| !of_method().any(|operation| operation.id == **id));
        }
    }
    words.extend(links(&mut all.iter().filter(|operation| rest.contains(operation.id.as_str()))));
    list(&words, "and")
}
