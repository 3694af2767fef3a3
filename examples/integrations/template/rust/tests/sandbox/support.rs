//! Starts the sandbox and the program.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// A secret of a webhook.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// How long anything may take before a test fails: far more than it ever does.
const PATIENCE: Duration = Duration::from_secs(60);

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A sandbox of a test's own. `PROOFBOOK` says which program has it.
pub struct Sandbox {
    pub url: String,
    pub key: String,
    http: reqwest::Client,
    _child: Child,
}

impl Sandbox {
    pub async fn start() -> Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let program = std::env::var("PROOFBOOK").unwrap_or_else(|_| "proofbook".to_owned());
        let mut command = Command::new(&program);
        command.args(["sandbox", "--port", "0"]).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| {
            format!(
                "{program} does not start ({error}): set PROOFBOOK to the path of the handbook's program, `proofbook`"
            )
        })?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let mut exported = BTreeMap::new();
        while exported.len() < 2 {
            let line = timeout(PATIENCE, lines.next_line()).await??.ok_or("the sandbox ended")?;
            if let Some((name, value)) = line.trim().strip_prefix("export ").and_then(|line| line.split_once('=')) {
                exported.insert(name.to_owned(), value.to_owned());
            }
        }
        let take = |name: &str| exported.get(name).cloned().ok_or_else(|| format!("{name} is not printed"));
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        let (url, key) = (take("POLICY_AGGREGATOR_BASE_URL")?, take("POLICY_AGGREGATOR_API_KEY")?);
        Ok(Self { url, key, http, _child: child })
    }

    /// Makes a change, and says what it is.
    pub async fn change(&self) -> Result<Value> {
        Ok(self.control("changes", json!({})).await?["change"].take())
    }

    /// Has something happen.
    pub async fn control(&self, path: &str, body: Value) -> Result<Value> {
        self.call("POST", &format!("/sandbox/{path}"), body).await
    }

    /// A webhook that nobody listens to yet: its secret is needed for the start.
    pub async fn webhook(&self) -> Result<Webhook<'_>> {
        let body = json!({ "url": "http://127.0.0.1:9/webhooks", "events": ["change.detected"] });
        let webhook = self.call("POST", "/api/v1/webhooks", body).await?;
        let text = |name: &str| webhook[name].as_str().map(str::to_owned).ok_or_else(|| format!("{webhook}"));
        Ok(Webhook { sandbox: self, path: format!("/api/v1/webhooks/{}", text("id")?), secret: text("secret")? })
    }

    /// Sends a test event, and says what came back.
    pub async fn test_webhook(&self, url: &str, secret: &str) -> Result<Value> {
        let body = json!({ "url": format!("{url}/webhooks"), "secret": secret });
        self.call("POST", "/api/webhooks/test", body).await
    }

    /// All calls to a path with their answers, oldest first.
    pub async fn exchanges(&self, path: &str) -> Result<Vec<Value>> {
        let all = self.call("GET", "/sandbox/exchanges?limit=500", Value::Null).await?;
        let to_path = |exchange: &&Value| {
            let target = exchange["target"].as_str().unwrap_or_default();
            target.split('?').next() == Some(path)
        };
        Ok(all["data"].as_array().into_iter().flatten().rev().filter(to_path).cloned().collect())
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> Result<Value> {
        let mut request = self.http.request(method.parse()?, format!("{}{path}", self.url)).bearer_auth(&self.key);
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let (status, text) = (response.status(), response.text().await?);
        if !status.is_success() {
            return Err(format!("{method} {path}: {status} {text}").into());
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }
}

/// A webhook of the sandbox.
pub struct Webhook<'a> {
    sandbox: &'a Sandbox,
    path: String,
    pub secret: String,
}

impl Webhook<'_> {
    pub async fn point_to(&mut self, url: &str) -> Result<()> {
        self.update(json!({ "url": format!("{url}/webhooks") })).await
    }

    pub async fn disable(&mut self) -> Result<()> {
        self.update(json!({ "enabled": false })).await
    }

    /// The next attempts of what could not be delivered come at once.
    pub async fn hurry(&mut self) -> Result<()> {
        self.sandbox.call("PUT", "/sandbox/time", json!({ "scale": 1000 })).await.map(|_| ())
    }

    async fn update(&mut self, body: Value) -> Result<()> {
        self.sandbox.call("PATCH", &self.path, body).await.map(|_| ())
    }
}

