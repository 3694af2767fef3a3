//! Visits every object of an OpenAPI document whose kind is known from where it stands (OpenAPI 3.1.1, section 4.8), so
//! that a `$ref` or a schema is never sought in an example.

use serde_json::Value;

use crate::pointer::join;

/// What an object of the document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Document,
    Components,
    PathItem,
    Operation,
    Callback,
    Parameter,
    Header,
    RequestBody,
    Response,
    MediaType,
    Encoding,
    Example,
    /// A schema whose parent is not a schema.
    Schema,
    /// A schema in a schema.
    Subschema,
}

enum Shape {
    One,
    List,
    Map,
}

use Kind::{
    Callback, Components, Document, Encoding, Example, Header, MediaType, Operation, Parameter, PathItem, RequestBody,
    Response, Schema, Subschema,
};
use Shape::{List, Map, One};

const DOCUMENT: &[(&str, Shape, Kind)] =
    &[("paths", Map, PathItem), ("webhooks", Map, PathItem), ("components", One, Components)];
const COMPONENTS: &[(&str, Shape, Kind)] = &[
    ("schemas", Map, Schema),
    ("responses", Map, Response),
    ("parameters", Map, Parameter),
    ("examples", Map, Example),
    ("requestBodies", Map, RequestBody),
    ("headers", Map, Header),
    ("callbacks", Map, Callback),
    ("pathItems", Map, PathItem),
];
const PATH_ITEM: &[(&str, Shape, Kind)] = &[
    ("parameters", List, Parameter),
    ("get", One, Operation),
    ("put", One, Operation),
    ("post", One, Operation),
    ("delete", One, Operation),
    ("options", One, Operation),
    ("head", One, Operation),
    ("patch", One, Operation),
    ("trace", One, Operation),
];
const OPERATION: &[(&str, Shape, Kind)] = &[
    ("parameters", List, Parameter),
    ("requestBody", One, RequestBody),
    ("responses", Map, Response),
    ("callbacks", Map, Callback),
];
const PARAMETER: &[(&str, Shape, Kind)] =
    &[("schema", One, Schema), ("content", Map, MediaType), ("examples", Map, Example)];
const REQUEST_BODY: &[(&str, Shape, Kind)] = &[("content", Map, MediaType)];
const RESPONSE: &[(&str, Shape, Kind)] = &[("headers", Map, Header), ("content", Map, MediaType)];
const MEDIA_TYPE: &[(&str, Shape, Kind)] =
    &[("schema", One, Schema), ("examples", Map, Example), ("encoding", Map, Encoding)];
const ENCODING: &[(&str, Shape, Kind)] = &[("headers", Map, Header)];
const SCHEMA: &[(&str, Shape, Kind)] = &[
    ("$defs", Map, Subschema),
    ("definitions", Map, Subschema),
    ("properties", Map, Subschema),
    ("patternProperties", Map, Subschema),
    ("dependentSchemas", Map, Subschema),
    ("allOf", List, Subschema),
    ("anyOf", List, Subschema),
    ("oneOf", List, Subschema),
    ("prefixItems", List, Subschema),
    ("items", One, Subschema),
    ("contains", One, Subschema),
    ("additionalProperties", One, Subschema),
    ("propertyNames", One, Subschema),
    ("unevaluatedItems", One, Subschema),
    ("unevaluatedProperties", One, Subschema),
    ("contentSchema", One, Subschema),
    ("not", One, Subschema),
    ("if", One, Subschema),
    ("then", One, Subschema),
    ("else", One, Subschema),
];

fn children(kind: Kind) -> &'static [(&'static str, Shape, Kind)] {
    match kind {
        Document => DOCUMENT,
        Components => COMPONENTS,
        PathItem => PATH_ITEM,
        Operation => OPERATION,
        Parameter | Header => PARAMETER,
        RequestBody => REQUEST_BODY,
        Response => RESPONSE,
        MediaType => MEDIA_TYPE,
        Encoding => ENCODING,
        Schema | Subschema => SCHEMA,
        Callback | Example => &[],
    }
}

/// Visits parents before children, in the order of the document's kinds. The depth is bounded by that of the document,
/// which the parser bounds.
pub(crate) fn walk<'a>(document: &'a Value, visit: &mut dyn FnMut(Kind, &str, &'a Value)) {
    node(Document, "", document, visit);
}

fn node<'a>(kind: Kind, at: &str, value: &'a Value, visit: &mut dyn FnMut(Kind, &str, &'a Value)) {
    visit(kind, at, value);
    if kind == Callback {
        return map(PathItem, at, value, visit);
    }
    for (key, shape, child) in children(kind) {
        let Some(value) = value.get(key) else { continue };
        let at = join(at, key);
        match shape {
            One => node(*child, &at, value, visit),
            List => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    node(*child, &format!("{at}/{index}"), item, visit);
                }
            }
            Map => map(*child, &at, value, visit),
        }
    }
}

fn map<'a>(child: Kind, at: &str, value: &'a Value, visit: &mut dyn FnMut(Kind, &str, &'a Value)) {
    let extensible = matches!(child, PathItem | Response);
    for (key, item) in value.as_object().into_iter().flatten() {
        if !(extensible && key.starts_with("x-")) {
            node(child, &join(at, key), item, visit);
        }
    }
}
