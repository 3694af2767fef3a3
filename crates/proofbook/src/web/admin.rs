//! The webhook tester: a page that calls the API on this address, and asks here why a signature does not fit.

use super::desk::Desk;
use crate::webhook::{headers_of, report};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use proofbook_webhook::explain::{Received, explain};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

const PAGE: &str = include_str!("../../admin/index.html");
const STYLE: &str = include_str!("../../admin/admin.css");
const SCRIPT: &str = include_str!("../../admin/admin.js");

/// Nothing in the page itself is a style or a script, so nothing that a stranger has sent can become one.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// Everything below `/admin`.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/admin", get(|| async { Redirect::temporary("/admin/webhooks") }))
        .route("/admin/", get(|| async { Redirect::temporary("/admin/webhooks") }))
        .route("/admin/webhooks", get(|| async { file("text/html; charset=utf-8", PAGE) }))
        .route("/admin/webhooks/", get(|| async { Redirect::temporary("/admin/webhooks") }))
        .route("/admin/webhooks/admin.css", get(|| async { file("text/css; charset=utf-8", STYLE) }))
        .route("/admin/webhooks/admin.js", get(|| async { file("text/javascript; charset=utf-8", SCRIPT) }))
        .route("/admin/webhooks/settings.json", get(settings))
        .route("/admin/webhooks/explain", post(explained))
}

fn file(kind: &'static str, content: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY)];
    (headers, content).into_response()
}

async fn settings(State(desk): State<Arc<Desk>>) -> impl IntoResponse {
    let front = desk.shelf.front();
    let title = &front.edition.built.title;
    Json(json!({ "title": title, "key": desk.key.get(), "events": desk.contract.events }))
}

#[derive(Deserialize)]
struct Question {
    headers: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    secret: String,
}

/// Says step by step whether a webhook is genuine. A page elsewhere can't ask: it may not send JSON here.
async fn explained(Json(question): Json<Question>) -> Response {
    let Some(headers) = headers_of(&question.headers) else {
        let problem = json!({ "detail": "The headers can't be read: write `Name: value` on each line." });
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(problem)).into_response();
    };
    let secrets: Vec<&str> = question.secret.split_whitespace().collect();
    let received = Received { headers: &headers, body: question.body.as_bytes() };
    Json(report(&explain(received, &secrets, Timestamp::now().as_second()))).into_response()
}
