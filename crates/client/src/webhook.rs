//! Webhooks: is it genuine, and what does it say.
//!
//! Verification is that of the `standardwebhooks` crate, by the Standard Webhooks specification.

use http::HeaderMap;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use standardwebhooks::{
    HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook as Checker, WebhookError,
};

use crate::model::{ChangeWithDiff, SourceFailing, SourceRecovered, WebhookTestData};
use crate::secret::Secret;
use crate::words::EventType;

/// Timestamps after the year 5138 are none, and would overflow a subtraction.
const LATEST: i64 = 100_000_000_000;

/// Why a webhook is refused. Answer 401, and log the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A header is missing.
    #[error("the header `{name}` is missing; is this a webhook, and does your proxy pass its headers on?")]
    MissingHeader {
        /// Its name.
        name: &'static str,
    },
    /// A header can't be read.
    #[error("the header `{name}` is not visible ASCII")]
    InvalidHeader {
        /// Its name.
        name: &'static str,
    },
    /// The timestamp is no number of seconds.
    #[error("`webhook-timestamp` is not a time in Unix seconds")]
    InvalidTimestamp,
    /// The timestamp is over 5 minutes old.
    #[error("the webhook is over 5 minutes old: it is a replay, or your clock is ahead")]
    TooOld,
    /// The timestamp is over 5 minutes in the future.
    #[error("the webhook is over 5 minutes in the future: your clock is behind")]
    TooNew,
    /// The secret is none.
    #[error("the secret is not `whsec_` and base64; use the webhook's secret, not your API key")]
    InvalidSecret,
    /// No signature fits.
    #[error(
        "no signature fits: check that the secret is this webhook's, and that the body is the raw bytes as they came"
    )]
    SignatureMismatch,
    /// It is genuine but can't be read.
    #[error("the webhook is genuine, but its body can't be read: {reason}")]
    Malformed {
        /// What is wrong.
        reason: String,
    },
}

/// An event that has been verified.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id, from `webhook-id`. The same for each attempt: use it to remove duplicates.
    pub id: String,
    /// When it happened.
    pub timestamp: Timestamp,
    /// What happened.
    pub data: EventData,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum EventData {
    /// A source has changed.
    ChangeDetected(Box<ChangeWithDiff>),
    /// A source can't be read.
    SourceFailing(Box<SourceFailing>),
    /// A source can be read again.
    SourceRecovered(Box<SourceRecovered>),
    /// A test.
    WebhookTest(WebhookTestData),
    /// One that this version of the client does not know. Acknowledge it.
    Unknown {
        /// Its type.
        kind: String,
        /// Its details.
        data: Value,
    },
}

impl Event {
    /// The type of the event.
    #[must_use]
    pub fn kind(&self) -> EventType {
        match &self.data {
            EventData::ChangeDetected(_) => EventType::ChangeDetected,
            EventData::SourceFailing(_) => EventType::SourceFailing,
            EventData::SourceRecovered(_) => EventType::SourceRecovered,
            EventData::WebhookTest(_) => EventType::WebhookTest,
            EventData::Unknown { kind, .. } => EventType::Unknown(kind.clone()),
        }
    }
}

/// Verifies a webhook with one secret.
///
/// # Errors
/// Why it is refused.
pub fn verify(secret: impl Into<Secret>, headers: &HeaderMap, body: &[u8]) -> Result<Event, VerifyError> {
    Verifier::new([secret])?.verify(headers, body)
}

/// Verifies webhooks with several secrets, as while one is rotated.
#[derive(Debug, Clone)]
pub struct Verifier {
    secrets: Vec<Secret>,
}

impl Verifier {
    /// A verifier that accepts what any of these secrets signed.
    ///
    /// # Errors
    /// [`VerifyError::InvalidSecret`], if there is none, or one is not `whsec_` and base64.
    pub fn new<S: Into<Secret>>(secrets: impl IntoIterator<Item = S>) -> Result<Self, VerifyError> {
        let secrets: Vec<Secret> = secrets.into_iter().map(Into::into).collect();
        let good = |secret: &Secret| secret.expose().len() > 6 && checker(secret).is_ok();
        if secrets.is_empty() || !secrets.iter().all(good) {
            return Err(VerifyError::InvalidSecret);
        }
        Ok(Self { secrets })
    }

    /// Verifies a webhook. The body is the raw bytes as they came: parsed and written again it has another signature.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<Event, VerifyError> {
        let header = |name: &'static str| {
            let value = headers.get(name).ok_or(VerifyError::MissingHeader { name })?;
            value.to_str().map_err(|_| VerifyError::InvalidHeader { name })
        };
        let id = header(HEADER_WEBHOOK_ID)?.to_owned();
        header(HEADER_WEBHOOK_SIGNATURE)?;
        let timestamp: i64 = header(HEADER_WEBHOOK_TIMESTAMP)?.parse().map_err(|_| VerifyError::InvalidTimestamp)?;
        if !(0..=LATEST).contains(&timestamp) {
            return Err(VerifyError::InvalidTimestamp);
        }
        let mut refused = VerifyError::InvalidSecret;
        for secret in &self.secrets {
            match checker(secret)?.verify(body, headers) {
                Ok(()) => return read(id, body),
                Err(error) => refused = explain(&error),
            }
        }
        Err(refused)
    }
}

fn checker(secret: &Secret) -> Result<Checker, VerifyError> {
    let secret = secret.expose();
    if !secret.starts_with("whsec_") {
        return Err(VerifyError::InvalidSecret);
    }
    Checker::new(secret).map_err(|_| VerifyError::InvalidSecret)
}

fn explain(error: &WebhookError) -> VerifyError {
    match error {
        WebhookError::TimestampTooOldError => VerifyError::TooOld,
        WebhookError::FutureTimestampError => VerifyError::TooNew,
        WebhookError::InvalidTimestamp => VerifyError::InvalidTimestamp,
        WebhookError::InvalidSecret(_) => VerifyError::InvalidSecret,
        _ => VerifyError::SignatureMismatch,
    }
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    timestamp: Timestamp,
    data: Value,
}

fn read(id: String, body: &[u8]) -> Result<Event, VerifyError> {
    let malformed = |error: serde_json::Error| VerifyError::Malformed { reason: error.to_string() };
    let Envelope { kind, timestamp, data } = serde_json::from_slice(body).map_err(malformed)?;
    let data = match EventType::from(kind.as_str()) {
        EventType::ChangeDetected => serde_json::from_value(data).map(EventData::ChangeDetected),
        EventType::SourceFailing => serde_json::from_value(data).map(EventData::SourceFailing),
        EventType::SourceRecovered => serde_json::from_value(data).map(EventData::SourceRecovered),
        EventType::WebhookTest => serde_json::from_value(data).map(EventData::WebhookTest),
        EventType::Unknown(kind) => Ok(EventData::Unknown { kind, data }),
    };
    Ok(Event { id, timestamp, data: data.map_err(malformed)? })
}
