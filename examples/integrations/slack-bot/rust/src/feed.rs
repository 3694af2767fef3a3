//! The loop that posts what is stored, in its order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::blocks::{change_blocks, text};
use crate::slack::{Problem, Slack};
use crate::store::{Delivery, Store};

const MOST_ATTEMPTS: u32 = 8;
const LONGEST_SECONDS: f64 = 3600.0;

/// The running loop.
pub struct Feed {
    wake: Arc<Notify>,
    stop: Arc<AtomicBool>,
    task: JoinHandle<rusqlite::Result<()>>,
}

impl Feed {
    pub fn start(store: Arc<Store>, slack: Slack, channel: String) -> Self {
        let (wake, stop) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let task = tokio::spawn(run(store, slack, channel, wake.clone(), stop.clone()));
        Self { wake, stop, task }
    }

    /// What tells the loop that something was stored.
    pub fn waker(&self) -> Arc<Notify> {
        self.wake.clone()
    }

    /// Lets the loop end the message that it is at.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.store(true, Ordering::Release);
        self.wake.notify_one();
        Ok(self.task.await??)
    }
}

async fn run(
    store: Arc<Store>,
    slack: Slack,
    channel: String,
    wake: Arc<Notify>,
    stop: Arc<AtomicBool>,
) -> rusqlite::Result<()> {
    let mut paused_until = 0.0;
    while !stop.load(Ordering::Acquire) {
        let due = if paused_until > now() { None } else { store.due(now())? };
        let Some(delivery) = due else {
            let until = store.next_attempt()?.unwrap_or(f64::INFINITY).max(paused_until);
            let wait = Duration::from_secs_f64((until - now()).clamp(0.0, LONGEST_SECONDS));
            // Whichever comes first.
            let _ = tokio::time::timeout(wait, wake.notified()).await;
            continue;
        };
        let webhook_id = &delivery.webhook_id;
        match post(&store, &slack, &channel, &delivery).await {
            Ok(()) => tracing::info!(webhook_id, "posted"),
            Err(Problem::Busy(wait)) => {
                // Slack has said how long to wait: that is no failed attempt, and it is for all.
                paused_until = now() + wait.as_secs_f64();
                tracing::warn!(in_seconds = wait.as_secs(), "slack is busy");
            }
            Err(Problem::Failed(error)) => {
                let attempt = delivery.attempts + 1;
                let wait = (5.0 * 2_f64.powf(f64::from(delivery.attempts))).min(LONGEST_SECONDS);
                let until = (attempt < MOST_ATTEMPTS).then(|| now() + wait);
                match until {
                    Some(_) => tracing::error!(webhook_id, attempt, error, in_seconds = wait, "retrying"),
                    None => tracing::error!(webhook_id, attempt, error, "gave up"),
                }
                store.put_off(webhook_id, attempt, until)?;
            }
        }
    }
    Ok(())
}

// ANCHOR: post
async fn post(store: &Store, slack: &Slack, channel: &str, delivery: &Delivery) -> Result<(), Problem> {
    let failed = |error: &dyn std::fmt::Display| Problem::Failed(error.to_string());
    let event: Value = serde_json::from_str(&delivery.body).map_err(|error| failed(&error))?;
    let (change, route) = (&event["data"], text(&event["data"]["route"]["id"]));
    let mut message = json!({
        "channel": channel,
        // What a notification shows, and what is read aloud.
        "text": format!("{}: {}", text(&change["route"]["display"]), change["summary"].as_str().unwrap_or("a change without summary")),
        "blocks": change_blocks(change),
        "metadata": { "event_type": "policy_change", "event_payload": { "webhook_id": delivery.webhook_id } },
        "unfurl_links": false,
    });
    // The first message of a route begins its thread; later ones go there, and are shown in the channel too.
    if let Some(thread) = store.thread_of(route).map_err(|error| failed(&error))? {
        message["thread_ts"] = json!(thread);
        message["reply_broadcast"] = json!(true);
    }
    let answer = slack.call("chat.postMessage", &message).await?;
    // Slack has no idempotency key: a crash just here posts twice. The metadata tells such a pair.
    store.posted(&delivery.webhook_id, route, text(&answer["ts"])).map_err(|error| failed(&error))
}
// ANCHOR_END: post

/// Unix seconds.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