/// The program, with a folder of its own.
pub struct Integration {
    folder: TempDir,
    settings: BTreeMap<String, String>,
}

impl Integration {
    pub fn new(sandbox: &Sandbox) -> Result<Self> {
        let integration = Self { folder: TempDir::new()?, settings: BTreeMap::new() };
        Ok(integration
            .with("POLICY_AGGREGATOR_BASE_URL", &sandbox.url)
            .with("POLICY_AGGREGATOR_API_KEY", &sandbox.key)
            .with("POLICY_AGGREGATOR_WEBHOOK_SECRET", SECRET)
            .with("PORT", "0")
            .with("POLL_SECONDS", "0.05")
            .with("RETRY_SECONDS", "0.01"))
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.insert(name.to_owned(), value.to_owned());
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_integration"));
        for name in ["HOST", "DATABASE_PATH", "POLL_SINCE", "ALERT_AFTER"] {
            command.env_remove(name);
        }
        command.current_dir(&self.folder).envs(&self.settings).kill_on_drop(true).stdin(Stdio::null());
        command
    }

    /// Starts it, and waits until it listens.
    pub async fn start(&self) -> Result<Running> {
        let mut child = self.command().stdout(Stdio::piped()).spawn()?;
        let log = BufReader::new(child.stdout.take().ok_or("no log")?).lines();
        let mut running = Running { child, log, said: String::new(), url: String::new() };
        running.url = running.logs("listening").await?["url"].as_str().ok_or("no address")?.to_owned();
        Ok(running)
    }

    /// Starts it with settings that it must refuse: its exit code, and what it says.
    pub async fn refuses(&self) -> Result<(Option<i32>, String)> {
        let output = timeout(PATIENCE, self.command().output()).await??;
        Ok((output.status.code(), String::from_utf8(output.stderr)?))
    }

    /// The first column of a query's rows.
    pub fn rows(&self, query: &str) -> Result<Vec<String>> {
        let database = rusqlite::Connection::open(self.folder.path().join("integration.db"))?;
        database.busy_timeout(PATIENCE)?;
        let mut statement = database.prepare(query)?;
        let text = |row: &rusqlite::Row<'_>| {
            row.get::<_, String>(0).or_else(|_| row.get::<_, i64>(0).map(|number| number.to_string()))
        };
        Ok(statement.query_map([], text)?.collect::<rusqlite::Result<_>>()?)
    }
}

/// The program while it runs.
pub struct Running {
    child: Child,
    log: Lines<BufReader<ChildStdout>>,
    said: String,
    pub url: String,
}

impl Running {
    /// The next line of its log with this message.
    pub async fn logs(&mut self, message: &str) -> Result<Value> {
        loop {
            let line = timeout(PATIENCE, self.log.next_line()).await?;
            let line = line?.ok_or_else(|| format!("its log ended without {message:?}:\n{}", self.said))?;
            self.said += &line;
            self.said.push('\n');
            let line: Value = serde_json::from_str(&line)?;
            if line["message"] == message {
                return Ok(line);
            }
        }
    }

    pub async fn get(&self, path: &str) -> Result<String> {
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        Ok(http.get(format!("{}{path}", self.url)).send().await?.error_for_status()?.text().await?)
    }

    /// Tells it to stop: its exit code, and all that it said.
    pub async fn terminate(mut self) -> Result<(Option<i32>, String)> {
        let id = self.child.id().ok_or("it has ended")?;
        Command::new("sh").args(["-c", &format!("kill -TERM {id}")]).status().await?;
        while let Some(line) = timeout(PATIENCE, self.log.next_line()).await?? {
            self.said += &line;
            self.said.push('\n');
        }
        Ok((timeout(PATIENCE, self.child.wait()).await??.code(), self.said))
    }
}
