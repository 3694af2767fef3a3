//! Routes, the sources behind them, and the changes in those. A list has a shorter form of what a `get` answers with.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::words::{CheckFrequency, SourceHealth, SourceKind, VisaType};

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
    /// When its sources were last read; `None` if never.
    pub last_checked_at: Option<Timestamp>,
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
    /// When it was last read; `None` if never.
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
    /// What changed, in a sentence; `None` if there is no summary (yet).
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
    /// What changed, in a sentence; `None` if there is no summary (yet).
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
    /// What changed, in a sentence; `None` if there is no summary (yet).
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
