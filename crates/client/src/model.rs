//! What the API answers with. Fields that this version does not know are ignored.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::secret::Secret;
use crate::words::{
    CheckFrequency, DeliveryStatus, EventType, Mode, Scope, SourceHealth, SourceKind, Verdict, VisaType,
};

/// A page of a list.
#[derive(Debug, Clone, Deserialize)]
pub struct Page<T> {
    /// The items.
    pub data: Vec<T>,
    /// Where to go on; `None` on the last page.
    pub next_cursor: Option<String>,
}

/// The key that you call with.
#[derive(Debug, Clone, Deserialize)]
pub struct Me {
    /// The key, shortened so that it can't be used.
    pub key: String,
    /// Whether it is for production or for the sandbox.
    pub mode: Mode,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Its limit, and what is left of it.
    pub rate_limit: RateLimit,
}

/// A rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct RateLimit {
    /// Requests a minute.
    pub limit: u32,
    /// Requests left in this minute.
    pub remaining: u32,
    /// When the limit starts afresh, in Unix seconds.
    pub reset: i64,
}

/// A route, in short.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct RouteSummary {
    /// Its id, `rte_…`.
    pub id: String,
    /// Where the traveller comes from, ISO 3166-1 alpha-2.
    pub origin_country: String,
    /// Where the traveller goes, ISO 3166-1 alpha-2.
    pub destination_country: String,
    /// What the visa is for.
    pub visa_type: VisaType,
    /// The route as people write it.
    pub display: String,
}

/// A pair of countries and a type of visa, watched for changes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Route {
    /// Its id, `rte_…`.
    pub id: String,
    /// Where the traveller comes from, ISO 3166-1 alpha-2.
    pub origin_country: String,
    /// Where the traveller goes, ISO 3166-1 alpha-2.
    pub destination_country: String,
    /// What the visa is for.
    pub visa_type: VisaType,
    /// The route as people write it.
    pub display: String,
    /// Whether it is watched at present.
    pub active: bool,
    /// When its sources were last read.
    pub last_checked_at: Option<Timestamp>,
}

/// A source, in short.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct SourceSummary {
    /// Its id, `src_…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: String,
}

/// An official page or document that is read for changes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Source {
    /// Its id, `src_…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: String,
    /// The country whose policy it states, ISO 3166-1 alpha-2.
    pub country: String,
    /// The type of visa it is about.
    pub visa_type: VisaType,
    /// What it is.
    pub kind: SourceKind,
    /// How often it is read.
    pub check_frequency: CheckFrequency,
    /// Whether it can be read.
    pub health: SourceHealth,
    /// When it was last read.
    pub last_checked_at: Option<Timestamp>,
}

/// A change in the text of a source.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Change {
    /// Its id, `chg_…`.
    pub id: String,
    /// The route that it touches.
    pub route: RouteSummary,
    /// The source that changed.
    pub source: SourceSummary,
    /// When it was detected.
    pub detected_at: Timestamp,
    /// What changed, in a sentence.
    pub summary: Option<String>,
    /// How many lines the diff adds.
    pub lines_added: u64,
    /// How many lines the diff removes.
    pub lines_removed: u64,
}

/// A change with its diff, as a webhook carries it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct ChangeWithDiff {
    /// Its id, `chg_…`.
    pub id: String,
    /// The route that it touches.
    pub route: RouteSummary,
    /// The source that changed.
    pub source: SourceSummary,
    /// When it was detected.
    pub detected_at: Timestamp,
    /// What changed, in a sentence.
    pub summary: Option<String>,
    /// How many lines the diff adds.
    pub lines_added: u64,
    /// How many lines the diff removes.
    pub lines_removed: u64,
    /// The unified diff.
    pub diff: String,
}

/// A change with its diff and the versions that it lies between.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct ChangeDetail {
    /// Its id, `chg_…`.
    pub id: String,
    /// The route that it touches.
    pub route: RouteSummary,
    /// The source that changed.
    pub source: SourceSummary,
    /// When it was detected.
    pub detected_at: Timestamp,
    /// What changed, in a sentence.
    pub summary: Option<String>,
    /// How many lines the diff adds.
    pub lines_added: u64,
    /// How many lines the diff removes.
    pub lines_removed: u64,
    /// The unified diff.
    pub diff: String,
    /// The text before.
    pub old_version: Version,
    /// The text after.
    pub new_version: Version,
}

