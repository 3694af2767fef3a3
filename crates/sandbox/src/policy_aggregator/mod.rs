//! The stateful behaviour of the Policy Aggregator API.
//!
//! A call goes through the same steps as in a real service: who is it, is there room, may they, is it well-formed, was
//! it done before, do it, and mark the answer.
//!
//! - [`keys`], [`rate`], [`idempotency`], [`faults`]: the steps before and around an operation.
//! - [`read`], [`webhooks`]: the operations.
//! - [`events`], [`delivery`], [`send`]: webhooks on their way.
//! - [`world`]: the state of a key; [`data`]: what it starts with.
//! - [`lists`], [`ids`], [`limits`], [`problem`]: pages, ids, numbers and errors.
//! - [`control`]: the calls under `/sandbox/`.

pub mod control;
pub mod data;
pub mod delivery;
pub mod events;
pub mod faults;
pub mod idempotency;
pub mod ids;
pub mod keys;
pub mod limits;
pub mod lists;
pub mod problem;
pub mod rate;
pub mod read;
pub mod send;
pub mod webhooks;
pub mod world;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use http::header::{ALLOW, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use proofbook_contract::{Contract, Find, LoadError, Operation, Place, ViolationKind};
use serde_json::Value;
use sha2::{Digest, Sha256};

use self::delivery::Courier;
use self::faults::Fault;
use self::idempotency::Seen;
use self::keys::{Key, Scope};
use self::limits::Limits;
use self::lists::Query;
use self::problem::{Code, FieldError, Problem};
use self::rate::{Standing, Window};
use self::send::Sender;
use self::world::{Cell, Start, World, Worlds};
use crate::behaviour::{Answer, Behaviour, Call, Refusal};
use crate::compress;
use crate::exchange::Log;
use crate::reply::Reply;

/// The contract of the API, as text.
pub const CONTRACT: &str = include_str!("../../../../contract/openapi.yaml");
/// A key that works at once.
pub const DEFAULT_KEY: &str = "pa_test_sandbox_0123456789";

/// The same document as JSON, which is read far faster.
const CONTRACT_JSON: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// The contract of the API, loaded once a process.
///
/// # Errors
/// If it can't be loaded; a test loads it.
pub fn contract() -> Result<Contract, LoadError> {
    static LOADED: OnceLock<Contract> = OnceLock::new();
    if let Some(contract) = LOADED.get() {
        return Ok(contract.clone());
    }
    // The build script wrote it, so it is JSON.
    let contract = Contract::from_accepted(serde_json::from_str(CONTRACT_JSON).unwrap_or_default())?;
    Ok(LOADED.get_or_init(|| contract).clone())
}

/// What a sandbox can be told at its start.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Requests a minute, instead of the contract's number.
    pub rate_limit: Option<u32>,
    /// Items on a page at most, instead of the contract's number.
    pub page_size: Option<usize>,
    /// How many times faster than in production time runs.
    pub time_scale: Option<f64>,
    /// How long a receiver may take to answer, instead of the contract's number.
    pub webhook_timeout: Option<Duration>,
}

/// The API.
#[derive(Debug)]
pub struct PolicyAggregator {
    limits: Arc<Limits>,
    worlds: Worlds,
    courier: Courier,
    anonymous: Mutex<Window>,
}

/// What an operation comes to.
enum Outcome {
    Reply(Reply),
    Test(webhooks::Test),
}

impl PolicyAggregator {
    /// The API by the numbers of a contract. Its deliveries run on the current Tokio runtime.
    ///
    /// # Errors
    /// If the client that delivers webhooks can't be set up.
    pub fn new(contract: &Contract, options: Options, log: Arc<Log>) -> Result<Self, reqwest::Error> {
        let mut limits = Limits::of(contract);
        limits.page_size_max = options.page_size.unwrap_or(limits.page_size_max);
        let limits = Arc::new(limits);
        let timeout = options.webhook_timeout.unwrap_or_else(|| Duration::from_secs(limits.webhook_timeout_seconds));
        let sender = Sender::new(timeout, limits.response_body_start_characters, log)?;
        let rate_limit = options.rate_limit.unwrap_or(limits.requests_per_minute);
        let time_scale = options.time_scale.filter(|scale| scale.is_finite() && *scale > 0.0).unwrap_or(1.0);
        Ok(Self {
            worlds: Worlds::new(Start { rate_limit, time_scale }),
            courier: Courier::new(sender, limits.clone(), tokio::runtime::Handle::current()),
            anonymous: Mutex::new(Window::new(rate_limit, Duration::from_secs(60))),
            limits,
        })
    }

