//! What a unit has for itself: a sandbox with its key, and a folder.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use proofbook_sandbox::Sandbox;
use proofbook_sandbox::exchange::{Exchange, Watch};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::TempDir;

use super::lab::Lab;
use super::leftovers::Leftovers;

/// A unit's surroundings. The sandbox stops and the folder goes when it is dropped.
#[derive(Debug)]
pub(super) struct World {
    sandbox: Sandbox,
    calls: Arc<Mutex<Vec<Call>>>,
    env: Vec<(String, String)>,
    // What still runs ends before its folder goes.
    _leftovers: Leftovers,
    folder: TempDir,
}

/// What blocks showed of the API.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Seen {
    /// The exchanges, in their order.
    pub exchanges: Vec<Call>,
    /// The types of the events that were sent.
    pub events: Vec<String>,
}

/// An exchange, as far as coverage and verdicts need it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Call {
    /// The method and the target, as they were sent.
    pub request: String,
    /// The operation, if the contract knows it.
    pub operation: Option<String>,
    /// The status; nothing if the connection was dropped.
    pub status: Option<u16>,
    /// The error code in the answer's body.
    pub code: Option<String>,
    /// The names of the request's headers, in lower case.
    pub request_headers: Vec<String>,
    /// The names of the answer's headers, in lower case.
    pub response_headers: Vec<String>,
    /// Where the request breaks the contract.
    pub violations: Vec<String>,
}

impl World {
    /// Starts a sandbox and makes an empty folder.
    pub(super) fn start(lab: &Lab) -> io::Result<Self> {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let watch = Watch::new({
            let calls = calls.clone();
            move |exchange| lock(&calls).push(Call::of(exchange))
        });
        let start = Sandbox::builder().contract(lab.contract.clone()).behaviour(lab.kind).watch(watch).start();
        let sandbox = lab.runtime.block_on(start).map_err(io::Error::other)?;
        let folder = tempfile::Builder::new().prefix("proofbook-").tempdir()?;
        let temporary = folder.path().join("tmp");
        std::fs::create_dir(&temporary)?;
        std::fs::create_dir(folder.path().join("work"))?;
        let key = lab.new_key();
        let fill = |text: &str| text.replace("{url}", sandbox.url()).replace("{key}", &key);
        let mut env: Vec<_> = lab.settings.env.iter().map(|(name, value)| (name.clone(), fill(value))).collect();
        // For hidden lines, which may use what lies in the repository.
        env.push(("PROOFBOOK_ROOT".to_owned(), lab.root.display().to_string()));
        // What a program leaves there when it is killed goes with the folder.
        env.push(("TMPDIR".to_owned(), temporary.display().to_string()));
        Ok(Self { sandbox, calls, env, _leftovers: Leftovers(folder.path().to_owned()), folder })
    }

    /// The address of the sandbox, without a slash at its end.
    pub(super) fn url(&self) -> &str {
        self.sandbox.url()
    }

    /// What the unit's programs find in their environment.
    pub(super) fn env(&self) -> &[(String, String)] {
        &self.env
    }

    /// The folder in which the unit's programs begin, empty but for the files that the page gives.
    pub(super) fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// A folder beside it, for what the gate puts there.
    pub(super) fn outer(&self) -> &Path {
        self.folder.path()
    }

    /// How many exchanges there were until now.
    pub(super) fn count(&self) -> usize {
        lock(&self.calls).len()
    }

    /// Stops the sandbox. Returns what was seen, and where the sandbox broke the contract.
    pub(super) fn end(self) -> (Seen, Vec<String>) {
        let exchanges = std::mem::take(&mut *lock(&self.calls));
        let events = self.sandbox.events().into_iter().collect();
        (Seen { exchanges, events }, self.sandbox.end())
    }
}

fn lock(calls: &Mutex<Vec<Call>>) -> MutexGuard<'_, Vec<Call>> {
    calls.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Call {
    fn of(exchange: &Exchange) -> Self {
        let body: Value = serde_json::from_str(&exchange.response_body).unwrap_or_default();
        let names = |headers: &Value| headers.as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default();
        Self {
            request: format!("{} {}", exchange.method, exchange.target),
            operation: exchange.operation.clone(),
            status: exchange.status,
            code: body.get("code").and_then(Value::as_str).map(str::to_owned),
            request_headers: names(&exchange.request_headers),
            response_headers: names(&exchange.response_headers),
            violations: exchange.request_violations.iter().map(ToString::to_string).collect(),
        }
    }
}
