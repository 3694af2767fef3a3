//! Schemas, field by field.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::collect::{Collector, Effect, Site};
use super::messages::{Sides, schema};
use super::{DifferenceKind, Subject, errors, operations, rules};

/// Schemas deeper in others than this are not compared: one that holds itself has no end.
const DEPTH: usize = 24;

/// Compares two schemas by their pointers. `name` is what the whole is called; the fields of a body stand alone.
pub(super) fn compare(sides: Sides<'_>, site: Site<'_>, name: &str, [old, new]: [&str; 2], found: &mut Collector) {
    // References that lead to the whole have been followed.
    let mut walk = Walk { sides, site, found, within: vec![format!("#{old}")] };
    walk.node(name, schema(sides.old, old), schema(sides.new, new));
}

struct Walk<'a, 'b> {
    sides: Sides<'a>,
    site: Site<'a>,
    found: &'b mut Collector,
    /// The references that lead here.
    within: Vec<String>,
}

impl Walk<'_, '_> {
    fn node(&mut self, name: &str, old: &Value, new: &Value) {
        let reference = old.get("$ref").and_then(Value::as_str).unwrap_or_default().to_owned();
        let entered_before = !reference.is_empty() && self.within.contains(&reference);
        if entered_before || self.within.len() >= DEPTH {
            return;
        }
        self.within.push(reference);
        let (old, new) =
            (whole(&self.sides.old.flat(old), self.sides.old), whole(&self.sides.new.flat(new), self.sides.new));
        self.compare(name, &old, &new);
        self.within.pop();
    }

    fn compare(&mut self, name: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        let shown = if name.is_empty() { "body" } else { name };
        if self.is_error_code(name) {
            self.error_code(name, old, new);
        } else {
            rules::compare(self.site, shown, [old, new], self.found);
        }
        self.fields(name, old, new);
        if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
            self.node(&format!("{name}[]"), old, new);
        }
        if let (Some(old @ Value::Object(_)), Some(new @ Value::Object(_))) =
            (old.get("additionalProperties"), new.get("additionalProperties"))
        {
            self.node(&format!("{}*", prefix(name)), old, new);
        }
        self.alternatives(name, old, new);
    }

    fn fields(&mut self, name: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        let all = |of: &Map<String, Value>| of.get("properties").and_then(Value::as_object).cloned();
        let (before, after) = (all(old).unwrap_or_default(), all(new).unwrap_or_default());
        let (must_before, must_after) = (required(old), required(new));
        let by_client = self.site.is_sent_by_client();
        for (field, old) in &before {
            let path = format!("{}{field}", prefix(name));
            let Some(new) = after.get(field) else {
                self.found.add(self.site, DifferenceKind::Removed, &path, "", true);
                continue;
            };
            let words = match (must_before.contains(field), must_after.contains(field), by_client) {
                (false, true, true) => Some(("must be given now", true)),
                (true, false, true) => Some(("may be left out now", false)),
                (true, false, false) => Some(("may be missing now", true)),
                (false, true, false) => Some(("is always there now", false)),
                _ => None,
            };
            if let Some((words, breaking)) = words {
                self.found.add(self.site, DifferenceKind::Changed, &path, words, breaking);
            }
            let is_deprecated = |schema: Map<String, Value>| schema.get("deprecated") == Some(&Value::Bool(true));
            let flags = (is_deprecated(self.sides.old.flat(old)), is_deprecated(self.sides.new.flat(new)));
            operations::deprecation(self.found, self.site, &path, flags.0, flags.1);
            self.node(&path, old, new);
        }
        for (field, _) in after.iter().filter(|(field, _)| !before.contains_key(*field)) {
            let must = by_client && must_after.contains(field);
            let detail = if must { "must be given" } else { "" };
            self.found.add(self.site, DifferenceKind::Added, &format!("{}{field}", prefix(name)), detail, must);
        }
    }

    /// Compares the branches of `oneOf` and `anyOf`: those of one name, then those that are the same but for their texts.
    fn alternatives(&mut self, name: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        let shown = if name.is_empty() { "body" } else { name };
        let (before, after) = (branches(old), branches(new));
        let key = |branch: &Value| match branch.get("$ref") {
            Some(reference) => reference.to_string(),
            None => bare(branch).to_string(),
        };
        for branch in before.iter().filter(|branch| !is_null(branch)) {
            match after.iter().find(|now| key(now) == key(branch)) {
                Some(now) => self.node(name, branch, now),
                None => self.found.rule(self.site, shown, "has one form less", Effect::Narrower),
            }
        }
        for branch in after.iter().filter(|branch| !is_null(branch)) {
            if !before.iter().any(|known| key(known) == key(branch)) {
                self.found.rule(self.site, shown, "has one form more", Effect::Wider);
            }
        }
    }

    fn is_error_code(&self, name: &str) -> bool {
        self.site.subject == Subject::AnswerField && name == errors::CODE
    }

    /// A code that no operation had before is said once, for all of them.
    fn error_code(&mut self, name: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        let known_to_both = |schema: &Map<String, Value>| {
            let mut schema = schema.clone();
            if let Some(Value::Array(values)) = schema.get_mut("enum") {
                values.retain(|value| !self.sides.codes.is_new_or_gone(value));
            }
            schema
        };
        rules::compare(self.site, name, [&known_to_both(old), &known_to_both(new)], self.found);
    }
}

/// A schema that is nothing but one other or null, as that other with null among its types.
fn whole(schema: &Map<String, Value>, contract: &crate::contract::Contract) -> Map<String, Value> {
    let rest: Vec<&Value> = branches(schema).iter().filter(|branch| !is_null(branch)).collect();
    let ([only], true) = (rest.as_slice(), branches(schema).iter().any(is_null)) else { return schema.clone() };
    let mut whole = contract.flat(only);
    let types = match whole.get("type") {
        Some(Value::Array(names)) => names.clone(),
        Some(name) => vec![name.clone()],
        None => Vec::new(),
    };
    if !types.is_empty() {
        whole.insert("type".to_owned(), types.into_iter().chain([Value::from("null")]).collect());
    }
    whole
}

/// The branches of which one or any must hold.
pub(super) fn branches(schema: &Map<String, Value>) -> &[Value] {
    let branches = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(*key)?.as_array());
    branches.map_or(&[], Vec::as_slice)
}

/// Whether a branch is there for null alone.
pub(super) fn is_null(branch: &Value) -> bool {
    branch.get("type").is_some_and(|name| name == "null")
}

fn required(schema: &Map<String, Value>) -> BTreeSet<String> {
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What stands before the name of a field in an object of this name.
fn prefix(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!("{name}.") }
}

/// A schema without what is only said of it.
fn bare(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            let said = |key: &str| matches!(key, "description" | "title" | "example" | "examples" | "$comment");
            map.iter().filter(|(key, _)| !said(key)).map(|(key, value)| (key.clone(), bare(value))).collect()
        }
        Value::Array(items) => items.iter().map(bare).collect(),
        other => other.clone(),
    }
}
