//! Another API's contract, answered from its examples and schemas.

use std::path::PathBuf;

use http::Method;
use proofbook_sandbox::Sandbox;
use serde_json::json;

use crate::caller::{Caller, read};

const LIBRARY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/generic/library.yaml");

async fn library() -> (Sandbox, Caller) {
    let sandbox = Sandbox::builder().contract_path(Some(PathBuf::from(LIBRARY))).start().await.unwrap();
    let caller = Caller::new(&sandbox);
    (sandbox, caller)
}

#[tokio::test]
async fn an_example_is_the_answer() {
    let (_sandbox, caller) = library().await;
    let answer = read(caller.request(Method::GET, "/books/17").header("X-Card", "1").send().await.unwrap()).await;
    assert_eq!((answer.status, answer.body), (200, json!({ "id": 17, "title": "The Count of Monte Cristo" })));
}

#[tokio::test]
async fn without_an_example_a_schema_is_and_it_is_the_same_each_time() {
    let (sandbox, caller) = library().await;
    let first = caller.get("/books").await;
    assert_eq!(first.status, 200);
    assert!(first.body[0]["title"].is_string(), "{first:?}");
    assert_eq!(first.body, caller.get("/books").await.body);
    assert_eq!(sandbox.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_request_that_breaks_the_contract_is_told_where() {
    let (sandbox, caller) = library().await;
    let request = caller.request(Method::GET, "/books/seventeen").header("X-Card", "1");
    let answer = read(request.send().await.unwrap()).await;
    assert_eq!((answer.status, answer.header("content-type")), (400, "application/problem+json"));
    assert!(answer.body["detail"].as_str().unwrap().contains("`id`"), "{answer:?}");
    assert_eq!(sandbox.exchanges().last().unwrap().request_violations.len(), 1);
}

#[tokio::test]
async fn a_call_without_its_credential_gets_the_documented_refusal() {
    let (sandbox, caller) = library().await;
    let answer = read(caller.anonymous(Method::GET, "/books/17").send().await.unwrap()).await;
    assert_eq!((answer.status, answer.code()), (401, "no_card"));
    assert_eq!(sandbox.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_client_chooses_the_documented_status_that_it_wants_to_see() {
    let (sandbox, caller) = library().await;
    let prefer = async |code: &str| {
        let request = caller.request(Method::GET, "/books/17").header("X-Card", "1").header("Prefer", code);
        read(request.send().await.unwrap()).await
    };
    let answer = prefer("code=404").await;
    assert_eq!((answer.status, answer.code()), (404, "no_book"));
    let undocumented = prefer("respond-async, code=418").await;
    assert_eq!(undocumented.status, 400);
    assert!(undocumented.body["detail"].as_str().unwrap().contains("418"), "{undocumented:?}");
    assert_eq!(sandbox.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_contract_that_can_not_be_read_is_a_clear_error() {
    let missing = Sandbox::builder().contract_path(Some(PathBuf::from("no/such/contract.yaml"))).start().await;
    let message = missing.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(message.contains("no/such/contract.yaml"), "{message}");
}

#[tokio::test]
#[should_panic(expected = "the sandbox broke its contract")]
async fn an_answer_that_breaks_the_contract_fails_the_test_that_saw_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/generic/stricter.yaml");
    let sandbox = Sandbox::builder().contract_path(Some(PathBuf::from(path))).start().await.unwrap();
    // Our behaviour answers `getMe` without the field that this contract requires.
    Caller::new(&sandbox).get("/api/v1/me").await;
}
