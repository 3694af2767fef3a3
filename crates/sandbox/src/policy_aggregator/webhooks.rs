//! Webhooks: create, change, rotate, delete, test, and the log of what was sent.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::LOCATION;
use jiff::Timestamp;
use proofbook_webhook::destination::{self, Reach};
use serde_json::{Value, json};

use super::delivery::{Courier, Event, Status, whole_second};
use super::events;
use super::ids;
use super::limits::Limits;
use super::lists::{Order, Place, Query, page};
use super::problem::{Code, FieldError, Problem};
use super::send::Outcome;
use super::world::{Cell, World};
use crate::reply::Reply;

/// How many bytes a secret has (Standard Webhooks: 24 to 64).
const SECRET_BYTES: usize = 24;

/// An endpoint that receives events.
#[derive(Clone)]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// Where it stands in the list.
    pub place: Place,
    /// Where events are sent.
    pub url: String,
    /// The events that are sent.
    pub events: Vec<String>,
    /// The owner's note on it.
    pub description: Option<String>,
    /// Whether events are sent at present.
    pub enabled: bool,
    created_at: Timestamp,
    secret: String,
    previous: Vec<(String, Instant)>,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").field("id", &self.id).field("url", &self.url).finish_non_exhaustive()
    }
}

impl Webhook {
    fn shown(&self) -> Value {
        json!({
            "id": self.id,
            "url": self.url,
            "events": self.events,
            "description": self.description,
            "enabled": self.enabled,
            "created_at": self.created_at,
        })
    }

    fn with_secret(&self) -> Value {
        let mut shown = self.shown();
        shown["secret"] = json!(self.secret);
        shown
    }

    /// The secrets that sign now, the newest first.
    #[must_use]
    pub fn signing_secrets(&self) -> Vec<String> {
        let now = Instant::now();
        let previous = self.previous.iter().filter(|(_, until)| *until > now).map(|(secret, _)| secret.clone());
        std::iter::once(self.secret.clone()).chain(previous).collect()
    }
}

/// A new signing secret.
#[must_use]
pub fn new_secret() -> String {
    let mut bytes = [0_u8; SECRET_BYTES];
    // If the system has no randomness, a sandbox can still go on with bytes that are merely hard to guess.
    if getrandom::fill(&mut bytes).is_err() {
        fastrand::fill(&mut bytes);
    }
    format!("whsec_{}", STANDARD.encode(bytes))
}

fn allowed(url: &str) -> Result<(), Problem> {
    destination::check(url, Reach::Public).map(drop).map_err(|why| {
        Problem::new(Code::WebhookUrlNotAllowed, "The URL must be https and must not point into a private network.")
            .errors(vec![FieldError { pointer: "/url".to_owned(), message: why }])
    })
}

fn words(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

/// `POST /api/v1/webhooks`
pub fn create(world: &mut World, limits: &Limits, body: &Value) -> Result<Reply, Problem> {
    let url = body["url"].as_str().unwrap_or_default();
    allowed(url)?;
    if world.webhooks.len() >= limits.webhooks_per_key {
        let detail = format!("A key has at most {} webhooks; delete one first.", limits.webhooks_per_key);
        return Err(Problem::new(Code::Conflict, detail));
    }
    let created_at = whole_second(Timestamp::now());
    let webhook = Webhook {
        id: ids::new("whk"),
        place: world.place(created_at),
        url: url.to_owned(),
        events: words(&body["events"]),
        description: body["description"].as_str().map(str::to_owned),
        enabled: true,
        created_at,
        secret: new_secret(),
        previous: Vec::new(),
    };
    let reply = Reply::json(201, &webhook.with_secret()).header(LOCATION, format!("/api/v1/webhooks/{}", webhook.id));
    world.webhooks.push(webhook);
    Ok(reply)
}

fn existing<'a>(world: &'a mut World, id: &str) -> Result<&'a mut Webhook, Problem> {
    world.webhook(id).ok_or_else(|| Problem::no_such("webhook", id))
}

/// `GET /api/v1/webhooks`
pub fn list(world: &World, limits: &Limits, query: &Query) -> Result<Reply, Problem> {
    let items = world.webhooks.iter().map(|webhook| (webhook.place, webhook.shown()));
    Ok(Reply::json(200, &page(items, Order::Descending, query, limits)?))
}

/// `GET /api/v1/webhooks/{id}`
pub fn get(world: &mut World, id: &str) -> Result<Reply, Problem> {
    Ok(Reply::json(200, &existing(world, id)?.shown()))
}

/// `PATCH /api/v1/webhooks/{id}`
pub fn update(world: &mut World, id: &str, body: &Value) -> Result<Reply, Problem> {
    let webhook = existing(world, id)?;
    if let Some(url) = body["url"].as_str() {
        allowed(url)?;
        webhook.url = url.to_owned();
    }
    if body.get("events").is_some() {
        webhook.events = words(&body["events"]);
    }
    if let Some(description) = body.get("description") {
        webhook.description = description.as_str().map(str::to_owned);
    }
    if let Some(enabled) = body["enabled"].as_bool() {
        webhook.enabled = enabled;
    }
    Ok(Reply::json(200, &webhook.shown()))
}

/// `DELETE /api/v1/webhooks/{id}`
pub fn delete(world: &mut World, id: &str) -> Result<Reply, Problem> {
    existing(world, id)?;
    world.webhooks.retain(|webhook| webhook.id != id);
    world.deliveries.retain(|delivery| delivery.webhook_id != id);
    Ok(Reply::empty(204))
}