    fn refuse_unknown(&self, problem: Problem, request_id: &str) -> Reply {
        let mut window = self.anonymous.lock().unwrap_or_else(PoisonError::into_inner);
        match window.take() {
            Ok(standing) => standing.mark(problem.into_reply(request_id)),
            Err(standing) => standing.mark(rate_limited(standing).into_reply(request_id)),
        }
    }

    fn perform(
        &self,
        call: &Call<'_>,
        key: &Key,
        cell: &Arc<Cell>,
        world: &mut World,
        standing: Standing,
    ) -> Result<Outcome, Problem> {
        let (limits, courier) = (&*self.limits, &self.courier);
        let id = call.path.get("id").map(String::as_str).unwrap_or_default();
        let query = Query::of(call.query);
        let body: Value = serde_json::from_slice(call.body).unwrap_or_default();
        let reply = match call.operation.id.as_str() {
            "getMe" => read::me(key, standing),
            "listRoutes" => read::routes(&query, limits),
            "getRoute" => read::route(id),
            "listSources" => read::sources(world, &query, limits),
            "getSource" => read::source(world, id),
            "listChanges" => read::changes(world, &query, limits),
            "getChange" => read::change(world, id),
            "listSubscriptions" => read::subscriptions(&query, limits),
            "listWebhooks" => webhooks::list(world, limits, &query),
            "createWebhook" => webhooks::create(world, limits, &body),
            "getWebhook" => webhooks::get(world, id),
            "updateWebhook" => {
                let reply = webhooks::update(world, id, &body);
                cell.changed.notify_waiters();
                reply
            }
            "deleteWebhook" => {
                let reply = webhooks::delete(world, id);
                cell.changed.notify_waiters();
                reply
            }
            "rotateWebhookSecret" => webhooks::rotate(world, limits, id, &body),
            "listDeliveries" => webhooks::deliveries(world, limits, id, &query),
            "getDelivery" => webhooks::delivery(world, id),
            "redeliver" => webhooks::redeliver(cell, world, courier, id),
            "testWebhook" => return Ok(Outcome::Test(webhooks::prepare_test(world, &body)?)),
            unknown => Err(Problem::new(Code::NotFound, format!("The sandbox does not answer `{unknown}`."))),
        };
        reply.map(Outcome::Reply)
    }

    /// The steps between the rate limit and the marks on the answer.
    fn handle(
        &self,
        call: &Call<'_>,
        key: &Key,
        cell: &Arc<Cell>,
        world: &mut World,
        standing: Standing,
    ) -> Result<Answer, Problem> {
        authorize(call.operation, key)?;
        check(call, self.limits.request_body_bytes)?;
        let idempotency_key = (call.operation.method == "POST")
            .then(|| call.headers.get("idempotency-key")?.to_str().ok().map(str::to_owned))
            .flatten();
        if let Some(idempotency_key) = &idempotency_key {
            let path = call.path.get("id").map(String::as_bytes).unwrap_or_default();
            let request = [call.operation.id.as_bytes(), path, call.body];
            let lifetime = world.scaled(self.limits.idempotency());
            if let Seen::Before(reply) = world.idempotency.start(idempotency_key, &request, lifetime)? {
                let replayed = http::HeaderName::from_static("idempotent-replayed");
                return Ok(Answer::Now(standing.mark(reply.header(replayed, "true"))));
            }
        }
        let reply = match self.perform(call, key, cell, world, standing) {
            Ok(Outcome::Reply(reply)) => reply,
            Err(problem) => problem.into_reply(call.request_id),
            Ok(Outcome::Test(test)) => {
                let (courier, cell) = (self.courier.clone(), cell.clone());
                return Ok(Answer::Later(Box::pin(async move {
                    let reply = webhooks::run_test(courier, test).await;
                    if let Some(key) = idempotency_key {
                        cell.lock().idempotency.finish(&key, &reply);
                    }
                    standing.mark(reply)
                })));
            }
        };
        if let Some(key) = idempotency_key {
            world.idempotency.finish(&key, &reply);
        }
        Ok(Answer::Now(conditional(call, world, standing.mark(reply))))
    }
}

