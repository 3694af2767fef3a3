//! The store: SQLite, where an event is safe before it is worked on.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde_json::Value;

// ANCHOR: tables
/// What the database holds. An event's id is the change's if it is one, else the webhook's: a change that comes by both
/// ways is stored once.
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS events (
  id TEXT PRIMARY KEY, type TEXT NOT NULL, data TEXT NOT NULL,
  came_by TEXT NOT NULL CHECK (came_by IN ('webhook', 'poll')), arrived_at TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'given up')),
  attempts INTEGER NOT NULL DEFAULT 0, next_attempt_at REAL NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS pending ON events (next_attempt_at) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS place (
  only INTEGER PRIMARY KEY CHECK (only = 1), mark TEXT NOT NULL, since TEXT NOT NULL, cursor TEXT, etag TEXT);";
// ANCHOR_END: tables

/// How far before the newest change a poll begins. Changes of one second come in two polls, and late ones come later.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// The database. Each statement is short; while one waits for the disk, the runtime's other threads go on.
pub struct Store(Mutex<Connection>);

/// An event that came.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: String,
    pub kind: String,
    /// For a change: the change. A poll's has no diff.
    pub data: Value,
    pub attempts: u32,
}

/// How an event came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameBy {
    Webhook,
    Poll,
}

impl CameBy {
    pub fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Poll => "poll",
        }
    }
}

/// Where polling stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// When the newest change that is stored was detected.
    pub mark: Timestamp,
    /// What the list begins after. It stays while its pages are read.
    pub since: Timestamp,
    /// The next page, in the middle of a list.
    pub cursor: Option<String>,
    /// The version of the list, if it has been read to its end.
    pub etag: Option<String>,
}

impl Store {
    /// Opens the database, and makes its tables. `FULL` has each commit on the disk before it returns. What waits for its
    /// next attempt is tried at once: somebody may have mended what was wrong.
    pub fn open(path: &str, since: Timestamp) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(TABLES)?;
        connection.execute_batch(crate::work::TABLES)?;
        connection.execute("UPDATE events SET next_attempt_at = 0 WHERE state = 'pending'", [])?;
        let store = Self(Mutex::new(connection));
        let start = "INSERT INTO place (only, mark, since) VALUES (1, ?, ?) ON CONFLICT DO NOTHING";
        store.with(|database| database.execute(start, [since.to_string(), (since - OVERLAP).to_string()]))?;
        Ok(store)
    }

    // ANCHOR: store
    /// Stores an event. `false` if it is known, whichever way it came before.
    pub fn add(&self, id: &str, kind: &str, data: &Value, came_by: CameBy) -> rusqlite::Result<bool> {
        self.with(|database| insert(database, id, kind, data, came_by))
    }

    /// Stores a page of changes and where polling stands behind it, both or neither. Answers with how many are new.
    pub fn add_page(&self, changes: &[(String, &Value)], place: &Place) -> rusqlite::Result<usize> {
        self.with(|database| {
            let transaction = Transaction::new_unchecked(database, TransactionBehavior::Immediate)?;
            let mut new = 0;
            for (id, change) in changes {
                new += usize::from(insert(&transaction, id, "change.detected", change, CameBy::Poll)?);
            }
            save(&transaction, place)?;
            transaction.commit()?;
            Ok(new)
        })
    }
    // ANCHOR_END: store

    /// Where polling stands.
    pub fn place(&self) -> rusqlite::Result<Place> {
        self.with(|database| {
            database.query_row("SELECT mark, since, cursor, etag FROM place", [], |row| {
                Ok(Place { mark: moment(row, 0)?, since: moment(row, 1)?, cursor: row.get(2)?, etag: row.get(3)? })
            })
        })
    }

    /// Says where polling stands.
    pub fn set_place(&self, place: &Place) -> rusqlite::Result<()> {
        self.with(|database| save(database, place))
    }

    /// The oldest event that is due at a time in Unix seconds.
    pub fn due(&self, now: f64) -> rusqlite::Result<Option<Event>> {
        let due = "SELECT id, type, data, attempts FROM events
                   WHERE state = 'pending' AND next_attempt_at <= ? ORDER BY arrived_at LIMIT 1";
        let event = |row: &rusqlite::Row<'_>| {
            let data: String = row.get(2)?;
            let data = serde_json::from_str(&data).unwrap_or_default();
            Ok(Event { id: row.get(0)?, kind: row.get(1)?, data, attempts: row.get(3)? })
        };
        self.with(|database| database.query_row(due, [now], event).optional())
    }

    /// When the next event is due, in Unix seconds.
    pub fn next_attempt(&self) -> rusqlite::Result<Option<f64>> {
        let next = "SELECT min(next_attempt_at) FROM events WHERE state = 'pending'";
        self.with(|database| database.query_row(next, [], |row| row.get(0)))
    }

    /// Does an event's work and marks it done in one transaction: after a crash both stand, or neither.
    pub fn finish<T, E: From<rusqlite::Error>>(
        &self,
        id: &str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.with(|database| {
            let transaction = Transaction::new_unchecked(database, TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.execute("UPDATE events SET state = 'done' WHERE id = ?", [id])?;
            transaction.commit()?;
            Ok(done)
        })
    }

    /// Puts an event off until a time in Unix seconds, or gives it up.
    pub fn put_off(&self, id: &str, attempts: u32, until: Option<f64>) -> rusqlite::Result<()> {
        let state = if until.is_some() { "pending" } else { "given up" };
        let put_off = "UPDATE events SET attempts = ?, state = ?, next_attempt_at = ? WHERE id = ?";
        let values = params![attempts, state, until.unwrap_or_default(), id];
        self.with(|database| database.execute(put_off, values)).map(|_| ())
    }

    /// How many events wait, and how many were given up.
    pub fn counts(&self) -> rusqlite::Result<(i64, i64)> {
        let count =
            "SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'given up') FROM events";
        self.with(|database| database.query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?))))
    }

    fn with<T>(&self, ask: impl FnOnce(&Connection) -> T) -> T {
        tokio::task::block_in_place(|| ask(&self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Place {
    /// The place behind a page.
    pub fn after(&self, newest: Option<Timestamp>, next_cursor: Option<String>, etag: Option<String>) -> Self {
        let mark = newest.map_or(self.mark, |newest| self.mark.max(newest));
        if next_cursor.is_some() {
            return Self { mark, since: self.since, cursor: next_cursor, etag: None };
        }
        let since = mark.checked_sub(OVERLAP).unwrap_or(Timestamp::MIN);
        // It is the version of this very list.
        let same = since == self.since && self.cursor.is_none();
        Self { mark, since, cursor: None, etag: etag.filter(|_| same) }
    }
}

fn insert(database: &Connection, id: &str, kind: &str, data: &Value, came_by: CameBy) -> rusqlite::Result<bool> {
    let insert =
        "INSERT INTO events (id, type, data, came_by, arrived_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    let values = (id, kind, data.to_string(), came_by.name(), Timestamp::now().to_string());
    Ok(database.execute(insert, values)? == 1)
}

fn save(database: &Connection, Place { mark, since, cursor, etag }: &Place) -> rusqlite::Result<()> {
    let save = "UPDATE place SET mark = ?, since = ?, cursor = ?, etag = ?";
    database.execute(save, (mark.to_string(), since.to_string(), cursor, etag)).map(|_| ())
}

fn moment(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error: jiff::Error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
    })
}

/// Unix seconds.
pub fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