/// `POST /api/v1/webhooks/{id}/rotate-secret`
pub fn rotate(world: &mut World, limits: &Limits, id: &str, body: &Value) -> Result<Reply, Problem> {
    let seconds = body["overlap_seconds"].as_u64().unwrap_or(limits.secret_overlap_seconds);
    let overlap = world.scaled(Duration::from_secs(seconds));
    let now = Timestamp::now();
    let webhook = existing(world, id)?;
    let old = std::mem::replace(&mut webhook.secret, new_secret());
    let until = Instant::now() + overlap;
    webhook.previous.retain(|(_, expires)| *expires > Instant::now());
    // Of the secrets before, only the last one overlaps.
    webhook.previous = vec![(old, until)];
    let mut shown = webhook.with_secret();
    shown["previous_secret_expires_at"] = json!(whole_second(now.saturating_add(overlap).unwrap_or(now)));
    Ok(Reply::json(200, &shown))
}

/// `GET /api/v1/webhooks/{id}/deliveries`
pub fn deliveries(world: &mut World, limits: &Limits, id: &str, query: &Query) -> Result<Reply, Problem> {
    existing(world, id)?;
    let items = world.deliveries.iter().filter(|delivery| delivery.webhook_id == id).filter_map(|delivery| {
        let shown = delivery.summary();
        let wanted = query.admits("status", &shown["status"]) && query.admits("event_type", &shown["event_type"]);
        wanted.then_some((delivery.place, shown))
    });
    Ok(Reply::json(200, &page(items, Order::Descending, query, limits)?))
}

/// `GET /api/v1/deliveries/{id}`
pub fn delivery(world: &mut World, id: &str) -> Result<Reply, Problem> {
    let delivery = world.delivery(id).ok_or_else(|| Problem::no_such("delivery", id))?;
    Ok(Reply::json(200, &delivery.detail()))
}

/// `POST /api/v1/deliveries/{id}/redeliver`
pub fn redeliver(cell: &Arc<Cell>, world: &mut World, courier: &Courier, id: &str) -> Result<Reply, Problem> {
    let delivery = world.delivery(id).ok_or_else(|| Problem::no_such("delivery", id))?;
    if delivery.status == Status::Pending {
        return Err(Problem::new(Code::Conflict, "This delivery is still pending; wait for it to end."));
    }
    let (webhook_id, event) = (delivery.webhook_id.clone(), delivery.event.clone());
    if !existing(world, &webhook_id)?.enabled {
        return Err(Problem::new(Code::Conflict, "The webhook is disabled; enable it first."));
    }
    let new = courier.enqueue(cell, world, webhook_id, event);
    let shown = world.delivery(&new).map(|delivery| delivery.summary()).unwrap_or_default();
    Ok(Reply::json(202, &shown).header(LOCATION, format!("/api/v1/deliveries/{new}")))
}

/// A test event, ready to be sent.
pub struct Test {
    url: String,
    secrets: Vec<String>,
    generated_secret: Option<String>,
    event: Event,
}

/// `POST /api/webhooks/test`, up to the point where something is sent.
pub fn prepare_test(world: &mut World, body: &Value) -> Result<Test, Problem> {
    let kind = body["event_type"].as_str().unwrap_or("webhook.test");
    let given = body["secret"].as_str().map(str::to_owned);
    let webhook_id = body["webhook_id"].as_str();
    let (url, own_secrets) = match webhook_id {
        Some(id) => {
            let webhook = existing(world, id)?;
            (webhook.url.clone(), Some(webhook.signing_secrets()))
        }
        None => (body["url"].as_str().unwrap_or_default().to_owned(), None),
    };
    allowed(&url)?;
    let generated_secret = (given.is_none() && own_secrets.is_none()).then(new_secret);
    let one = given.or_else(|| generated_secret.clone()).map(|secret| vec![secret]);
    let event = match body.get("data") {
        Some(data) => Event::new(kind, whole_second(Timestamp::now()), data),
        None => events::example(world, kind, webhook_id),
    };
    Ok(Test { url, secrets: one.or(own_secrets).unwrap_or_default(), generated_secret, event })
}

/// `POST /api/webhooks/test`: sends, waits, and tells what came back.
pub async fn run_test(courier: Courier, test: Test) -> Reply {
    let outcome = courier.sender().send(&test.url, &test.secrets, &test.event).await;
    let (verdict, message) = judge(&outcome);
    Reply::json(
        200,
        &json!({
            "verdict": verdict,
            "message": message,
            "event_id": test.event.id,
            "event_type": test.event.kind,
            "url": test.url,
            "response_status": outcome.status,
            "duration_ms": outcome.duration_ms,
            "response_body_start": outcome.body_start,
            "request_headers": outcome.request_headers,
            "request_body": &*test.event.body,
            "generated_secret": test.generated_secret,
        }),
    )
}

fn judge(outcome: &Outcome) -> (&'static str, String) {
    let took = outcome.duration_ms;
    match outcome.status {
        Some(status @ 200..=299) => ("accepted", format!("Your endpoint answered {status} in {took} ms.")),
        Some(status @ 300..=399) => {
            ("rejected", format!("Your endpoint answered {status}. Redirects are not followed: give the final URL."))
        }
        Some(status @ (401 | 403)) => (
            "rejected",
            format!(
                "Your endpoint answered {status}. If it checks signatures, check that it has this webhook's secret."
            ),
        ),
        Some(status) => ("rejected", format!("Your endpoint answered {status}; only a 2xx counts as received.")),
        None if outcome.timed_out => {
            ("timed_out", format!("Your endpoint did not answer within {took} ms. Answer first, then do the work."))
        }
        None => ("unreachable", outcome.error.clone().unwrap_or_else(|| "Your endpoint did not answer.".to_owned())),
    }
}
