//! What the environment says, checked before anything starts.

use std::env;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use standardwebhooks::Webhook;
use url::{Host, Url};

use crate::problem::Backoff;

// ANCHOR: configuration
/// How the integration runs. It has no `Debug`: secrets are in it.
pub struct Configuration {
    /// Where it listens, such as `127.0.0.1:8080`.
    pub address: String,
    /// The file of the database.
    pub database: String,
    /// Policy Aggregator's API.
    pub base_url: Url,
    /// The key for it.
    pub key: String,
    /// A verifier for each secret of the webhook: two while one is rotated.
    pub webhooks: Vec<Webhook>,
    /// How often it polls.
    pub poll: Duration,
    /// Where polling begins with a new database.
    pub since: Timestamp,
    /// When what failed is tried again.
    pub backoff: Backoff,
}

impl Configuration {
    /// Reads the environment. The error names each variable that is wrong and how to mend it, never its value.
    pub fn from_env() -> Result<Self, String> {
        let mut wrong = Vec::new();
        let key = check(&mut wrong, key());
        let webhooks = check(&mut wrong, webhooks());
        let base_url = check(&mut wrong, base_url());
        let port = check(&mut wrong, number::<u16>("PORT", "8080"));
        let poll = check(&mut wrong, seconds("POLL_SECONDS", "300"));
        let first = check(&mut wrong, seconds("RETRY_SECONDS", "5"));
        let alert_after = check(&mut wrong, number("ALERT_AFTER", "8"));
        let since = check(&mut wrong, since());
        // All that is wrong at once: each start that fails costs somebody a deployment.
        let all = (key, webhooks, base_url, port, poll, first, alert_after, since);
        let (
            Some(key),
            Some(webhooks),
            Some(base_url),
            Some(port),
            Some(poll),
            Some(first),
            Some(alert_after),
            Some(since),
        ) = all
        else {
            return Err(wrong.join("\n"));
        };
        Ok(Self {
            address: format!("{}:{port}", text("HOST", "127.0.0.1")),
            database: text("DATABASE_PATH", "integration.db"),
            base_url,
            key,
            webhooks,
            poll,
            since,
            backoff: Backoff { first, alert_after },
        })
    }
}
// ANCHOR_END: configuration

fn check<T>(wrong: &mut Vec<String>, value: Result<T, String>) -> Option<T> {
    value.map_err(|problem| wrong.push(problem)).ok()
}

fn key() -> Result<String, String> {
    let key = text("POLICY_AGGREGATOR_API_KEY", "");
    let known = ["pa_live_", "pa_test_"].iter().any(|start| key.starts_with(start));
    match known && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(key),
        false => Err("POLICY_AGGREGATOR_API_KEY is no key: set it to one, pa_live_… or pa_test_…".to_owned()),
    }
}

fn webhooks() -> Result<Vec<Webhook>, String> {
    let secrets = text("POLICY_AGGREGATOR_WEBHOOK_SECRET", "");
    let webhooks: Option<Vec<_>> = secrets.split_whitespace().map(|secret| Webhook::new(secret).ok()).collect();
    webhooks.filter(|webhooks| !webhooks.is_empty()).ok_or_else(|| {
        "POLICY_AGGREGATOR_WEBHOOK_SECRET is no secret: set it to the webhook's, whsec_ and base64, or to two of them \
         with a space between while you rotate"
            .to_owned()
    })
}

/// The key would travel in clear over `http`, but on this machine.
fn base_url() -> Result<Url, String> {
    let url = Url::parse(&text("POLICY_AGGREGATOR_BASE_URL", "https://api.policyaggregator.example")).ok();
    let loopback = |url: &Url| match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.filter(|url| url.scheme() == "https" || url.scheme() == "http" && loopback(url)).ok_or_else(|| {
        "POLICY_AGGREGATOR_BASE_URL can't be used: set it to an https address, or to http on this machine".to_owned()
    })
}

fn since() -> Result<Timestamp, String> {
    match text("POLL_SINCE", "").as_str() {
        "" => Ok(Timestamp::now()),
        moment => moment.parse().map_err(|_| {
            "POLL_SINCE is no time: set it to one such as 2026-03-04T05:06:07Z, or leave it out".to_owned()
        }),
    }
}

fn seconds(name: &str, default: &str) -> Result<Duration, String> {
    let seconds = number::<f64>(name, default)?;
    let duration = Duration::try_from_secs_f64(seconds).ok();
    duration.filter(|duration| !duration.is_zero()).ok_or_else(|| bad_number(name, default))
}

fn number<T: FromStr>(name: &str, default: &str) -> Result<T, String> {
    text(name, default).parse().map_err(|_| bad_number(name, default))
}

fn bad_number(name: &str, default: &str) -> String {
    format!("{name} is no number that can be used here: set it to one such as {default}, or leave it out")
}

fn text(name: &str, default: &str) -> String {
    env::var(name).ok().filter(|value| !value.is_empty()).unwrap_or_else(|| default.to_owned())
}
