use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::{Document, reference};
use crate::pointer;

/// Schemas nested deeper than this add no names.
const MAX_DEPTH: usize = 16;
/// Nor do schemas after this many: one that refers to itself twice has no end.
const MAX_VISITS: usize = 1000;

/// The names of the properties that a schema and the schemas in it know.
pub(super) fn properties(document: &Document, at: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if let Some(schema) = document.get(at) {
        collect(document, schema, 0, &mut 0, &mut names);
    }
    names
}

fn collect(document: &Document, schema: &Value, depth: usize, visits: &mut usize, names: &mut BTreeSet<String>) {
    *visits += 1;
    if depth > MAX_DEPTH || *visits > MAX_VISITS {
        return;
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    names.extend(properties.into_iter().flat_map(|map| map.keys().cloned()));
    let target = reference(schema).and_then(pointer::of_reference).and_then(|at| document.get(&at));
    let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    let single = ["then", "else"].into_iter().filter_map(|key| schema.get(key));
    for part in target.into_iter().chain(lists).chain(single) {
        collect(document, part, depth + 1, visits, names);
    }
}
