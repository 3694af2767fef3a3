//! What events carry, besides a change. [`Event`](crate::webhook::Event) is what they come in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Source;

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
