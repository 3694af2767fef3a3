//! The numbers that the contract states, under `x-limits`.

use std::time::Duration;

use proofbook_contract::Contract;
use serde::Deserialize;

/// The limits of the API. A number that a contract leaves out has the value of our own contract.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Requests a minute of each key.
    pub requests_per_minute: u32,
    /// Items on a page, if the request does not say.
    pub page_size_default: usize,
    /// Items on a page, at most.
    pub page_size_max: usize,
    /// The largest request body, in bytes.
    pub request_body_bytes: usize,
    /// How long an idempotency key is kept, in hours.
    pub idempotency_hours: u32,
    /// How many webhooks a key may have.
    pub webhooks_per_key: usize,
    /// How long a rotated secret goes on signing, in seconds, if the request does not say.
    pub secret_overlap_seconds: u64,
    /// How long a receiver may take to answer, in seconds.
    pub webhook_timeout_seconds: u64,
    /// The waits between attempts to deliver, in seconds.
    pub webhook_retry_seconds: Vec<u64>,
    /// How much of a receiver's answer is kept, in characters.
    pub response_body_start_characters: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_minute: 120,
            page_size_default: 20,
            page_size_max: 100,
            request_body_bytes: 65_536,
            idempotency_hours: 24,
            webhooks_per_key: 50,
            secret_overlap_seconds: 86_400,
            webhook_timeout_seconds: 15,
            webhook_retry_seconds: vec![5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400],
            response_body_start_characters: 1_024,
        }
    }
}

impl Limits {
    /// The limits that a contract states.
    #[must_use]
    pub fn of(contract: &Contract) -> Self {
        let stated = contract.document().get("x-limits").cloned().unwrap_or_default();
        serde_json::from_value(stated).unwrap_or_default()
    }

    /// How long an idempotency key is kept.
    #[must_use]
    pub fn idempotency(&self) -> Duration {
        Duration::from_secs(u64::from(self.idempotency_hours) * 3600)
    }
}
