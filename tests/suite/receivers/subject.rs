//! Which receiver is tried, and what it has stored.

use rusqlite::Connection;

use super::postgres::Postgres;
use crate::samples::{Running, Sample};
use crate::support::PATIENCE;

/// Which of the receivers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Language {
    Rust,
    Flask,
    FlaskOnPostgres,
    Express,
}

/// A receiver with its database.
pub(super) struct Receiver {
    sample: Sample,
    postgres: Option<Postgres>,
}

impl Receiver {
    /// What the receiver needs, installed; nothing if this machine can't.
    pub(super) async fn prepare(language: Language) -> Option<Self> {
        let flask = || Sample::python("webhook-receiver/flask", "app.py");
        let (sample, postgres) = match language {
            Language::Rust => (Sample::rust("webhook-receiver"), None),
            Language::Express => (Sample::node("webhook-receiver/express", "server.mjs")?, None),
            Language::Flask => (flask()?, None),
            Language::FlaskOnPostgres => {
                let postgres = Postgres::start().await?;
                (flask()?.with("DATABASE_URL", &postgres.url()), Some(postgres))
            }
        };
        let sample = sample.with("DATABASE_PATH", "receiver.db").with("RETRY_SECONDS", "0.01");
        Some(Self { sample, postgres })
    }

    /// The same receiver with a variable of its environment set.
    pub(super) fn with(self, name: &str, value: &str) -> Self {
        Self { sample: self.sample.with(name, value), ..self }
    }

    /// The validator on it. On PostgreSQL its runs would share a database, so only its answers are judged.
    pub(super) async fn reaches_gold(&self) {
        if self.postgres.is_none() {
            return self.sample.reaches_gold("processed", "DATABASE_PATH={scratch}/receiver.db").await;
        }
        let running = self.start().await;
        let (code, report) = crate::validate::receiver(running.url(), crate::validate::PATIENT).await;
        assert_eq!((code, &report["level"]), (Some(0), &serde_json::json!("gold")), "{report:#}");
    }

    pub(super) async fn start(&self) -> Running {
        self.sample.start().await
    }

    pub(super) async fn refuses(&self) -> (Option<i32>, String) {
        self.sample.refuses().await
    }

    /// The rows that a query answers with, their columns divided by `|`. Both databases understand it.
    pub(super) async fn query(&self, query: &str) -> Vec<String> {
        if let Some(postgres) = &self.postgres {
            return postgres.query(query).await;
        }
        let database = Connection::open(self.sample.folder().join("receiver.db")).expect("the database");
        database.busy_timeout(PATIENCE).expect("it waits");
        let mut statement = database.prepare(query).expect("a query");
        let columns = statement.column_count();
        let text = |row: &rusqlite::Row<'_>, column| match row.get::<_, rusqlite::types::Value>(column)? {
            rusqlite::types::Value::Integer(number) => Ok(number.to_string()),
            rusqlite::types::Value::Text(text) => Ok(text),
            other => panic!("{other:?} in {query}"),
        };
        let row = |row: &rusqlite::Row<'_>| (0..columns).map(|column| text(row, column)).collect::<Result<Vec<_>, _>>();
        let rows = statement.query_map([], row).expect("rows");
        rows.map(|row| row.expect("a row").join("|")).collect()
    }
}
