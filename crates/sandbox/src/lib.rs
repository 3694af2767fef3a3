//! A fake of an API, made with `wiremock` and held against the API's contract at each exchange.
//!
//! The **generic half** answers any OpenAPI 3.1 contract from its examples, or from its schemas where there is no
//! example. The **stateful half**, [`policy_aggregator`], behaves as the Policy Aggregator API does. Each request and
//! each answer is judged by the contract: a request that breaks it gets the API's own error and is recorded; an answer
//! that breaks it is a fault of the sandbox, and makes the [`Sandbox`] panic when it is dropped, so that the test that
//! saw it fails.
//!
//! It does not store anything on disk, and it keeps only the latest of everything, so that it can run for days.
//!
//! - [`server`]: accepts connections, and hands what is not the API's to a fallback.
//! - [`front`]: guards a request, sends it through wiremock, finishes and records the answer.
//! - [`backend`]: the wiremock servers, one mock an operation.
//! - [`behaviour`]: what an API's behaviour has to say to be mounted.
//! - [`generic`]: the behaviour of any contract.
//! - [`control`]: calls under `/sandbox/` from a test in the same process.
//! - `compress`: gzip, for a client that accepts it.
//! - [`exchange`]: what was asked and answered, and the bounded log of it.
//! - [`reply`]: an answer, and the problem documents of RFC 9457.
//! - [`policy_aggregator`]: the stateful behaviour of our API.

pub mod backend;
pub mod behaviour;
mod compress;
pub mod control;
pub mod exchange;
pub mod front;
pub mod generic;
pub mod policy_aggregator;
pub mod reply;
pub mod server;

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use proofbook_contract::{Contract, LoadError};

use crate::behaviour::Behaviour;
use crate::exchange::{Exchange, Log, Watch};
use crate::front::Front;
use crate::generic::Generic;
use crate::policy_aggregator::{Options, PolicyAggregator};

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The contract can't be used.
    #[error(transparent)]
    Contract(#[from] LoadError),
    /// No socket could be had for it.
    #[error("the sandbox could not listen: {0}; free the port or let it choose one with port 0")]
    Listen(#[source] std::io::Error),
    /// The client that delivers webhooks could not be made.
    #[error("the sandbox could not set up webhook delivery: {0}")]
    Delivery(#[source] reqwest::Error),
}

/// How a sandbox is started. Made by [`Sandbox::builder`].
#[derive(Debug, Default)]
#[must_use = "a builder does nothing until you call `start`"]
pub struct Builder {
    listener: Option<TcpListener>,
    path: Option<PathBuf>,
    contract: Option<Contract>,
    behaviour: Kind,
    fallback: axum::Router,
    watch: Option<Watch>,
    options: Options,
}

/// How a sandbox behaves beyond its contract's examples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// As the Policy Aggregator API does, with state.
    #[default]
    PolicyAggregator,
    /// By the examples of any contract, and nothing else.
    Generic,
}

impl std::str::FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "policy-aggregator" => Ok(Self::PolicyAggregator),
            "generic" => Ok(Self::Generic),
            other => Err(format!("there is no sandbox `{other}`: write `generic`, or `policy-aggregator`")),
        }
    }
}

impl Builder {
    /// Listens on this socket instead of a free port of 127.0.0.1.
    pub fn listener(mut self, listener: TcpListener) -> Self {
        self.listener = Some(listener);
        self
    }

    /// Answers by the contract in this file instead of the one that is built in.
    pub fn contract_path(mut self, path: Option<PathBuf>) -> Self {
        self.path = path;
        self
    }

    /// Answers by this contract, which is not read again.
    pub fn contract(mut self, contract: Contract) -> Self {
        self.contract = Some(contract);
        self
    }

    /// Behaves so instead of as the Policy Aggregator API does.
    pub fn behaviour(mut self, kind: Kind) -> Self {
        self.behaviour = kind;
        self
    }

    /// Answers paths that are neither the contract's nor under `/sandbox/`. The default is 404.
    pub fn fallback(mut self, router: axum::Router) -> Self {
        self.fallback = router;
        self
    }

