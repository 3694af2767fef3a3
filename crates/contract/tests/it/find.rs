use std::collections::BTreeMap;

use proofbook_contract::{Find, Place, ViolationKind};

use crate::support::{bookstore, document, get, only};

#[track_caller]
fn finds(method: &str, path: &str, id: &str, parameters: &[(&str, &str)]) {
    let contract = bookstore();
    let Find::Operation(operation, found) = contract.find(method, path) else { panic!("{method} {path} is not found") };
    let expected: BTreeMap<_, _> =
        parameters.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    assert_eq!((operation.id.as_str(), found), (id, expected));
}

#[test]
fn a_concrete_path_beats_a_template() {
    finds("GET", "/books/featured", "getFeaturedBook", &[]);
    finds("GET", "/books/featured2", "getBook", &[("id", "featured2")]);
}

#[test]
fn a_concrete_path_beats_a_template_even_where_only_the_template_has_the_method() {
    assert_eq!(bookstore().find("DELETE", "/books/featured"), Find::MethodNotAllowed(vec!["GET"]));
}

#[test]
fn parameters_are_decoded_and_an_encoded_slash_stays_in_its_segment() {
    finds("GET", "/books/a%2Fb%20c%C3%A9+", "getBook", &[("id", "a/b cé+")]);
}

#[test]
fn a_segment_may_have_text_around_its_parameters() {
    finds("GET", "/books/7/cover.png", "getCover", &[("id", "7"), ("format", "png")]);
    assert_eq!(bookstore().find("GET", "/books/7/cover."), Find::NotFound);
    assert_eq!(bookstore().find("GET", "/books/7/coverxpng"), Find::NotFound);
}

#[test]
fn an_empty_segment_is_no_parameter() {
    for path in ["/books/", "/books//", "/books//cover.png", "//books", "", "books"] {
        assert_eq!(bookstore().find("GET", path), Find::NotFound, "{path}");
    }
}

#[test]
fn a_path_may_be_a_reference() {
    finds("POST", "/payments", "pay", &[]);
    let contract = bookstore();
    assert_eq!(contract.operation("pay").unwrap().pointer(), "/components/pathItems/Payments/post");
}

#[test]
fn methods_are_case_sensitive() {
    assert_eq!(bookstore().find("get", "/books"), Find::MethodNotAllowed(vec!["GET", "POST"]));
}

#[test]
fn a_path_without_operations_is_not_there() {
    let contract = document("paths: { /empty: { summary: Nothing. } }").unwrap();
    assert_eq!(contract.find("GET", "/empty"), Find::NotFound);
}

#[test]
fn an_unknown_path_is_told_with_the_nearest() {
    let found = get(&bookstore(), "/boks/7", "");
    let message = "the contract has no path that matches `/boks/7`; did you mean `/books/{id}`?";
    only(&found, ViolationKind::UnknownPath, &Place::Path, message);
    let found = get(&bookstore(), "/something/else/entirely/so", "");
    let message = "the contract has no path that matches `/something/else/entirely/so`";
    only(&found, ViolationKind::UnknownPath, &Place::Path, message);
}

#[test]
fn a_path_that_can_not_be_decoded_is_malformed() {
    for path in ["/books/%zz", "/books/%f", "/books/%ff"] {
        let message = format!("the path `{path}` is not percent-encoded UTF-8 that begins with `/`");
        only(&get(&bookstore(), path, ""), ViolationKind::MalformedPath, &Place::Path, &message);
    }
}

#[test]
fn a_method_that_the_path_lacks_is_told_with_those_it_has() {
    let headers = http::HeaderMap::new();
    let contract = bookstore();
    let found = contract.check_request(&proofbook_contract::Request {
        method: "PUT",
        path: "/books/7",
        query: None,
        headers: &headers,
        body: b"",
    });
    only(&found, ViolationKind::MethodNotAllowed, &Place::Method, "`/books/7` does not take PUT; use GET or DELETE");
    assert_eq!(found[0].contract, "/paths/~1books~1{id}");
}
