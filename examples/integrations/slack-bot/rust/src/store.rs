//! The store: what came, and what was said about it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Params, params};

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS deliveries (
  webhook_id TEXT PRIMARY KEY, body TEXT NOT NULL, received_at TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0, next_attempt_at REAL NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS threads (route_id TEXT PRIMARY KEY, ts TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS acknowledgements (change_id TEXT PRIMARY KEY, user TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (event_id TEXT PRIMARY KEY);";

/// The database. Each statement is short; while one waits for the disk, the runtime's other threads go on.
pub struct Store(Mutex<Connection>);

/// A delivery that is due.
pub struct Delivery {
    pub webhook_id: String,
    pub body: String,
    pub attempts: u32,
}

impl Store {
    pub fn open(path: &str) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(TABLES)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Whether it is the first delivery with this id.
    pub fn add_delivery(&self, webhook_id: &str, body: &str) -> rusqlite::Result<bool> {
        let now = jiff::Timestamp::now().to_string();
        self.first("INSERT INTO deliveries (webhook_id, body, received_at) VALUES (?, ?, ?)", (webhook_id, body, now))
    }

    /// Whether it is the first event with this id.
    pub fn add_event(&self, event_id: &str) -> rusqlite::Result<bool> {
        self.first("INSERT INTO events VALUES (?)", [event_id])
    }

    /// Whether nobody has acknowledged the change before.
    pub fn acknowledge(&self, change_id: &str, user: &str) -> rusqlite::Result<bool> {
        self.first("INSERT INTO acknowledgements VALUES (?, ?)", (change_id, user))
    }

    /// The oldest delivery that is due at a time in Unix seconds.
    pub fn due(&self, now: f64) -> rusqlite::Result<Option<Delivery>> {
        let due = "SELECT webhook_id, body, attempts FROM deliveries
                   WHERE state = 'pending' AND next_attempt_at <= ? ORDER BY received_at LIMIT 1";
        let delivery = |row: &rusqlite::Row<'_>| {
            Ok(Delivery { webhook_id: row.get(0)?, body: row.get(1)?, attempts: row.get(2)? })
        };
        self.with(|database| database.query_row(due, [now], delivery).optional())
    }

    /// When the next delivery is due, in Unix seconds.
    pub fn next_attempt(&self) -> rusqlite::Result<Option<f64>> {
        let next = "SELECT min(next_attempt_at) FROM deliveries WHERE state = 'pending'";
        self.with(|database| database.query_row(next, [], |row| row.get(0)))
    }

    /// The first message of a route's thread.
    pub fn thread_of(&self, route: &str) -> rusqlite::Result<Option<String>> {
        let thread = "SELECT ts FROM threads WHERE route_id = ?";
        self.with(|database| database.query_row(thread, [route], |row| row.get(0)).optional())
    }

    /// Marks a delivery as posted, and begins its route's thread if it is the first.
    pub fn posted(&self, webhook_id: &str, route: &str, ts: &str) -> rusqlite::Result<()> {
        self.with(|database| {
            let transaction = database.unchecked_transaction()?;
            transaction.execute("INSERT INTO threads VALUES (?, ?) ON CONFLICT DO NOTHING", [route, ts])?;
            transaction.execute("UPDATE deliveries SET state = 'done' WHERE webhook_id = ?", [webhook_id])?;
            transaction.commit()
        })
    }

    /// Puts a delivery off until a time in Unix seconds, or gives it up.
    pub fn put_off(&self, webhook_id: &str, attempts: u32, until: Option<f64>) -> rusqlite::Result<()> {
        let state = if until.is_some() { "pending" } else { "failed" };
        let put_off = "UPDATE deliveries SET attempts = ?, state = ?, next_attempt_at = ? WHERE webhook_id = ?";
        let values = params![attempts, state, until.unwrap_or_default(), webhook_id];
        self.with(|database| database.execute(put_off, values)).map(|_| ())
    }

    fn first(&self, insert: &str, values: impl Params) -> rusqlite::Result<bool> {
        self.with(|database| database.execute(&format!("{insert} ON CONFLICT DO NOTHING"), values))
            .map(|added| added == 1)
    }

    fn with<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        tokio::task::block_in_place(|| ask(&self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}
