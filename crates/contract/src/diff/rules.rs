//! The rules of one schema: its type, its values, its bounds.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::collect::{Collector, Effect, Site};
use super::schemas::{branches, is_null};

/// Bounds: the keyword, what it is called, and whether it is an upper one.
const BOUNDS: [(&str, &str, bool); 10] = [
    ("minimum", "at least", false),
    ("maximum", "at most", true),
    ("exclusiveMinimum", "over", false),
    ("exclusiveMaximum", "under", true),
    ("minLength", "characters at least", false),
    ("maxLength", "characters at most", true),
    ("minItems", "items at least", false),
    ("maxItems", "items at most", true),
    ("minProperties", "fields at least", false),
    ("maxProperties", "fields at most", true),
];
/// Rules of which it can't be told whether another one allows more or less.
const OPAQUE: [(&str, &str); 3] = [("pattern", "pattern"), ("format", "format"), ("multipleOf", "step")];

/// Compares two schemas, each with all that it is made of.
pub(super) fn compare(site: Site<'_>, name: &str, [old, new]: [&Map<String, Value>; 2], found: &mut Collector) {
    types(site, name, [old, new], found);
    values(site, name, [old, new], found);
    for (keyword, words, upper) in BOUNDS {
        bound(site, name, [old.get(keyword), new.get(keyword)], words, upper, found);
    }
    for (keyword, words) in OPAQUE {
        opaque(site, name, [old.get(keyword), new.get(keyword)], words, found);
    }
    let unique = |of: &Map<String, Value>| of.get("uniqueItems") == Some(&Value::Bool(true));
    match (unique(old), unique(new)) {
        (false, true) => found.rule(site, name, "can't have an item twice any more", Effect::Narrower),
        (true, false) => found.rule(site, name, "can have an item twice", Effect::Wider),
        _ => {}
    }
    if site.is_sent_by_client() {
        let closed = |of: &Map<String, Value>| of.get("additionalProperties") == Some(&Value::Bool(false));
        match (closed(old), closed(new)) {
            (false, true) => found.rule(site, name, "can't have other fields any more", Effect::Narrower),
            (true, false) => found.rule(site, name, "can have other fields", Effect::Wider),
            _ => {}
        }
        if old.get("default") != new.get("default") {
            let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), text);
            let words =
                format!("is {} if it is left out, was {}", shown(new.get("default")), shown(old.get("default")));
            found.rule(site, name, &words, Effect::Unknown);
        }
    }
}

fn bound(site: Site<'_>, name: &str, [old, new]: [Option<&Value>; 2], words: &str, upper: bool, found: &mut Collector) {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64);
    let (effect, detail) = match (number(old), number(new)) {
        (None, Some(_)) => (Effect::Narrower, format!("{words} {} now", text(new.unwrap_or(&Value::Null)))),
        (Some(_), None) => (Effect::Wider, format!("not {words} {} any more", text(old.unwrap_or(&Value::Null)))),
        (Some(before), Some(after)) if before != after => {
            let narrower = (after < before) == upper;
            let detail = format!("{words} {after}, was {before}");
            (if narrower { Effect::Narrower } else { Effect::Wider }, detail)
        }
        _ => return,
    };
    found.rule(site, name, &detail, effect);
}

fn opaque(site: Site<'_>, name: &str, [old, new]: [Option<&Value>; 2], words: &str, found: &mut Collector) {
    match (old, new) {
        (None, Some(new)) => found.rule(site, name, &format!("has the {words} {}", text(new)), Effect::Narrower),
        (Some(_), None) => found.rule(site, name, &format!("has no {words} any more"), Effect::Wider),
        (Some(old), Some(new)) if old != new => {
            let detail = format!("has the {words} {}, was {}", text(new), text(old));
            found.rule(site, name, &detail, Effect::Unknown);
        }
        _ => {}
    }
}

fn types(site: Site<'_>, name: &str, [old, new]: [&Map<String, Value>; 2], found: &mut Collector) {
    let (before, after) = (types_of(old), types_of(new));
    if before.is_empty() != after.is_empty() {
        let (detail, effect) = match after.is_empty() {
            true => ("can be of any type".to_owned(), Effect::Wider),
            false => (format!("is {} only", or(&after)), Effect::Narrower),
        };
        return found.rule(site, name, &detail, effect);
    }
    let more: BTreeSet<String> = after.difference(&before).cloned().collect();
    let less: BTreeSet<String> = before.difference(&after).cloned().collect();
    match (more.is_empty(), less.is_empty()) {
        (false, false) => found.rule(site, name, &format!("is {}, was {}", or(&after), or(&before)), Effect::Unknown),
        (false, true) => found.rule(site, name, &format!("can be {} too", or(&more)), Effect::Wider),
        (true, false) => found.rule(site, name, &format!("can't be {} any more", or(&less)), Effect::Narrower),
        (true, true) => {}
    }
}

/// The types that a schema names; none if it allows any.
fn types_of(schema: &Map<String, Value>) -> BTreeSet<String> {
    let mut types: BTreeSet<String> = match schema.get("type") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(name) => name.as_str().map(str::to_owned).into_iter().collect(),
        None if schema.contains_key("properties") => BTreeSet::from(["object".to_owned()]),
        None => BTreeSet::new(),
    };
    if branches(schema).iter().any(is_null) {
        types.insert("null".to_owned());
    }
    types
}

/// Compares the values of `enum` and `const`. One that is new in what the API writes does not break.
fn values(site: Site<'_>, name: &str, [old, new]: [&Map<String, Value>; 2], found: &mut Collector) {
    let all = |of: &Map<String, Value>| -> Option<Vec<Value>> {
        let only = of.get("const").map(|only| vec![only.clone()]);
        only.or_else(|| of.get("enum").and_then(Value::as_array).cloned())
    };
    let (before, after) = match (all(old), all(new)) {
        (Some(before), Some(after)) => (before, after),
        (None, Some(after)) => {
            let words: Vec<String> = after.iter().map(text).collect();
            return found.rule(site, name, &format!("is one of {}", words.join(", ")), Effect::Narrower);
        }
        (Some(_), None) => return found.rule(site, name, "can have any value", Effect::Wider),
        (None, None) => return,
    };
    for value in after.iter().filter(|value| !before.contains(value)) {
        let (kind, detail) = (super::DifferenceKind::Changed, format!("can be {}", text(value)));
        found.add(site, kind, name, &detail, false);
    }
    for value in before.iter().filter(|value| !after.contains(value)) {
        found.rule(site, name, &format!("can't be {} any more", text(value)), Effect::Narrower);
    }
}

fn or(names: &BTreeSet<String>) -> String {
    names.iter().cloned().collect::<Vec<_>>().join(" or ")
}

/// A value as code, in Markdown.
fn text(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}
