//! Examples made from schemas, where the contract gives none. The same schema gives the same example.
//!
//! - [`merge`]: a schema with its references, `allOf` and chosen branches in one
//! - [`object`], [`array`], [`number`], [`text`]: a value of each type
//! - [`pattern`]: text that a regular expression matches

mod array;
mod merge;
mod number;
mod object;
mod pattern;
mod text;

use std::cell::Cell;

use serde_json::{Map, Value, json};

use crate::contract::Contract;
use crate::document::Document;
use crate::operation::{ExampleResponse, Operation, as_text};

/// Values nested deeper than this are left out where the schema allows it.
const FULL_DEPTH: usize = 8;
/// Values nested deeper than this are null, whatever the schema says: it has no finite value.
const MAX_DEPTH: usize = 24;
/// After this many schemas only what is required is made: an example is to be read.
const FULL_VISITS: usize = 2_000;
/// After this many schemas everything is null.
const MAX_VISITS: usize = 20_000;

impl Contract {
    /// A value that the schema allows, made from its example, default, constants, type and bounds. `schema` may refer
    /// to the contract's components.
    ///
    /// The value is valid for what people usually write; there are schemas (a `not`, a `pattern` with look-around,
    /// branches that exclude each other by more than their properties) for which it is not.
    #[must_use]
    pub fn sample(&self, schema: &Value) -> Value {
        Sampler { document: self.doc(), visits: Cell::new(0) }.value(schema, &Trail::START, 0)
    }

    /// A response that keeps the contract, from the contract's examples, or where there is none from the schemas. The
    /// same each time. An undocumented status has no headers and no body.
    #[must_use]
    pub fn example_response(&self, operation: &Operation, status: u16) -> ExampleResponse {
        let mut example = ExampleResponse { status, headers: Vec::new(), media_type: None, body: None };
        let Some(documented) = operation.response(status) else { return example };
        let sample = |pointer: &str| self.doc().get(pointer).map_or(Value::Null, |schema| self.sample(schema));
        for header in documented.headers().iter().filter(|header| header.required) {
            let value = header.example.clone().unwrap_or_else(|| sample(&header.schema));
            example.headers.push((header.name.clone(), as_text(&value)));
        }
        if matches!(status, 100..=199 | 204 | 304) || operation.method == "HEAD" {
            return example;
        }
        if let Some(content) = documented.preferred() {
            example.media_type = Some(content.concrete());
            let made = || content.schema().map_or_else(|| json!({}), &sample);
            example.body = Some(content.example.clone().unwrap_or_else(made));
        }
        example
    }

    /// The lowest 2xx status that the operation documents. If it documents none, 200 where that falls in a range or in
    /// `default`, else the lowest status there is.
    #[must_use]
    pub fn default_status(&self, operation: &Operation) -> u16 {
        let mut statuses: Vec<u16> = operation.responses().filter_map(|(status, _)| status.parse().ok()).collect();
        statuses.sort_unstable();
        let success = statuses.iter().find(|status| (200..300).contains(*status));
        let lowest = statuses.first().filter(|_| operation.response(200).is_none());
        success.or(lowest).copied().unwrap_or(200)
    }
}

/// The references that led to a schema, so that a schema that holds itself comes to an end.
struct Trail<'a> {
    references: &'a [String],
    up: Option<&'a Trail<'a>>,
    depth: usize,
}

impl Trail<'_> {
    const START: Trail<'static> = Trail { references: &[], up: None, depth: 0 };

    /// How often a reference was followed.
    fn count(&self, reference: &String) -> usize {
        usize::from(self.references.contains(reference)) + self.up.map_or(0, |up| up.count(reference))
    }
}

/// Makes the values of one example.
struct Sampler<'a> {
    document: &'a Document,
    visits: Cell<usize>,
}

impl Sampler<'_> {
    /// `variant` counts up where values must differ from each other.
    fn value(&self, schema: &Value, trail: &Trail<'_>, variant: usize) -> Value {
        let Some(flat) = self.flat(schema, trail) else { return Value::Null };
        let endless = trail.depth > MAX_DEPTH || flat.references.iter().any(|at| trail.count(at) > 1);
        if endless || self.visits.get() > MAX_VISITS {
            return Value::Null;
        }
        let schema = &flat.schema;
        if let Some(given) = given(schema, variant) {
            return given;
        }
        let trail = Trail { references: &flat.references, up: Some(trail), depth: trail.depth + 1 };
        match kind(schema) {
            "object" => object::sample(self, schema, &trail),
            "array" => array::sample(self, schema, &trail),
            "string" => Value::String(text::sample(schema, variant)),
            "integer" => number::sample(schema, true, variant),
            "number" => number::sample(schema, false, variant),
            "boolean" => Value::Bool(variant.is_multiple_of(2)),
            _ => Value::Null,
        }
    }

    /// Whether a value of the schema that need not be there is worth making.
    fn is_worthwhile(&self, schema: &Value, trail: &Trail<'_>) -> bool {
        let fresh = || {
            let flat = self.flat(schema, trail).unwrap_or_default();
            flat.references.iter().all(|at| trail.count(at) == 0)
        };
        trail.depth <= FULL_DEPTH && self.visits.get() < FULL_VISITS && *schema != json!(false) && fresh()
    }

    fn visit(&self) -> usize {
        self.visits.set(self.visits.get() + 1);
        self.visits.get()
    }
}

/// What the schema itself gives as a value.
fn given(schema: &Map<String, Value>, variant: usize) -> Option<Value> {
    let options = schema.get("enum").and_then(Value::as_array);
    let allowed = |value: &&Value| options.is_none_or(|options| options.contains(value));
    if let Some(value) = schema.get("const") {
        return Some(value.clone());
    }
    if variant > 0 {
        return options.and_then(|options| options.get(variant % options.len().max(1))).cloned();
    }
    schema
        .get("example")
        .or_else(|| schema.get("examples")?.as_array()?.first())
        .or_else(|| schema.get("default"))
        .filter(allowed)
        .or_else(|| options?.iter().find(|value| !value.is_null()).or_else(|| options?.first()))
        .cloned()
}

/// The type to make: the first that isn't null, or the one that the keywords are about.
fn kind(schema: &Map<String, Value>) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => return kind,
        Some(Value::Array(kinds)) => {
            let mut kinds = kinds.iter().filter_map(Value::as_str);
            return kinds.find(|kind| *kind != "null").unwrap_or("null");
        }
        _ => {}
    }
    const HINTS: [(&str, &[&str]); 4] = [
        ("object", &["properties", "required", "additionalProperties", "patternProperties", "minProperties"]),
        ("array", &["items", "prefixItems", "minItems", "contains"]),
        ("string", &["pattern", "format", "minLength", "maxLength"]),
        ("number", &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
    ];
    let hinted = HINTS.iter().find(|(_, keywords)| keywords.iter().any(|keyword| schema.contains_key(*keyword)));
    hinted.map_or("null", |(kind, _)| kind)
}

/// A bound, such as `minLength`.
fn count(schema: &Map<String, Value>, keyword: &str) -> Option<usize> {
    usize::try_from(schema.get(keyword)?.as_u64()?).ok()
}
