//! What a sender sends: events as the contract has them, signed by the official library.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use proofbook_sandbox::Sandbox;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::support;

/// The secret of most tests, which is that of the quick start.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A delivery before it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) timestamp: i64,
    pub(crate) signature: String,
    pub(crate) media_type: String,
    pub(crate) body: Vec<u8>,
}

static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(support::http);

/// An answer, read to its end.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

pub(crate) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
    i64::try_from(now.as_secs()).expect("a time")
}

/// The contract's example of a change.
static EXAMPLE: LazyLock<Value> = LazyLock::new(|| {
    let contract = proofbook_sandbox::policy_aggregator::contract().expect("the contract");
    contract.event_example("change.detected").expect("an example").clone()
});

/// A change of a route as the contract's example has it, found at a minute of an hour.
pub(crate) fn change(id: &str, route: &str, minute: u32) -> Value {
    let mut event = EXAMPLE.clone();
    event["data"]["id"] = json!(id);
    event["data"]["route"]["id"] = json!(route);
    event["data"]["detected_at"] = json!(format!("2026-03-04T05:{minute:02}:07Z"));
    event
}

/// Has a sandbox send a test event, and answers with what it says of it.
pub(crate) async fn test_event(sandbox: &Sandbox, url: &str, event: &str) -> Value {
    let test = CLIENT.post(format!("{}/api/webhooks/test", sandbox.url())).bearer_auth(sandbox.key());
    let test = test.json(&json!({ "url": url, "secret": SECRET, "event_type": event }));
    test.send().await.expect("an answer").json().await.expect("JSON")
}

impl Delivery {
    /// An event, signed now.
    pub(crate) fn of(id: &str, event: &Value) -> Self {
        Self::raw(id, event.to_string().into_bytes())
    }

    /// Any body, signed now.
    pub(crate) fn raw(id: &str, body: Vec<u8>) -> Self {
        Self::signed(SECRET, id, now(), body)
    }

    pub(crate) fn signed(secret: &str, id: &str, timestamp: i64, body: Vec<u8>) -> Self {
        let signature = Webhook::new(secret).expect("a secret").sign(id, timestamp, &body).expect("a signature");
        Self { id: id.to_owned(), timestamp, signature, media_type: "application/json".to_owned(), body }
    }

    pub(crate) fn request(&self, url: &str) -> RequestBuilder {
        let request = CLIENT.post(url).header("content-type", &self.media_type).body(self.body.clone());
        let request = request.header("webhook-id", &self.id).header("webhook-timestamp", self.timestamp);
        request.header("webhook-signature", &self.signature)
    }

    /// The receiver's answer.
    pub(crate) async fn send(&self, url: &str) -> Answer {
        read(self.request(url).send().await.expect("an answer")).await
    }
}

pub(crate) async fn read(answer: reqwest::Response) -> Answer {
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("text");
    Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}
