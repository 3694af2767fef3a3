//! The control calls under `/sandbox/`: make things happen in a key's world, and look at what it did.
//!
//! They are not part of the API's contract. Each takes the key whose world it is about, in `Authorization`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequestParts, Json, Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use http::StatusCode;
use http::request::Parts;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::data::{Change, DATASET, New, describe};
use super::delivery::whole_second;
use super::faults::{self, Fault};
use super::keys::Key;
use super::problem::{Code, FieldError, Problem};
use super::rate::Window;
use super::world::{Cell, World};
use super::{OPERATIONS, PolicyAggregator, events, ids};
use crate::exchange::{Exchange, Log};

/// How many exchanges are shown, if the call does not say.
const SHOWN: usize = 50;

/// The paths of the calls.
pub const PATHS: &[&str] = &[
    "/sandbox/",
    "/sandbox/keys",
    "/sandbox/changes",
    "/sandbox/sources/{id}/health",
    "/sandbox/faults",
    "/sandbox/time",
    "/sandbox/rate-limit",
    "/sandbox/reset",
    "/sandbox/exchanges",
];

/// What a call does, for those who make it.
#[derive(Debug, Clone, Copy)]
pub struct Description {
    /// The method, in upper case.
    pub method: &'static str,
    /// The path, one of [`PATHS`].
    pub path: &'static str,
    /// What goes with it: a body, in which `?` is behind what may be left out, or a query. Empty if nothing does.
    pub takes: &'static str,
    /// What it does.
    pub does: &'static str,
}

const fn call(method: &'static str, path: &'static str, takes: &'static str, does: &'static str) -> Description {
    Description { method, path, takes, does }
}

/// Every call, as `GET /sandbox/` and the handbook list them.
pub const CALLS: &[Description] = &[
    call("GET", "/sandbox/", "", "this list"),
    call("POST", "/sandbox/keys", "", "a new key, with a world of its own"),
    call(
        "POST",
        "/sandbox/changes",
        r#"{"route_id"?, "source_id"?, "summary"?}"#,
        "make a change happen, which webhooks are told",
    ),
    call(
        "PUT",
        "/sandbox/sources/{id}/health",
        r#"{"health": "failing" or "healthy"}"#,
        "make a source fail or recover, which webhooks are told",
    ),
    call(
        "POST",
        "/sandbox/faults",
        r#"{"status"?, "retry_after"?, "latency_ms"?, "drop_connection"?, "malformed_body"?, "new_field"?, "new_value"?, "deprecated"?, "next"?, "operation"?}"#,
        "a fault for the next calls",
    ),
    call("GET", "/sandbox/faults", "", "the faults that wait"),
    call("DELETE", "/sandbox/faults", "", "no more faults"),
    call("PUT", "/sandbox/time", r#"{"scale"}"#, "make retries, overlaps and idempotency keys run out faster"),
    call("PUT", "/sandbox/rate-limit", r#"{"requests", "seconds"?}"#, "another rate limit"),
    call("POST", "/sandbox/reset", "", "forget all that this key has made"),
    call("GET", "/sandbox/exchanges", "?limit=", "the latest exchanges of this key, newest first"),
];

struct Control {
    api: Arc<PolicyAggregator>,
    log: Arc<Log>,
}

/// The calls.
pub fn router(api: Arc<PolicyAggregator>, log: Arc<Log>) -> axum::Router {
    axum::Router::new()
        .route("/sandbox/", get(index))
        .route("/sandbox/keys", post(new_key))
        .route("/sandbox/changes", post(make_change))
        .route("/sandbox/sources/{id}/health", put(set_health))
        .route("/sandbox/faults", get(list_faults).post(add_fault).delete(clear_faults))
        .route("/sandbox/time", put(set_time))
        .route("/sandbox/rate-limit", put(set_rate_limit))
        .route("/sandbox/reset", post(reset))
        .route("/sandbox/exchanges", get(exchanges))
        .fallback(async || Problem::new(Code::NotFound, "There is no such control; `GET /sandbox/` lists them."))
        .with_state(Arc::new(Control { api, log }))
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let reply = self.into_reply(&ids::new("req"));
        let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, reply.headers, reply.body).into_response()
    }
}

/// The world of the key that calls.
struct Mine(Key, Arc<Cell>);

impl FromRequestParts<Arc<Control>> for Mine {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, control: &Arc<Control>) -> Result<Self, Problem> {
        let key = Key::of(&parts.headers)?;
        let cell = control.api.worlds.of(&key);
        Ok(Self(key, cell))
    }
}

type Input<T> = Result<Json<T>, JsonRejection>;

fn input<T>(input: Input<T>) -> Result<T, Problem> {
    input.map(|Json(value)| value).map_err(|rejection| Problem::new(Code::InvalidRequest, rejection.body_text()))
}

