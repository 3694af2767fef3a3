//! Which receiver is tried, and how it is started as an integrator starts it.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;
use tokio::process::Command;

use super::postgres::Postgres;
use crate::samples::{self, Running};
use crate::support::{PATIENCE, copy_folder, repository};
use crate::tools;

/// The secret of most tests, which is that of the quick start.
pub(super) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Which of the receivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    Flask,
    FlaskOnPostgres,
    Express,
}

/// A receiver that can be started, again and again, on one database.
pub(super) struct Receiver {
    program: PathBuf,
    arguments: Vec<String>,
    folder: TempDir,
    postgres: Option<Postgres>,
    settings: Vec<(String, String)>,
}

impl Receiver {
    /// What the receiver needs, installed; nothing if this machine can't.
    pub(super) async fn prepare(language: Language) -> Option<Self> {
        let sample = repository().join("examples/integrations/webhook-receiver");
        let folder = TempDir::with_prefix("proofbook-receiver-").expect("a folder");
        let python = |lock: &Path| tools::python_of(lock).map(|programs| programs.join("python"));
        let (program, arguments) = match language {
            Language::Rust => (samples::rust("webhook-receiver").await, vec![]),
            Language::Flask | Language::FlaskOnPostgres => {
                copy_folder(&sample.join("flask"), folder.path());
                (python(&sample.join("flask/requirements.txt"))?, vec!["app.py"])
            }
            Language::Express => {
                samples::node(&sample.join("express"), folder.path())?;
                (PathBuf::from("node"), vec!["server.mjs"])
            }
        };
        let postgres = match language {
            Language::FlaskOnPostgres => Some(Postgres::start().await?),
            _ => None,
        };
        let arguments = arguments.into_iter().map(str::to_owned).collect();
        Some(Self { program, arguments, folder, postgres, settings: Vec::new() })
    }

    /// The same receiver with a variable of its environment set.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(self.folder.path());
        command.env("POLICY_AGGREGATOR_WEBHOOK_SECRET", SECRET).env("HOST", "127.0.0.1").env("PORT", "0");
        command.env("DATABASE_PATH", self.folder.path().join("receiver.db")).env("RETRY_SECONDS", "0.01");
        command.env_remove("MAX_ATTEMPTS").env_remove("DATABASE_URL");
        if let Some(postgres) = &self.postgres {
            command.env("DATABASE_URL", postgres.url());
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts it, and waits until it listens.
    pub(super) async fn start(&self) -> Running {
        Running::start(self.command()).await
    }

    /// Starts it with settings that it must refuse. Answers with its exit code, and what it says.
    pub(super) async fn refuses(&self) -> (Option<i32>, String) {
        samples::refuses(self.command()).await
    }

    /// The rows that a query answers with, their columns divided by `|`. Both databases understand it.
    pub(super) async fn query(&self, query: &str) -> Vec<String> {
        if let Some(postgres) = &self.postgres {
            return postgres.query(query).await;
        }
        let database = Connection::open(self.folder.path().join("receiver.db")).expect("the database");
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