impl Behaviour for PolicyAggregator {
    fn knows(&self, operation: &Operation) -> bool {
        OPERATIONS.contains(&(operation.id.as_str(), operation.method.as_str(), operation.path.as_str()))
    }

    fn answer(&self, call: &Call<'_>) -> Answer {
        let key = match Key::of(call.headers) {
            Ok(key) => key,
            Err(problem) => return Answer::Now(self.refuse_unknown(problem, call.request_id)),
        };
        let cell = self.worlds.of(&key);
        let mut world = cell.lock();
        let standing = match world.window.take() {
            Ok(standing) => standing,
            Err(standing) => {
                return Answer::Now(standing.mark(rate_limited(standing).into_reply(call.request_id)));
            }
        };
        let fault = Fault::take(&mut world.faults, &call.operation.id);
        if let Some(fault) = &fault
            && let Some(reply) = fault.instead(call.request_id)
        {
            return fault.shape(standing.mark(reply));
        }
        let answer = self
            .handle(call, &key, &cell, &mut world, standing)
            .unwrap_or_else(|problem| Answer::Now(standing.mark(problem.into_reply(call.request_id))));
        match (fault, answer) {
            (Some(fault), Answer::Now(reply)) => fault.shape(reply),
            (_, answer) => answer,
        }
    }

    fn refuse(&self, headers: &HeaderMap, request_id: &str, why: Refusal<'_>) -> Reply {
        let problem = match why {
            Refusal::Unreadable(why) => Problem::new(Code::InvalidRequest, why),
            Refusal::NoOperation(Find::MethodNotAllowed(allowed)) => {
                let allowed = allowed.join(", ");
                Problem::new(Code::InvalidRequest, format!("This path takes only {allowed}."))
                    .status(405)
                    .header(ALLOW, allowed)
            }
            Refusal::NoOperation(_) => {
                Problem::new(Code::NotFound, "There is no such path; the API reference lists all of them.")
            }
        };
        match Key::of(headers) {
            Err(_) => self.refuse_unknown(problem, request_id),
            Ok(key) => match self.worlds.of(&key).lock().window.take() {
                Ok(standing) => standing.mark(problem.into_reply(request_id)),
                Err(standing) => standing.mark(rate_limited(standing).into_reply(request_id)),
            },
        }
    }

    fn world(&self, headers: &HeaderMap) -> Option<String> {
        Key::of(headers).ok().map(|key| key.world().to_owned())
    }

    fn controls(self: Arc<Self>, log: Arc<Log>) -> axum::Router {
        control::router(self, log)
    }

    fn body_limit(&self) -> usize {
        self.limits.request_body_bytes
    }
}

/// The operations that are answered here: id, method and path.
const OPERATIONS: [(&str, &str, &str); 18] = [
    ("getMe", "GET", "/api/v1/me"),
    ("listRoutes", "GET", "/api/v1/routes"),
    ("getRoute", "GET", "/api/v1/routes/{id}"),
    ("listSources", "GET", "/api/v1/sources"),
    ("getSource", "GET", "/api/v1/sources/{id}"),
    ("listChanges", "GET", "/api/v1/changes"),
    ("getChange", "GET", "/api/v1/changes/{id}"),
    ("listSubscriptions", "GET", "/api/v1/subscriptions"),
    ("listWebhooks", "GET", "/api/v1/webhooks"),
    ("createWebhook", "POST", "/api/v1/webhooks"),
    ("getWebhook", "GET", "/api/v1/webhooks/{id}"),
    ("updateWebhook", "PATCH", "/api/v1/webhooks/{id}"),
    ("deleteWebhook", "DELETE", "/api/v1/webhooks/{id}"),
    ("rotateWebhookSecret", "POST", "/api/v1/webhooks/{id}/rotate-secret"),
    ("listDeliveries", "GET", "/api/v1/webhooks/{id}/deliveries"),
    ("getDelivery", "GET", "/api/v1/deliveries/{id}"),
    ("redeliver", "POST", "/api/v1/deliveries/{id}/redeliver"),
    ("testWebhook", "POST", "/api/webhooks/test"),
];

