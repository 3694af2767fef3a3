//! No input makes a check panic or hang.

use fastrand::Rng;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proofbook_contract::{Contract, Request, Response};
use serde_json::{Map, Value, json};

use crate::support::bookstore;

const ROUNDS: usize = 1_500;

/// Pieces that mean something to some parser, and bytes that mean nothing.
fn text(rng: &mut Rng) -> String {
    const PIECES: [&str; 34] = [
        "/",
        "books",
        "%",
        "%2F",
        "%zz",
        "{",
        "}",
        "id",
        "?",
        "&",
        "=",
        "+",
        "limit",
        "tag",
        "1",
        "-",
        "e9",
        ".",
        "\u{0}",
        "é",
        "null",
        "true",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "#",
        "~1",
        "$ref",
        "kind",
        "title",
        "..",
        "cover.png",
    ];
    (0..rng.usize(..12)).map(|_| *rng.choice(&PIECES).unwrap()).collect()
}

fn bytes(rng: &mut Rng) -> Vec<u8> {
    match rng.u8(..4) {
        0 => (0..rng.usize(..40)).map(|_| rng.u8(..)).collect(),
        1 => text(rng).into_bytes(),
        2 => "[".repeat(rng.usize(..5_000)).into_bytes(),
        _ => value(rng, 0).to_string().into_bytes(),
    }
}

fn value(rng: &mut Rng, depth: usize) -> Value {
    const KEYS: [&str; 10] = ["id", "title", "author", "category", "children", "kind", "name", "price", "$ref", "x"];
    match rng.u8(..if depth > 5 { 6 } else { 9 }) {
        0 => Value::Null,
        1 => json!(rng.bool()),
        2 => json!(rng.i64(..)),
        3 => json!(rng.f64() * 1e300),
        4 => json!(["card", "2026-03-04", "9780805209990", ""][rng.usize(..4)]),
        5 => json!(text(rng)),
        6 => (0..rng.usize(..4)).map(|_| value(rng, depth + 1)).collect(),
        _ => {
            let pairs = (0..rng.usize(..6)).map(|_| (rng.choice(KEYS).unwrap().to_owned(), value(rng, depth + 1)));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
    }
}

fn some_headers(rng: &mut Rng) -> HeaderMap {
    const NAMES: [&str; 6] = ["content-type", "x-branch", "x-numbers", "x-total", "x-tags", "accept"];
    const VALUES: [&str; 6] = ["application/json", "*/*", "/", "text/plain; a=b", "1, 2", ",,"];
    let mut map = HeaderMap::new();
    for _ in 0..rng.usize(..5) {
        let value = if rng.bool() { rng.choice(VALUES).unwrap().as_bytes().to_vec() } else { bytes(rng) };
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            map.append(HeaderName::from_static(rng.choice(NAMES).unwrap()), value);
        }
    }
    map
}

#[test]
fn no_request_response_or_event_makes_a_check_panic() {
    let contract = bookstore();
    let mut rng = Rng::with_seed(0xb00c);
    for _ in 0..ROUNDS {
        let (headers, body) = (some_headers(&mut rng), bytes(&mut rng));
        let path = match rng.u8(..3) {
            0 => text(&mut rng),
            1 => format!("/books/{}", text(&mut rng)),
            _ => "/books".to_owned(),
        };
        let (method, query) = ([Method::GET, Method::POST][rng.usize(..2)].clone(), text(&mut rng));
        let query = rng.bool().then_some(query.as_str());
        let request = Request { method: method.as_str(), path: &path, query, headers: &headers, body: &body };
        for violation in contract.check_request(&request) {
            assert!(contract.document().pointer(&violation.contract).is_some(), "{violation:?}");
        }
        let operation = &contract.operations()[rng.usize(..contract.operations().len())];
        let status = if rng.bool() { rng.u16(..) } else { 200 };
        for violation in contract.check_response(operation, &Response { status, headers: &headers, body: &body }) {
            assert!(contract.document().pointer(&violation.contract).is_some(), "{violation:?}");
        }
        let event = if rng.bool() { "book.sold".to_owned() } else { text(&mut rng) };
        let _ = contract.check_event(&event, &body);
        let value = value(&mut rng, 0);
        let _ = contract.check_schema("/components/schemas/Book", &value);
        let _ = contract.check_schema(&text(&mut rng), &value);
        let _ = contract.sample(&value);
        let _ = contract.resolve(&value);
        let _ = contract.example_response(operation, status);
    }
}

#[test]
fn no_text_makes_loading_panic() {
    let mut rng = Rng::with_seed(7);
    for _ in 0..ROUNDS {
        let text = String::from_utf8_lossy(&bytes(&mut rng)).into_owned();
        let _ = Contract::from_text(&text);
        let _ = Contract::from_text(&format!("openapi: 3.1.1\n{text}"));
    }
}

#[test]
fn no_change_to_a_contract_makes_loading_or_a_check_panic() {
    let good = include_str!("fixtures/bookstore.yaml");
    let lines: Vec<_> = good.lines().collect();
    let mut rng = Rng::with_seed(11);
    for _ in 0..60 {
        let mut lines = lines.clone();
        let (from, to) = (rng.usize(..lines.len()), rng.usize(..lines.len()));
        match rng.u8(..3) {
            0 => drop(lines.remove(from)),
            1 => lines.swap(from, to),
            _ => lines.insert(to, lines[from]),
        }
        if let Ok(contract) = Contract::from_text(&lines.join("\n")) {
            let _ = contract.check_examples();
            for operation in contract.operations() {
                let _ = contract.example_response(operation, contract.default_status(operation));
            }
        }
    }
}
