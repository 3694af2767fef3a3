//! The loop that does the work: what is stored is worked on until it is done or given up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use rusqlite::Transaction;
use serde_json::Value;

use crate::store::{Delivery, Store};

/// The longest wait before another attempt.
pub const LONGEST: Duration = Duration::from_secs(3600);

/// When work that failed is tried again.
#[derive(Clone, Copy)]
pub struct Retries {
    /// The wait after the first failure; it doubles each time.
    pub first: Duration,
    /// After so many attempts a delivery is given up.
    pub most: u32,
}

/// The running loop.
pub struct Worker {
    wake: SyncSender<()>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<rusqlite::Result<()>>,
}

impl Worker {
    pub fn start(mut store: Store, retries: Retries) -> Self {
        let (wake, woken) = sync_channel(1);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || work(&mut store, retries, &woken, &stopped));
        Self { wake, stop, thread }
    }

    /// What tells the loop that something was stored.
    pub fn waker(&self) -> SyncSender<()> {
        self.wake.clone()
    }

    /// Lets the loop finish what it is at.
    pub fn stop(self) -> anyhow::Result<()> {
        self.stop.store(true, Ordering::Release);
        let _ = self.wake.try_send(());
        self.thread.join().map_err(|_| anyhow::anyhow!("the worker panicked"))?.context("the worker lost its store")
    }
}

// ANCHOR: work
fn work(store: &mut Store, retries: Retries, woken: &Receiver<()>, stop: &AtomicBool) -> rusqlite::Result<()> {
    while !stop.load(Ordering::Acquire) {
        let Some(delivery) = store.due(now())? else {
            let wait =
                store.next()?.map_or(LONGEST, |next| Duration::try_from_secs_f64(next - now()).unwrap_or_default());
            if woken.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected) {
                return Ok(());
            }
            continue;
        };
        let Delivery { webhook_id, kind, attempts, .. } = &delivery;
        match done(store, &delivery) {
            Ok(true) => tracing::info!(webhook_id, "type" = kind, "processed"),
            Ok(false) => tracing::info!(webhook_id, "type" = kind, "ignored"),
            Err(error) if attempts + 1 < retries.most => {
                let wait = retries.first.saturating_mul(2_u32.saturating_pow(*attempts)).min(LONGEST);
                let (attempt, in_seconds) = (attempts + 1, wait.as_secs_f64());
                tracing::warn!(webhook_id, attempt, in_seconds, error = format!("{error:#}"), "retrying");
                store.put_off(webhook_id, Some(now() + in_seconds))?;
            }
            Err(error) => {
                tracing::error!(webhook_id, error = format!("{error:#}"), "gave up");
                store.put_off(webhook_id, None)?;
            }
        }
    }
    Ok(())
}

/// Does a delivery's work and marks it done in one transaction: after a crash both stand, or neither. `false` for a type that
/// this program does not know: more will come, and they are no error.
fn done(store: &mut Store, delivery: &Delivery) -> anyhow::Result<bool> {
    let transaction = store.begin()?;
    let known = match delivery.kind.as_str() {
        "change.detected" => apply_change(&transaction, &delivery.body).map(|()| true)?,
        "source.failing" | "source.recovered" | "webhook.test" => true,
        _ => false,
    };
    transaction.execute("UPDATE deliveries SET state = 'done' WHERE webhook_id = ?", [&delivery.webhook_id])?;
    transaction.commit()?;
    Ok(known)
}
// ANCHOR_END: work

/// Writes a change down, and makes it its route's latest if it is.
pub fn apply_change(transaction: &Transaction<'_>, body: &str) -> anyhow::Result<()> {
    let event: Value = serde_json::from_str(body)?;
    let word =
        |pointer: &str| event.pointer(pointer).and_then(Value::as_str).with_context(|| format!("{pointer} is missing"));
    let (id, route, detected_at) = (word("/data/id")?, word("/data/route/id")?, word("/data/detected_at")?);
    let summary = event.pointer("/data/summary").and_then(Value::as_str);
    transaction.execute(
        "INSERT INTO changes (id, route_id, summary, detected_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET times = times + 1",
        (id, route, summary, detected_at),
    )?;
    // Deliveries come in any order: an older change must not replace a newer one.
    transaction.execute(
        "INSERT INTO routes VALUES (?, ?, ?) ON CONFLICT (route_id) DO UPDATE
         SET latest_change_id = excluded.latest_change_id, latest_detected_at = excluded.latest_detected_at
         WHERE excluded.latest_detected_at > latest_detected_at",
        (route, id, detected_at),
    )?;
    Ok(())
}

/// Unix seconds.
pub fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
