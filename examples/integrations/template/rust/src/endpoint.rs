//! The HTTP side: webhooks, health and metrics.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_TIMESTAMP, Webhook, WebhookError};
use tokio::sync::Notify;

use crate::metrics::Metrics;
use crate::store::{CameBy, Store};

/// The largest body, in bytes.
const LARGEST: usize = 256 * 1024;
/// How long a sender may take for a body.
const SLOWEST: Duration = Duration::from_secs(10);

/// What the endpoint needs.
pub struct Endpoint {
    /// A verifier for each secret.
    pub webhooks: Vec<Webhook>,
    pub store: Arc<Store>,
    pub metrics: Arc<Metrics>,
    /// Tells the worker that something was stored.
    pub wake: Arc<Notify>,
}

/// The paths. Only `/webhooks` is for the outside.
pub fn routes(endpoint: Arc<Endpoint>) -> Router {
    Router::new()
        .route("/webhooks", post(receive))
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(endpoint)
}

// ANCHOR: endpoint
async fn receive(State(endpoint): State<Arc<Endpoint>>, headers: HeaderMap, request: Request) -> Response {
    let webhook_id = text(&headers, HEADER_WEBHOOK_ID);
    let event = match read(&endpoint.webhooks, &headers, request).await {
        Ok(event) => event,
        Err((status, reason)) => {
            endpoint.metrics.refused(reason);
            tracing::warn!(reason, webhook_id, "refused");
            return answer(status, json!({ "error": status.canonical_reason() }));
        }
    };
    let kind = event["type"].as_str().unwrap_or_default();
    // A change's own id: the poll finds the same change by it.
    let id = event["data"]["id"].as_str().filter(|_| kind == "change.detected").unwrap_or(webhook_id);
    match endpoint.store.add(id, kind, &event["data"], CameBy::Webhook) {
        Ok(true) => {
            endpoint.metrics.stored("webhook", 1);
            tracing::info!(id, webhook_id, "type" = kind, "stored");
            endpoint.wake.notify_one();
        }
        Ok(false) => {
            endpoint.metrics.known("webhook");
            tracing::info!(id, webhook_id, "known");
        }
        Err(error) => {
            tracing::error!(error = %error, webhook_id, "not stored");
            let later = [(header::RETRY_AFTER, "5")];
            return (later, answer(StatusCode::SERVICE_UNAVAILABLE, json!({ "error": "unavailable" }))).into_response();
        }
    }
    answer(StatusCode::ACCEPTED, json!({ "status": "accepted" }))
}
// ANCHOR_END: endpoint

type Refusal = (StatusCode, &'static str);

/// The event in a request, if it is genuine.
async fn read(webhooks: &[Webhook], headers: &HeaderMap, request: Request) -> Result<Value, Refusal> {
    let media_type = text(headers, header::CONTENT_TYPE.as_str()).split(';').next().unwrap_or_default();
    if !media_type.trim().eq_ignore_ascii_case("application/json") {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong_media_type"));
    }
    // What says itself that it is too large is not read at all.
    if request.body().size_hint().lower() > LARGEST as u64 {
        return Err((StatusCode::PAYLOAD_TOO_LARGE, "too_large"));
    }
    let body = match tokio::time::timeout(SLOWEST, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => body,
        Ok(Err(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return Err((StatusCode::PAYLOAD_TOO_LARGE, "too_large"));
        }
        Ok(Err(_)) => return Err((StatusCode::BAD_REQUEST, "broken_off")),
        Err(_) => return Err((StatusCode::REQUEST_TIMEOUT, "too_slow")),
    };
    // One answer for every reason: a forger learns nothing from it.
    verify(webhooks, headers, &body).map_err(|reason| (StatusCode::UNAUTHORIZED, reason))?;
    let event: Option<Value> = serde_json::from_slice(&body).ok();
    event.filter(|event| event["type"].is_string()).ok_or((StatusCode::BAD_REQUEST, "malformed_json"))
}

/// Checks id, timestamp and signature with each secret. `body` is what came over the wire: parsed and written again it would
/// have another signature. The library compares in constant time.
fn verify(webhooks: &[Webhook], headers: &HeaderMap, body: &Bytes) -> Result<(), &'static str> {
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

async fn health(State(endpoint): State<Arc<Endpoint>>) -> Response {
    match endpoint.store.counts() {
        Ok((pending, given_up)) => {
            answer(StatusCode::OK, json!({ "status": "ok", "pending": pending, "given_up": given_up }))
        }
        Err(_) => answer(StatusCode::SERVICE_UNAVAILABLE, json!({ "status": "unavailable" })),
    }
}

async fn metrics(State(endpoint): State<Arc<Endpoint>>) -> Response {
    let counts = endpoint.store.counts().unwrap_or((-1, -1));
    let media_type = [(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")];
    match endpoint.metrics.text(counts.0, counts.1) {
        Ok(text) => (media_type, text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn answer(status: StatusCode, body: Value) -> Response {
    (status, Json(body)).into_response()
}
