use serde_json::{Map, Value, json};

use super::{MAX_VISITS, Sampler, Trail};
use crate::document::reference;
use crate::pointer;

/// References and `allOf` nested deeper than this add nothing.
const MAX_DEPTH: usize = 24;
/// Our own keyword: properties that the branches not chosen ask for, and that would make the value fit them too.
pub(super) const OMIT: &str = "x-omit";
const EXAMPLES: [&str; 3] = ["example", "examples", "default"];

/// A schema as one object: references followed, `allOf` merged, and of `oneOf` and `anyOf` one branch.
#[derive(Default)]
pub(super) struct Flat {
    pub(super) schema: Map<String, Value>,
    /// The references that led here.
    pub(super) references: Vec<String>,
}

impl Sampler<'_> {
    /// Nothing for a schema that is no object.
    pub(super) fn flat(&self, schema: &Value, trail: &Trail<'_>) -> Option<Flat> {
        self.flatten(schema, trail, 0)
    }

    fn flatten(&self, schema: &Value, trail: &Trail<'_>, depth: usize) -> Option<Flat> {
        let own = schema.as_object()?;
        if depth > MAX_DEPTH || self.visit() > MAX_VISITS {
            return Some(Flat::default());
        }
        let mut flat = Flat { schema: own.clone(), references: Vec::new() };
        for keyword in ["$ref", "allOf", "oneOf", "anyOf"] {
            flat.schema.shift_remove(keyword);
        }
        let target = reference(schema).and_then(pointer::of_reference);
        flat.references.extend(target.clone());
        let target = target.and_then(|at| self.document.get(&at));
        let parts = own.get("allOf").and_then(Value::as_array).into_iter().flatten();
        let parts = target.into_iter().chain(parts);
        let parts: Vec<_> = parts.filter_map(|part| self.flatten(part, trail, depth + 1)).collect();
        let alone = parts.len() == 1 && flat.schema.keys().all(|key| key == "description");
        for mut part in parts {
            if !alone {
                forget_objects(&mut part.schema);
            }
            flat.add(part);
        }
        for keyword in ["oneOf", "anyOf"] {
            let branches = own.get(keyword).and_then(Value::as_array).into_iter().flatten();
            let mut branches: Vec<_> = branches.filter_map(|part| self.flatten(part, trail, depth + 1)).collect();
            if branches.is_empty() {
                continue;
            }
            let mut chosen = branches.swap_remove(choose(&branches, &flat, trail));
            let wanted: Vec<_> =
                [&flat, &chosen].into_iter().flat_map(|flat| strings(&flat.schema, "required")).collect();
            let others = branches.iter().flat_map(|branch| strings(&branch.schema, "required"));
            let omit: Vec<_> = others.filter(|name| !wanted.contains(name)).collect();
            if keyword == "oneOf" {
                let omit = json!(omit);
                chosen.schema.insert(OMIT.to_owned(), omit);
            }
            flat.add(chosen);
        }
        Some(flat)
    }
}

impl Flat {
    fn add(&mut self, part: Flat) {
        merge(&mut self.schema, part.schema);
        self.references.extend(part.references);
    }
}

/// The first branch that is not null and does not lead back to where the trail has been; else null; else the first.
fn choose(branches: &[Flat], so_far: &Flat, trail: &Trail<'_>) -> usize {
    let is_null = |branch: &Flat| branch.schema.get("type") == Some(&json!("null"));
    let turns_back =
        |branch: &Flat| branch.references.iter().any(|at| so_far.references.contains(at) || trail.count(at) > 0);
    let fresh = branches.iter().position(|branch| !is_null(branch) && !turns_back(branch));
    fresh.or_else(|| branches.iter().position(is_null)).unwrap_or(0)
}

/// An example of a part lacks what the other parts ask for.
fn forget_objects(part: &mut Map<String, Value>) {
    for keyword in EXAMPLES {
        let of_object = match part.get(keyword) {
            Some(Value::Array(list)) => list.iter().any(Value::is_object),
            Some(value) => value.is_object(),
            None => false,
        };
        if of_object {
            part.shift_remove(keyword);
        }
    }
}

fn strings<'a>(schema: &'a Map<String, Value>, keyword: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    schema.get(keyword).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Adds a schema that must hold as well.
fn merge(into: &mut Map<String, Value>, part: Map<String, Value>) {
    for (keyword, value) in part {
        let Some(present) = into.get_mut(&keyword) else {
            into.insert(keyword, value);
            continue;
        };
        match (keyword.as_str(), present, value) {
            ("properties" | "patternProperties", Value::Object(present), Value::Object(value)) => {
                for (name, schema) in value {
                    let both = present
                        .shift_remove(&name)
                        .map_or_else(|| schema.clone(), |other| json!({ "allOf": [other, schema] }));
                    present.insert(name, both);
                }
            }
            ("required" | OMIT, Value::Array(present), Value::Array(value)) => present.extend(value),
            ("enum", Value::Array(present), Value::Array(value)) => present.retain(|option| value.contains(option)),
            ("type", present, value) => narrow(present, &value),
            ("items" | "additionalProperties", present, value) if present.is_object() && value.is_object() => {
                *present = json!({ "allOf": [present.take(), value] });
            }
            ("minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties", present, value)
                if value.as_f64() > present.as_f64() =>
            {
                *present = value;
            }
            ("maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties", present, value)
                if value.as_f64() < present.as_f64() =>
            {
                *present = value;
            }
            _ => {}
        }
    }
}

/// Keeps the types that both allow. Every integer is a number.
fn narrow(present: &mut Value, other: &Value) {
    let list = |value: &Value| match value {
        Value::Array(list) => list.clone(),
        other => vec![other.clone()],
    };
    let (mine, theirs) = (list(present), list(other));
    let number = json!("number");
    let both = mine.iter().filter(|kind| theirs.contains(kind) || (*kind == "integer" && theirs.contains(&number)));
    let mut both: Vec<_> = both.cloned().collect();
    if theirs.iter().any(|kind| kind == "integer") && mine.contains(&number) {
        both.push(json!("integer"));
    }
    if !both.is_empty() {
        *present = Value::Array(both);
    }
}
