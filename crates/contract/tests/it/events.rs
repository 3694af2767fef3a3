use proofbook_contract::{Place, ViolationKind};
use serde_json::json;

use crate::support::{body, bookstore, none, only};

#[test]
fn events_are_listed_with_their_schema_example_and_request() {
    let contract = bookstore();
    assert_eq!(contract.events().collect::<Vec<_>>(), ["book.sold", "shop.closed"]);
    assert_eq!(contract.event_schema("book.sold").unwrap()["required"], json!(["book", "sold_at"]));
    assert_eq!(contract.event_example("book.sold").unwrap()["book"]["title"], "The Trial");
    assert_eq!(contract.event_example("shop.closed"), None);
    let operation = contract.event("book.sold").unwrap();
    assert_eq!((operation.id.as_str(), operation.method.as_str()), ("book.sold", "POST"));
    assert_eq!(operation.parameters()[0].name, "X-Signature");
}

#[test]
fn the_body_of_an_event_is_held_against_its_schema() {
    let contract = bookstore();
    let example = contract.event_example("book.sold").unwrap().to_string();
    none(&contract.check_event("book.sold", example.as_bytes()));
    let found = contract.check_event("book.sold", br#"{"book": {"id": 1, "title": "x"}, "sold_at": "yesterday"}"#);
    let message = "`/sold_at` is \"yesterday\"; it must be a date-time (RFC 3339), such as 2026-03-04T05:06:07Z";
    only(&found, ViolationKind::InvalidBody, &body("/sold_at"), message);
    assert_eq!(
        found[0].contract,
        "/webhooks/book.sold/post/requestBody/content/application~1json/schema/properties/sold_at/format"
    );
}

#[test]
fn an_event_has_a_body_exactly_where_it_is_documented() {
    let contract = bookstore();
    let found = contract.check_event("book.sold", b"");
    only(&found, ViolationKind::MissingBody, &body(""), "the event `book.sold` has no body; it needs one");
    none(&contract.check_event("shop.closed", b""));
    let found = contract.check_event("shop.closed", b"{}");
    let message = "the event `shop.closed` has a body; the contract documents none";
    only(&found, ViolationKind::UnexpectedBody, &body(""), message);
    let found = contract.check_event("book.sold", b"nope");
    let message = "the body is not JSON: expected ident at line 1 column 2";
    only(&found, ViolationKind::MalformedBody, &body(""), message);
}

#[test]
fn an_unknown_event_is_told_with_the_nearest_or_with_all() {
    let contract = bookstore();
    let message = "the contract has no event `book.solt`; did you mean `book.sold`?";
    only(&contract.check_event("book.solt", b"{}"), ViolationKind::UnknownEvent, &Place::Event, message);
    let message = "the contract has no event `x`; it has `book.sold` and `shop.closed`";
    only(&contract.check_event("x", b"{}"), ViolationKind::UnknownEvent, &Place::Event, message);
}
