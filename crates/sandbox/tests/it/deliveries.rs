//! Webhooks on their way: signed, retried, given up, sent again.

use http::HeaderMap;
use proofbook_sandbox::Sandbox;
use serde_json::{Value, json};
use standardwebhooks::{Webhook, WebhookError};

use crate::caller::{Caller, sandbox};
use crate::receiver::{Received, Receiver};

async fn start() -> (Sandbox, Caller, Receiver) {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    (sandbox, caller, Receiver::start().await)
}

fn check(secret: &str, received: &Received) -> Result<(), WebhookError> {
    Webhook::new(secret).unwrap().verify(&received.body, &received.headers)
}

/// Waits until the newest delivery of a webhook has this status.
async fn newest(caller: &Caller, webhook: &str, status: &str) -> Value {
    caller.put("/sandbox/rate-limit", json!({ "requests": 1_000_000 })).await;
    let wait = async {
        loop {
            let list = caller.get(&format!("/api/v1/webhooks/{webhook}/deliveries?limit=1")).await;
            let newest = &list.body["data"][0];
            if newest["status"] == status {
                let id = newest["id"].as_str().unwrap();
                return caller.get(&format!("/api/v1/deliveries/{id}")).await.body;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), wait).await.unwrap_or_else(|_| panic!("never {status}"))
}

#[tokio::test]
async fn a_change_reaches_a_webhook_signed_and_by_the_contract() {
    let (sandbox, caller, mut receiver) = start().await;
    let (webhook, secret) = caller.webhook(&receiver.url).await;
    let made = caller.post("/sandbox/changes", json!({ "summary": "The fee rises." })).await;
    assert_eq!(made.status, 201, "{made:?}");

    let received = receiver.next().await;
    check(&secret, &received).unwrap();
    assert_eq!(received.header("content-type"), "application/json");
    assert!(received.header("webhook-id").starts_with("evt_"));
    let violations = sandbox.contract().check_event("change.detected", &received.body);
    assert!(violations.is_empty(), "{violations:?}");
    let data = &received.json()["data"];
    assert_eq!(data["summary"], "The fee rises.");
    assert_eq!(data["diff"], made.body["change"]["diff"]);

    let delivery = newest(&caller, &webhook, "succeeded").await;
    assert_eq!(delivery["event_id"], received.header("webhook-id"));
    assert_eq!(delivery["request_body"].as_str().unwrap().as_bytes(), &received.body[..]);
    assert_eq!(delivery["request_headers"]["webhook-signature"], received.header("webhook-signature"));
    assert_eq!((delivery["attempt"].clone(), delivery["response_status"].clone()), (json!(1), json!(204)));
}

#[tokio::test]
async fn every_event_of_the_contract_is_sent_and_valid() {
    let (sandbox, caller, mut receiver) = start().await;
    let (webhook, secret) = caller.webhook(&receiver.url).await;
    let source = caller.get("/api/v1/sources?health=healthy").await.body["data"][0]["id"].as_str().unwrap().to_owned();
    caller.post("/sandbox/changes", json!({})).await;
    caller.put(&format!("/sandbox/sources/{source}/health"), json!({ "health": "failing" })).await;
    caller.put(&format!("/sandbox/sources/{source}/health"), json!({ "health": "healthy" })).await;
    caller.post("/api/webhooks/test", json!({ "webhook_id": webhook })).await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..4 {
        let received = receiver.next().await;
        check(&secret, &received).unwrap();
        let kind = received.json()["type"].as_str().unwrap().to_owned();
        let violations = sandbox.contract().check_event(&kind, &received.body);
        assert!(violations.is_empty(), "{violations:?}");
        seen.insert(kind);
    }
    let documented = sandbox.contract().events().map(str::to_owned).collect();
    assert_eq!(seen, documented);
}

#[tokio::test]
async fn a_tampered_delivery_is_refused_by_the_official_library() {
    let (_sandbox, caller, mut receiver) = start().await;
    let (_, secret) = caller.webhook(&receiver.url).await;
    caller.post("/sandbox/changes", json!({})).await;
    let mut received = receiver.next().await;
    received.body = String::from_utf8_lossy(&received.body).replace("change.detected", "change.rejected").into();
    assert!(matches!(check(&secret, &received), Err(WebhookError::InvalidSignature)));
}

#[tokio::test]
async fn while_a_secret_is_rotated_both_secrets_verify_and_afterwards_only_the_new_one() {
    let (_sandbox, caller, mut receiver) = start().await;
    let (webhook, old) = caller.webhook(&receiver.url).await;
    let rotate = format!("/api/v1/webhooks/{webhook}/rotate-secret");
    let rotated = caller.post(&rotate, json!({ "overlap_seconds": 3600 })).await;
    let new = rotated.body["secret"].as_str().unwrap();
    caller.post("/sandbox/changes", json!({})).await;
    let received = receiver.next().await;
    assert_eq!(received.header("webhook-signature").split(' ').count(), 2);
    check(&old, &received).unwrap();
    check(new, &received).unwrap();

    let newest = caller.post(&rotate, json!({ "overlap_seconds": 0 })).await.body["secret"].clone();
    caller.post("/sandbox/changes", json!({})).await;
    let received = receiver.next().await;
    assert_eq!(received.header("webhook-signature").split(' ').count(), 1);
    check(newest.as_str().unwrap(), &received).unwrap();
    for gone in [old.as_str(), new] {
        assert!(matches!(check(gone, &received), Err(WebhookError::InvalidSignature)));
    }
}

#[tokio::test]
async fn an_overlap_ends_in_scaled_time() {
    let (_sandbox, caller, mut receiver) = start().await;
    let (webhook, _) = caller.webhook(&receiver.url).await;
    caller.put("/sandbox/time", json!({ "scale": 1_000_000 })).await;
    caller.post(&format!("/api/v1/webhooks/{webhook}/rotate-secret"), json!({ "overlap_seconds": 1 })).await;
    loop {
        caller.post("/sandbox/changes", json!({})).await;
        if receiver.next().await.header("webhook-signature").split(' ').count() == 1 {
            return;
        }
    }
}

#[tokio::test]
async fn a_failing_receiver_is_tried_on_the_schedule_with_one_id_and_fresh_signatures_then_dead_lettered() {
    let (sandbox, caller, mut receiver) = start().await;
    caller.put("/sandbox/time", json!({ "scale": 1_000_000 })).await;
    let (webhook, secret) = caller.webhook(&receiver.url).await;
    receiver.answer((0..10).map(|_| (500, Vec::new())));
    caller.post("/sandbox/changes", json!({})).await;
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..10 {
        let received = receiver.next().await;
        check(&secret, &received).unwrap();
        ids.insert(received.header("webhook-id").to_owned());
    }
    assert_eq!(ids.len(), 1, "all attempts carry the id of the event");
    let delivery = newest(&caller, &webhook, "dead_lettered").await;
    assert_eq!(delivery["attempt"], 10);
    assert_eq!(delivery["attempts"].as_array().unwrap().len(), 10);
    assert_eq!(delivery["next_attempt_at"], Value::Null);
    assert!(receiver.inbox.try_recv().is_err(), "nothing is sent after the last attempt");
    drop(sandbox);
}

#[tokio::test]
async fn the_first_retry_is_due_after_the_first_wait_of_the_schedule_and_its_jitter() {
    let (_sandbox, caller, mut receiver) = start().await;
    let (webhook, _) = caller.webhook(&receiver.url).await;
    receiver.answer([(503, vec![("retry-after", "3600")])]);
    caller.post("/sandbox/changes", json!({})).await;
    receiver.next().await;
    let delivery = newest(&caller, &webhook, "failed").await;
    let due: jiff::Timestamp = delivery["next_attempt_at"].as_str().unwrap().parse().unwrap();
    let wait = due.as_second() - jiff::Timestamp::now().as_second();
    assert!((3500..=3601).contains(&wait), "Retry-After of the receiver is respected: {wait}");

    receiver.answer([(500, Vec::new())]);
    caller.post("/sandbox/changes", json!({})).await;
    receiver.next().await;
    let delivery = newest(&caller, &webhook, "failed").await;
    let due: jiff::Timestamp = delivery["next_attempt_at"].as_str().unwrap().parse().unwrap();
    let wait = due.as_second() - jiff::Timestamp::now().as_second();
    assert!((0..=6).contains(&wait), "5 s and up to a tenth: {wait}");
}

#[tokio::test]
async fn a_delivery_that_failed_is_taken_up_again_and_succeeds() {
    let (_sandbox, caller, mut receiver) = start().await;
    let (webhook, _) = caller.webhook(&receiver.url).await;
    receiver.answer([(500, Vec::new())]);
    caller.post("/sandbox/changes", json!({})).await;
    receiver.next().await;
    newest(&caller, &webhook, "failed").await;
    caller.put("/sandbox/time", json!({ "scale": 1_000_000 })).await;
    receiver.next().await;
    let delivery = newest(&caller, &webhook, "succeeded").await;
    assert_eq!(delivery["attempts"][0]["response_status"], 500);
    assert_eq!(delivery["attempts"][1]["response_status"], 204);
}

#[tokio::test]
async fn a_receiver_that_says_410_is_disabled() {
    let (_sandbox, caller, mut receiver) = start().await;
    let (webhook, _) = caller.webhook(&receiver.url).await;
    receiver.answer([(410, Vec::new())]);
    caller.post("/sandbox/changes", json!({})).await;
    receiver.next().await;
    newest(&caller, &webhook, "dead_lettered").await;
    assert_eq!(caller.get(&format!("/api/v1/webhooks/{webhook}")).await.body["enabled"], false);
    let made = caller.post("/sandbox/changes", json!({})).await;
    assert_eq!(made.body["deliveries"], json!([]));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (_sandbox, caller, mut receiver) = start().await;
    let (webhook, _) = caller.webhook(&receiver.url).await;
    receiver.answer([(302, vec![("location", "/hook")])]);
    caller.post("/sandbox/changes", json!({})).await;
    receiver.next().await;
    let delivery = newest(&caller, &webhook, "failed").await;
    assert_eq!(delivery["response_status"], 302);
    assert!(receiver.inbox.try_recv().is_err());
}

#[tokio::test]
async fn a_disabled_webhook_is_paused_and_goes_on_when_it_is_enabled() {
    let (_sandbox, caller, mut receiver) = start().await;
    let (webhook, _) = caller.webhook(&receiver.url).await;
    let path = format!("/api/v1/webhooks/{webhook}");
    receiver.answer([(500, Vec::new())]);
    caller.post("/sandbox/changes", json!({})).await;
    receiver.next().await;
    newest(&caller, &webhook, "failed").await;
    caller.patch(&path, json!({ "enabled": false })).await;
    caller.put("/sandbox/time", json!({ "scale": 1_000_000 })).await;
    assert_eq!(newest(&caller, &webhook, "failed").await["attempt"], 1);
    caller.patch(&path, json!({ "enabled": true })).await;
    receiver.next().await;
    newest(&caller, &webhook, "succeeded").await;
}

#[tokio::test]
async fn a_redelivery_has_the_event_s_id_and_a_log_entry_of_its_own() {
    let (_sandbox, caller, mut receiver) = start().await;
    let (webhook, secret) = caller.webhook(&receiver.url).await;
    caller.post("/sandbox/changes", json!({})).await;
    let first = receiver.next().await;
    let delivery = newest(&caller, &webhook, "succeeded").await;
    let path = format!("/api/v1/deliveries/{}/redeliver", delivery["id"].as_str().unwrap());
    assert_eq!(caller.request(http::Method::POST, &path).send().await.unwrap().status(), 202);
    let second = receiver.next().await;
    check(&secret, &second).unwrap();
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    let log = caller.get(&format!("/api/v1/webhooks/{webhook}/deliveries")).await;
    assert_eq!(log.body["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn only_events_that_a_webhook_asks_for_reach_it() {
    let (_sandbox, caller, _) = start().await;
    let body = json!({ "url": "http://127.0.0.1:9/hook", "events": ["source.failing"] });
    assert_eq!(caller.post("/api/v1/webhooks", body).await.status, 201);
    assert_eq!(caller.post("/sandbox/changes", json!({})).await.body["deliveries"], json!([]));
}

#[tokio::test]
async fn a_receiver_that_is_not_there_is_an_error_in_the_log() {
    let (_sandbox, caller, _) = start().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (webhook, _) = caller.webhook(&format!("http://{free}/hook")).await;
    caller.post("/sandbox/changes", json!({})).await;
    let delivery = newest(&caller, &webhook, "failed").await;
    assert_eq!(delivery["response_status"], Value::Null);
    assert!(delivery["attempts"][0]["error"].as_str().unwrap().starts_with("No connection"), "{delivery}");
}

#[tokio::test]
async fn the_timestamp_is_that_of_the_attempt() {
    let (_sandbox, caller, mut receiver) = start().await;
    caller.webhook(&receiver.url).await;
    caller.post("/sandbox/changes", json!({})).await;
    let received = receiver.next().await;
    let signed: i64 = received.header("webhook-timestamp").parse().unwrap();
    assert!((jiff::Timestamp::now().as_second() - signed).abs() <= 5);
    let mut old = HeaderMap::new();
    old.clone_from(&received.headers);
    old.insert("webhook-timestamp", (signed - 301).to_string().parse().unwrap());
    let secret = proofbook_sandbox::policy_aggregator::webhooks::new_secret();
    let refused = Webhook::new(&secret).unwrap().verify(&received.body, &old);
    assert!(matches!(refused, Err(WebhookError::TimestampTooOldError)));
}
