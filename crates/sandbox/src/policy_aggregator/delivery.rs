//! Deliveries: an event on its way to a webhook, attempt by attempt.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ids;
use super::limits::Limits;
use super::lists::Place;
use super::send::{Outcome, Sender};
use super::webhooks::Webhook;
use super::world::{Cell, World};

/// An event, ready to be sent.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its id, sent as `webhook-id`.
    pub id: String,
    /// Its type, such as `change.detected`.
    pub kind: String,
    /// The body, byte for byte.
    pub body: Arc<str>,
}

impl Event {
    /// An event that happens now.
    #[must_use]
    pub fn new(kind: &str, at: Timestamp, data: &Value) -> Self {
        let body = json!({ "type": kind, "timestamp": at, "data": data });
        Self { id: ids::new("evt"), kind: kind.to_owned(), body: body.to_string().into() }
    }
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Not tried yet.
    Pending,
    /// A 2xx came.
    Succeeded,
    /// The latest attempt failed; another follows.
    Failed,
    /// Given up.
    DeadLettered,
}

impl Status {
    /// The status as it stands in the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::DeadLettered => "dead_lettered",
        }
    }
}

/// An event on its way to a webhook.
#[derive(Debug)]
pub struct Delivery {
    /// Its id.
    pub id: String,
    /// Where it stands in the list.
    pub place: Place,
    /// The webhook that it goes to.
    pub webhook_id: String,
    /// The event.
    pub event: Event,
    /// How it stands.
    pub status: Status,
    created_at: Timestamp,
    attempts: Vec<(Timestamp, Outcome)>,
    due: Option<Instant>,
}

impl Delivery {
    fn shown(&self) -> Value {
        let last = self.attempts.last().map(|(_, outcome)| outcome);
        let next = self.due.map(|due| {
            let wait = due.saturating_duration_since(Instant::now());
            whole_second(Timestamp::now().saturating_add(wait).unwrap_or(self.created_at))
        });
        json!({
            "id": self.id,
            "webhook_id": self.webhook_id,
            "event_id": self.event.id,
            "event_type": self.event.kind,
            "status": self.status.as_str(),
            "attempt": self.attempts.len(),
            "response_status": last.and_then(|outcome| outcome.status),
            "duration_ms": last.map(|outcome| outcome.duration_ms),
            "next_attempt_at": next,
            "created_at": self.created_at,
        })
    }

    /// The delivery as lists have it.
    #[must_use]
    pub fn summary(&self) -> Value {
        self.shown()
    }

    /// The delivery with each attempt.
    #[must_use]
    pub fn detail(&self) -> Value {
        let mut shown = self.shown();
        let last = self.attempts.last().map(|(_, outcome)| outcome);
        shown["request_headers"] = last.map_or_else(|| json!({}), |outcome| outcome.request_headers.clone());
        shown["request_body"] = json!(&*self.event.body);
        shown["response_body_start"] = json!(last.and_then(|outcome| outcome.body_start.as_deref()));
        let attempts = self.attempts.iter().enumerate().map(|(index, (at, outcome))| {
            json!({
                "attempt": index + 1,
                "attempted_at": at,
                "response_status": outcome.status,
                "duration_ms": outcome.duration_ms,
                "error": outcome.error,
                "request_headers": outcome.request_headers,
                "response_body_start": outcome.body_start,
            })
        });
        shown["attempts"] = attempts.collect();
        shown
    }

    /// Makes the wait that is left this many times as long.
    pub fn rescale(&mut self, now: Instant, factor: f64) {
        if let Some(due) = &mut self.due {
            let left = due.saturating_duration_since(now);
            *due = now + Duration::try_from_secs_f64(left.as_secs_f64() * factor).unwrap_or(left);
        }
    }
}

/// A moment without its fraction of a second, as the API shows it.
#[must_use]
pub fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// Sends deliveries and tries again on the schedule.
#[derive(Debug, Clone)]
pub struct Courier {
    sender: Sender,
    limits: Arc<Limits>,
    runtime: tokio::runtime::Handle,
}

/// What a delivery waits for.
enum Next {
    Attempt { url: String, secrets: Vec<String>, event: Event },
    Wait(Instant),
    Paused,
    Ended,
}

