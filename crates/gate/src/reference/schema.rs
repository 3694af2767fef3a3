//! A schema in words: which type it is, and which values it allows. For readers: what it says is true of the schema, but
//! need not be all of it (a `not` or an `if` is left to the contract).

use std::collections::BTreeSet;

use proofbook_contract::Contract;
use serde_json::{Map, Value};

use super::markdown::{code, list, value};

/// Schemas that are made of others more deeply than this are taken as they stand.
const DEPTH: usize = 16;

/// Who writes the values of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    /// The reader, who must know what to send.
    You,
    /// The API, of which the reader must know what may come.
    Api,
}

/// A schema with what it refers to and what it is `allOf` in one.
pub(super) fn flat(contract: &Contract, schema: &Value) -> Map<String, Value> {
    contract.flat(schema)
}

/// What it is: `integer`, `list of strings`, `string (date-time) or null`.
pub(super) fn kind(contract: &Contract, schema: &Value) -> String {
    list(&kinds(contract, schema, DEPTH), "or")
}

fn kinds(contract: &Contract, schema: &Value, depth: usize) -> Vec<String> {
    let flat = flat(contract, schema);
    let mut kinds: Vec<String> = match (flat.get("type"), branches(&flat)) {
        (Some(Value::Array(names)), _) => {
            names.iter().filter_map(Value::as_str).map(|name| named(contract, &flat, name, depth)).collect()
        }
        (Some(name), _) => name.as_str().map(|name| named(contract, &flat, name, depth)).into_iter().collect(),
        (None, [_, ..]) if depth > 0 => {
            branches(&flat).iter().flat_map(|branch| kinds(contract, branch, depth - 1)).collect()
        }
        _ => {
            let values = flat.get("enum").and_then(Value::as_array).into_iter().flatten().chain(flat.get("const"));
            let object = flat.contains_key("properties").then(|| "object".to_owned());
            values.map(|value| of_value(value).to_owned()).chain(object).collect()
        }
    };
    if kinds.is_empty() {
        kinds.push("any".to_owned());
    }
    let mut seen = BTreeSet::new();
    kinds.retain(|kind| seen.insert(kind.clone()));
    kinds
}

/// The branches of which one or any must hold.
pub(super) fn branches(flat: &Map<String, Value>) -> &[Value] {
    let branches = ["oneOf", "anyOf"].iter().find_map(|key| flat.get(*key)?.as_array());
    branches.map_or(&[], Vec::as_slice)
}

fn named(contract: &Contract, flat: &Map<String, Value>, name: &str, depth: usize) -> String {
    match (name, flat.get("format").and_then(Value::as_str), flat.get("items")) {
        ("array", _, Some(items)) if depth > 0 => {
            let kinds: Vec<String> = kinds(contract, items, depth - 1).iter().map(|kind| plural(kind)).collect();
            format!("list of {}", list(&kinds, "or"))
        }
        ("array", ..) => "list".to_owned(),
        ("null" | "object" | "boolean", ..) | (_, None, _) => name.to_owned(),
        (_, Some(format), _) => format!("{name} ({format})"),
    }
}

fn plural(kind: &str) -> String {
    match kind.split_once(' ') {
        _ if matches!(kind, "any" | "null") => kind.to_owned(),
        Some((first, rest)) => format!("{first}s {rest}"),
        None => format!("{kind}s"),
    }
}

fn of_value(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// Which values it allows beyond its type, and which one it has if nothing is said: `1 to 100; default `20``. What the API
/// writes is not described by patterns: a reader need not judge it.
pub(super) fn allowed(contract: &Contract, schema: &Value, writer: Writer) -> String {
    let mut rules = rules(contract, schema, writer, DEPTH);
    rules.dedup();
    rules.join("; ")
}

fn rules(contract: &Contract, schema: &Value, writer: Writer, depth: usize) -> Vec<String> {
    let flat = flat(contract, schema);
    let mut rules = Vec::new();
    if let Some(only) = flat.get("const").filter(|only| !only.is_null()) {
        rules.push(value(only));
    } else if let Some(values) = flat.get("enum").and_then(Value::as_array) {
        rules.push(values.iter().map(value).collect::<Vec<_>>().join(", "));
    } else if !flat.contains_key("type") && depth > 0 {
        rules.extend(branches(&flat).iter().flat_map(|branch| self::rules(contract, branch, writer, depth - 1)));
    }
    rules.extend(range(&flat, ["minimum", "maximum"], ""));
    rules.extend(flat.get("exclusiveMinimum").map(|bound| format!("over {bound}")));
    rules.extend(flat.get("exclusiveMaximum").map(|bound| format!("under {bound}")));
    rules.extend(flat.get("multipleOf").map(|step| format!("a multiple of {step}")));
    rules.extend(range(&flat, ["minLength", "maxLength"], "character"));
    let pattern = flat.get("pattern").and_then(Value::as_str).filter(|_| writer == Writer::You);
    rules.extend(pattern.map(|pattern| format!("matches {}", code(pattern))));
    rules.extend(range(&flat, ["minItems", "maxItems"], "item"));
    if flat.get("uniqueItems") == Some(&Value::Bool(true)) {
        rules.push("no item twice".to_owned());
    }
    if let Some(items) = flat.get("items").filter(|_| depth > 0) {
        let of_items = self::rules(contract, items, writer, depth - 1);
        let one_of = if self::flat(contract, items).contains_key("enum") { "one of " } else { "" };
        rules.extend((!of_items.is_empty()).then(|| format!("each {one_of}{}", of_items.join("; "))));
    }
    rules.extend(flat.get("default").map(|default| format!("default {}", value(default))));
    rules
}

/// `1 to 100`, `at least 1 item`, `at most 200 characters`.
fn range(flat: &Map<String, Value>, [low, high]: [&str; 2], unit: &str) -> Option<String> {
    let with_unit = |bound: &Value| match (unit, bound.as_u64()) {
        ("", _) => bound.to_string(),
        (unit, Some(1)) => format!("1 {unit}"),
        (unit, _) => format!("{bound} {unit}s"),
    };
    match (flat.get(low), flat.get(high)) {
        (Some(low), Some(high)) if low == high => Some(format!("exactly {}", with_unit(high))),
        (Some(low), Some(high)) => Some(format!("{low} to {}", with_unit(high))),
        (Some(low), None) => Some(format!("at least {}", with_unit(low))),
        (None, Some(high)) => Some(format!("at most {}", with_unit(high))),
        (None, None) => None,
    }
}
