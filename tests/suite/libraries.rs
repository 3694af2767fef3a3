//! The official `standardwebhooks` libraries accept what the sandbox sends, and refuse it once it was tampered with.
//! The one for Rust is tried in the sandbox's own tests.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use proofbook_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support::{self, repository};
use crate::tools;

/// What a verifying program reads: a secret, headers and a body; and whether the library has to accept them.
fn cases(sent: &Value) -> Vec<(&'static str, Value, bool)> {
    let secret = &sent["generated_secret"];
    let headers: BTreeMap<String, Value> =
        serde_json::from_value(sent["request_headers"].clone()).expect("the headers that were sent");
    let body = sent["request_body"].as_str().expect("the body that was sent");
    let case = |secret: &Value, headers: &BTreeMap<String, Value>, body: &str| json!({ "secret": secret, "headers": headers, "body": body });
    let with = |name: &str, value: Value| {
        let mut headers = headers.clone();
        headers.insert(name.to_owned(), value);
        headers
    };
    let signature = headers["webhook-signature"].as_str().expect("a signature");
    let timestamp: i64 = headers["webhook-timestamp"].as_str().and_then(|text| text.parse().ok()).expect("a timestamp");
    vec![
        ("as sent", case(secret, &headers, body), true),
        ("two signatures", case(secret, &with("webhook-signature", json!(format!("v1,AAAA {signature}"))), body), true),
        ("tampered body", case(secret, &headers, &body.replace("works", "fails")), false),
        ("other id", case(secret, &with("webhook-id", json!("evt_0000000000000000")), body), false),
        ("other timestamp", case(secret, &with("webhook-timestamp", json!((timestamp + 1).to_string())), body), false),
        ("other secret", case(&json!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &headers, body), false),
    ]
}

async fn try_library(program: &mut dyn FnMut() -> Command) {
    let sandbox = Sandbox::start().await.expect("the sandbox starts");
    let receiver = axum::Router::new().route("/", axum::routing::post(async || "thank you"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, receiver).await });
    let answer = support::http()
        .post(format!("{}/api/webhooks/test", sandbox.url()))
        .bearer_auth(sandbox.key())
        .json(&json!({ "url": url }))
        .send()
        .await
        .expect("an answer");
    let sent: Value = answer.json().await.expect("JSON");
    assert_eq!(sent["verdict"], "accepted", "{sent}");
    for (name, case, accepted) in cases(&sent) {
        let folder = tempfile::tempdir().expect("a folder");
        let input = folder.path().join("case.json");
        std::fs::write(&input, case.to_string()).expect("the case is written");
        let verdict = tools::run(program().arg(&input));
        assert_eq!(verdict.trim(), if accepted { "accepted" } else { "refused" }, "{name}");
    }
}

fn script(name: &str) -> std::path::PathBuf {
    repository().join(Path::new("tests/suite/libraries").join(name))
}

#[tokio::test]
async fn the_python_library_verifies_what_the_sandbox_sends() {
    let Some(python) = tools::python() else { return };
    try_library(&mut || {
        let mut command = Command::new(python.join("python"));
        command.arg(script("verify.py"));
        command
    })
    .await;
}

#[tokio::test]
async fn the_javascript_library_verifies_what_the_sandbox_sends() {
    let Some(node) = tools::node() else { return };
    try_library(&mut || {
        let mut command = Command::new("node");
        command.arg(script("verify.cjs")).env("NODE_PATH", node.join("node_modules"));
        command
    })
    .await;
}
