//! Webhooks, and what you say to create, change and test one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::secret::Secret;
use crate::words::{EventType, Verdict};

/// An endpoint of yours that receives events.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Webhook {
    /// Its id, `whk_…`.
    pub id: String,
    /// Where events are sent.
    pub url: String,
    /// The events that are sent.
    pub events: Vec<EventType>,
    /// Your note on it.
    pub description: Option<String>,
    /// Whether events are sent at present.
    pub enabled: bool,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A webhook that was just created, with its secret.
#[derive(Debug, Clone, Deserialize)]
pub struct WebhookWithSecret {
    /// Its id, `whk_…`.
    pub id: String,
    /// Where events are sent.
    pub url: String,
    /// The events that are sent.
    pub events: Vec<EventType>,
    /// Your note on it.
    pub description: Option<String>,
    /// Whether events are sent at present.
    pub enabled: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// The signing secret. Store it now; it is not shown again.
    pub secret: Secret,
}

/// A webhook with its new secret.
#[derive(Debug, Clone, Deserialize)]
pub struct WebhookRotated {
    /// Its id, `whk_…`.
    pub id: String,
    /// Where events are sent.
    pub url: String,
    /// The events that are sent.
    pub events: Vec<EventType>,
    /// Your note on it.
    pub description: Option<String>,
    /// Whether events are sent at present.
    pub enabled: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// The new signing secret. Store it now; it is not shown again.
    pub secret: Secret,
    /// Until when the previous secret signs too.
    pub previous_secret_expires_at: Timestamp,
}

/// A webhook to create.
#[derive(Debug, Clone, Serialize)]
pub struct WebhookCreate {
    url: String,
    events: Vec<EventType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl WebhookCreate {
    /// A webhook at a URL, for these events.
    pub fn new(url: impl Into<String>, events: impl IntoIterator<Item = EventType>) -> Self {
        Self { url: url.into(), events: events.into_iter().collect(), description: None }
    }

    /// Adds a note, at most 200 characters.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

/// What to change of a webhook. What is `None` stays as it is.
#[derive(Debug, Clone, Default, Serialize)]
pub struct WebhookUpdate {
    /// Where to send events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The events to send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<EventType>>,
    /// Your note on it, at most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether to send events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// A test to make.
#[derive(Debug, Clone)]
pub struct WebhookTest {
    pub(crate) url: Option<String>,
    pub(crate) webhook_id: Option<String>,
    pub(crate) event_type: Option<EventType>,
    pub(crate) secret: Option<Secret>,
    pub(crate) data: Option<serde_json::Map<String, serde_json::Value>>,
}

impl WebhookTest {
    /// Tests an endpoint that need not be registered.
    pub fn url(url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), webhook_id: None, event_type: None, secret: None, data: None }
    }

    /// Tests a registered webhook, with its own secret.
    pub fn webhook(id: impl Into<String>) -> Self {
        Self { url: None, webhook_id: Some(id.into()), event_type: None, secret: None, data: None }
    }

    /// Sends this event instead of `webhook.test`.
    #[must_use]
    pub fn event_type(mut self, event_type: EventType) -> Self {
        self.event_type = Some(event_type);
        self
    }

    /// Signs with this secret.
    #[must_use]
    pub fn secret(mut self, secret: impl Into<Secret>) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// Sends this as the event's `data` instead of an example.
    #[must_use]
    pub fn data(mut self, data: serde_json::Map<String, serde_json::Value>) -> Self {
        self.data = Some(data);
        self
    }
}

/// What was sent in a test and what came back.
#[derive(Debug, Clone, Deserialize)]
pub struct WebhookTestResult {
    /// What came of it.
    pub verdict: Verdict,
    /// The verdict in a sentence, and what to do.
    pub message: String,
    /// The id of the event, as in `webhook-id`.
    pub event_id: String,
    /// The event that was sent.
    pub event_type: EventType,
    /// Where it was sent.
    pub url: String,
    /// The status that came back; `None` if none came.
    pub response_status: Option<u16>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The start of the body that came back.
    pub response_body_start: Option<String>,
    /// The headers as they were sent.
    pub request_headers: BTreeMap<String, String>,
    /// The body as it was sent, byte for byte.
    pub request_body: String,
    /// The secret that was made for this test, if you gave none.
    pub generated_secret: Option<Secret>,
}
