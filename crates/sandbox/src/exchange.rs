//! What was asked and answered, and the bounded log of it.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;
use proofbook_contract::Violation;
use serde::Serialize;
use serde_json::{Map, Value};

/// How many exchanges are kept, of all keys together. At 16 KiB a body this is 16 MiB at most.
const KEPT: usize = 512;
/// How much of a body is kept, in bytes.
const KEPT_BODY: usize = 16 * 1024;
/// How many faults of the sandbox itself are kept: one is enough to fail a test.
const KEPT_FAULTS: usize = 100;

/// A request and its answer, as they crossed the wire, with what the contract says of both.
#[derive(Debug, Clone, Serialize)]
pub struct Exchange {
    /// The request's id, as in `X-Request-Id`.
    pub request_id: String,
    /// When the request came, RFC 3339 in UTC.
    pub at: jiff::Timestamp,
    /// How long the answer took, in milliseconds.
    pub duration_ms: u64,
    /// The world that it belongs to: the key, or nothing if it had none.
    #[serde(skip)]
    pub world: Option<String>,
    /// The `operationId`, if the contract knows the operation.
    pub operation: Option<String>,
    /// The method, in upper case.
    pub method: String,
    /// The path and query as they were sent.
    pub target: String,
    /// The request's headers; `authorization` is shortened.
    pub request_headers: Value,
    /// The start of the request's body, as text.
    pub request_body: String,
    /// Where the request breaks the contract.
    pub request_violations: Vec<Violation>,
    /// The status of the answer; nothing if the connection was dropped.
    pub status: Option<u16>,
    /// The answer's headers.
    pub response_headers: Value,
    /// The start of the answer's body, as text.
    pub response_body: String,
    /// Where the answer breaks the contract.
    pub response_violations: Vec<Violation>,
    /// Whether a fault that somebody asked for shaped this answer.
    pub injected_fault: bool,
}

/// Headers as a JSON object of lower-case names. What authenticates is not in it.
#[must_use]
pub fn headers_to_json(headers: &HeaderMap) -> Value {
    let mut object = Map::new();
    for name in headers.keys() {
        let values: Vec<_> =
            headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        let value = match name.as_str() {
            "authorization" | "cookie" | "proxy-authorization" => "[redacted]".to_owned(),
            _ => values.join(", "),
        };
        object.insert(name.to_string(), Value::String(value));
    }
    Value::Object(object)
}

/// The start of a body, as text.
#[must_use]
pub fn start_of(body: &[u8]) -> String {
    let end = body.len().min(KEPT_BODY);
    String::from_utf8_lossy(body.get(..end).unwrap_or(body)).into_owned()
}

/// Is told of each exchange, also of those for which the log has no room any more.
#[derive(Clone)]
pub struct Watch(Arc<dyn Fn(&Exchange) + Send + Sync>);

impl Watch {
    /// Calls this with each exchange, in the order in which they were answered. It must not wait.
    pub fn new(told: impl Fn(&Exchange) + Send + Sync + 'static) -> Self {
        Self(Arc::new(told))
    }
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watch")
    }
}

/// The latest exchanges. The oldest makes room for the newest.
#[derive(Debug, Default)]
pub struct Log {
    inner: Mutex<Inner>,
    watch: Option<Watch>,
}

#[derive(Debug, Default)]
struct Inner {
    exchanges: VecDeque<Arc<Exchange>>,
    events: BTreeSet<String>,
    faults: Vec<String>,
}

impl Log {
    /// An empty log.
    #[must_use]
    pub fn new(watch: Option<Watch>) -> Self {
        Self { inner: Mutex::default(), watch }
    }

    /// Adds an exchange.
    pub fn push(&self, exchange: Exchange) {
        let mut inner = self.lock();
        let mut broken: Vec<(&Violation, usize)> = Vec::new();
        for violation in &exchange.response_violations {
            // A hundred items of a list mostly break one rule in one way.
            match broken.iter_mut().find(|(first, _)| first.contract == violation.contract) {
                Some((_, more)) => *more += 1,
                None => broken.push((violation, 0)),
            }
        }
        for (violation, more) in broken {
            tracing::error!(request_id = exchange.request_id, %violation, more, "the sandbox broke its contract");
            if inner.faults.len() < KEPT_FAULTS {
                let Exchange { method, target, .. } = &exchange;
                let status = exchange.status.unwrap_or_default();
                let more = if more > 0 { format!(", and {more} more like it") } else { String::new() };
                inner.faults.push(format!("{method} {target} → {status}: {violation}{more}"));
            }
        }
        if let Some(Watch(told)) = &self.watch {
            told(&exchange);
        }
        if inner.exchanges.len() == KEPT {
            inner.exchanges.pop_front();
        }
        inner.exchanges.push_back(Arc::new(exchange));
    }

    /// All that is kept, oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Exchange>> {
        self.lock().exchanges.iter().cloned().collect()
    }

    /// Notes that an event of this type was sent to a webhook, or tried to.
    pub fn sent(&self, event: &str) {
        self.lock().events.insert(event.to_owned());
    }

    /// The types of the events that were sent.
    #[must_use]
    pub fn events(&self) -> BTreeSet<String> {
        self.lock().events.clone()
    }

    /// Where answers of the sandbox broke the contract.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        self.lock().faults.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
