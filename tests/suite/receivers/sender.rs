//! What a sender sends: events as the contract has them, signed by the official library.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use super::subject::SECRET;
use crate::samples::Running;
use crate::support;

/// A delivery before it is sent.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) id: String,
    pub(super) timestamp: i64,
    pub(super) signature: String,
    pub(super) media_type: String,
    pub(super) body: Vec<u8>,
}

static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(support::http);

/// An answer, read to its end.
#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
}

pub(super) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
    i64::try_from(now.as_secs()).expect("a time")
}

/// A change of a route as the contract's example has it, found at a minute of an hour.
pub(super) fn change(id: &str, route: &str, minute: u32) -> Value {
    let contract = proofbook_sandbox::policy_aggregator::contract().expect("the contract");
    let mut event = contract.event_example("change.detected").expect("an example").clone();
    event["data"]["id"] = json!(id);
    event["data"]["route"]["id"] = json!(route);
    event["data"]["detected_at"] = json!(format!("2026-03-04T05:{minute:02}:07Z"));
    event
}

impl Delivery {
    /// An event, signed now.
    pub(super) fn of(id: &str, event: &Value) -> Self {
        Self::raw(id, event.to_string().into_bytes())
    }

    /// Any body, signed now.
    pub(super) fn raw(id: &str, body: Vec<u8>) -> Self {
        Self::signed(SECRET, id, now(), body)
    }

    pub(super) fn signed(secret: &str, id: &str, timestamp: i64, body: Vec<u8>) -> Self {
        let signature = Webhook::new(secret).expect("a secret").sign(id, timestamp, &body).expect("a signature");
        Self { id: id.to_owned(), timestamp, signature, media_type: "application/json".to_owned(), body }
    }

    pub(super) fn request(&self, url: &str) -> RequestBuilder {
        let request = CLIENT.post(url).header("content-type", &self.media_type).body(self.body.clone());
        let request = request.header("webhook-id", &self.id).header("webhook-timestamp", self.timestamp);
        request.header("webhook-signature", &self.signature)
    }

    /// The receiver's answer.
    pub(super) async fn send(&self, receiver: &Running) -> Answer {
        read(self.request(receiver.url()).send().await.expect("an answer")).await
    }
}

/// Another of a receiver's addresses.
pub(super) fn at(receiver: &Running, path: &str) -> String {
    receiver.url().replace("/webhooks", path)
}

/// What a receiver says of itself.
pub(super) async fn health(receiver: &Running) -> Answer {
    read(CLIENT.get(at(receiver, "/healthz")).send().await.expect("an answer")).await
}

pub(super) async fn read(answer: reqwest::Response) -> Answer {
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("text");
    Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}

pub(super) fn accepted() -> Answer {
    Answer { status: 202, body: json!({ "status": "accepted" }) }
}
