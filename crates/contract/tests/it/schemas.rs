//! What is said of a value that breaks a schema.

use proofbook_contract::{Contract, Violation, ViolationKind};
use serde_json::{Value, json};

use crate::support::{body, bookstore, document, none, only, post};

fn check(schema: &Value, value: &Value) -> Vec<Violation> {
    contract(schema).check_schema("/components/schemas/It", value)
}

fn contract(schema: &Value) -> Contract {
    document(&format!("components: {{ schemas: {{ It: {schema} }} }}")).unwrap()
}

#[track_caller]
fn says(schema: Value, value: Value, place: &str, message: &str) {
    only(&check(&schema, &value), ViolationKind::InvalidValue, &body(place), message);
}

#[test]
fn each_keyword_has_its_sentence() {
    says(json!({"type": "integer"}), json!("x"), "", "the value is \"x\"; it must be an integer");
    says(json!({"type": ["object", "null"]}), json!([1]), "", "the value is an array; it must be null or an object");
    says(json!({"const": {"a": 1}}), json!({}), "", "the value is an empty object; it must be {\"a\":1}");
    says(json!({"enum": ["a", 1, null]}), json!("b"), "", "the value is \"b\"; it must be one of \"a\", 1 or null");
    says(json!({"minimum": 2}), json!(1.5), "", "the value is 1.5; it must be at least 2");
    says(json!({"exclusiveMaximum": 2}), json!(2), "", "the value is 2; it must be less than 2");
    says(json!({"multipleOf": 5}), json!(7), "", "the value is 7; it must be a multiple of 5");
    says(json!({"maxLength": 2}), json!("äöü"), "", "the value has 3 characters; it must have at most 2");
    says(json!({"minItems": 2}), json!([1]), "", "the value has 1 item; it must have at least 2");
    says(json!({"maxProperties": 0}), json!({"a": 1}), "", "the value has 1 property; it must have at most 0");
    says(json!({"pattern": "^a$"}), json!("b"), "", "the value is \"b\"; it must match the pattern `^a$`");
    says(
        json!({"format": "uuid"}),
        json!("b"),
        "",
        "the value is \"b\"; it must be a UUID, such as 0b6c2f0e-5c0f-4f0b-9a39-3b7f0c7a9c11",
    );
    says(json!({"format": "hostname"}), json!("-"), "", "the value is \"-\"; it must be of the format `hostname`");
    says(
        json!({"uniqueItems": true}),
        json!([1, 1]),
        "",
        "the value has an item twice; its items must differ from each other",
    );
    says(json!({"contains": {"const": 1}}), json!([2]), "", "the value has no item of the kind that it must have");
    says(json!({"not": {"const": 1}}), json!(1), "", "the value is 1; that is what it must not be");
    says(json!({"properties": {"a": false}}), json!({"a": 1}), "/a", "`/a` must not be there");
    says(json!({"dependentRequired": {"a": ["b"]}}), json!({"a": 1}), "", "the value lacks the required property `b`");
    says(
        json!({"propertyNames": {"maxLength": 1}}),
        json!({"ab": 1}),
        "",
        "the name of a property of the value has 2 characters; it must have at most 1",
    );
}

#[test]
fn formats_are_asserted() {
    for (format, good, bad) in [
        ("date-time", "2026-03-04T05:06:07Z", "2026-03-04 05:06"),
        ("date", "2026-02-28", "2026-02-30"),
        ("time", "05:06:07Z", "5:06"),
        ("duration", "PT5M", "5 minutes"),
        ("uri", "https://example.com/", "/example"),
        ("uri-reference", "/example", "\\\\example"),
        ("email", "a@example.com", "a"),
        ("ipv4", "192.0.2.1", "192.0.2.256"),
        ("ipv6", "2001:db8::1", "2001:db8"),
        ("uuid", "0b6c2f0e-5c0f-4f0b-9a39-3b7f0c7a9c11", "0b6c2f0e"),
        ("regex", "^a$", "("),
    ] {
        let schema = json!({"type": "string", "format": format});
        none(&check(&schema, &json!(good)));
        assert_eq!(check(&schema, &json!(bad)).len(), 1, "{format}");
    }
}