fn invalid(pointer: &str, message: &str) -> Problem {
    Problem::new(Code::ValidationFailed, "The body breaks the schema in 1 place.")
        .errors(vec![FieldError { pointer: pointer.to_owned(), message: message.to_owned() }])
}

async fn index() -> Json<Value> {
    let described = |call: &Description| {
        let Description { method, path, takes, does } = call;
        let does = if takes.is_empty() { (*does).to_owned() } else { format!("{does}: {takes}") };
        (format!("{method} {path}"), Value::String(does))
    };
    Json(json!({
        "about": "Controls of the sandbox. Each takes `Authorization: Bearer <key>` and acts on that key's world.",
        "controls": CALLS.iter().map(described).collect::<serde_json::Map<_, _>>(),
    }))
}

async fn new_key() -> impl IntoResponse {
    let key = ids::new("pa_test");
    (StatusCode::CREATED, Json(json!({ "key": key })))
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct ChangeInput {
    route_id: Option<String>,
    source_id: Option<String>,
    summary: Option<String>,
}

async fn make_change(
    State(control): State<Arc<Control>>,
    mine: Mine,
    body: axum::body::Bytes,
) -> Result<impl IntoResponse, Problem> {
    let Mine(_, cell) = mine;
    // A body is optional here, and so is its media type.
    let wanted = match body.is_empty() {
        true => ChangeInput::default(),
        false => serde_json::from_slice(&body)
            .map_err(|error| Problem::new(Code::InvalidRequest, format!("The body can't be read: {error}.")))?,
    };
    let (change, followed) = change_now(&mut cell.lock(), wanted)?;
    let deliveries = match followed {
        true => control.api.courier.publish(&cell, &events::change_detected(&change)),
        false => Vec::new(),
    };
    Ok((StatusCode::CREATED, Json(json!({ "change": change.detail, "deliveries": deliveries }))))
}

/// Makes a change in a source. The flag says whether its route is one that the key follows.
fn change_now(world: &mut World, wanted: ChangeInput) -> Result<(Arc<Change>, bool), Problem> {
    let follows = |route_id: &str| {
        let followed =
            |subscription: &&Value| subscription["active"] == true && subscription["route"]["id"] == route_id;
        DATASET.subscriptions.iter().any(|subscription| followed(&subscription))
    };
    let feeds = |route_id: &String| {
        let named = wanted.route_id.as_ref().is_none_or(|wanted| wanted == route_id);
        named && (wanted.route_id.is_some() || wanted.source_id.is_some() || follows(route_id))
    };
    let source = DATASET.sources.iter().find(|source| {
        let named = wanted.source_id.as_ref().is_none_or(|id| source.shown["id"] == id.as_str());
        named && !source.text.is_empty() && source.routes.iter().any(feeds)
    });
    let source = source.ok_or_else(|| {
        Problem::new(
            Code::NotFound,
            "No source that has a text and these ids feeds such a route; list `GET /api/v1/sources`.",
        )
    })?;
    let route = source.routes.iter().find(|id| feeds(id)).and_then(|id| DATASET.route(id));
    let route = route.ok_or_else(|| Problem::new(Code::NotFound, "There is no such route."))?;

    let source_id = source.shown["id"].as_str().unwrap_or_default();
    let detected_at = whole_second(Timestamp::now());
    let place = world.place(detected_at);
    let old = world.text(source_id).unwrap_or_default().to_owned();
    let (new, sentence) = raise_a_number(&old, place);
    let change = describe(&New {
        id: ids::new("chg"),
        place,
        route,
        source: &source.shown,
        detected_at,
        old_fetched_at: detected_at - jiff::SignedDuration::from_hours(1),
        summary: Some(wanted.summary.unwrap_or(sentence)),
        old: &old,
        new: &new,
    });
    let followed = follows(&change.route_id);
    Ok((world.add_change(change, new), followed))
}

/// Raises the first number in a line of the text, as fees and thresholds are raised. Which line depends on how many
/// things were made before, so that changes differ.
fn raise_a_number(text: &str, place: super::lists::Place) -> (String, String) {
    let lines: Vec<&str> = text.lines().collect();
    let with_number: Vec<usize> =
        (0..lines.len()).filter(|&index| lines.get(index).is_some_and(|line| number_in(line).is_some())).collect();
    let chosen = with_number.get(place.sequence() as usize % with_number.len().max(1)).copied();
    let Some((index, line)) = chosen.and_then(|index| Some((index, *lines.get(index)?))) else {
        return (format!("{text}This page was reviewed.\n"), "A line was added.".to_owned());
    };
    let Some(range) = number_in(line) else {
        return (text.to_owned(), String::new());
    };
    let (before, rest) = line.split_at(range.start);
    let (number, after) = rest.split_at(range.len());
    let number: u64 = number.parse().unwrap_or_default();
    let raised = format!("{before}{}{after}", number + (number / 20).max(1));
    let sentence = format!("“{}” now reads “{}”.", line.trim(), raised.trim());
    let new: String = lines
        .iter()
        .enumerate()
        .map(|(at, line)| if at == index { raised.clone() } else { (*line).to_owned() } + "\n")
        .collect();
    (new, sentence)
}

fn number_in(line: &str) -> Option<std::ops::Range<usize>> {
    let start = line.find(|character: char| character.is_ascii_digit())?;
    let digits = line.get(start..)?.bytes().take_while(u8::is_ascii_digit).take(15).count();
    Some(start..start + digits)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HealthInput {
    health: Health,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Health {
    Failing,
    Healthy,
}

async fn set_health(
    State(control): State<Arc<Control>>,
    mine: Mine,
    Path(id): Path<String>,
    body: Input<HealthInput>,
) -> Result<Json<Value>, Problem> {
    let Mine(_, cell) = mine;
    let wanted = input(body)?.health;
    if DATASET.source(&id).is_none() {
        return Err(Problem::no_such("source", &id));
    }
    let at = whole_second(Timestamp::now());
    let (source, event) = {
        let mut world = cell.lock();
        let since = if wanted == Health::Failing { world.fail(&id, at) } else { world.recover(&id, at) };
        let source = world.sources().find(|source| source["id"] == id.as_str()).unwrap_or_default();
        let event = match wanted {
            Health::Failing => events::source_failing(&source, since, at),
            Health::Healthy => events::source_recovered(&source, since, at),
        };
        (source, event)
    };
    let deliveries = control.api.courier.publish(&cell, &event);
    Ok(Json(json!({ "source": source, "deliveries": deliveries })))
}

async fn list_faults(mine: Mine) -> Json<Value> {
    let Mine(_, cell) = mine;
    let faults = json!({ "data": cell.lock().faults });
    Json(faults)
}

async fn add_fault(mine: Mine, body: Input<Fault>) -> Result<impl IntoResponse, Problem> {
    let Mine(_, cell) = mine;
    let fault = input(body)?;
    if let Some(mistake) = fault.mistake() {
        return Err(invalid("", mistake));
    }
    // It would wait for ever.
    if let Some(operation) = &fault.operation
        && !OPERATIONS.iter().any(|(id, ..)| id == operation)
    {
        return Err(invalid("/operation", "must be the `operationId` of an operation, such as `listChanges`"));
    }
    let mut world = cell.lock();
    if world.faults.len() >= faults::KEPT {
        return Err(Problem::new(Code::Conflict, "Too many faults wait; `DELETE /sandbox/faults` first."));
    }
    world.faults.push(fault.clone());
    Ok((StatusCode::CREATED, Json(fault)))
}

async fn clear_faults(mine: Mine) -> StatusCode {
    let Mine(_, cell) = mine;
    cell.lock().faults.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TimeInput {
    scale: f64,
}

async fn set_time(mine: Mine, body: Input<TimeInput>) -> Result<Json<Value>, Problem> {
    let Mine(_, cell) = mine;
    let TimeInput { scale } = input(body)?;
    if !(0.001..=10_000_000.0).contains(&scale) {
        return Err(invalid("/scale", "must be 0.001 to 10000000"));
    }
    cell.lock().set_time_scale(scale);
    cell.changed.notify_waiters();
    Ok(Json(json!({ "scale": scale })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitInput {
    requests: u32,
    seconds: Option<u64>,
}

async fn set_rate_limit(mine: Mine, body: Input<LimitInput>) -> Result<Json<Value>, Problem> {
    let Mine(_, cell) = mine;
    let LimitInput { requests, seconds } = input(body)?;
    let seconds = seconds.unwrap_or(60);
    if requests == 0 {
        return Err(invalid("/requests", "must be at least 1"));
    }
    if !(1..=3600).contains(&seconds) {
        return Err(invalid("/seconds", "must be 1 to 3600"));
    }
    cell.lock().window = Window::new(requests, Duration::from_secs(seconds));
    Ok(Json(json!({ "requests": requests, "seconds": seconds })))
}

async fn reset(State(control): State<Arc<Control>>, mine: Mine) -> StatusCode {
    let Mine(_, cell) = mine;
    cell.lock().reset(control.api.worlds.start());
    cell.changed.notify_waiters();
    StatusCode::NO_CONTENT
}

async fn exchanges(
    State(control): State<Arc<Control>>,
    mine: Mine,
    Query(query): Query<HashMap<String, String>>,
) -> Json<Value> {
    let Mine(key, _) = mine;
    let limit = query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(SHOWN);
    let all = control.log.all();
    let own = |exchange: &&Arc<Exchange>| exchange.world.as_deref() == Some(key.world());
    let data: Vec<_> = all.iter().rev().filter(own).take(limit).map(|exchange| json!(**exchange)).collect();
    Json(json!({ "data": data }))
}
