//! What is done with a change. This part is yours: the rest brings each event here once.

use rusqlite::Transaction;
use serde_json::Value;

use crate::api::Api;
use crate::problem::Problem;
use crate::store::Event;

/// The tables of your own.
pub const TABLES: &str = "
CREATE TABLE IF NOT EXISTS changes (
  id TEXT PRIMARY KEY, route_id TEXT NOT NULL, detected_at TEXT NOT NULL, summary TEXT, diff TEXT NOT NULL);";

// ANCHOR: work
/// What an event still needs: a change that came by poll has no diff.
pub async fn complete(api: &Api, event: Event) -> Result<Event, Problem> {
    if event.kind == "change.detected" && event.data["diff"].is_null() {
        return Ok(Event { data: api.change(&event.id).await?, ..event });
    }
    Ok(event)
}

/// Does an event's work, in the transaction that marks it done. `false` for a type that is nothing to you.
///
/// What leaves this database can't be undone with it. Put it into a table here, and send it from there with the event's id as
/// its idempotency key.
pub fn work(transaction: &Transaction<'_>, event: &Event) -> Result<bool, Problem> {
    if event.kind != "change.detected" {
        return Ok(false);
    }
    let change = &event.data;
    let text = |pointer: &str| {
        let value = change.pointer(pointer).and_then(Value::as_str);
        // The same event would be wrong again.
        value.ok_or_else(|| Problem::give_up(format!("{pointer} is missing")))
    };
    transaction.execute(
        "INSERT INTO changes (id, route_id, detected_at, summary, diff) VALUES (?, ?, ?, ?, ?)",
        (text("/id")?, text("/route/id")?, text("/detected_at")?, change["summary"].as_str(), text("/diff")?),
    )?;
    Ok(true)
}
// ANCHOR_END: work
