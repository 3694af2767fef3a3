//! The fields of a body, one a row, those of inner objects too: `data[].route.id`.

use std::collections::BTreeSet;

use proofbook_contract::Contract;
use serde_json::{Map, Value};

use super::markdown::{code, list, paragraph, table};
use super::schema::{Writer, allowed, branches, flat, kind};

/// Objects behind more references and lists than this have no rows of their own.
const DEPTH: usize = 12;

/// A property of an object.
struct Property {
    name: String,
    schema: Value,
    required: bool,
}

/// The table of a body's fields; no text for a body that is no object and no list of objects.
pub(super) fn fields(contract: &Contract, schema: &Value, writer: Writer) -> String {
    let mut rows = Vec::new();
    collect(contract, schema, "", writer, &mut Vec::new(), &mut rows);
    let head = match writer {
        Writer::You => ["Field", "Type", "Required", "Allowed", "Description"],
        Writer::Api => ["Field", "Type", "May be missing", "Values", "Description"],
    };
    let mut out = table(&head, &rows);
    if writer == Writer::You {
        out.push_str(&paragraph(&rules(&flat(contract, schema))));
    }
    out
}

/// The description of a property or parameter: its own, else that of what it refers to.
pub(super) fn description(contract: &Contract, schema: &Value) -> String {
    flat(contract, schema).get("description").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn collect(
    contract: &Contract,
    schema: &Value,
    prefix: &str,
    writer: Writer,
    within: &mut Vec<String>,
    rows: &mut Vec<Vec<String>>,
) {
    let entered = within.len();
    if let Some((lists, properties)) = object(contract, schema, within).filter(|_| within.len() <= DEPTH) {
        let prefix = match (prefix, lists) {
            ("", 0) => String::new(),
            (prefix, lists) => format!("{prefix}{}.", "[]".repeat(lists)),
        };
        for property in properties {
            let path = format!("{prefix}{}", property.name);
            let marked = property.required == (writer == Writer::You);
            rows.push(vec![
                code(&path),
                kind(contract, &property.schema),
                if marked { "yes".to_owned() } else { String::new() },
                allowed(contract, &property.schema, writer),
                description(contract, &property.schema),
            ]);
            collect(contract, &property.schema, &path, writer, within, rows);
        }
    }
    within.truncate(entered);
}

/// The properties of an object, or of the objects of a list, and how many lists it lies in. What leads there is noted in
/// `within`: a schema that holds itself is entered once.
fn object(contract: &Contract, schema: &Value, within: &mut Vec<String>) -> Option<(usize, Vec<Property>)> {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        if within.iter().any(|known| known == name) {
            return None;
        }
        within.push(name.to_owned());
    } else {
        within.push(String::new());
    }
    let flat = flat(contract, schema);
    if let Some(items) = flat.get("items") {
        return object(contract, items, within).map(|(lists, properties)| (lists + 1, properties));
    }
    let mut properties = own(&flat);
    let mut lists = 0;
    let mut inner: Vec<Vec<Property>> = Vec::new();
    for branch in branches(&flat) {
        if let Some((deeper, properties)) = object(contract, branch, within) {
            lists = lists.max(deeper);
            inner.push(properties);
        }
    }
    let all = inner.len();
    let required: Vec<BTreeSet<String>> = inner.iter().map(|branch| names(branch)).collect();
    for property in inner.into_iter().flatten() {
        if !properties.iter().any(|known| known.name == property.name) {
            // Only what every branch asks for is always there.
            let always = required.iter().filter(|names| names.contains(&property.name)).count() == all;
            properties.push(Property { required: always, ..property });
        }
    }
    (!properties.is_empty()).then_some((lists, properties))
}

fn own(flat: &Map<String, Value>) -> Vec<Property> {
    let required: Vec<&str> =
        flat.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = flat.get("properties").and_then(Value::as_object).into_iter().flatten();
    let property = |(name, schema): (&String, &Value)| Property {
        name: name.clone(),
        schema: schema.clone(),
        required: required.contains(&name.as_str()),
    };
    properties.map(property).collect()
}

fn names(properties: &[Property]) -> BTreeSet<String> {
    properties.iter().filter(|property| property.required).map(|property| property.name.clone()).collect()
}

/// What holds for the fields together, as sentences.
fn rules(flat: &Map<String, Value>) -> String {
    let mut rules = Vec::new();
    for (key, how) in [("oneOf", "exactly one"), ("anyOf", "at least one")] {
        let names: Option<Vec<String>> =
            flat.get(key).and_then(Value::as_array).and_then(|all| all.iter().map(only_required).collect());
        if let Some(names) = names.filter(|names| names.len() > 1) {
            rules.push(format!("Give {how} of {}.", list(&names, "and")));
        }
    }
    if let Some(least) = flat.get("minProperties").and_then(Value::as_u64).filter(|least| *least > 0) {
        let fields = if least == 1 { "field" } else { "fields" };
        rules.push(format!("Give at least {least} {fields}."));
    }
    if flat.get("additionalProperties") == Some(&Value::Bool(false)) {
        rules.push("Other fields are refused.".to_owned());
    }
    rules.join(" ")
}

/// The field of a branch that does nothing but ask for one.
fn only_required(branch: &Value) -> Option<String> {
    let branch = branch.as_object().filter(|branch| branch.len() == 1)?;
    match branch.get("required")?.as_array()?.as_slice() {
        [name] => name.as_str().map(code),
        _ => None,
    }
}