impl Courier {
    /// A courier whose work runs on this runtime.
    #[must_use]
    pub fn new(sender: Sender, limits: Arc<Limits>, runtime: tokio::runtime::Handle) -> Self {
        Self { sender, limits, runtime }
    }

    /// What sends.
    #[must_use]
    pub fn sender(&self) -> &Sender {
        &self.sender
    }

    /// Hands an event to every webhook that wants it. Answers the ids of the deliveries.
    pub fn publish(&self, cell: &Arc<Cell>, event: &Event) -> Vec<String> {
        let wanting: Vec<String> = {
            let world = cell.lock();
            let wants = |webhook: &&Webhook| webhook.enabled && webhook.events.contains(&event.kind);
            world.webhooks.iter().filter(wants).map(|webhook| webhook.id.clone()).collect()
        };
        wanting
            .into_iter()
            .map(|webhook_id| {
                let mut world = cell.lock();
                let id = self.enqueue(cell, &mut world, webhook_id, event.clone());
                drop(world);
                id
            })
            .collect()
    }

    /// Starts a delivery. Answers its id.
    pub fn enqueue(&self, cell: &Arc<Cell>, world: &mut World, webhook_id: String, event: Event) -> String {
        let created_at = whole_second(Timestamp::now());
        let id = ids::new("dlv");
        let place = world.place(created_at);
        world.add_delivery(Delivery {
            id: id.clone(),
            place,
            webhook_id,
            event,
            status: Status::Pending,
            created_at,
            attempts: Vec::new(),
            due: Some(Instant::now()),
        });
        self.runtime.spawn(self.clone().drive(cell.clone(), id.clone()));
        id
    }

    async fn drive(self, cell: Arc<Cell>, id: String) {
        loop {
            let changed = cell.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let next = Self::next(&mut cell.lock(), &id);
            match next {
                Next::Ended => return,
                Next::Paused => changed.await,
                Next::Wait(due) => {
                    tokio::select! {
                        () = tokio::time::sleep_until(due.into()) => {}
                        () = changed => {}
                    }
                }
                Next::Attempt { url, secrets, event } => {
                    let at = Timestamp::now();
                    let outcome = self.sender.send(&url, &secrets, &event).await;
                    self.record(&mut cell.lock(), &id, whole_second(at), outcome);
                }
            }
        }
    }

    fn next(world: &mut World, id: &str) -> Next {
        let Some(delivery) = world.delivery(id) else {
            return Next::Ended;
        };
        let Some(due) = delivery.due else {
            return Next::Ended;
        };
        let (webhook_id, event) = (delivery.webhook_id.clone(), delivery.event.clone());
        match world.webhook(&webhook_id) {
            None => Next::Ended,
            Some(webhook) if !webhook.enabled => Next::Paused,
            Some(_) if due > Instant::now() => Next::Wait(due),
            Some(webhook) => Next::Attempt { url: webhook.url.clone(), secrets: webhook.signing_secrets(), event },
        }
    }

    fn record(&self, world: &mut World, id: &str, at: Timestamp, outcome: Outcome) {
        let (status, retry_after) = (outcome.status, outcome.retry_after);
        let Some(delivery) = world.delivery(id) else {
            return;
        };
        delivery.attempts.push((at, outcome));
        delivery.due = None;
        let wait = self.limits.webhook_retry_seconds.get(delivery.attempts.len() - 1).copied();
        let gone = status == Some(410);
        delivery.status = match (status, wait) {
            (Some(200..=299), _) => Status::Succeeded,
            (_, Some(_)) if !gone => Status::Failed,
            _ => Status::DeadLettered,
        };
        let webhook_id = delivery.webhook_id.clone();
        if delivery.status == Status::Failed
            && let Some(seconds) = wait
        {
            let jittered = seconds as f64 * (1.0 + 0.1 * fastrand::f64());
            let seconds = jittered.max(retry_after.unwrap_or_default() as f64);
            let wait = world.scaled(Duration::try_from_secs_f64(seconds).unwrap_or_default());
            if let Some(delivery) = world.delivery(id) {
                delivery.due = Some(Instant::now() + wait);
            }
        }
        if gone && let Some(webhook) = world.webhook(&webhook_id) {
            webhook.enabled = false;
        }
    }
}
