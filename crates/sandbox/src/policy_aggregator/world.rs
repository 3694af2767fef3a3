//! Worlds: what each key sees and has made, apart from all others.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::data::{Change, DATASET};
use super::delivery::Delivery;
use super::faults::Fault;
use super::idempotency::Idempotency;
use super::keys::Key;
use super::lists::Place;
use super::rate::Window;
use super::webhooks::Webhook;

/// How many worlds are kept. The one that was used longest ago makes room for a new one.
const KEPT: usize = 512;
/// How many changes that were made here a world keeps.
const KEPT_CHANGES: usize = 500;
/// How many deliveries a world keeps.
const KEPT_DELIVERIES: usize = 200;

/// How worlds begin.
#[derive(Debug, Clone)]
pub struct Start {
    /// Requests a minute.
    pub rate_limit: u32,
    /// How many times faster than in production time runs.
    pub time_scale: f64,
}

/// The state of one key.
#[derive(Debug)]
pub struct World {
    /// The key.
    pub key: Key,
    /// Its rate limit.
    pub window: Window,
    /// The faults that wait.
    pub faults: Vec<Fault>,
    /// The idempotency keys.
    pub idempotency: Idempotency,
    /// The webhooks, oldest first.
    pub webhooks: Vec<Webhook>,
    /// The deliveries, oldest first.
    pub deliveries: VecDeque<Delivery>,
    /// How many times faster than in production time runs for this key.
    pub time_scale: f64,
    changes: VecDeque<Arc<Change>>,
    texts: HashMap<String, String>,
    failing: HashMap<String, Timestamp>,
    healthy: HashMap<String, Timestamp>,
    sequence: u64,
}

impl World {
    fn new(key: Key, start: &Start) -> Self {
        Self {
            key,
            window: Window::new(start.rate_limit, Duration::from_secs(60)),
            faults: Vec::new(),
            idempotency: Idempotency::default(),
            webhooks: Vec::new(),
            deliveries: VecDeque::new(),
            time_scale: start.time_scale,
            changes: VecDeque::new(),
            texts: HashMap::new(),
            failing: HashMap::new(),
            healthy: HashMap::new(),
            sequence: 0,
        }
    }

    /// The place of something that is made now.
    pub fn place(&mut self, at: Timestamp) -> Place {
        self.sequence += 1;
        Place::new(at, self.sequence)
    }

    /// All changes, oldest first.
    pub fn changes(&self) -> impl Iterator<Item = &Arc<Change>> {
        DATASET.changes.iter().chain(&self.changes)
    }

    /// Adds a change, with the text that its source has from now on.
    pub fn add_change(&mut self, change: Change, text: String) -> Arc<Change> {
        let change = Arc::new(change);
        self.texts.insert(change.source_id.clone(), text);
        if self.changes.len() == KEPT_CHANGES {
            self.changes.pop_front();
        }
        self.changes.push_back(change.clone());
        change
    }

    /// The text of a source as it is now.
    #[must_use]
    pub fn text(&self, source_id: &str) -> Option<&str> {
        let text = self.texts.get(source_id).map(String::as_str);
        text.or_else(|| DATASET.source(source_id).map(|source| source.text.as_str()))
    }

    /// All sources in their present health.
    pub fn sources(&self) -> impl Iterator<Item = Value> {
        DATASET.sources.iter().map(|source| self.with_health(&source.shown))
    }

    fn with_health(&self, source: &Value) -> Value {
        let mut source = source.clone();
        let id = source["id"].as_str().unwrap_or_default();
        if self.failing.contains_key(id) {
            source["health"] = json!("failing");
        } else if let Some(at) = self.healthy.get(id) {
            source["last_checked_at"] = json!(at);
            source["health"] = json!("healthy");
        }
        source
    }

    /// Makes a source fail. Answers since when it fails.
    pub fn fail(&mut self, source_id: &str, at: Timestamp) -> Timestamp {
        *self.failing.entry(source_id.to_owned()).or_insert(at)
    }

    /// Makes a source healthy. Answers since when it had failed.
    pub fn recover(&mut self, source_id: &str, at: Timestamp) -> Timestamp {
        self.healthy.insert(source_id.to_owned(), at);
        self.failing.remove(source_id).unwrap_or(at)
    }

    /// Adds a delivery.
    pub fn add_delivery(&mut self, delivery: Delivery) {
        if self.deliveries.len() == KEPT_DELIVERIES {
            self.deliveries.pop_front();
        }
        self.deliveries.push_back(delivery);
    }

    /// The delivery with this id.
    pub fn delivery(&mut self, id: &str) -> Option<&mut Delivery> {
        self.deliveries.iter_mut().find(|delivery| delivery.id == id)
    }

    /// The webhook with this id.
    pub fn webhook(&mut self, id: &str) -> Option<&mut Webhook> {
        self.webhooks.iter_mut().find(|webhook| webhook.id == id)
    }

    /// A time of production as it is in this world.
    #[must_use]
    pub fn scaled(&self, production: Duration) -> Duration {
        Duration::try_from_secs_f64(production.as_secs_f64() / self.time_scale).unwrap_or(production)
    }

    /// Changes how fast time runs. What waits, waits the scaled rest.
    pub fn set_time_scale(&mut self, scale: f64) {
        let now = Instant::now();
        for delivery in &mut self.deliveries {
            delivery.rescale(now, self.time_scale / scale);
        }
        self.time_scale = scale;
    }

    /// Forgets all that was made here.
    pub fn reset(&mut self, start: &Start) {
        *self = Self::new(self.key.clone(), start);
    }
}

/// A world, and a bell that rings when something in it has changed.
#[derive(Debug)]
pub struct Cell {
    state: Mutex<World>,
    /// Rung whenever a delivery may have become due, or gone.
    pub changed: Notify,
}

impl Cell {
    /// The world. Don't hold it over an `await`.
    pub fn lock(&self) -> MutexGuard<'_, World> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All worlds.
#[derive(Debug)]
pub struct Worlds {
    start: Start,
    inner: Mutex<HashMap<String, (Instant, Arc<Cell>)>>,
}

impl Worlds {
    /// No worlds yet.
    #[must_use]
    pub fn new(start: Start) -> Self {
        Self { start, inner: Mutex::default() }
    }

    /// How worlds begin.
    #[must_use]
    pub fn start(&self) -> &Start {
        &self.start
    }

    /// The world of a key, made if it is new.
    pub fn of(&self, key: &Key) -> Arc<Cell> {
        let mut worlds = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some((used, cell)) = worlds.get_mut(key.world()) {
            *used = now;
            return cell.clone();
        }
        if worlds.len() >= KEPT {
            let oldest = worlds.iter().min_by_key(|(_, (used, _))| *used).map(|(name, _)| name.clone());
            if let Some((_, cell)) = oldest.and_then(|name| worlds.remove(&name)) {
                cell.lock().deliveries.clear();
                cell.changed.notify_waiters();
            }
        }
        let state = Mutex::new(World::new(key.clone(), &self.start));
        let cell = Arc::new(Cell { state, changed: Notify::new() });
        worlds.insert(key.world().to_owned(), (now, cell.clone()));
        cell
    }
}
