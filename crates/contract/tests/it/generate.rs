use proofbook_contract::{Contract, ExampleResponse, Response};
use serde_json::{Value, json};

use crate::support::{bookstore, document, headers, none};

/// Makes a sample and asserts that it is valid and the same each time.
#[track_caller]
fn sample(schema: Value) -> Value {
    let contract = document(&format!("components: {{ schemas: {{ It: {schema} }} }}")).unwrap();
    let value = contract.sample(&schema);
    let found = contract.check_schema("/components/schemas/It", &value);
    assert_eq!(found, [], "{schema} gave {value}");
    assert_eq!(contract.sample(&schema), value);
    value
}

#[test]
fn what_the_schema_gives_is_taken() {
    assert_eq!(sample(json!({"type": "string", "example": "a"})), "a");
    assert_eq!(sample(json!({"type": "string", "examples": ["b"]})), "b");
    assert_eq!(sample(json!({"type": "string", "default": "c"})), "c");
    assert_eq!(sample(json!({"const": 5})), 5);
    assert_eq!(sample(json!({"enum": [null, "x"]})), "x");
}

#[test]
fn text_keeps_format_pattern_and_length() {
    for format in [
        "date-time",
        "date",
        "time",
        "duration",
        "email",
        "hostname",
        "ipv4",
        "ipv6",
        "uri",
        "uri-reference",
        "uri-template",
        "uuid",
        "json-pointer",
        "relative-json-pointer",
        "regex",
        "iri",
        "iri-reference",
    ] {
        sample(json!({"type": "string", "format": format}));
    }
    for pattern in [
        "^rte_[0-9A-Za-z]{16}$",
        "^[A-Z]{2}$",
        "Z$",
        "^(a|b)+c?$",
        "^sha256:[0-9a-f]{64}$",
        "^\"[!#-~]+\"$",
        "^@\\d+$",
        "^v1,[A-Za-z0-9+/=]+( v1,[A-Za-z0-9+/=]+)*$",
        "^\\S+@\\S+$",
        "^$",
        "b",
        "^whsec_([A-Za-z0-9+/]{4}){8,21}([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$",
    ] {
        sample(json!({"type": "string", "pattern": pattern}));
    }
    sample(json!({"type": "string", "minLength": 30}));
    sample(json!({"type": "string", "maxLength": 3}));
    sample(json!({"type": "string", "minLength": 20, "maxLength": 25, "pattern": "^a[b-d]*$"}));
    sample(json!({"type": "string", "minLength": 9, "pattern": "abc"}));
    sample(json!({"type": "string", "format": "date-time", "pattern": "Z$"}));
    sample(json!({"type": "string", "format": "uri", "maxLength": 2048, "pattern": "^https?://[!-~]+$"}));
}

#[test]
fn numbers_keep_their_bounds() {
    for schema in [
        json!({"type": "integer"}),
        json!({"type": "integer", "minimum": 3}),
        json!({"type": "integer", "exclusiveMinimum": 3}),
        json!({"type": "integer", "maximum": -3}),
        json!({"type": "integer", "exclusiveMaximum": -3}),
        json!({"type": "integer", "exclusiveMaximum": 0}),
        json!({"type": "integer", "minimum": 1.5}),
        json!({"type": "integer", "minimum": 10, "multipleOf": 7}),
        json!({"type": "integer", "minimum": 1, "multipleOf": 2.5}),
        json!({"type": "number", "exclusiveMinimum": 0}),
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
        json!({"type": "number", "minimum": 0.25, "multipleOf": 0.25}),
        json!({"minimum": 5}),
    ] {
        sample(schema);
    }
}

#[test]
fn arrays_keep_their_bounds() {
    assert_eq!(sample(json!({"type": "array", "items": {"type": "integer"}})), json!([0]));
    assert_eq!(sample(json!({"type": "array", "items": {"type": "integer"}, "maxItems": 0})), json!([]));
    sample(json!({"type": "array", "items": {"type": "string"}, "minItems": 5, "uniqueItems": true}));
    sample(
        json!({"type": "array", "items": {"type": "string", "pattern": "^[a-z]{2}$"}, "minItems": 5, "uniqueItems": true}),
    );
    sample(json!({"type": "array", "items": {"type": "string", "format": "uuid"}, "minItems": 5, "uniqueItems": true}));
    sample(json!({"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": true}));
    sample(json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false}));
    sample(json!({"type": "array", "contains": {"const": 3}}));
}

#[test]
fn objects_have_what_they_require_and_what_they_may() {
    let schema = json!({"properties": {"a": {"type": "string"}, "b": {"type": "boolean"}}, "required": ["a", "c"]});
    assert_eq!(sample(schema), json!({"a": "string", "b": true, "c": null}));
    sample(json!({"type": "object", "minProperties": 3, "additionalProperties": {"type": "integer"}}));
    sample(json!({"type": "object", "maxProperties": 1, "properties": {"a": {}, "b": {}, "c": {}}, "required": ["c"]}));
    sample(json!({"type": "object", "minProperties": 2, "propertyNames": {"pattern": "^[a-z]{3}$"}}));
    sample(json!({"type": "object", "properties": {"a": false, "b": true}}));
}

