//! Sends one signed event to one URL, by the Standard Webhooks specification, and tells what came back.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use jiff::Timestamp;
use proofbook_webhook::destination::{self, Reach};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tokio::sync::Semaphore;

use super::delivery::Event;
use crate::exchange::Log;

/// How many attempts are under way at once, over all keys.
const AT_ONCE: usize = 64;
const USER_AGENT: &str = "PolicyAggregator-Webhooks/1.0";

/// What came of an attempt.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The status that came back.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Why no answer came.
    pub error: Option<String>,
    /// Whether no answer came in time.
    pub timed_out: bool,
    /// The headers that were sent.
    pub request_headers: Value,
    /// The start of the body that came back.
    pub body_start: Option<String>,
    /// The `Retry-After` that came back, in seconds.
    pub retry_after: Option<u64>,
}

/// Sends events.
#[derive(Debug, Clone)]
pub struct Sender {
    client: reqwest::Client,
    room: Arc<Semaphore>,
    body_start: usize,
    log: Arc<Log>,
}

impl Sender {
    /// A sender that waits this long for an answer, keeps this many characters of it, and notes in the log what it sends.
    ///
    /// # Errors
    /// If TLS can't be set up.
    pub fn new(timeout: Duration, body_start: usize, log: Arc<Log>) -> Result<Self, reqwest::Error> {
        let client = destination::client(Reach::Public, timeout)?;
        Ok(Self { client, room: Arc::new(Semaphore::new(AT_ONCE)), body_start, log })
    }

    /// Signs an event now, with each of the secrets, and sends it.
    pub async fn send(&self, url: &str, secrets: &[String], event: &Event) -> Outcome {
        let _permit = self.room.acquire().await;
        self.log.sent(&event.kind);
        let timestamp = Timestamp::now().as_second();
        let signatures: Vec<String> = secrets
            .iter()
            .filter_map(|secret| Webhook::new(secret).ok()?.sign(&event.id, timestamp, event.body.as_bytes()).ok())
            .collect();
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("user-agent", USER_AGENT.to_owned()),
            ("webhook-id", event.id.clone()),
            ("webhook-timestamp", timestamp.to_string()),
            ("webhook-signature", signatures.join(" ")),
        ];
        let mut outcome = Outcome {
            status: None,
            duration_ms: 0,
            error: None,
            timed_out: false,
            request_headers: headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect(),
            body_start: None,
            retry_after: None,
        };
        let started = Instant::now();
        match destination::check(url, Reach::Public) {
            Err(why) => outcome.error = Some(why),
            Ok(url) => {
                let request = self.client.post(url).body(event.body.to_string());
                let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
                match request.send().await {
                    Ok(response) => self.read(response, &mut outcome).await,
                    Err(error) => {
                        outcome.timed_out = error.is_timeout();
                        outcome.error = Some(explain(&error));
                    }
                }
            }
        }
        outcome.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        outcome
    }

    async fn read(&self, response: reqwest::Response, outcome: &mut Outcome) {
        outcome.status = Some(response.status().as_u16());
        let header = response.headers().get(http::header::RETRY_AFTER);
        outcome.retry_after = header.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        // A character has at most four bytes; what is behind the part that is kept is never read.
        let most = self.body_start * 4;
        let mut body = Vec::new();
        let mut chunks = response.bytes_stream();
        while body.len() < most
            && let Some(Ok(chunk)) = chunks.next().await
        {
            body.extend_from_slice(&chunk);
        }
        outcome.body_start = Some(String::from_utf8_lossy(&body).chars().take(self.body_start).collect());
    }
}

fn explain(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "The receiver did not answer in time.".to_owned();
    }
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if error.is_connect() { format!("No connection: {cause}.") } else { format!("The exchange broke off: {cause}.") }
}