    /// Tells this of each exchange: the log keeps only the latest.
    pub fn watch(mut self, watch: Watch) -> Self {
        self.watch = Some(watch);
        self
    }

    /// The requests a minute of each key, instead of the contract's number.
    pub fn rate_limit(mut self, requests: u32) -> Self {
        self.options.rate_limit = Some(requests);
        self
    }

    /// The items on a page at most, instead of the contract's number. A client that asks for more gets this many.
    pub fn page_size(mut self, items: usize) -> Self {
        self.options.page_size = Some(items);
        self
    }

    /// How many times faster than in production retries, secret overlaps and idempotency keys run out.
    pub fn time_scale(mut self, scale: f64) -> Self {
        self.options.time_scale = Some(scale);
        self
    }

    /// How long a webhook receiver may take to answer, instead of the contract's number.
    pub fn webhook_timeout(mut self, timeout: Duration) -> Self {
        self.options.webhook_timeout = Some(timeout);
        self
    }

    /// Starts the sandbox on the current Tokio runtime.
    ///
    /// # Errors
    /// If the contract can't be loaded, the socket can't be used, or webhook delivery can't be set up.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        let contract = match (self.contract, &self.path) {
            (Some(contract), _) => contract,
            (None, Some(path)) => Contract::from_path(path)?,
            (None, None) => policy_aggregator::contract()?,
        };
        let listener = match self.listener {
            Some(listener) => listener,
            None => TcpListener::bind(("127.0.0.1", 0)).map_err(StartError::Listen)?,
        };
        listener.set_nonblocking(true).map_err(StartError::Listen)?;
        let address = listener.local_addr().map_err(StartError::Listen)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(StartError::Listen)?;

        let log = Arc::new(Log::new(self.watch));
        let behaviour: Arc<dyn Behaviour> = match self.behaviour {
            Kind::Generic => Arc::new(Generic),
            Kind::PolicyAggregator => {
                let api = PolicyAggregator::new(&contract, self.options, log.clone());
                Arc::new(api.map_err(StartError::Delivery)?)
            }
        };
        let front = Arc::new(Front::start(contract, behaviour, log).await);
        let accept = tokio::spawn(server::run(listener, front.clone(), self.fallback));
        Ok(Sandbox { address, url: format!("http://{address}"), front, accept, quiet: false })
    }
}

/// A running sandbox. It stops when it is dropped.
///
/// # Panics
/// On drop, if it gave an answer that breaks the contract, unless the thread is panicking already.
#[derive(Debug)]
#[must_use = "a sandbox stops when it is dropped: keep it in a variable"]
pub struct Sandbox {
    address: SocketAddr,
    url: String,
    front: Arc<Front>,
    accept: tokio::task::JoinHandle<()>,
    quiet: bool,
}

impl Sandbox {
    /// Starts a sandbox of our API on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// As [`Builder::start`].
    pub async fn start() -> Result<Sandbox, StartError> {
        Self::builder().start().await
    }

    /// A sandbox that is set up before it starts.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The base URL, such as `http://127.0.0.1:4010`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A key that works at once. Any well-formed `pa_test_…` key does, each with a world of its own.
    #[must_use]
    pub fn key(&self) -> &str {
        policy_aggregator::DEFAULT_KEY
    }

    /// The contract that it answers by.
    #[must_use]
    pub fn contract(&self) -> &Contract {
        self.front.contract()
    }

    /// The latest exchanges of all keys, oldest first.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Arc<Exchange>> {
        self.front.log().all()
    }

    /// The types of the events that were sent to webhooks.
    #[must_use]
    pub fn events(&self) -> BTreeSet<String> {
        self.front.log().events()
    }

    /// Stops it, and returns its [`violations`](Self::violations) instead of panicking.
    #[must_use]
    pub fn end(mut self) -> Vec<String> {
        self.quiet = true;
        self.violations()
    }

    /// Each place in which an answer of the sandbox broke the contract, as a sentence.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.front.log().faults()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.accept.abort();
        let faults = self.violations();
        if !self.quiet && !faults.is_empty() && !std::thread::panicking() {
            panic!("the sandbox broke its contract:\n- {}", faults.join("\n- "));
        }
    }
}
