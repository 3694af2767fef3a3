//! Receivers that do one thing wrongly.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use futures::FutureExt;
use proofbook_webhook::signature::{Key, VERSION, content};
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::sender::{SECRET, now};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// Compares the lengths of the signatures.
    TakesEverySignature,
    /// Verifies only what is signed.
    TakesTheUnsigned,
    TakesTheOld,
    TakesTheFuture,
    /// Tells the sender what is wrong with a webhook.
    SaysWhy,
    RefusesADuplicate,
    RefusesAnUnknownEvent,
    RefusesANewField,
    RefusesAnOlderChange,
    LooksAtTheFirstSignature,
    TakesOnlySmallBodies,
    TakesFewAtOnce,
    WorksBeforeItAnswers,
    BreaksOnMalformedJson,
    BreaksOnWhatIsNoEvent,
    ReadsAnyBody,
    /// Verifies what it writes again, not what came.
    ParsesBeforeItVerifies,
    /// Holds a lock while it reads a body.
    ServesOneAfterTheOther,
}

struct Receiver {
    wrong: Option<Wrong>,
    room: Semaphore,
    one: tokio::sync::Mutex<()>,
    seen: Mutex<HashSet<String>>,
    newest: Mutex<String>,
}

/// Starts a receiver; its address.
pub(crate) async fn start(wrong: Option<Wrong>) -> String {
    let receiver = Receiver {
        wrong,
        room: Semaphore::new(4),
        one: tokio::sync::Mutex::default(),
        seen: Mutex::default(),
        newest: Mutex::default(),
    };
    let router = Router::new().route("/webhooks", post(receive)).with_state(Arc::new(receiver));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axum::serve(listener, router).into_future());
    format!("http://{address}/webhooks")
}

async fn receive(State(receiver): State<Arc<Receiver>>, headers: HeaderMap, body: Body) -> (StatusCode, &'static str) {
    let is = |wrong: Wrong| receiver.wrong == Some(wrong);
    let _one = match is(Wrong::ServesOneAfterTheOther) {
        true => Some(receiver.one.lock().await),
        false => None,
    };
    let _room = match is(Wrong::TakesFewAtOnce) {
        true => match receiver.room.try_acquire() {
            Ok(permit) => {
                // Long enough for the others to come.
                tokio::time::timeout(Duration::from_millis(50), std::future::pending::<()>()).map(drop).await;
                Some(permit)
            }
            Err(_) => return (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        },
        false => None,
    };
    let most = match receiver.wrong {
        Some(Wrong::TakesOnlySmallBodies) => 16 << 10,
        Some(Wrong::ReadsAnyBody) => usize::MAX,
        _ => 256 << 10,
    };
    let Ok(body) = to_bytes(body, most).await else { return (StatusCode::PAYLOAD_TOO_LARGE, "too large") };
    if is(Wrong::ReadsAnyBody) && body.len() > 1 << 20 {
        return (StatusCode::ACCEPTED, "");
    }
    let verified = match serde_json::from_slice::<Value>(&body) {
        Ok(parsed) if is(Wrong::ParsesBeforeItVerifies) => parsed.to_string().into_bytes(),
        _ => body.to_vec(),
    };
    if let Err(why) = receiver.verify(&headers, &verified) {
        return (StatusCode::UNAUTHORIZED, if is(Wrong::SaysWhy) { why } else { "unauthorized" });
    }
    let Ok(event) = serde_json::from_slice::<Value>(&body) else {
        let broken = is(Wrong::BreaksOnMalformedJson);
        return (if broken { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::BAD_REQUEST }, "malformed");
    };
    if !event["type"].is_string() {
        let broken = is(Wrong::BreaksOnWhatIsNoEvent);
        return (if broken { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::BAD_REQUEST }, "no event");
    }
    if is(Wrong::WorksBeforeItAnswers) {
        tokio::time::timeout(Duration::from_millis(1100), std::future::pending::<()>()).map(drop).await;
    }
    receiver.take(&headers, &event)
}

impl Receiver {
    fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), &'static str> {
        let is = |wrong: Wrong| self.wrong == Some(wrong);
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (id, timestamp, signatures) = (text("webhook-id"), text("webhook-timestamp"), text("webhook-signature"));
        if signatures.is_empty() {
            return if is(Wrong::TakesTheUnsigned) { Ok(()) } else { Err("no signature") };
        }
        let age = now() - timestamp.parse::<i64>().map_err(|_| "no timestamp")?;
        if age > 300 && !is(Wrong::TakesTheOld) {
            return Err("too old");
        }
        if age < -300 && !is(Wrong::TakesTheFuture) {
            return Err("too new");
        }
        let expected =
            format!("{VERSION}{}", Key::of_secret(SECRET).expect("a secret").sign(&content(id, timestamp, body)));
        let looked_at = if is(Wrong::LooksAtTheFirstSignature) { 1 } else { usize::MAX };
        let fits = |given: &str| match is(Wrong::TakesEverySignature) {
            true => given.len() == expected.len(),
            false => given == expected,
        };
        signatures.split(' ').take(looked_at).any(fits).then_some(()).ok_or("wrong signature")
    }

    fn take(&self, headers: &HeaderMap, event: &Value) -> (StatusCode, &'static str) {
        let is = |wrong: Wrong| self.wrong == Some(wrong);
        let id = headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
        let known = ["change.detected", "source.failing", "source.recovered", "webhook.test"];
        if is(Wrong::RefusesAnUnknownEvent) && !known.iter().any(|kind| event["type"] == *kind) {
            return (StatusCode::BAD_REQUEST, "unknown event");
        }
        if is(Wrong::RefusesANewField) && event.as_object().is_some_and(|event| event.len() > 3) {
            return (StatusCode::UNPROCESSABLE_ENTITY, "unknown field");
        }
        if !self.seen.lock().expect("a lock").insert(id) && is(Wrong::RefusesADuplicate) {
            return (StatusCode::CONFLICT, "duplicate");
        }
        let detected_at = event["data"]["detected_at"].as_str().unwrap_or_default().to_owned();
        let mut newest = self.newest.lock().expect("a lock");
        if is(Wrong::RefusesAnOlderChange) && !detected_at.is_empty() && detected_at < *newest {
            return (StatusCode::CONFLICT, "an older change");
        }
        *newest = detected_at;
        (StatusCode::ACCEPTED, "")
    }
}