#[test]
fn schemas_that_are_put_together_are_kept_together() {
    sample(json!({
        "allOf": [
            {"type": "object", "properties": {"code": {"type": "string", "enum": ["a", "b", "c"]}}, "required": ["code"]},
            {"properties": {"code": {"enum": ["c", "b"]}, "status": {"const": 404}}, "required": ["status"]}
        ]
    }));
    sample(json!({"allOf": [{"type": "number", "minimum": 1}, {"type": "integer", "minimum": 5}]}));
    assert_eq!(sample(json!({"oneOf": [{"type": "null"}, {"type": "string"}]})), "string");
    assert_eq!(sample(json!({"type": ["null", "integer"]})), 0);
    sample(json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {"url": {"type": "string"}, "id": {"type": "string"}, "note": {"type": "string"}},
        "oneOf": [{"required": ["url"]}, {"required": ["id"]}]
    }));
    sample(json!({
        "oneOf": [
            {"type": "object", "properties": {"kind": {"const": "a"}, "x": {"type": "integer"}}, "required": ["kind", "x"]},
            {"type": "object", "properties": {"kind": {"const": "b"}}, "required": ["kind"]}
        ]
    }));
    sample(json!({
        "allOf": [{"type": "object", "example": {"a": 1}, "properties": {"a": {"type": "integer"}}}],
        "required": ["b"], "properties": {"b": {"type": "integer"}}
    }));
}

#[test]
fn schemas_that_hold_themselves_come_to_an_end() {
    let contract = document(
        "components: { schemas: {
           List: { type: object, properties: { value: { type: integer }, next: { oneOf: [{ $ref: '#/components/schemas/List' }, { type: 'null' }] } }, required: [next] },
           Tree: { type: object, properties: { left: { $ref: '#/components/schemas/Tree' }, right: { $ref: '#/components/schemas/Tree' }, all: { type: array, items: { $ref: '#/components/schemas/Tree' } } }, required: [all] },
           Expression: { oneOf: [{ $ref: '#/components/schemas/Sum' }, { type: integer }] },
           Sum: { type: object, properties: { a: { $ref: '#/components/schemas/Expression' }, b: { $ref: '#/components/schemas/Expression' } }, required: [a, b] } } }",
    )
    .unwrap();
    for (name, schema) in contract.document()["components"]["schemas"].as_object().unwrap() {
        let value = contract.sample(schema);
        none(&contract.check_schema(&format!("/components/schemas/{name}"), &value));
    }
}

#[test]
fn schemas_without_a_finite_value_come_to_an_end_too() {
    let contract = document(
        "components: { schemas: {
           Endless: { type: object, properties: { a: { $ref: '#/components/schemas/Endless' }, b: { $ref: '#/components/schemas/Other' } }, required: [a, b] },
           Other: { type: object, properties: { a: { $ref: '#/components/schemas/Endless' }, b: { $ref: '#/components/schemas/Other' } }, required: [a, b] } } }",
    )
    .unwrap();
    let value = contract.sample(&json!({"$ref": "#/components/schemas/Endless"}));
    assert!(value.to_string().len() < 10_000, "{value}");
}

#[test]
fn a_dense_web_of_schemas_gives_an_example_that_can_be_read() {
    let names: Vec<_> = (0..30).map(|index| format!("S{index}")).collect();
    let schemas: serde_json::Map<_, _> = names
        .iter()
        .map(|name| {
            let properties: serde_json::Map<_, _> = names
                .iter()
                .map(|other| (other.to_lowercase(), json!({"$ref": format!("#/components/schemas/{other}")})))
                .collect();
            (name.clone(), json!({"type": "object", "properties": properties}))
        })
        .collect();
    let contract = document(&format!("components: {}", json!({"schemas": schemas}))).unwrap();
    let value = contract.sample(&json!({"$ref": "#/components/schemas/S0"}));
    none(&contract.check_schema("/components/schemas/S0", &value));
    assert!(value.to_string().len() < 200_000);
}

/// Asserts that a response keeps the contract.
#[track_caller]
fn keeps(contract: &Contract, id: &str, example: &ExampleResponse) {
    let mut pairs: Vec<_> = example.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    pairs.extend(example.media_type.as_deref().map(|media_type| ("content-type", media_type)));
    let headers = headers(&pairs);
    let body = example.body.as_ref().map(Value::to_string).unwrap_or_default();
    let response = Response { status: example.status, headers: &headers, body: body.as_bytes() };
    none(&contract.check_response(contract.operation(id).unwrap(), &response));
}

#[test]
fn every_documented_response_has_an_example_that_keeps_the_contract() {
    let contract = bookstore();
    for operation in contract.operations() {
        for (status, _) in operation.responses() {
            let status = status.parse().unwrap_or(418);
            let example = contract.example_response(operation, status);
            keeps(&contract, &operation.id, &example);
            assert_eq!(contract.example_response(operation, status), example);
        }
    }
}

#[test]
fn an_example_that_the_contract_gives_is_taken() {
    let contract = bookstore();
    let operation = contract.operation("getBook").unwrap();
    let example = contract.example_response(operation, 200);
    assert_eq!(example.body, Some(json!({"id": 1, "title": "The Trial", "author": {"name": "Franz Kafka"}})));
    assert_eq!(example.media_type.as_deref(), Some("application/vnd.bookstore+json"));
    assert_eq!(operation.example(200), Some(example));
    assert_eq!(contract.operation("getFeaturedBook").unwrap().example(200), None);
    assert_eq!(operation.example(500), None);
}

#[test]
fn an_example_has_the_required_headers() {
    let contract = bookstore();
    let example = contract.example_response(contract.operation("listBooks").unwrap(), 200);
    assert_eq!(example.headers, [("X-Total".to_owned(), "0".to_owned())]);
}

#[test]
fn the_default_status_is_the_lowest_success() {
    let contract = bookstore();
    let status = |id: &str| contract.default_status(contract.operation(id).unwrap());
    assert_eq!((status("addBook"), status("removeBook"), status("listBooks")), (201, 204, 200));
    let contract = document(
        "paths: { /a: { get: { operationId: a, responses: { 404: { description: d }, 302: { description: d } } } } }",
    )
    .unwrap();
    assert_eq!(contract.default_status(contract.operation("a").unwrap()), 302);
}