fn rate_limited(standing: Standing) -> Problem {
    let (limit, seconds) = (standing.limit, standing.retry_after);
    Problem::new(Code::RateLimited, format!("Over {limit} requests in this minute; try again in {seconds} seconds."))
        .header(RETRY_AFTER, seconds.to_string())
}

fn authorize(operation: &Operation, key: &Key) -> Result<(), Problem> {
    let needed = match (operation.id.as_str(), operation.method.as_str()) {
        ("getMe", _) => return Ok(()),
        (_, "GET") => Scope::Read,
        _ => Scope::WebhooksWrite,
    };
    if key.scopes().contains(&needed) {
        return Ok(());
    }
    let held: Vec<_> = key.scopes().iter().map(|scope| format!("`{}`", scope.as_str())).collect();
    let held = if held.is_empty() { "no scope".to_owned() } else { held.join(" and ") };
    let needed = needed.as_str();
    Err(Problem::new(Code::Forbidden, format!("This operation needs the scope `{needed}`; the key has {held}.")))
}

/// The API's own error for a request that breaks the contract.
fn check(call: &Call<'_>, body_limit: usize) -> Result<(), Problem> {
    if call.too_large {
        let detail = format!("The body may have at most {body_limit} bytes.");
        return Err(Problem::new(Code::PayloadTooLarge, detail));
    }
    let Some(first) = call.violations.iter().find(|violation| violation.kind != ViolationKind::InvalidBody) else {
        let errors: Vec<_> = call
            .violations
            .iter()
            .filter_map(|violation| match &violation.place {
                Place::Body { pointer } => {
                    Some(FieldError { pointer: pointer.clone(), message: violation.message.clone() })
                }
                _ => None,
            })
            .collect();
        if errors.is_empty() {
            return Ok(());
        }
        let places = if errors.len() == 1 { "1 place".to_owned() } else { format!("{} places", errors.len()) };
        let detail = format!("The body breaks the schema in {places}.");
        return Err(Problem::new(Code::ValidationFailed, detail).errors(errors));
    };
    if let Place::PathParameter { .. } = first.place {
        return Err(Problem::new(Code::NotFound, first.message.clone()));
    }
    Err(Problem::new(Code::InvalidRequest, first.message.clone()))
}

/// Adds the `ETag`, and answers 304 if the client has this answer already, plain or compressed (RFC 9110, section 13.1.2).
fn conditional(call: &Call<'_>, world: &mut World, reply: Reply) -> Reply {
    if call.operation.method != "GET" || reply.status != 200 {
        return reply;
    }
    // The same answer to another question has another tag.
    let question = format!("{} {:?} {:?}", call.operation.id, call.path, call.query);
    let digest = Sha256::new().chain_update(question).chain_update(&reply.body).finalize();
    let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let tags = [format!("\"{hash}\""), compress::tag(&format!("\"{hash}\""))];
    let known = call.headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let known = known.flat_map(|value| value.split(',')).map(|known| known.trim());
    let matching = known.map(|known| known.strip_prefix("W/").unwrap_or(known)).find_map(|known| match known {
        "*" => tags.first(),
        _ => tags.iter().find(|tag| *tag == known),
    });
    let reply = reply.header(ETAG, matching.unwrap_or(&tags[0]));
    if matching.is_none() {
        return reply;
    }
    let mut headers = reply.headers;
    headers.remove(http::header::CONTENT_TYPE);
    world.window.refund().mark(Reply { status: 304, headers, body: bytes::Bytes::new() })
}
