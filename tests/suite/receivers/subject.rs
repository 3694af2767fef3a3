//! Which receiver is tried, and how it is started as an integrator starts it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use super::postgres::Postgres;
use crate::support::{PATIENCE, copy_folder, repository};
use crate::{samples, tools};

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

/// A receiver that runs.
pub(super) struct Running {
    child: Child,
    log: UnboundedReceiver<String>,
    url: String,
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
        command.args(&self.arguments).current_dir(self.folder.path()).kill_on_drop(true).stdin(Stdio::null());
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
        let mut child = self.command().stdout(Stdio::piped()).spawn().expect("the receiver starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its log")).lines();
        let (read, mut log) = unbounded_channel();
        // A log that nobody reads would stop it once the pipe is full.
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let _ = read.send(line);
            }
        });
        let line = next(&mut log, "listening").await;
        let url = line["url"].as_str().expect("its address").to_owned();
        Running { child, log, url }
    }

    /// Starts it with settings that it must refuse. Answers with its exit code, and what it says.
    pub(super) async fn refuses(&self) -> (Option<i32>, String) {
        let mut child = self.command().stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut said = String::new();
        let read = child.stderr.as_mut().expect("its words").read_to_string(&mut said);
        timeout(PATIENCE, read).await.expect("it ends").expect("it is text");
        (child.wait().await.expect("it ends").code(), said)
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

impl Running {
    /// Where it takes webhooks.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Another of its addresses.
    pub(super) fn at(&self, path: &str) -> String {
        self.url.replace("/webhooks", path)
    }

    /// The next line of its log with this message.
    pub(super) async fn logs(&mut self, message: &str) -> Value {
        next(&mut self.log, message).await
    }

    /// The next line of its log, or nothing at its end.
    pub(super) async fn line(&mut self) -> Option<Value> {
        line(&mut self.log).await
    }

    /// Ends it at once, as a power cut would.
    pub(super) async fn kill(mut self) {
        self.child.kill().await.expect("it is killed");
    }

    /// Tells it to stop, and answers with its exit code and the rest of its log.
    pub(super) async fn terminate(mut self) -> (Option<i32>, Vec<Value>) {
        let id = self.child.id().expect("it runs");
        let sent = Command::new("sh").args(["-c", &format!("kill -TERM {id}")]).status().await;
        assert!(sent.expect("sh runs").success(), "SIGTERM was sent");
        let mut rest = Vec::new();
        while let Some(line) = self.line().await {
            rest.push(line);
        }
        let ended = timeout(PATIENCE, self.child.wait()).await.expect("it ends").expect("it is waited for");
        (ended.code(), rest)
    }
}

async fn line(log: &mut UnboundedReceiver<String>) -> Option<Value> {
    let line = timeout(PATIENCE, log.recv()).await.expect("its log goes on")?;
    Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("its log is JSON ({error}): {line}")))
}

async fn next(log: &mut UnboundedReceiver<String>, message: &str) -> Value {
    let mut before = Vec::new();
    while let Some(line) = line(log).await {
        if line["message"] == message {
            return line;
        }
        before.push(line.to_string());
    }
    panic!("its log ended without {message:?}:\n{}", before.join("\n"));
}
