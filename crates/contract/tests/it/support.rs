use http::{HeaderMap, HeaderName, HeaderValue};
use proofbook_contract::{Contract, LoadError, Place, Request, Response, Violation, ViolationKind};

pub fn bookstore() -> Contract {
    Contract::from_text(include_str!("fixtures/bookstore.yaml")).unwrap()
}

/// A document around what matters, in YAML whose lines begin at the margin.
pub fn document(rest: &str) -> Result<Contract, LoadError> {
    Contract::from_text(&format!("openapi: 3.1.1\ninfo: {{ title: t, version: v }}\n{rest}"))
}

pub fn refusal(rest: &str) -> LoadError {
    document(rest).unwrap_err()
}

pub fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        map.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    map
}

/// What is wrong with a `GET`.
pub fn get(contract: &Contract, path: &str, query: &str) -> Vec<Violation> {
    let headers = HeaderMap::new();
    contract.check_request(&Request { method: "GET", path, query: Some(query), headers: &headers, body: b"" })
}

/// What is wrong with a JSON body that is posted.
pub fn post(contract: &Contract, path: &str, body: &str) -> Vec<Violation> {
    let headers = headers(&[("content-type", "application/json"), ("x-branch", "NO")]);
    contract.check_request(&Request { method: "POST", path, query: None, headers: &headers, body: body.as_bytes() })
}

/// What is wrong with a response.
pub fn answer(contract: &Contract, id: &str, status: u16, pairs: &[(&str, &str)], body: &str) -> Vec<Violation> {
    let headers = headers(pairs);
    let operation = contract.operation(id).unwrap();
    contract.check_response(operation, &Response { status, headers: &headers, body: body.as_bytes() })
}

pub fn query(name: &str) -> Place {
    Place::Query { name: name.to_owned() }
}

pub fn header(name: &str) -> Place {
    Place::Header { name: name.to_owned() }
}

pub fn body(pointer: &str) -> Place {
    Place::Body { pointer: pointer.to_owned() }
}

/// Asserts that this, and nothing else, is wrong.
#[track_caller]
pub fn only(violations: &[Violation], kind: ViolationKind, place: &Place, message: &str) {
    let [violation] = violations else { panic!("one violation expected, came: {violations:#?}") };
    assert_eq!((violation.kind, &violation.place, violation.message.as_str()), (kind, place, message));
}

/// Asserts that nothing is wrong.
#[track_caller]
pub fn none(violations: &[Violation]) {
    assert_eq!(violations, [], "nothing was to be found");
}
