//! What was sent to webhooks, attempt by attempt.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::words::{DeliveryStatus, EventType};

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
    /// The status of the latest answer; `None` if none came.
    pub response_status: Option<u16>,
    /// How long the latest attempt took, in milliseconds; `None` before the first.
    pub duration_ms: Option<u64>,
    /// When the next attempt is due; `None` if none is.
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
    /// The status of the latest answer; `None` if none came.
    pub response_status: Option<u16>,
    /// How long the latest attempt took, in milliseconds; `None` before the first.
    pub duration_ms: Option<u64>,
    /// When the next attempt is due; `None` if none is.
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
    /// The status that came back; `None` if none came.
    pub response_status: Option<u16>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Why no answer came; `None` if one came.
    pub error: Option<String>,
    /// The headers as they were sent.
    pub request_headers: BTreeMap<String, String>,
    /// The start of the body that came back.
    pub response_body_start: Option<String>,
}
