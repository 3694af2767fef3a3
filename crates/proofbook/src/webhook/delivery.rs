//! A signed webhook, and how to send it.

use std::time::{Duration, Instant};

use anyhow::Context;
use clap::ValueEnum;
use futures::StreamExt;
use jiff::Timestamp;
use proofbook_sandbox::policy_aggregator::ids;
use proofbook_webhook::destination::{self, Reach};
use proofbook_webhook::signature::{Key, TOLERANCE_SECONDS, VERSION, content};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;

use crate::exit;
use crate::failure::{Failure, innermost};

/// How long a receiver may take, as in production.
const TIMEOUT: Duration = Duration::from_secs(15);
/// How much of an answer is shown, in bytes.
const SHOWN: usize = 500;

/// Where to send to.
#[derive(Debug, clap::Args)]
pub(crate) struct Target {
    /// Where to send: https, or http on this machine
    #[arg(long = "to", value_name = "URL")]
    url: String,

    /// Send to private and link-local addresses too, and by http
    #[arg(long)]
    allow_private: bool,
}

impl Target {
    /// This address.
    pub(crate) fn new(url: String, allow_private: bool) -> Self {
        Self { url, allow_private }
    }

    /// A client that reaches only what it may, and the address; refused if it is one that it may not.
    pub(crate) fn client(&self, timeout: Duration) -> anyhow::Result<(reqwest::Client, reqwest::Url)> {
        let reach = if self.allow_private { Reach::Private } else { Reach::Public };
        let url = destination::check(&self.url, reach).map_err(|why| {
            Failure::new(exit::USAGE, "nothing is sent there")
                .at(place(&self.url))
                .because(anyhow::anyhow!(why))
                .fix("name a public https address or this machine; --allow-private for one in your own network")
        })?;
        Ok((destination::client(reach, timeout).context("TLS can't be set up")?, url))
    }
}

/// How a delivery is spoilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tamper {
    /// Signed with another secret
    Signature,
    /// The body is changed after it was signed
    Body,
    /// Signed 10 minutes ago
    TimestampOld,
    /// Signed 10 minutes ahead
    TimestampFuture,
    /// Sent twice: genuine, and to be done once
    Duplicate,
    /// Without id, timestamp and signature
    NoHeaders,
}

/// What is sent.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Delivery {
    /// A delivery that is signed now, or as a forger would.
    pub(crate) fn signed(id: String, body: Vec<u8>, keys: &[Key], tamper: Option<Tamper>) -> Self {
        let off = match tamper {
            Some(Tamper::TimestampOld) => -2 * TOLERANCE_SECONDS,
            Some(Tamper::TimestampFuture) => 2 * TOLERANCE_SECONDS,
            _ => 0,
        };
        let timestamp = (Timestamp::now().as_second() + off).to_string();
        let content = content(&id, &timestamp, &body);
        let forged = [Key::new(&fastrand::u128(..).to_be_bytes())];
        let keys = if tamper == Some(Tamper::Signature) { &forged[..] } else { keys };
        let signatures: Vec<String> = keys.iter().map(|key| format!("{VERSION}{}", key.sign(&content))).collect();
        let mut headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("user-agent".to_owned(), concat!("proofbook/", env!("CARGO_PKG_VERSION")).to_owned()),
        ];
        if tamper != Some(Tamper::NoHeaders) {
            let own = [
                ("webhook-id", id.clone()),
                ("webhook-timestamp", timestamp),
                ("webhook-signature", signatures.join(" ")),
            ];
            headers.extend(own.map(|(name, value)| (name.to_owned(), value)));
        }
        let body = if tamper == Some(Tamper::Body) { changed(&body) } else { body };
        Self { id, headers, body }
    }
}

