//! The events that webhooks carry.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::data::Change;
use super::delivery::{Event, whole_second};
use super::world::World;

/// A source has changed.
#[must_use]
pub fn change_detected(change: &Change) -> Event {
    Event::new("change.detected", change.detected_at, &change.with_diff)
}

/// A source can't be read.
#[must_use]
pub fn source_failing(source: &Value, since: Timestamp, at: Timestamp) -> Event {
    let data = json!({
        "source": source,
        "failing_since": since,
        "consecutive_failures": 3,
        "error": "The server answered 503.",
    });
    Event::new("source.failing", at, &data)
}

/// A source is read again.
#[must_use]
pub fn source_recovered(source: &Value, since: Timestamp, at: Timestamp) -> Event {
    let data = json!({ "source": source, "failing_since": since, "recovered_at": at });
    Event::new("source.recovered", at, &data)
}

/// An event of this type for a test, of what is in the world.
#[must_use]
pub fn example(world: &World, kind: &str, webhook_id: Option<&str>) -> Event {
    let now = whole_second(Timestamp::now());
    let since = now - SignedDuration::from_hours(5);
    let source = |health: &str| {
        let mut source = world.sources().next().unwrap_or_default();
        source["health"] = json!(health);
        source
    };
    match kind {
        "change.detected" => {
            let newest: Option<&Arc<Change>> = world.changes().last();
            let data = newest.map(|change| change.with_diff.clone()).unwrap_or_default();
            Event::new(kind, now, &data)
        }
        "source.failing" => source_failing(&source("failing"), since, now),
        "source.recovered" => source_recovered(&source("healthy"), since, now),
        _ => Event::new("webhook.test", now, &json!({ "message": "It works.", "webhook_id": webhook_id })),
    }
}
