//! The integrator's program beside a sandbox of its own: what it asks, what it prints, how it ends.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use base64::Engine;
use jiff::Timestamp;
use proofbook_sandbox::Sandbox;
use proofbook_sandbox::exchange::{Exchange, Watch};
use proofbook_sandbox::policy_aggregator::ids;
use proofbook_webhook::signature::Key;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::exit;
use crate::failure::Failure;

/// How long a program has to end after it was told to.
const TO_STOP: Duration = Duration::from_secs(5);
/// How many lines of a program are kept, and how many characters of each.
const LINES: usize = 10_000;
const CHARACTERS: usize = 4_000;

/// How the program is started. `{port}` and `{scratch}` in any of it are replaced for each run.
#[derive(Debug, Clone)]
pub(super) struct Recipe {
    pub(super) command: Vec<String>,
    pub(super) environment: Vec<(String, String)>,
    pub(super) webhooks: Option<String>,
}

/// What is known of a run. It only grows.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) exchanges: Vec<Exchange>,
    pub(super) lines: Vec<String>,
    pub(super) ended: Option<ExitStatus>,
}

/// A world: a sandbox, a key, a folder and a port. The program can run in it more than once.
pub(super) struct Stage {
    sandbox: Option<Sandbox>,
    url: String,
    http: reqwest::Client,
    recipe: Recipe,
    scratch: TempDir,
    record: Arc<Mutex<Record>>,
    news: watch::Sender<()>,
    pub(super) started: Timestamp,
    /// The key of the API, which no other run has.
    pub(super) key: String,
    /// The secret of the webhook, which no other run has.
    pub(super) secret: String,
    /// Where the program takes webhooks.
    pub(super) webhooks: Option<String>,
}

impl Stage {
    /// A world whose pages have at most this many items.
    pub(super) async fn new(recipe: &Recipe, page_size: usize) -> anyhow::Result<Self> {
        let (record, (news, _)) = (Arc::<Mutex<Record>>::default(), watch::channel(()));
        let (written, told) = (record.clone(), news.clone());
        let watch = Watch::new(move |exchange| {
            lock(&written).exchanges.push(exchange.clone());
            told.send_replace(());
        });
        let sandbox = Sandbox::builder().page_size(page_size).rate_limit(100_000).watch(watch).start().await?;
        let scratch = tempfile::tempdir().context("no folder for the run can be made")?;
        // Freed again at once: the program takes it.
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let fill = |text: &String| {
            text.replace("{port}", &port.to_string()).replace("{scratch}", &scratch.path().display().to_string())
        };
        let recipe = Recipe {
            command: recipe.command.iter().map(fill).collect(),
            environment: recipe.environment.iter().map(|(name, value)| (name.clone(), fill(value))).collect(),
            webhooks: recipe.webhooks.as_ref().map(fill),
        };
        let secret: [u8; 24] = std::array::from_fn(|_| fastrand::u8(..));
        Ok(Self {
            http: reqwest::Client::builder().no_proxy().build()?,
            webhooks: recipe.webhooks.clone(),
            key: ids::new("pa_test"),
            secret: format!("whsec_{}", base64::prelude::BASE64_STANDARD.encode(secret)),
            started: Timestamp::now(),
            url: sandbox.url().to_owned(),
            sandbox: Some(sandbox),
            recipe,
            scratch,
            record,
            news,
        })
    }