/// The body with something more in it.
fn changed(body: &[u8]) -> Vec<u8> {
    match body.strip_prefix(b"{") {
        Some(rest) => [br#"{"forged":true,"#, rest].concat(),
        None => [body, b"forged"].concat(),
    }
}

/// A new id of an event.
pub(crate) fn new_id() -> String {
    ids::new("evt")
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Outcome {
    /// The `webhook-id`.
    pub(crate) id: String,
    /// The status that came back.
    pub(crate) status: Option<u16>,
    /// How long it took, in milliseconds.
    pub(crate) duration_ms: f64,
    /// Why no answer came.
    pub(crate) error: Option<String>,
    /// The start of the answer.
    pub(crate) body: String,
    /// Whether a good receiver answers so.
    pub(crate) good: bool,
    /// Why, or why not.
    pub(crate) because: String,
}

/// Sends to one address.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    client: reqwest::Client,
    url: reqwest::Url,
}

impl Sender {
    /// A sender to where the options say.
    pub(crate) fn to(target: &Target) -> anyhow::Result<Self> {
        let (client, url) = target.client(TIMEOUT)?;
        Ok(Self { client, url })
    }

    /// Sends a delivery, and judges the answer.
    pub(crate) async fn send(&self, delivery: &Delivery, tamper: Option<Tamper>) -> Outcome {
        let started = Instant::now();
        let answer = self.post(delivery).await;
        let duration_ms = tenths(started.elapsed());
        let (status, body, error) = match answer {
            Ok(Answer { status, body, .. }) => (Some(status), String::from_utf8_lossy(&body).into_owned(), None),
            Err(error) => (None, String::new(), Some(error)),
        };
        let (good, because) = judge(status, error.as_deref(), tamper);
        Outcome { id: delivery.id.clone(), status, duration_ms, error, body, good, because }
    }

    /// Sends as it is.
    pub(crate) async fn post(&self, delivery: &Delivery) -> Result<Answer, String> {
        self.post_body(delivery, delivery.body.clone().into()).await
    }

    /// Sends the first half of the body, waits, and sends the rest.
    pub(crate) async fn trickle(&self, delivery: &Delivery, wait: Duration) -> Result<Answer, String> {
        let (first, rest) = delivery.body.split_at(delivery.body.len() / 2);
        let parts = [(Duration::ZERO, first.to_vec()), (wait, rest.to_vec())];
        let parts = futures::stream::iter(parts).then(|(wait, part)| async move {
            tokio::time::sleep(wait).await;
            Ok::<_, std::convert::Infallible>(part)
        });
        self.post_body(delivery, reqwest::Body::wrap_stream(parts)).await
    }

    async fn post_body(&self, delivery: &Delivery, body: reqwest::Body) -> Result<Answer, String> {
        let started = Instant::now();
        let headers: HeaderMap = delivery
            .headers
            .iter()
            .filter_map(|(name, value)| Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?)))
            .collect();
        let request = self.client.post(self.url.clone()).headers(headers).body(body);
        let mut response = request.send().await.map_err(|error| explain(&error))?;
        let (status, mut body) = (response.status().as_u16(), Vec::new());
        while body.len() < SHOWN
            && let Ok(Some(chunk)) = response.chunk().await
        {
            body.extend_from_slice(&chunk);
        }
        body.truncate(SHOWN);
        Ok(Answer { status, body, duration_ms: tenths(started.elapsed()) })
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The start of the body.
    pub(crate) body: Vec<u8>,
    /// How long it took, in milliseconds.
    pub(crate) duration_ms: f64,
}

/// Milliseconds with one digit.
pub(crate) fn tenths(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 10_000.0).round() / 10.0
}

/// The address without what may be a password.
fn place(url: &str) -> String {
    match reqwest::Url::parse(url) {
        Ok(url) => url.host_str().map_or_else(|| url.scheme().to_owned(), str::to_owned),
        Err(_) => "--to".to_owned(),
    }
}

fn explain(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", TIMEOUT.as_secs());
    }
    let cause = innermost(error);
    if error.is_connect() { format!("no connection: {cause}") } else { format!("the exchange broke off: {cause}") }
}

/// Whether a good receiver answers so, and why.
fn judge(status: Option<u16>, error: Option<&str>, tamper: Option<Tamper>) -> (bool, String) {
    let Some(status) = status else {
        return (false, format!("{}; the sender tries again later", error.unwrap_or("no answer")));
    };
    let genuine = matches!(tamper, None | Some(Tamper::Duplicate));
    let (good, why) = match (genuine, status) {
        (true, 200..=299) => (true, "accepted"),
        (true, 300..=399) => (false, "redirects are not followed: register the address that it leads to"),
        (true, 401 | 403) => (false, "a genuine webhook was refused: is the secret the same there, and the body raw?"),
        (true, 404 | 405) => (false, "nobody takes a POST at this path"),
        (true, 410) => (false, "410 disables the webhook"),
        (true, 413) => (false, "too large for the receiver"),
        (true, 415) => (false, "the receiver must take application/json"),
        (true, _) => (false, "not accepted; the sender tries again later"),
        (false, 401 | 403) => (true, "refused, as it should"),
        (false, 400..=499) => (true, "refused; 401 would be plainer"),
        (false, 200..=299) => (false, "took what is not genuine: verify signature and timestamp before anything else"),
        (false, _) => (false, "what is not genuine must be refused with 401, and break nothing"),
    };
    (good, why.to_owned())
}
