//! A schema and all that it is made of, in one.

use serde_json::{Map, Value, json};

use crate::document::Document;

/// Schemas that are made of others more deeply than this are taken as they stand.
const DEPTH: usize = 16;

/// A schema with what it refers to and what it is `allOf` in one. What stands beside a reference goes before what it
/// names, and a property that several parts have is all of theirs.
pub(crate) fn flat(document: &Document, schema: &Value) -> Map<String, Value> {
    flat_to(document, schema, DEPTH)
}

fn flat_to(document: &Document, schema: &Value, depth: usize) -> Map<String, Value> {
    let Some(own) = schema.as_object().filter(|_| depth > 0) else { return Map::new() };
    let mut all = Map::new();
    if own.contains_key("$ref") {
        let target = document.resolve(schema);
        // One that leads nowhere is its own target.
        if !std::ptr::eq(target, schema) {
            all = flat_to(document, target, depth - 1);
        }
    }
    for part in own.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        for (key, value) in flat_to(document, part, depth - 1) {
            merge(&mut all, key, value);
        }
    }
    for (key, value) in own.iter().filter(|(key, _)| !matches!(key.as_str(), "$ref" | "allOf")) {
        if matches!(key.as_str(), "properties" | "required") {
            merge(&mut all, key.clone(), value.clone());
        } else {
            all.insert(key.clone(), value.clone());
        }
    }
    all
}

/// Adds a keyword of one part of a schema to those of the others.
fn merge(all: &mut Map<String, Value>, key: String, value: Value) {
    match (key.as_str(), all.get_mut(&key), value) {
        ("properties", Some(Value::Object(known)), Value::Object(more)) => {
            for (name, schema) in more {
                let both = known.get(&name).map(|one| json!({ "allOf": [one, schema] }));
                known.insert(name, both.unwrap_or(schema));
            }
        }
        ("required", Some(Value::Array(known)), Value::Array(more)) => {
            known.extend(more);
        }
        // A part says what it is; the whole, if it says nothing, is what its first part says.
        ("description" | "title", Some(_), _) => {}
        (_, _, value) => {
            all.insert(key, value);
        }
    }
}
