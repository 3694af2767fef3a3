//! A fake of Slack's Web API: the methods that a bot calls, with Slack's limits on messages
//! (<https://docs.slack.dev/reference/block-kit/blocks>, <https://docs.slack.dev/reference/methods/chat.postMessage>).
//!
//! - [`Slack`]: the methods, and what a bot called
//! - [`request`]: what Slack sends to a bot, signed

pub mod request;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, timeout};

/// The only token that it takes.
pub const TOKEN: &str = "xoxb-0-0-test";
/// The channel that the bot is in.
pub const CHANNEL: &str = "C0TEST";
/// A channel that the bot is not in, until it joins.
pub const OTHER_CHANNEL: &str = "C0OTHER";

/// How long a call may take to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A call that was made, with its arguments as JSON.
#[derive(Debug, Clone)]
pub struct Call {
    /// The method, or `response_url`.
    pub method: String,
    /// What it was given.
    pub arguments: Value,
    /// The `ts` of the message that it made or changed; nothing if it was refused.
    pub ts: Option<String>,
    /// When it came.
    pub at: Instant,
}

/// A running fake.
pub struct Slack {
    /// Where it is, with a slash at the end.
    pub url: String,
    calls: UnboundedReceiver<Call>,
    shared: Arc<Shared>,
}

struct Shared {
    told: UnboundedSender<Call>,
    script: Mutex<VecDeque<Script>>,
    messages: Mutex<u32>,
    joined: AtomicBool,
}

/// What the next call of `chat.postMessage` is answered with.
#[derive(Debug, Clone, Copy)]
pub enum Script {
    /// 429, and `Retry-After` in seconds.
    Busy(u64),
    /// `ok: false` with this error.
    Error(&'static str),
}

impl Slack {
    /// Serves on this socket, and these routes beside Slack's own.
    ///
    /// # Errors
    /// If the socket has no address.
    pub fn start(listener: TcpListener, more: Router) -> std::io::Result<Self> {
        let (told, calls) = unbounded_channel();
        let shared = Arc::new(Shared {
            told,
            script: Mutex::default(),
            messages: Mutex::new(0),
            joined: AtomicBool::new(false),
        });
        let url = format!("http://{}/api/", listener.local_addr()?);
        let app = Router::new()
            .route("/api/{method}", post(method))
            .route("/response", post(response_url))
            .with_state(shared.clone())
            .merge(more);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { url, calls, shared })
    }

    /// Where answers to a command go.
    pub fn response_url(&self) -> String {
        self.url.replace("/api/", "/response")
    }

    /// The next message is answered so.
    pub fn next(&self, script: Script) {
        lock(&self.shared.script).push_back(script);
    }

    /// The next call; nothing if none comes within a minute.
    pub async fn call(&mut self) -> Option<Call> {
        timeout(PATIENCE, self.calls.recv()).await.ok()?
    }

    /// The calls that are left, but for `auth.test`.
    pub fn left(&mut self) -> Vec<Call> {
        let all = std::iter::from_fn(|| self.calls.try_recv().ok());
        all.filter(|call| call.method != "auth.test").collect()
    }
}

async fn method(
    State(shared): State<Arc<Shared>>,
    Path(method): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let at = Instant::now();
    let arguments = arguments_of(&headers, &body);
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
    let authorized = bearer == Some(&format!("Bearer {TOKEN}")) || arguments["token"] == TOKEN;
    let answer = if authorized { answer(&shared, &method, &arguments) } else { Err(Script::Error("invalid_auth")) };
    let ts = answer.as_ref().ok().and_then(|answer| answer["ts"].as_str().map(str::to_owned));
    let _ = shared.told.send(Call { method, arguments, ts, at });
    match answer {
        Ok(answer) => Json(answer).into_response(),
        Err(Script::Error(error)) => Json(json!({ "ok": false, "error": error })).into_response(),
        Err(Script::Busy(seconds)) => {
            let busy = Json(json!({ "ok": false, "error": "ratelimited" }));
            (StatusCode::TOO_MANY_REQUESTS, [("retry-after", seconds.to_string())], busy).into_response()
        }
    }
}

