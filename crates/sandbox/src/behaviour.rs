//! What an API's behaviour has to say to be mounted.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use proofbook_contract::{Find, Operation, Violation};

use crate::exchange::Log;
use crate::reply::Reply;

/// A request on its way to an answer, with what the contract says of it.
#[derive(Debug)]
pub struct Call<'a> {
    /// The operation that it asks for.
    pub operation: &'a Operation,
    /// The parameters in the path, decoded.
    pub path: &'a BTreeMap<String, String>,
    /// The query as it was sent, without `?`.
    pub query: Option<&'a str>,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body; empty if it was too large.
    pub body: &'a [u8],
    /// Whether the body was too large to be read.
    pub too_large: bool,
    /// The id of the request, for `X-Request-Id` and the error.
    pub request_id: &'a str,
    /// Where the request breaks the contract.
    pub violations: &'a [Violation],
}

/// An answer that is made after wiremock has let go of the request, since it has to wait for something.
pub type Later = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// What becomes of a call.
pub enum Answer {
    /// This is the answer.
    Now(Reply),
    /// This is the answer, shaped by a fault that somebody asked for.
    Fault {
        /// The answer.
        reply: Reply,
        /// How much later it is given.
        delay: Duration,
        /// Whether it still has to keep to the contract.
        keeps_contract: bool,
    },
    /// The connection is dropped without an answer.
    Drop,
    /// The answer comes later.
    Later(Later),
}

/// How an API behaves beyond its examples.
pub trait Behaviour: Send + Sync {
    /// Whether it answers this operation. One that it does not answer is answered from the contract's examples.
    fn knows(&self, operation: &Operation) -> bool;

    /// Answers a call. It must not wait: the whole backend waits with it.
    fn answer(&self, call: &Call<'_>) -> Answer;

    /// Answers a request for which the contract has no operation, or that can't be read at all.
    fn refuse(&self, headers: &HeaderMap, request_id: &str, why: Refusal<'_>) -> Reply;

    /// The world that a request belongs to, so that its exchanges can be found again.
    fn world(&self, headers: &HeaderMap) -> Option<String>;

    /// The control calls under `/sandbox/`.
    fn controls(self: Arc<Self>, log: Arc<Log>) -> axum::Router;

    /// The largest body that is read, in bytes.
    fn body_limit(&self) -> usize;
}

/// Why a request has no operation.
#[derive(Debug)]
pub enum Refusal<'a> {
    /// The contract has no such path, or not with this method.
    NoOperation(Find<'a>),
    /// The request can't be read: the sentence says why.
    Unreadable(&'a str),
}
