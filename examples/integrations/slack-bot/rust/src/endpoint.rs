//! What Slack and Policy Aggregator send.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_TIMESTAMP, Webhook};
use tokio::sync::{Notify, mpsc};

use crate::api::Api;
use crate::blocks::{acknowledged, text};
use crate::command::{USAGE, answer};
use crate::signature::SigningSecret;
use crate::slack::Slack;
use crate::store::Store;

/// The largest body, in bytes.
const LARGEST: usize = 256 * 1024;

/// What the endpoint needs.
pub struct Bot {
    pub api: Api,
    pub slack: Slack,
    pub store: Arc<Store>,
    pub webhooks: Vec<Webhook>,
    pub signing_secret: SigningSecret,
    /// Tells the feed that something was stored.
    pub wake: Arc<Notify>,
    /// Held by each answer that is on its way.
    pub busy: mpsc::Sender<()>,
}

pub fn routes(bot: Arc<Bot>) -> Router {
    let slack = Router::new().route("/slack/events", post(from_slack));
    let routes = slack.route("/webhooks", post(webhook)).layer(DefaultBodyLimit::max(LARGEST));
    routes.route("/healthz", get(async || Json(json!({ "status": "ok" })))).with_state(bot)
}

// ANCHOR: events
/// A command, a click or an event. It is acknowledged at once, since Slack waits 3 seconds; what it takes comes afterwards.
async fn from_slack(State(bot): State<Arc<Bot>>, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(reason) = bot.signing_secret.verify(&headers, &body, jiff::Timestamp::now().as_second()) {
        tracing::warn!(reason, "refused");
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if media_type.starts_with("application/json") {
        let event: Value = serde_json::from_slice(&body).unwrap_or_default();
        if event["type"] == "url_verification" {
            return Json(json!({ "challenge": event["challenge"] })).into_response();
        }
        later(&bot, move |bot| async move { mentioned(&bot, &event).await });
    } else {
        let form: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
        match form.get("payload") {
            Some(payload) => {
                let click: Value = serde_json::from_str(payload).unwrap_or_default();
                later(&bot, move |bot| async move { clicked(&bot, &click).await });
            }
            None => later(&bot, move |bot| async move { asked(&bot, &form).await }),
        }
    }
    StatusCode::OK.into_response()
}
// ANCHOR_END: events

/// Does something after the answer. The bot does not stop before it is done.
fn later<F: Future<Output = anyhow::Result<()>> + Send + 'static>(bot: &Arc<Bot>, what: impl FnOnce(Arc<Bot>) -> F) {
    let busy = bot.busy.clone();
    let doing = what(bot.clone());
    tokio::spawn(async move {
        if let Err(error) = doing.await {
            tracing::error!(error = format!("{error:#}"), "a request failed");
        }
        drop(busy);
    });
}

async fn asked(bot: &Bot, form: &HashMap<String, String>) -> anyhow::Result<()> {
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let message = answer(&bot.api, field("text")).await;
    Ok(bot.slack.respond(field("response_url"), &message).await.map_err(reqwest::Error::without_url)?)
}

// ANCHOR: acknowledge
/// A click on the button. A second one, or the same one sent again, changes nothing.
async fn clicked(bot: &Bot, click: &Value) -> anyhow::Result<()> {
    let (action, user) = (&click["actions"][0], text(&click["user"]["id"]));
    if action["action_id"] != "acknowledge" || !bot.store.acknowledge(text(&action["value"]), user)? {
        return Ok(());
    }
    let message = &click["message"];
    let update = json!({
        "channel": click["channel"]["id"],
        "ts": message["ts"],
        "text": message["text"],
        "blocks": acknowledged(&message["blocks"], user),
    });
    call(bot, "chat.update", &update).await
}
// ANCHOR_END: acknowledge

/// Slack sends an event again if it got no answer in time; its id stays the same.
async fn mentioned(bot: &Bot, event: &Value) -> anyhow::Result<()> {
    let (id, event) = (text(&event["event_id"]), &event["event"]);
    if event["type"] != "app_mention" || !bot.store.add_event(id)? {
        return Ok(());
    }
    let thread = event.get("thread_ts").unwrap_or(&event["ts"]);
    call(bot, "chat.postMessage", &json!({ "channel": event["channel"], "thread_ts": thread, "text": USAGE })).await
}

/// Calls a method of Slack's.
pub async fn call(bot: &Bot, method: &str, arguments: &Value) -> anyhow::Result<()> {
    bot.slack.call(method, arguments).await.map(|_| ()).map_err(|problem| anyhow::anyhow!("{method}: {problem:?}"))
}

// ANCHOR: webhook
/// A webhook of Policy Aggregator: verified, stored, answered.
async fn webhook(State(bot): State<Arc<Bot>>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = |status: StatusCode, body: Value| (status, Json(body)).into_response();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // The library subtracts timestamps without looking: no clock shows a number of over 12 digits.
    let plausible = header(HEADER_WEBHOOK_TIMESTAMP).len() <= 12;
    // It compares in constant time, over the raw body.
    if !plausible || !bot.webhooks.iter().any(|one| one.verify(&body, &headers).is_ok()) {
        tracing::warn!(reason = "the signature or the timestamp does not fit", "refused");
        return answer(StatusCode::UNAUTHORIZED, json!({ "error": "unauthorized" }));
    }
    let webhook_id = header(HEADER_WEBHOOK_ID);
    let event: Value = serde_json::from_slice(&body).unwrap_or_default();
    if !event["type"].is_string() {
        tracing::warn!(webhook_id, reason = "it is no event", "refused");
        return answer(StatusCode::BAD_REQUEST, json!({ "error": "malformed" }));
    }
    if event["type"] != "change.detected" {
        tracing::info!(webhook_id, "type" = text(&event["type"]), "ignored");
    } else {
        match bot.store.add_delivery(webhook_id, &String::from_utf8_lossy(&body)) {
            Ok(true) => {
                tracing::info!(webhook_id, "stored");
                bot.wake.notify_one();
            }
            Ok(false) => tracing::info!(webhook_id, "duplicate"),
            Err(error) => {
                tracing::error!(error = %error, webhook_id, "not stored");
                return answer(StatusCode::SERVICE_UNAVAILABLE, json!({ "error": "unavailable" }));
            }
        }
    }
    answer(StatusCode::ACCEPTED, json!({ "status": "accepted" }))
}
// ANCHOR_END: webhook
