//! Asks for changes: what no webhook brought comes this way.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::api::{Api, Page};
use crate::metrics::Metrics;
use crate::problem::{Backoff, Problem};
use crate::store::{Place, Store};
use crate::worker::{report, wait_of};

/// The most that a page may have.
const LIMIT: &str = "100";

// ANCHOR: poll
/// Reads what is new, page by page, and stores where it stands with each page. A crash loses nothing and repeats nothing.
pub async fn poll(api: &Api, store: &Store) -> Result<usize, Problem> {
    let mut new = 0;
    loop {
        let place = store.place()?;
        let since = place.since.to_string();
        let mut query = vec![("sort", "detected_at"), ("limit", LIMIT), ("detected_after", since.as_str())];
        query.extend(place.cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let page = match api.changes(&query, place.etag.as_deref()).await {
            // The cursor is refused: read the list from its start. What is stored is known by its id.
            Err(Problem::GiveUp { reason }) if place.cursor.is_some() => {
                tracing::warn!(reason, "cursor refused");
                store.set_place(&Place { cursor: None, ..place })?;
                continue;
            }
            page => page?,
        };
        let Page::Changed { items, next_cursor, etag } = page else { return Ok(new) };
        if next_cursor.is_some() && next_cursor == place.cursor {
            return Err(Problem::retry("`next_cursor` leads to the same page again"));
        }
        let id = |change: &serde_json::Value| change["id"].as_str().map(str::to_owned);
        let changes: Vec<_> = items.iter().filter_map(|change| Some((id(change)?, change))).collect();
        let newest = items.iter().filter_map(|change| change["detected_at"].as_str()?.parse::<Timestamp>().ok()).max();
        let last = next_cursor.is_none();
        new += store.add_page(&changes, &place.after(newest, next_cursor, etag))?;
        if last {
            return Ok(new);
        }
    }
}
// ANCHOR_END: poll

/// Polls until it is told to stop.
pub async fn run(
    api: Api,
    store: Arc<Store>,
    metrics: Arc<Metrics>,
    (every, backoff): (Duration, Backoff),
    wake: Arc<Notify>,
    stop: CancellationToken,
) {
    let mut failures = 0;
    while !stop.is_cancelled() {
        let usual = every.mul_f64(0.8 + 0.4 * fastrand::f64());
        let polled = poll(&api, &store).await;
        let wait = match polled {
            Ok(new) => {
                failures = 0;
                metrics.polled("ok");
                metrics.stored("poll", new);
                if new > 0 {
                    tracing::info!(new, "polled");
                    wake.notify_one();
                }
                usual
            }
            Err(problem) => {
                failures += 1;
                metrics.polled("failed");
                let wait = match &problem {
                    Problem::Retry { .. } => wait_of(&problem, &backoff, failures),
                    // The same question would be refused again: it is asked no sooner than if all were well.
                    _ => wait_of(&problem, &backoff, failures).max(usual),
                };
                report(&metrics, &problem, &backoff, failures, wait, "polling");
                wait
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.cancelled() => {}
        }
    }
}
