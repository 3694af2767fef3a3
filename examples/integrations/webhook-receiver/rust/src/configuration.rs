//! What the environment says, checked before the program listens.

use std::env;
use std::str::FromStr;
use std::time::Duration;

use standardwebhooks::Webhook;

use crate::worker::Retries;

// ANCHOR: configuration
/// How the receiver runs.
pub struct Configuration {
    /// Where it listens, such as `127.0.0.1:8080`.
    pub address: String,
    /// The file of the database.
    pub database: String,
    /// A verifier for each secret: two while one is rotated.
    pub webhooks: Vec<Webhook>,
    /// When work that failed is tried again.
    pub retries: Retries,
}

impl Configuration {
    /// Reads the environment. The error names the variable and how to mend it, never its value.
    pub fn from_env() -> Result<Self, String> {
        let secrets = text("POLICY_AGGREGATOR_WEBHOOK_SECRET", "");
        let webhooks: Vec<Webhook> = secrets
            .split_whitespace()
            .map(|secret| Webhook::new(secret).map_err(|_| bad_secret("holds something that is no secret")))
            .collect::<Result<_, _>>()?;
        if webhooks.is_empty() {
            return Err(bad_secret("is not set"));
        }
        let host = text("HOST", "127.0.0.1");
        let port: u16 = number("PORT", "8080")?;
        let first: f64 = number("RETRY_SECONDS", "5")?;
        let first = Duration::try_from_secs_f64(first).map_err(|_| bad_number("RETRY_SECONDS", "5"))?;
        Ok(Self {
            address: format!("{host}:{port}"),
            database: text("DATABASE_PATH", "receiver.db"),
            webhooks,
            retries: Retries { first, most: number("MAX_ATTEMPTS", "8")? },
        })
    }
}
// ANCHOR_END: configuration

fn text(name: &str, default: &str) -> String {
    env::var(name).unwrap_or_else(|_| default.to_owned())
}

fn number<T: FromStr>(name: &str, default: &str) -> Result<T, String> {
    text(name, default).parse().map_err(|_| bad_number(name, default))
}

fn bad_number(name: &str, default: &str) -> String {
    format!("{name} is no number that can be used here: set it to one such as {default}, or leave it out")
}

fn bad_secret(what: &str) -> String {
    format!(
        "POLICY_AGGREGATOR_WEBHOOK_SECRET {what}: set it to the webhook's secret, whsec_ and base64, \
         or to two of them with a space between while you rotate"
    )
}
