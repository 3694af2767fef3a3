//! Which JSON types a schema lets through, as far as that can be read off it: what the text of a parameter is turned
//! into.

use std::cell::Cell;

use serde_json::Value;

use crate::document::{Document, reference};
use crate::pointer;

/// Schemas nested deeper than this are taken to allow any type.
const MAX_DEPTH: usize = 32;
/// After this many schemas in one, the rest is taken to allow any type: one that refers to itself twice has no end.
const MAX_VISITS: usize = 1000;

/// A set of JSON types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Types(u8);

impl Types {
    pub(crate) const ANY: Types = Types(0b111_1111);
    pub(crate) const NULL: Types = Types(1);
    pub(crate) const BOOLEAN: Types = Types(1 << 1);
    pub(crate) const INTEGER: Types = Types(1 << 2);
    /// Numbers with a fraction.
    pub(crate) const FRACTION: Types = Types(1 << 3);
    pub(crate) const STRING: Types = Types(1 << 4);
    pub(crate) const ARRAY: Types = Types(1 << 5);
    pub(crate) const OBJECT: Types = Types(1 << 6);
    const NONE: Types = Types(0);

    pub(crate) fn has(self, other: Types) -> bool {
        self.0 & other.0 != 0
    }

    fn or(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }

    fn and(self, other: Types) -> Types {
        Types(self.0 & other.0)
    }

    /// What the schema allows.
    pub(crate) fn of(document: &Document, schema: &Value) -> Types {
        of(document, schema, 0, &Cell::new(0))
    }

    fn named(name: &Value) -> Types {
        match name.as_str() {
            Some("null") => Types::NULL,
            Some("boolean") => Types::BOOLEAN,
            Some("integer") => Types::INTEGER,
            Some("number") => Types::INTEGER.or(Types::FRACTION),
            Some("string") => Types::STRING,
            Some("array") => Types::ARRAY,
            Some("object") => Types::OBJECT,
            _ => Types::NONE,
        }
    }

    fn of_value(value: &Value) -> Types {
        match value {
            Value::Null => Types::NULL,
            Value::Bool(_) => Types::BOOLEAN,
            Value::Number(number) if number.is_f64() => Types::FRACTION,
            Value::Number(_) => Types::INTEGER,
            Value::String(_) => Types::STRING,
            Value::Array(_) => Types::ARRAY,
            Value::Object(_) => Types::OBJECT,
        }
    }
}

fn of(document: &Document, schema: &Value, depth: usize, visits: &Cell<usize>) -> Types {
    visits.set(visits.get() + 1);
    if depth > MAX_DEPTH || visits.get() > MAX_VISITS {
        return Types::ANY;
    }
    let union = |schemas: &Value, each: &dyn Fn(&Value) -> Types| {
        schemas.as_array().map(|list| list.iter().map(each).fold(Types::NONE, Types::or))
    };
    let deeper = |schema: &Value| of(document, schema, depth + 1, visits);
    let mut types = Types::ANY;
    if let Some(target) = reference(schema).and_then(pointer::of_reference).and_then(|at| document.get(&at)) {
        types = types.and(deeper(target));
    }
    match schema.get("type") {
        Some(Value::Array(names)) => types = types.and(names.iter().map(Types::named).fold(Types::NONE, Types::or)),
        Some(name) => types = types.and(Types::named(name)),
        None => {}
    }
    if let Some(value) = schema.get("const") {
        types = types.and(Types::of_value(value));
    }
    if let Some(values) = schema.get("enum").and_then(|values| union(values, &Types::of_value)) {
        types = types.and(values);
    }
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        types = types.and(deeper(part));
    }
    for keyword in ["oneOf", "anyOf"] {
        if let Some(any) = schema.get(keyword).and_then(|parts| union(parts, &deeper)) {
            types = types.and(any);
        }
    }
    types
}

/// What the text of a parameter or header is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// What the value may be; for a list, what an item may be.
    pub(crate) types: Types,
    /// Whether it is a list.
    pub(crate) list: bool,
}

impl Shape {
    /// Nothing if only an object will do: the text of one has too many forms to be judged here.
    pub(crate) fn of(document: &Document, schema: &Value) -> Option<Shape> {
        let types = Types::of(document, schema);
        if types == Types::OBJECT {
            return None;
        }
        if types != Types::ARRAY {
            return Some(Shape { types, list: false });
        }
        let items = find_items(document, schema, &mut 0).map_or(Types::ANY, |items| Types::of(document, items));
        Some(Shape { types: items, list: true })
    }
}

fn find_items<'a>(document: &'a Document, schema: &'a Value, visits: &mut usize) -> Option<&'a Value> {
    *visits += 1;
    if *visits > MAX_DEPTH {
        return None;
    }
    schema.get("items").or_else(|| {
        let target = reference(schema).and_then(pointer::of_reference).and_then(|at| document.get(&at));
        let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
        target.into_iter().chain(parts).find_map(|schema| find_items(document, schema, visits))
    })
}
