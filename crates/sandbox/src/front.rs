//! Guards a request, sends it through wiremock, finishes and records the answer.
//!
//! wiremock reads bodies without a bound, panics on targets that are no URL, and holds a lock while it makes an answer.
//! So the front bounds and checks each request first, and does what takes time after wiremock has answered.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use proofbook_contract::{Contract, Find, Violation};

use crate::backend::{Backend, ID_HEADER};
use crate::behaviour::{Behaviour, Later, Refusal};
use crate::compress::compress;
use crate::exchange::{Exchange, Log, headers_to_json, start_of};
use crate::policy_aggregator::ids;
use crate::reply::Reply;

/// More headers than this are refused. hyper reads at most 100, and the hop adds some.
const MAX_HEADERS: usize = 90;
/// How long a client may take to send a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// Headers that belong to a connection and not to a message (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::HOST,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// The connection is dropped without an answer, since a fault asked for it.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped, as a fault asked for")]
pub struct Dropped;

/// A request between the front and the responder.
pub(crate) struct Pending {
    pub(crate) request_id: String,
    pub(crate) operation: String,
    pub(crate) path: BTreeMap<String, String>,
    pub(crate) query: Option<String>,
    pub(crate) too_large: bool,
    pub(crate) violations: Vec<Violation>,
    fault: AtomicBool,
    exempt: AtomicBool,
    dropped: AtomicBool,
    later: Mutex<Option<Later>>,
}

impl Pending {
    pub(crate) fn set_fault(&self, keeps_contract: bool) {
        self.fault.store(true, Ordering::Release);
        self.exempt.store(!keeps_contract, Ordering::Release);
    }

    pub(crate) fn set_dropped(&self) {
        self.dropped.store(true, Ordering::Release);
    }

    pub(crate) fn set_later(&self, later: Later) {
        *self.later.lock().unwrap_or_else(PoisonError::into_inner) = Some(later);
    }

    fn take_later(&self) -> Option<Later> {
        self.later.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The requests that are under way, by id.
#[derive(Default)]
pub(crate) struct InFlight(Mutex<HashMap<String, Arc<Pending>>>);

impl InFlight {
    pub(crate) fn get(&self, id: &str) -> Option<Arc<Pending>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn enter(self: &Arc<Self>, pending: Pending) -> Entry {
        let pending = Arc::new(pending);
        let id = pending.request_id.clone();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, pending.clone());
        Entry { in_flight: self.clone(), pending }
    }
}

/// Takes its request out of [`InFlight`] when dropped, also when the client has gone away.
struct Entry {
    in_flight: Arc<InFlight>,
    pending: Arc<Pending>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.in_flight.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.pending.request_id);
    }
}

/// What stands between the network and wiremock.
pub struct Front {
    contract: Contract,
    behaviour: Arc<dyn Behaviour>,
    backend: Backend,
    in_flight: Arc<InFlight>,
    hop: Client<HttpConnector, Full<Bytes>>,
    log: Arc<Log>,
    controls: axum::Router,
}

impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Front").field("log", &self.log).finish_non_exhaustive()
    }
}

impl Front {
    /// Starts wiremock behind a front, which writes into this log.
    pub async fn start(contract: Contract, behaviour: Arc<dyn Behaviour>, log: Arc<Log>) -> Self {
        let in_flight = Arc::new(InFlight::default());
        Self {
            backend: Backend::start(contract.clone(), behaviour.clone(), in_flight.clone()).await,
            hop: Client::builder(TokioExecutor::new()).build_http(),
            controls: behaviour.clone().controls(log.clone()),
            contract,
            behaviour,
            in_flight,
            log,
        }
    }

    /// The contract.
    #[must_use]
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The exchanges.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The control calls.
    pub fn controls(&self) -> axum::Router {
        self.controls.clone()
    }

    /// Whether a path is the API's: it begins with the same segment as a path of the contract.
    #[must_use]
    pub fn owns(&self, path: &str) -> bool {
        let first = first_segment(path);
        self.contract.operations().iter().any(|operation| {
            let segment = first_segment(&operation.path);
            segment == first || segment.starts_with('{')
        })
    }

    /// Answers a request to the API.
    ///
    /// # Errors
    /// [`Dropped`], if a fault asks for the connection to be dropped.
    pub async fn handle<B>(&self, request: Request<B>) -> Result<Response<Body>, Dropped>
    where
        B: hyper::body::Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let started = Instant::now();
        let at = jiff::Timestamp::now();
        let (parts, body) = request.into_parts();
        let request_id = ids::new("req");
        let target = target_of(&parts.uri);
        let read = self.read(&parts.method, &target, &parts.headers, body).await;