/// The text of a source at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Version {
    /// Its id, `ver_…`.
    pub id: String,
    /// SHA-256 of the text, as `sha256:` and hexadecimal digits.
    pub content_hash: String,
    /// When it was read.
    pub fetched_at: Timestamp,
    /// Its length in bytes.
    pub content_length: u64,
}

/// A route that your organisation follows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Subscription {
    /// Its id, `sub_…`.
    pub id: String,
    /// The route.
    pub route: RouteSummary,
    /// When you subscribed.
    pub created_at: Timestamp,
    /// Whether its changes are sent to your webhooks.
    pub active: bool,
}

/// An endpoint of yours that receives events.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
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
}

impl WebhookTest {
    /// Tests an endpoint that need not be registered.
    pub fn url(url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), webhook_id: None, event_type: None, secret: None }
    }

    /// Tests a registered webhook, with its own secret.
    pub fn webhook(id: impl Into<String>) -> Self {
        Self { url: None, webhook_id: Some(id.into()), event_type: None, secret: None }
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
    /// The status that came back.
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

/// An event on its way to a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Delivery {
    /// Its id, `dlv_…`.
    pub id: String,
    /// The webhook it goes to.
    pub webhook_id: String,
    /// The event, as in `webhook-id`.
    pub event_id: String,
    /// What happened.
    pub event_type: EventType,
    /// How it stands.
    pub status: DeliveryStatus,
    /// How many attempts were made.
    pub attempt: u32,
    /// The status of the latest answer.
    pub response_status: Option<u16>,
    /// How long the latest attempt took, in milliseconds.
    pub duration_ms: Option<u64>,
    /// When the next attempt is due.
    pub next_attempt_at: Option<Timestamp>,
    /// When the event was handed to delivery.
    pub created_at: Timestamp,
}

/// A delivery with each attempt.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct DeliveryDetail {
    /// Its id, `dlv_…`.
    pub id: String,
    /// The webhook it goes to.
    pub webhook_id: String,
    /// The event, as in `webhook-id`.
    pub event_id: String,
    /// What happened.
    pub event_type: EventType,
    /// How it stands.
    pub status: DeliveryStatus,
    /// How many attempts were made.
    pub attempt: u32,
    /// The status of the latest answer.
    pub response_status: Option<u16>,
    /// How long the latest attempt took, in milliseconds.
    pub duration_ms: Option<u64>,
    /// When the next attempt is due.
    pub next_attempt_at: Option<Timestamp>,
    /// When the event was handed to delivery.
    pub created_at: Timestamp,
    /// The headers of the latest attempt, as they were sent.
    pub request_headers: BTreeMap<String, String>,
    /// The body, byte for byte.
    pub request_body: String,
    /// The start of the latest answer.
    pub response_body_start: Option<String>,
    /// Each attempt, first to last.
    pub attempts: Vec<DeliveryAttempt>,
}

/// One attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct DeliveryAttempt {
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// When it was made.
    pub attempted_at: Timestamp,
    /// The status that came back.
    pub response_status: Option<u16>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Why no answer came.
    pub error: Option<String>,
    /// The headers as they were sent.
    pub request_headers: BTreeMap<String, String>,
    /// The start of the body that came back.
    pub response_body_start: Option<String>,
}

/// A source that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct SourceFailing {
    /// The source.
    pub source: Source,
    /// When it was first not readable.
    pub failing_since: Timestamp,
    /// How often in a row.
    pub consecutive_failures: u32,
    /// What the last try ended with.
    pub error: String,
}

/// A source that is read again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct SourceRecovered {
    /// The source.
    pub source: Source,
    /// When it was first not readable.
    pub failing_since: Timestamp,
    /// When it was read again.
    pub recovered_at: Timestamp,
}

/// The details of a test.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct WebhookTestData {
    /// A greeting.
    pub message: String,
    /// The webhook that is tested, if it is registered.
    pub webhook_id: Option<String>,
}