#[test]
fn an_unknown_property_is_one_violation_each_with_the_nearest_name() {
    let found = post(&bookstore(), "/books", r#"{"title": "x", "isbn": "9780805209990", "prise": 1, "zzz": 2}"#);
    let messages: Vec<_> = found.iter().map(|violation| (&violation.place, violation.message.as_str())).collect();
    let known = "it may have `code`, `isbn`, `price`, `tags` and `title`";
    assert_eq!(
        messages,
        [
            (&body("/prise"), "the body has the unknown property `prise`; did you mean `price`?"),
            (&body("/zzz"), format!("the body has the unknown property `zzz`; {known}").as_str()),
        ]
    );
    assert!(found.iter().all(|violation| violation.kind == ViolationKind::InvalidBody));
    assert_eq!(found[0].contract, "/components/schemas/NewBook/additionalProperties");
}

#[test]
fn a_schema_that_names_no_property_tells_them_all() {
    let found = check(&json!({"additionalProperties": false}), &json!({"a": 1, "b": 2}));
    let messages: Vec<_> = found.iter().map(|violation| (&violation.place, violation.message.as_str())).collect();
    let expected = [
        (&body("/a"), "the value has the unknown property `a`"),
        (&body("/b"), "the value has the unknown property `b`"),
    ];
    assert_eq!(messages, expected);
}

#[test]
fn unevaluated_properties_are_told_like_additional_ones() {
    let value = json!({"id": 1, "title": "x", "autor": {}});
    let found = bookstore().check_schema("/components/schemas/Book", &value);
    let message = "the value has the unknown property `autor`; did you mean `author`?";
    only(&found, ViolationKind::InvalidValue, &body("/autor"), message);
}

#[test]
fn a_branch_is_known_by_the_property_that_tells_it_apart() {
    let found = post(&bookstore(), "/payments", r#"{"kind": "card", "number": "1234"}"#);
    let message = "`/number` is \"1234\"; it must match the pattern `^[0-9]{16}$`";
    only(&found, ViolationKind::InvalidBody, &body("/number"), message);
    assert_eq!(found[0].contract, "/components/schemas/Payment/oneOf/0/properties/number/pattern");
    let found = post(&bookstore(), "/payments", r#"{"kind": "cash", "number": "1234567890123456"}"#);
    let message =
        "the body is none of the 2 forms that it may have (nearest: `/kind` is \"cash\"; it must be \"card\")";
    only(&found, ViolationKind::InvalidBody, &body(""), message);
}

#[test]
fn a_branch_is_known_by_its_type() {
    let schema = json!({"oneOf": [{"type": "string", "minLength": 2}, {"type": "null"}]});
    says(schema.clone(), json!("x"), "", "the value has 1 character; it must have at least 2");
    says(schema, json!(1), "", "the value is 1; it must be a string or null");
}

#[test]
fn branches_that_differ_in_what_they_require_are_told_by_it() {
    let schema = json!({"oneOf": [{"required": ["url"]}, {"required": ["id", "key"]}]});
    says(schema.clone(), json!({}), "", "the value lacks a property; it must have `url` or `id` with `key`");
    let both = json!({"url": 1, "id": 2, "key": 3});
    says(schema, both, "", "the value has `url` and `id` with `key`; it must have only one of them");
    let schema = json!({"oneOf": [{"minimum": 1}, {"minimum": 2}]});
    says(schema, json!(3), "", "the value has 2 of the forms that it may have; it must have exactly one");
}

#[test]
fn a_password_is_never_shown() {
    let found = post(&bookstore(), "/books", r#"{"title": "x", "isbn": "9780805209990", "code": "Hunter2Hunter2"}"#);
    let message = "`/code` is not shown, as it is a password; it must match the pattern `^[a-z]+$`";
    only(&found, ViolationKind::InvalidBody, &body("/code"), message);
}

#[test]
fn a_long_value_is_cut() {
    let found = check(&json!({"const": 1}), &json!("ä".repeat(1000)));
    assert!(found[0].message.chars().count() < 150, "{}", found[0].message);
}

#[test]
fn at_most_a_hundred_violations_are_told() {
    let value = Value::Array(vec![json!("x"); 1000]);
    assert_eq!(check(&json!({"items": {"type": "integer"}}), &value).len(), 100);
    let object: serde_json::Map<_, _> = (0..1000).map(|index| (format!("p{index}"), json!(1))).collect();
    assert_eq!(check(&json!({"additionalProperties": false}), &Value::Object(object)).len(), 100);
}

#[test]
fn a_schema_that_holds_itself_judges_all_of_a_tree() {
    let tree = json!({"name": "a", "children": [{"name": "b", "children": [{"name": 3}]}]});
    let found = bookstore().check_schema("/components/schemas/Category", &tree);
    let message = "`/children/0/children/0/name` is 3; it must be a string";
    only(&found, ViolationKind::InvalidValue, &body("/children/0/children/0/name"), message);
    let mut deep = json!({"name": "leaf"});
    for _ in 0..60 {
        deep = json!({"name": "a", "children": [deep]});
    }
    none(&bookstore().check_schema("/components/schemas/Category", &deep));
}

#[test]
fn a_schema_may_be_any_part_of_the_contract() {
    let contract = bookstore();
    none(&contract.check_schema("/components/schemas/Book/properties/id", &json!(1)));
    let found = contract.check_schema("/components/schemas/Nope", &json!(1));
    let message = "the contract has no schema at `/components/schemas/Nope`";
    only(&found, ViolationKind::UnknownSchema, &body(""), message);
    assert_eq!(contract.check_schema("/openapi", &json!(1))[0].kind, ViolationKind::UnknownSchema);
    assert_eq!(contract.check_schema("no pointer", &json!(1))[0].kind, ViolationKind::UnknownSchema);
}

#[test]
fn keywords_beside_a_reference_count() {
    let contract = document(
        "paths: { /a: { post: { operationId: a,
           requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Name', maxLength: 2 } } } },
           responses: { 200: { description: d } } } } }
components: { schemas: { Name: { type: string } } }",
    )
    .unwrap();
    let found = post(&contract, "/a", "\"abc\"");
    only(&found, ViolationKind::InvalidBody, &body(""), "the body has 3 characters; it must have at most 2");
    only(&post(&contract, "/a", "1"), ViolationKind::InvalidBody, &body(""), "the body is 1; it must be a string");
}
