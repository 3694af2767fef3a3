use proofbook_contract::{Contract, Place, Response, ViolationKind};

use crate::support::{answer, body, bookstore, document, header, headers, none, only};

const JSON: (&str, &str) = ("content-type", "application/json");
const TOTAL: (&str, &str) = ("x-total", "1");

#[test]
fn a_response_that_keeps_the_contract_has_no_violations() {
    let extra = ("x-undocumented", "x");
    none(&answer(&bookstore(), "listBooks", 200, &[JSON, TOTAL, extra], r#"[{"id": 1, "title": "The Trial"}]"#));
    none(&answer(&bookstore(), "removeBook", 204, &[], ""));
}

#[test]
fn a_status_beats_its_range_and_a_range_beats_default() {
    let problem = ("content-type", "application/problem+json");
    let contract = document(
        "paths: { /a: { get: { operationId: a, responses: {
           404: { description: d },
           4xx: { description: d, content: { application/json: { schema: { const: range } } } },
           default: { description: d, content: { application/json: { schema: { const: default } } } } } } } }",
    )
    .unwrap();
    none(&answer(&contract, "a", 404, &[], ""));
    none(&answer(&contract, "a", 400, &[JSON], "\"range\""));
    none(&answer(&contract, "a", 500, &[JSON], "\"default\""));
    none(&answer(&bookstore(), "listBooks", 404, &[problem], r#"{"title": "Not found", "status": 404}"#));
}

#[test]
fn an_undocumented_status_is_told_with_the_documented_ones() {
    let found = answer(&bookstore(), "addBook", 500, &[], "");
    let message = "`addBook` does not document the status 500; it must be 201, 204 or 409";
    only(&found, ViolationKind::UndocumentedStatus, &Place::Status, message);
    assert_eq!(found[0].contract, "/paths/~1books/post/responses");
}

#[test]
fn a_required_header_may_not_be_missing_and_a_documented_one_must_be_valid() {
    let found = answer(&bookstore(), "listBooks", 200, &[JSON], "[]");
    let message = "header `X-Total` is missing; the response 200 must have it";
    only(&found, ViolationKind::MissingHeader, &header("X-Total"), message);
    let found = answer(&bookstore(), "listBooks", 200, &[JSON, ("x-total", "-1")], "[]");
    let message = "header `X-Total` is -1; it must be at least 0";
    only(&found, ViolationKind::InvalidHeader, &header("X-Total"), message);
    let found = answer(&bookstore(), "listBooks", 200, &[JSON, TOTAL, ("x-tags", "ab, c")], "[]");
    let message = "item 2 of header `X-Tags` has 1 character; it must have at least 2";
    only(&found, ViolationKind::InvalidHeader, &header("X-Tags"), message);
    let found = answer(&bookstore(), "listBooks", 200, &[JSON, ("x-total", "é")], "[]");
    let message = "header `X-Total` has a character that is not visible ASCII";
    only(&found, ViolationKind::InvalidHeader, &header("X-Total"), message);
}

#[test]
fn the_body_is_held_against_the_schema() {
    let found = answer(&bookstore(), "listBooks", 200, &[JSON, TOTAL], r#"[{"id": 1, "title": ""}]"#);
    let message = "`/0/title` has 0 characters; it must have at least 1";
    only(&found, ViolationKind::InvalidBody, &body("/0/title"), message);
    assert_eq!(found[0].contract, "/components/schemas/Book/properties/title/minLength");
}

#[test]
fn the_media_type_must_be_documented() {
    let found = answer(&bookstore(), "getBook", 200, &[JSON], "{}");
    let message =
        "the `Content-Type` of the response is `application/json`; it must be `application/vnd.bookstore+json`";
    only(&found, ViolationKind::MediaTypeMismatch, &Place::MediaType, message);
    none(&answer(&bookstore(), "getCover", 200, &[("content-type", "image/png")], "png"));
}

#[test]
fn a_range_of_media_types_is_judged_where_it_is_json() {
    none(&answer(&bookstore(), "getFeaturedBook", 200, &[("content-type", "text/html")], "<p>"));
    let found = answer(&bookstore(), "getFeaturedBook", 200, &[JSON], r#"{"title": "x"}"#);
    only(&found, ViolationKind::InvalidBody, &body(""), "the body lacks the required property `id`");
}

#[test]
fn a_body_is_there_exactly_where_it_is_documented() {
    let found = answer(&bookstore(), "removeBook", 204, &[], "x");
    let message = "the response 204 has a body; the contract documents none";
    only(&found, ViolationKind::UnexpectedBody, &body(""), message);
    let found = answer(&bookstore(), "getBook", 200, &[], "");
    let message = "the response 200 has no body; the contract documents one";
    only(&found, ViolationKind::MissingBody, &body(""), message);
}

#[test]
fn a_304_has_no_body_even_where_default_documents_one() {
    none(&answer(&bookstore(), "listBooks", 304, &[], ""));
    let found = answer(&bookstore(), "listBooks", 304, &[], "x");
    let message = "the response 304 has a body; such a response can't have one";
    only(&found, ViolationKind::UnexpectedBody, &body(""), message);
}

#[test]
fn an_operation_of_another_contract_is_unknown() {
    let other: Contract =
        document("paths: { /a: { get: { operationId: a, responses: { 200: { description: d } } } } }").unwrap();
    let headers = headers(&[]);
    let operation = other.operation("a").unwrap();
    let found = bookstore().check_response(operation, &Response { status: 200, headers: &headers, body: b"" });
    let message = "the contract has no operation `a` as it was given";
    only(&found, ViolationKind::UnknownOperation, &Place::Method, message);
}
