use proofbook_contract::{Place, Request, ViolationKind};

use crate::support::{body, bookstore, get, header, headers, none, only, post, query};

#[test]
fn a_request_that_keeps_the_contract_has_no_violations() {
    let query = "limit=100&tag=ab&tag=cd&shelf=1&shelf=-2&max_price=1.5e1&in_stock=true&fields=title,isbn&page=last";
    none(&get(&bookstore(), "/books", query));
    none(&get(&bookstore(), "/books", ""));
    none(&get(&bookstore(), "/books", "page=2&max_price=3&&"));
    none(&post(&bookstore(), "/books", r#"{"title": "The Trial", "isbn": "9780805209990", "price": 12.5}"#));
}

#[test]
fn a_number_out_of_bounds_is_invalid() {
    let found = get(&bookstore(), "/books", "limit=500");
    let message = "query parameter `limit` is 500; it must be at most 100";
    only(&found, ViolationKind::InvalidParameter, &query("limit"), message);
    assert_eq!(found[0].contract, "/components/parameters/Limit/schema/maximum");
    assert_eq!(found[0].to_string(), format!("{message} (contract: /components/parameters/Limit/schema/maximum)"));
}

#[test]
fn only_the_canonical_form_of_an_integer_is_one() {
    for (text, shown) in [
        ("1.0", "1.0"),
        ("%2B5", "+5"),
        ("+5", " 5"),
        ("5+", "5 "),
        ("05", "05"),
        ("1e1", "1e1"),
        ("-0", "-0"),
        ("", ""),
    ] {
        let found = get(&bookstore(), "/books", &format!("limit={text}"));
        let message = format!("query parameter `limit` is \"{shown}\"; it must be an integer");
        only(&found, ViolationKind::InvalidParameter, &query("limit"), &message);
    }
}

#[test]
fn booleans_and_numbers_are_read_as_such() {
    let found = get(&bookstore(), "/books", "in_stock=yes");
    let message = "query parameter `in_stock` is \"yes\"; it must be a boolean";
    only(&found, ViolationKind::InvalidParameter, &query("in_stock"), message);
    let found = get(&bookstore(), "/books", "max_price=0");
    let message = "query parameter `max_price` is 0; it must be more than 0";
    only(&found, ViolationKind::InvalidParameter, &query("max_price"), message);
}

#[test]
fn a_list_is_repeated_or_split_as_its_style_says() {
    let found = get(&bookstore(), "/books", "tag=ab&tag=c");
    let message = "item 2 of query parameter `tag` has 1 character; it must have at least 2";
    only(&found, ViolationKind::InvalidParameter, &query("tag"), message);
    let found = get(&bookstore(), "/books", "fields=title,prise");
    let message = "item 2 of query parameter `fields` is \"prise\"; \
                   it must be one of \"title\", \"price\" or \"isbn\"; did you mean \"price\"?";
    only(&found, ViolationKind::InvalidParameter, &query("fields"), message);
    let found = get(&bookstore(), "/books", "fields=title%2Cisbn");
    assert!(found[0].message.starts_with("item 1 of query parameter `fields` is \"title,isbn\""), "{found:?}");
    let found = get(&bookstore(), "/books", "shelf=1&shelf=x");
    let message = "item 2 of query parameter `shelf` is \"x\"; it must be an integer";
    only(&found, ViolationKind::InvalidParameter, &query("shelf"), message);
    let found = get(&bookstore(), "/books", "tag=ab&tag=cd&tag=ef");
    let message = "query parameter `tag` has 3 items; it must have at most 2";
    only(&found, ViolationKind::InvalidParameter, &query("tag"), message);
}

#[test]
fn a_parameter_that_takes_one_value_may_not_be_repeated() {
    let found = get(&bookstore(), "/books", "limit=1&limit=1");
    let message = "query parameter `limit` is there 2 times; send it once";
    only(&found, ViolationKind::RepeatedQueryParameter, &query("limit"), message);
}

#[test]
fn an_unknown_parameter_is_told_with_the_nearest() {
    let found = get(&bookstore(), "/books", "lmit=1");
    let message = "query parameter `lmit` is unknown to `listBooks`; did you mean `limit`?";
    only(&found, ViolationKind::UnknownQueryParameter, &query("lmit"), message);
    let found = get(&bookstore(), "/books", "z=1");
    only(&found, ViolationKind::UnknownQueryParameter, &query("z"), "query parameter `z` is unknown to `listBooks`");
}

#[test]
fn a_query_that_can_not_be_decoded_is_malformed() {
    for (text, name) in [("limit=%zz", "limit"), ("limit=%ff", "limit"), ("%f=1", "%f")] {
        let found = get(&bookstore(), "/books", text);
        let message = format!("query parameter `{name}` is not form-encoded UTF-8; encode it as `%XX`");
        only(&found, ViolationKind::MalformedQuery, &query(name), &message);
    }
}

#[test]
fn an_empty_value_passes_where_the_contract_says_so() {
    none(&get(&bookstore(), "/books", "query="));
    let found = get(&bookstore(), "/books", "query=ab");
    let message = "query parameter `query` has 2 characters; it must have at least 3";
    only(&found, ViolationKind::InvalidParameter, &query("query"), message);
}

#[test]
fn a_path_parameter_is_held_against_its_schema() {
    let place = Place::PathParameter { name: "id".to_owned() };
    let message = "path parameter `id` is 0; it must be at least 1";
    only(&get(&bookstore(), "/books/0", ""), ViolationKind::InvalidParameter, &place, message);
    let message = "path parameter `id` is \"x\"; it must be an integer";
    only(&get(&bookstore(), "/books/x", ""), ViolationKind::InvalidParameter, &place, message);
}

fn with_headers(method: &str, pairs: &[(&str, &str)], body: &str) -> Vec<proofbook_contract::Violation> {
    let headers = headers(pairs);
    let body = body.as_bytes();
    bookstore().check_request(&Request { method, path: "/books", query: None, headers: &headers, body })
}

#[test]
fn headers_are_held_against_their_schemas_and_several_are_one_list() {
    none(&with_headers("GET", &[("x-numbers", "1, 2"), ("x-numbers", "3")], ""));
    let found = with_headers("GET", &[("X-NUMBERS", "1"), ("x-numbers", "b")], "");
    let message = "item 2 of header `X-Numbers` is \"b\"; it must be an integer";
    only(&found, ViolationKind::InvalidParameter, &header("X-Numbers"), message);
    let found = with_headers("GET", &[("x-branch", "DK")], "");
    let message = "header `X-Branch` is \"DK\"; it must be one of \"NO\" or \"SE\"";
    only(&found, ViolationKind::InvalidParameter, &header("X-Branch"), message);
}

#[test]
fn a_header_that_is_not_visible_ascii_is_invalid() {
    let found = with_headers("GET", &[("x-branch", "Ø")], "");
    let message = "header `X-Branch` has a character that is not visible ASCII";
    only(&found, ViolationKind::InvalidParameter, &header("X-Branch"), message);
}

#[test]
fn an_operation_overrides_a_parameter_of_its_path() {
    let found =
        with_headers("POST", &[("content-type", "application/json")], r#"{"title":"x","isbn":"9780805209990"}"#);
    let message = "header `X-Branch` is missing; it is required";
    only(&found, ViolationKind::MissingParameter, &header("X-Branch"), message);
}

#[test]
fn a_required_body_may_not_be_missing_nor_an_undocumented_one_be_there() {
    let found = post(&bookstore(), "/books", "");
    only(&found, ViolationKind::MissingBody, &body(""), "the request has no body; `addBook` needs one");
    none(&post(&bookstore(), "/payments", ""));
    let found = with_headers("GET", &[("content-type", "application/json")], "{}");
    only(&found, ViolationKind::UnexpectedBody, &body(""), "the request has a body; `listBooks` takes none");
}

#[test]
fn the_media_type_must_be_documented_and_its_parameters_do_not_count() {
    let book = r#"{"title":"x","isbn":"9780805209990"}"#;
    none(&with_headers("POST", &[("x-branch", "NO"), ("content-type", "Application/JSON ; charset=utf-8")], book));
    none(&with_headers("POST", &[("x-branch", "NO"), ("content-type", "text/csv")], "anything"));
    for (content_type, message) in [
        (None, "the request has a body but no `Content-Type`; it must be `application/json` or `text/*`"),
        (
            Some("application/xml"),
            "the `Content-Type` of the request is `application/xml`; it must be `application/json` or `text/*`",
        ),
        (
            Some("json"),
            "the `Content-Type` of the request is `json`, no media type; it must be `application/json` or `text/*`",
        ),
    ] {
        let mut pairs = vec![("x-branch", "NO")];
        pairs.extend(content_type.map(|value| ("content-type", value)));
        let found = with_headers("POST", &pairs, book);
        only(&found, ViolationKind::UnsupportedMediaType, &Place::MediaType, message);
        assert_eq!(found[0].contract, "/paths/~1books/post/requestBody");
    }
}

#[test]
fn a_body_that_is_not_json_is_malformed() {
    let found = post(&bookstore(), "/books", "{\"title\": ");
    let message = "the body is not JSON: EOF while parsing a value at line 1 column 10";
    only(&found, ViolationKind::MalformedBody, &body(""), message);
    let headers = headers(&[("content-type", "application/json"), ("x-branch", "NO")]);
    let request = Request { method: "POST", path: "/books", query: None, headers: &headers, body: b"\"\xff\"" };
    let message = "the body is not UTF-8: the byte at offset 1 is wrong";
    only(&bookstore().check_request(&request), ViolationKind::MalformedBody, &body(""), message);
    let deep = "[".repeat(10_000);
    assert_eq!(post(&bookstore(), "/books", &deep)[0].kind, ViolationKind::MalformedBody);
}

#[test]
fn all_that_is_wrong_is_told_in_the_order_of_the_request() {
    let headers = headers(&[("content-type", "application/json")]);
    let found = bookstore().check_request(&Request {
        method: "POST",
        path: "/books",
        query: Some("a=1"),
        headers: &headers,
        body: b"{}",
    });
    let kinds: Vec<_> = found.iter().map(|violation| violation.kind).collect();
    use ViolationKind::{InvalidBody, MissingParameter, UnknownQueryParameter};
    assert_eq!(kinds, [UnknownQueryParameter, MissingParameter, InvalidBody, InvalidBody]);
}

#[test]
fn security_is_told_but_not_judged() {
    let contract = bookstore();
    let scopes = |id: &str| contract.operation(id).unwrap().security_scopes().to_vec();
    assert_eq!(scopes("listBooks"), [vec![("key".to_owned(), vec![])]]);
    assert_eq!(scopes("addBook"), [vec![("key".to_owned(), vec!["write".to_owned()])], vec![]]);
}

#[test]
fn a_violation_is_serialized_with_a_stable_code() {
    let found = get(&bookstore(), "/books", "limit=0");
    let expected = serde_json::json!([{
        "kind": "invalid-parameter",
        "place": { "in": "query", "name": "limit" },
        "message": "query parameter `limit` is 0; it must be at least 1",
        "contract": "/components/parameters/Limit/schema/minimum",
    }]);
    assert_eq!(serde_json::to_value(found).unwrap(), expected);
}