        let mut answered = match &read {
            Ok((bytes, too_large)) => {
                self.answer(&request_id, &parts.method, &target, &parts.headers, bytes, *too_large).await
            }
            Err(why) => Answered::refused(self.behaviour.refuse(&parts.headers, &request_id, Refusal::Unreadable(why))),
        };
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            answered.reply.headers.insert(HeaderName::from_static("x-request-id"), id);
        }
        if !matches!(read, Ok((_, false))) {
            // The rest of the body is not read, so the connection can't be used again.
            answered.reply.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        let Answered { reply, operation, request_violations, fault, exempt, dropped } = answered;
        let response_violations = match operation.as_deref().and_then(|id| self.contract.operation(id)) {
            Some(operation) if !(exempt || dropped) => self.contract.check_response(
                operation,
                &proofbook_contract::Response { status: reply.status, headers: &reply.headers, body: &reply.body },
            ),
            _ => Vec::new(),
        };
        self.log.push(Exchange {
            request_id,
            at,
            duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            world: self.behaviour.world(&parts.headers),
            operation,
            method: parts.method.to_string(),
            target,
            request_headers: headers_to_json(&parts.headers),
            request_body: read.map(|(bytes, _)| start_of(&bytes)).unwrap_or_default(),
            request_violations,
            status: (!dropped).then_some(reply.status),
            response_headers: headers_to_json(&reply.headers),
            response_body: start_of(&reply.body),
            response_violations,
            injected_fault: fault || dropped,
        });
        if dropped {
            return Err(Dropped);
        }
        Ok(compress(&parts.headers, into_response(reply, &parts.method)).await)
    }

    /// Reads the body, up to the limit. The flag says that it was larger.
    async fn read<B>(
        &self,
        method: &Method,
        target: &str,
        headers: &HeaderMap,
        body: B,
    ) -> Result<(Bytes, bool), &'static str>
    where
        B: hyper::body::Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        if headers.len() > MAX_HEADERS {
            return Err("The request has over 90 headers.");
        }
        if *method == Method::CONNECT || url::Url::parse(&format!("http://localhost{target}")).is_err() {
            return Err("The request's target is not a path.");
        }
        let limited = Limited::new(body, self.behaviour.body_limit());
        match tokio::time::timeout(BODY_TIMEOUT, limited.collect()).await {
            Err(_) => Err("The body did not come within 30 seconds."),
            Ok(Ok(collected)) => Ok((collected.to_bytes(), false)),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Ok((Bytes::new(), true)),
            Ok(Err(_)) => Err("The body broke off."),
        }
    }

    async fn answer(
        &self,
        request_id: &str,
        method: &Method,
        target: &str,
        headers: &HeaderMap,
        body: &Bytes,
        too_large: bool,
    ) -> Answered {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let (operation, parameters) = match self.contract.find(method.as_str(), path) {
            Find::Operation(operation, parameters) => (operation.id.clone(), parameters),
            none => {
                let refusal = Refusal::NoOperation(none);
                return Answered::refused(self.behaviour.refuse(headers, request_id, refusal));
            }
        };
        let violations = self.contract.check_request(&proofbook_contract::Request {
            method: method.as_str(),
            path,
            query,
            headers,
            body,
        });
        let entry = self.in_flight.enter(Pending {
            request_id: request_id.to_owned(),
            operation: operation.clone(),
            path: parameters,
            query: query.map(str::to_owned),
            too_large,
            violations: violations.clone(),
            fault: AtomicBool::new(false),
            exempt: AtomicBool::new(false),
            dropped: AtomicBool::new(false),
            later: Mutex::new(None),
        });
        let mut reply = match self.hop(request_id, method, target, headers, body).await {
            Ok(reply) => reply,
            Err(error) => {
                tracing::error!(%error, "wiremock did not answer");
                self.behaviour.refuse(headers, request_id, Refusal::Unreadable("The sandbox failed; this is a bug."))
            }
        };
        let pending = &entry.pending;
        if let Some(later) = pending.take_later() {
            reply = later.await;
        }
        Answered {
            reply,
            operation: Some(operation),
            request_violations: violations,
            fault: pending.fault.load(Ordering::Acquire),
            exempt: pending.exempt.load(Ordering::Acquire),
            dropped: pending.dropped.load(Ordering::Acquire),
        }
    }

    async fn hop(
        &self,
        request_id: &str,
        method: &Method,
        target: &str,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Reply, Box<dyn std::error::Error + Send + Sync>> {
        let server = self.backend.server().await;
        let mut request = Request::new(Full::new(body.clone()));
        *request.method_mut() = method.clone();
        *request.uri_mut() = format!("{}{target}", server.uri()).parse()?;
        *request.headers_mut() = without_hop_by_hop(headers);
        request.headers_mut().insert(ID_HEADER, HeaderValue::from_str(request_id)?);
        let (parts, body) = self.hop.request(request).await?.into_parts();
        let mut headers = without_hop_by_hop(&parts.headers);
        headers.remove(header::DATE);
        Ok(Reply { status: parts.status.as_u16(), headers, body: body.collect().await?.to_bytes() })
    }
}

/// An answer, with what is known of its request.
struct Answered {
    reply: Reply,
    operation: Option<String>,
    request_violations: Vec<Violation>,
    fault: bool,
    exempt: bool,
    dropped: bool,
}

impl Answered {
    fn refused(reply: Reply) -> Self {
        Self { reply, operation: None, request_violations: Vec::new(), fault: false, exempt: false, dropped: false }
    }
}

fn first_segment(path: &str) -> &str {
    path.trim_start_matches('/').split('/').next().unwrap_or_default()
}

fn target_of(uri: &Uri) -> String {
    uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

fn without_hop_by_hop(headers: &HeaderMap) -> HeaderMap {
    let mut kept = headers.clone();
    for name in &HOP_BY_HOP {
        kept.remove(name);
    }
    kept.remove(ID_HEADER);
    kept
}

fn into_response(reply: Reply, method: &Method) -> Response<Body> {
    let empty = *method == Method::HEAD || reply.body.is_empty();
    let mut response = Response::new(if empty { Body::empty() } else { Body::from(reply.body) });
    *response.status_mut() =
        http::StatusCode::from_u16(reply.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = reply.headers;
    response
}