/// What a method does, or what is said instead.
fn answer(shared: &Shared, method: &str, arguments: &Value) -> Result<Value, Script> {
    match method {
        "auth.test" => Ok(
            json!({ "ok": true, "user_id": "U0BOT", "bot_id": "B0BOT", "team_id": "T0", "url": "https://x.slack.com/" }),
        ),
        "chat.postMessage" => {
            if let Some(script) = lock(&shared.script).pop_front() {
                return Err(script);
            }
            check(shared, arguments).map_err(Script::Error)?;
            let mut count = lock(&shared.messages);
            *count += 1;
            Ok(
                json!({ "ok": true, "channel": arguments["channel"], "ts": format!("1700000000.{:06}", *count), "message": {} }),
            )
        }
        "chat.update" if arguments["ts"].is_string() => {
            check(shared, arguments).map_err(Script::Error)?;
            Ok(json!({ "ok": true, "ts": arguments["ts"] }))
        }
        "chat.update" => Err(Script::Error("message_not_found")),
        "conversations.join" if arguments["channel"] == OTHER_CHANNEL => {
            shared.joined.store(true, Ordering::Relaxed);
            Ok(json!({ "ok": true, "channel": { "id": OTHER_CHANNEL, "is_member": true } }))
        }
        "conversations.join" => Err(Script::Error("channel_not_found")),
        _ => Err(Script::Error("unknown_method")),
    }
}

async fn response_url(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let arguments = arguments_of(&headers, &body);
    let mut with_channel = arguments.clone();
    with_channel["channel"] = json!(CHANNEL);
    if let Err(error) = check(&shared, &with_channel) {
        return (StatusCode::BAD_REQUEST, error).into_response();
    }
    let _ = shared.told.send(Call { method: "response_url".to_owned(), arguments, ts: None, at: Instant::now() });
    "ok".into_response()
}

/// Slack takes JSON, and forms in which what is no text is JSON.
fn arguments_of(headers: &HeaderMap, body: &[u8]) -> Value {
    let media_type = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if media_type.starts_with("application/json") {
        return serde_json::from_slice(body).unwrap_or_default();
    }
    let fields = url::form_urlencoded::parse(body).map(|(name, value)| {
        let parsed = matches!(&*name, "blocks" | "metadata" | "reply_broadcast" | "unfurl_links");
        let value = if parsed { serde_json::from_str(&value).unwrap_or(Value::Null) } else { json!(value) };
        (name.into_owned(), value)
    });
    Value::Object(fields.collect::<Map<_, _>>())
}

/// All that a message shows, as one text.
#[must_use]
pub fn shown(message: &Value) -> String {
    let blocks = message["blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
    let parts = blocks.iter().flat_map(|block| block["elements"].as_array().into_iter().flatten().chain([block]));
    let texts = parts.filter_map(|part| part["text"].as_str().or_else(|| part["text"]["text"].as_str()));
    std::iter::once(message["text"].as_str().unwrap_or_default()).chain(texts).collect::<Vec<_>>().join("\n")
}

/// What Slack would refuse in a message.
fn check(shared: &Shared, message: &Value) -> Result<(), &'static str> {
    match message["channel"].as_str() {
        Some(CHANNEL) => {}
        Some(OTHER_CHANNEL) if shared.joined.load(Ordering::Relaxed) => {}
        Some(OTHER_CHANNEL) => return Err("not_in_channel"),
        _ => return Err("channel_not_found"),
    }
    let text = message["text"].as_str().unwrap_or_default();
    if text.is_empty() && message["blocks"].as_array().is_none_or(Vec::is_empty) {
        return Err("no_text");
    }
    if text.chars().count() > 40_000 {
        return Err("msg_too_long");
    }
    let blocks = message["blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
    if blocks.len() > 50 || blocks.iter().any(|one| !block(one)) {
        return Err("invalid_blocks");
    }
    Ok(())
}

fn block(block: &Value) -> bool {
    let has = |text: &Value, kinds: &[&str], most: usize| {
        let length = text["text"].as_str().unwrap_or_default().chars().count();
        kinds.iter().any(|kind| text["type"] == *kind) && (1..=most).contains(&length)
    };
    let elements = || block["elements"].as_array().map(Vec::as_slice).unwrap_or_default();
    match block["type"].as_str() {
        Some("header") => has(&block["text"], &["plain_text"], 150),
        Some("section") => has(&block["text"], &["plain_text", "mrkdwn"], 3000),
        Some("context") => {
            (1..=10).contains(&elements().len())
                && elements().iter().all(|one| has(one, &["plain_text", "mrkdwn"], 3000))
        }
        Some("actions") => {
            let button = |one: &Value| {
                one["type"] == "button"
                    && one["action_id"].as_str().is_some_and(|id| (1..=255).contains(&id.len()))
                    && one["value"].as_str().is_some_and(|value| value.len() <= 2000)
                    && has(&one["text"], &["plain_text"], 75)
            };
            (1..=25).contains(&elements().len()) && elements().iter().all(button)
        }
        _ => false,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
