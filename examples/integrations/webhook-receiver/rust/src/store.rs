//! The store: SQLite, where a delivery is safe before it is answered.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

/// What the database holds.
pub const TABLES: &str = "
CREATE TABLE IF NOT EXISTS deliveries (
  webhook_id TEXT PRIMARY KEY, type TEXT NOT NULL, body TEXT NOT NULL, received_at TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0, next_attempt_at REAL NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS pending ON deliveries (next_attempt_at) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS changes (
  id TEXT PRIMARY KEY, route_id TEXT NOT NULL, summary TEXT, detected_at TEXT NOT NULL, times INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS routes (
  route_id TEXT PRIMARY KEY, latest_change_id TEXT NOT NULL, latest_detected_at TEXT NOT NULL);";

/// A connection that the endpoint's requests share.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<Store>>);

/// A delivery that is due.
pub struct Delivery {
    pub webhook_id: String,
    pub kind: String,
    pub body: String,
    pub attempts: u32,
}

// ANCHOR: store
/// A connection to the database.
pub struct Store(Connection);

impl Store {
    /// Opens the database, and makes its tables. `FULL` has each commit on the disk before it returns.
    pub fn open(path: &str) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(TABLES)?;
        Ok(Self(connection))
    }

    /// Stores a delivery, or answers `false` if it is known: the sender repeats what it got no answer for.
    pub fn insert(&self, webhook_id: &str, kind: &str, body: &str) -> rusqlite::Result<bool> {
        let added = self.0.execute(
            "INSERT INTO deliveries (webhook_id, type, body, received_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            params![webhook_id, kind, body, jiff::Timestamp::now().to_string()],
        )?;
        Ok(added == 1)
    }
}
// ANCHOR_END: store

impl Store {
    /// For the endpoint.
    pub fn shared(self) -> Shared {
        Shared(Arc::new(Mutex::new(self)))
    }

    /// How many deliveries wait, and how many were given up.
    fn counts(&self) -> rusqlite::Result<(i64, i64)> {
        let count = "SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'failed') FROM deliveries";
        self.0.query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// The oldest delivery that is due.
    pub fn due(&self, now: f64) -> rusqlite::Result<Option<Delivery>> {
        let due = "SELECT webhook_id, type, body, attempts FROM deliveries
                   WHERE state = 'pending' AND next_attempt_at <= ? ORDER BY received_at LIMIT 1";
        let delivery = |row: &rusqlite::Row<'_>| {
            Ok(Delivery { webhook_id: row.get(0)?, kind: row.get(1)?, body: row.get(2)?, attempts: row.get(3)? })
        };
        self.0.query_row(due, [now], delivery).optional()
    }

    /// When the next delivery is due, in Unix seconds.
    pub fn next(&self) -> rusqlite::Result<Option<f64>> {
        self.0.query_row("SELECT min(next_attempt_at) FROM deliveries WHERE state = 'pending'", [], |row| row.get(0))
    }

    /// Begins the transaction of a delivery's work.
    pub fn begin(&mut self) -> rusqlite::Result<Transaction<'_>> {
        self.0.transaction_with_behavior(TransactionBehavior::Immediate)
    }

    /// Puts a delivery off until a time in Unix seconds, or gives it up.
    pub fn put_off(&self, webhook_id: &str, until: Option<f64>) -> rusqlite::Result<()> {
        let state = if until.is_some() { "pending" } else { "failed" };
        let put_off =
            "UPDATE deliveries SET attempts = attempts + 1, state = ?, next_attempt_at = ? WHERE webhook_id = ?";
        self.0.execute(put_off, params![state, until.unwrap_or_default(), webhook_id]).map(|_| ())
    }
}

impl Shared {
    /// As [`Store::insert`], on a thread that may wait.
    pub async fn insert(&self, webhook_id: String, kind: String, body: String) -> anyhow::Result<bool> {
        self.with(move |store| store.insert(&webhook_id, &kind, &body)).await
    }

    /// As [`Store::counts`], on a thread that may wait.
    pub async fn counts(&self) -> anyhow::Result<(i64, i64)> {
        self.with(Store::counts).await
    }

    async fn with<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Store) -> rusqlite::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let store = self.0.clone();
        let asked = move || ask(&store.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(tokio::task::spawn_blocking(asked).await??)
    }
}