    /// What is known so far.
    pub(super) fn record(&self) -> MutexGuard<'_, Record> {
        lock(&self.record)
    }

    /// A call under `/sandbox/`.
    pub(super) async fn control(&self, method: reqwest::Method, path: &str, body: Value) -> anyhow::Result<Value> {
        let url = format!("{}/sandbox/{path}", self.url);
        let response = self.http.request(method, url).bearer_auth(&self.key).json(&body).send().await?;
        Ok(response.error_for_status()?.json().await?)
    }

    /// Makes so many changes. Answers each with its diff.
    pub(super) async fn changes(&self, many: usize) -> anyhow::Result<Vec<Value>> {
        let mut made = Vec::new();
        for _ in 0..many {
            made.push(self.control(reqwest::Method::POST, "changes", json!({})).await?["change"].take());
        }
        Ok(made)
    }

    /// Has the next calls go wrong.
    pub(super) async fn fault(&self, fault: Value) -> anyhow::Result<()> {
        self.control(reqwest::Method::POST, "faults", fault).await.map(drop)
    }

    /// The key that signs webhooks.
    pub(super) fn signing_key(&self) -> anyhow::Result<Key> {
        Key::of_secret(&self.secret).map_err(|why| anyhow::anyhow!("{why}"))
    }

    /// Starts the program.
    pub(super) fn start(&self) -> anyhow::Result<Program> {
        let (program, arguments) = self.recipe.command.split_first().context("there is no command")?;
        lock(&self.record).ended = None;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("POLICY_AGGREGATOR_BASE_URL", &self.url)
            .env("POLICY_AGGREGATOR_API_KEY", &self.key)
            .env("POLICY_AGGREGATOR_WEBHOOK_SECRET", &self.secret)
            .env("PYTHONUNBUFFERED", "1")
            .envs(self.recipe.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn().map_err(|error| {
            Failure::new(exit::USAGE, format!("{program} does not start: {error}"))
                .fix("after -- say the command that starts your integration, as you would in a shell")
        })?;
        let readers = [
            child.stdout.take().map(|output| tokio::spawn(self.reader().read(output))),
            child.stderr.take().map(|output| tokio::spawn(self.reader().read(output))),
        ];
        Ok(Program { group: child.id(), child, readers: readers.into_iter().flatten().collect() })
    }

    fn reader(&self) -> Reader {
        Reader { record: self.record.clone(), news: self.news.clone() }
    }

    /// Waits until what is known is enough, the program has ended, or the time is over. `true` if it is enough.
    pub(super) async fn until(
        &self,
        program: &mut Program,
        limit: Duration,
        enough: impl Fn(&Record) -> bool,
    ) -> anyhow::Result<bool> {
        let mut news = self.news.subscribe();
        let end = tokio::time::Instant::now() + limit;
        loop {
            news.mark_unchanged();
            if enough(&lock(&self.record)) {
                return Ok(true);
            }
            tokio::select! {
                _ = news.changed() => {}
                () = tokio::time::sleep_until(end) => return Ok(false),
                status = program.child.wait() => {
                    let status = status?;
                    program.all_read().await;
                    lock(&self.record).ended = Some(status);
                    return Ok(enough(&lock(&self.record)));
                }
            }
        }
    }

    /// The folder of the run.
    pub(super) fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// Text of the run without what is secret in it, and without what only this machine has.
    pub(super) fn hide(&self, text: &str) -> String {
        let bare = self.secret.trim_start_matches("whsec_");
        text.replace(&self.key, "[key]")
            .replace(bare, "[secret]")
            .replace(&self.scratch().display().to_string(), "{scratch}")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // The report is about the program: where the sandbox itself is wrong, the gate says so.
        drop(self.sandbox.take().map(Sandbox::end));
    }
}

/// A running program. When it is dropped, it and all that it has started in its group are killed.
pub(super) struct Program {
    child: Child,
    #[cfg_attr(not(unix), expect(dead_code, reason = "only Unix has process groups"))]
    group: Option<u32>,
    readers: Vec<JoinHandle<()>>,
}

impl Program {
    /// Tells it to stop, and waits until it has.
    pub(super) async fn stop(mut self) {
        #[cfg(unix)]
        self.signal(rustix::process::Signal::TERM);
        #[cfg(not(unix))]
        let _ = self.child.start_kill();
        let _ = tokio::time::timeout(TO_STOP, self.child.wait()).await;
    }

    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) {
        let group = self.group.and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
        if let Some(group) = group {
            // It may have ended in this moment.
            let _ = rustix::process::kill_process_group(group, signal);
        }
    }

    /// Waits for the rest of what it has printed. What it left running may hold the pipes open.
    async fn all_read(&mut self) {
        for reader in self.readers.drain(..) {
            let _ = tokio::time::timeout(Duration::from_secs(1), reader).await;
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        #[cfg(unix)]
        self.signal(rustix::process::Signal::KILL);
    }
}

struct Reader {
    record: Arc<Mutex<Record>>,
    news: watch::Sender<()>,
}

impl Reader {
    async fn read(self, output: impl AsyncRead + Unpin) {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while output.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
            let text: String = String::from_utf8_lossy(&line).trim_end().chars().take(CHARACTERS).collect();
            line.clear();
            let mut record = lock(&self.record);
            if record.lines.len() < LINES {
                record.lines.push(text);
            }
            drop(record);
            self.news.send_replace(());
        }
    }
}

fn lock(record: &Mutex<Record>) -> MutexGuard<'_, Record> {
    record.lock().unwrap_or_else(PoisonError::into_inner)
}
