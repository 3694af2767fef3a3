//! What the hidden lines of a page's Rust blocks use. Nothing that a reader sees mentions it.
//!
//! ```text
//! # fn main() -> handbook::Result { handbook::run(async {
//! let client = policy_aggregator::Client::from_env()?;
//! // … what the reader copies …
//! # Ok(()) }) }
//! ```
//!
//! It does not extract or compile the blocks, which `build.rs` does, and starts no sandbox, which the gate does.

use std::collections::VecDeque;
use std::error::Error;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// What a block ends with. Whatever error a page's code has goes through `?`.
pub type Result = std::result::Result<(), Box<dyn Error + Send + Sync>>;

/// Runs a block. The gate has started a sandbox for it alone, which `Client::from_env` finds.
///
/// # Errors
/// The block's own.
pub fn run<F: Future<Output = Result>>(block: F) -> Result {
    // This workspace's reqwest comes without a choice of cryptography; a reader's own comes with one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(block)
}

/// What a helper for hidden lines fails with.
type Failure = Box<dyn Error + Send + Sync>;

/// A webhook as it came: its headers and its body, byte for byte.
pub type Delivered = (HeaderMap, Bytes);

/// Calls a control of the block's sandbox, below `/sandbox/`, and returns what it answered; null if it answered nothing.
/// `control("POST", "changes", json!({}))` makes a change.
///
/// # Errors
/// If the call does not come through, or the control refuses it.
pub async fn control(method: &str, name: &str, body: Value) -> std::result::Result<Value, Failure> {
    let (url, key) = (std::env::var("POLICY_AGGREGATOR_BASE_URL")?, std::env::var("POLICY_AGGREGATOR_API_KEY")?);
    let request = reqwest::Client::new().request(method.parse()?, format!("{url}/sandbox/{name}")).bearer_auth(key);
    let request = if body.is_null() { request } else { request.json(&body) };
    let response = request.send().await?;
    let (status, text) = (response.status(), response.text().await?);
    match status.is_success() {
        true if text.is_empty() => Ok(Value::Null),
        true => Ok(serde_json::from_str(&text)?),
        false => Err(format!("the control {method} {name} answered {status}: {text}").into()),
    }
}

/// Starts a webhook receiver that hands on whatever comes. It answers with these statuses first, then always with 204.
/// Returns its address, and where the webhooks come out.
///
/// # Errors
/// If no port can be had.
pub async fn endpoint(
    statuses: impl IntoIterator<Item = u16>,
) -> std::result::Result<(String, UnboundedReceiver<Delivered>), Failure> {
    let statuses: VecDeque<_> =
        statuses.into_iter().map(StatusCode::from_u16).collect::<std::result::Result<_, _>>()?;
    let statuses = Arc::new(Mutex::new(statuses));
    let (sender, inbox) = unbounded_channel();
    let receive = move |headers: HeaderMap, body: Bytes| async move {
        // A block that has seen enough need not listen any more.
        let _ = sender.send((headers, body));
        statuses.lock().unwrap_or_else(PoisonError::into_inner).pop_front().unwrap_or(StatusCode::NO_CONTENT)
    };
    Ok((serve(Router::new().route("/webhooks", post(receive))).await?, inbox))
}

/// Serves a page's own webhook receiver on a free port until the block ends, and returns the address of its `/webhooks`.
///
/// # Errors
/// If no port can be had.
pub async fn serve(app: Router) -> std::result::Result<String, Failure> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}/webhooks", listener.local_addr()?);
    tokio::spawn(axum::serve(listener, app).into_future());
    Ok(url)
}
