//! `proofbook sandbox`: the fake API alone.

use crate::support::{self, Proofbook, http};
use reqwest::StatusCode;
use std::fs;

#[tokio::test]
async fn the_sandbox_alone_answers_with_the_printed_key_at_the_printed_address() {
    let server = Proofbook::start(&["sandbox", "--port", "0"]).await;
    let me = http().get(format!("{}/api/v1/me", server.origin())).bearer_auth(server.key()).send().await;
    assert_eq!(me.expect("the sandbox answers").status(), StatusCode::OK);
}

#[tokio::test]
async fn a_broken_contract_is_a_finding_with_its_place() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let contract = folder.path().join("broken.yaml");
    fs::write(&contract, "openapi: 3.1.0\npaths: 7\n").expect("a file can be written");
    let output = support::run(&["sandbox", "--port", "0", "--contract", contract.to_str().expect("UTF-8")]).await;
    let told = support::stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("broken.yaml"), "{told}");
}

#[cfg(unix)]
#[tokio::test]
async fn sigterm_ends_the_sandbox_in_order() {
    let server = Proofbook::start(&["sandbox", "--port", "0"]).await;
    assert_eq!(server.terminate().await, Some(0));
}
