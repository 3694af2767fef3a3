//! The HTTP side: what a delivery must be before it is stored.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_TIMESTAMP, Webhook, WebhookError};

use crate::store::Shared;

/// The largest body, in bytes.
pub const LARGEST: usize = 256 * 1024;
/// How long a sender may take for a body.
pub const SLOWEST: Duration = Duration::from_secs(10);

/// What the endpoint needs.
pub struct Receiver {
    /// A verifier for each secret.
    pub webhooks: Vec<Webhook>,
    /// Where deliveries go.
    pub store: Shared,
    /// Wakes the worker.
    pub wake: SyncSender<()>,
}

pub fn routes(receiver: Arc<Receiver>) -> Router {
    Router::new()
        .route("/webhooks", post(receive))
        .route("/healthz", get(health))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(receiver)
}

// ANCHOR: endpoint
async fn receive(State(receiver): State<Arc<Receiver>>, headers: HeaderMap, request: Request) -> Response {
    match accept(&receiver, &headers, request).await {
        Ok(()) => answer(StatusCode::ACCEPTED, json!({ "status": "accepted" })),
        Err(refusal) => refusal,
    }
}

async fn accept(receiver: &Receiver, headers: &HeaderMap, request: Request) -> Result<(), Response> {
    let id = text(headers, HEADER_WEBHOOK_ID);
    let refuse = |status: StatusCode, error: &str, reason: &str| {
        tracing::warn!(reason, webhook_id = id, "refused");
        answer(status, json!({ "error": error }))
    };
    let media_type = text(headers, header::CONTENT_TYPE.as_str()).split(';').next().unwrap_or_default();
    if !media_type.trim().eq_ignore_ascii_case("application/json") {
        return Err(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported media type", "wrong_media_type"));
    }
    // What says itself that it is too large is not read at all.
    if request.body().size_hint().lower() > LARGEST as u64 {
        return Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, "too large", "too_large"));
    }
    let body = match tokio::time::timeout(SLOWEST, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => body,
        Ok(Err(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, "too large", "too_large"));
        }
        Ok(Err(_)) => return Err(refuse(StatusCode::BAD_REQUEST, "malformed", "broken_off")),
        Err(_) => return Err(refuse(StatusCode::REQUEST_TIMEOUT, "too slow", "too_slow")),
    };
    // One answer for every reason: a forger learns nothing from it.
    verify(&receiver.webhooks, headers, &body)
        .map_err(|reason| refuse(StatusCode::UNAUTHORIZED, "unauthorized", reason))?;
    let (kind, text) = kind_of(&body).ok_or_else(|| refuse(StatusCode::BAD_REQUEST, "malformed", "malformed_json"))?;
    match receiver.store.insert(id.to_owned(), kind.clone(), text).await {
        Ok(true) => tracing::info!(webhook_id = id, "type" = kind, "stored"),
        Ok(false) => tracing::info!(webhook_id = id, "duplicate"),
        Err(error) => {
            tracing::error!(error = %error, webhook_id = id, "not stored");
            let later = [(header::RETRY_AFTER, "5")];
            return Err(
                (later, answer(StatusCode::SERVICE_UNAVAILABLE, json!({ "error": "unavailable" }))).into_response()
            );
        }
    }
    // A full channel means that the worker has been woken already.
    let _ = receiver.wake.try_send(());
    Ok(())
}
// ANCHOR_END: endpoint

// ANCHOR: verify
/// Checks id, timestamp and signature with each secret. `body` is what came over the wire: parsed and written again it would
/// have another signature. The library compares in constant time.
pub fn verify(webhooks: &[Webhook], headers: &HeaderMap, body: &Bytes) -> Result<(), &'static str> {
    // The library subtracts without looking: no clock shows a number of over 12 digits.
    if text(headers, HEADER_WEBHOOK_TIMESTAMP).len() > 12 {
        return Err("stale_timestamp");
    }
    let mut reason = "wrong_signature";
    for webhook in webhooks {
        reason = match webhook.verify(body, headers) {
            Ok(()) => return Ok(()),
            Err(WebhookError::MissingHeader(_) | WebhookError::InvalidHeader(_)) => "missing_header",
            Err(WebhookError::TimestampTooOldError | WebhookError::FutureTimestampError) => "stale_timestamp",
            Err(_) => "wrong_signature",
        };
    }
    Err(reason)
}
// ANCHOR_END: verify

/// The event's type, and the body as text.
pub fn kind_of(body: &Bytes) -> Option<(String, String)> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let kind = value.get("type")?.as_str()?.to_owned();
    Some((kind, String::from_utf8(body.to_vec()).ok()?))
}

async fn health(State(receiver): State<Arc<Receiver>>) -> Response {
    match receiver.store.counts().await {
        Ok((pending, failed)) => {
            answer(StatusCode::OK, json!({ "status": "ok", "pending": pending, "failed": failed }))
        }
        Err(_) => answer(StatusCode::SERVICE_UNAVAILABLE, json!({ "status": "unavailable" })),
    }
}

pub fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

pub fn answer(status: StatusCode, body: Value) -> Response {
    (status, Json(body)).into_response()
}
