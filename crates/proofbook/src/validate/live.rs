//! `proofbook validate live`: holds a deployment against the contract, operation by operation.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use proofbook_contract::{Contract, Operation, Response};
use proofbook_sandbox::policy_aggregator::ids;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH, RETRY_AFTER, USER_AGENT};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::report::{Level, Outcome, Point, Report, Reporting, Topic};
use super::rules::Rule;
use crate::exit;
use crate::failure::{Failure, innermost};
use crate::webhook::delivery::Target;
use crate::webhook::secrets::secret;

/// How long a call may take: a test webhook waits 15 s for its receiver.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The longest wait for the limit.
const LONGEST: Duration = Duration::from_secs(60);
/// Marks what it has made, so that a person knows what it is if it can't be deleted.
const MARK: &str = "proofbook validate live: may be deleted";
/// Nobody can be there: the name never resolves (RFC 6761, section 6.4).
const NOWHERE: &str = "https://proofbook-validate-live.invalid/webhooks";
const PAGE: &str = "reference/operations.html";

/// Hold a deployment against the contract
///
/// Each operation that only reads is called once, with what the lists before it have shown, and each answer is held against the
/// contract: status, headers and body. Writes are left out unless --allow-writes is given; then a webhook is made, changed,
/// tested, rotated and deleted again: its address is one that nobody can have. Nothing else is touched.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The address of the API: https, or http on this machine
    #[arg(value_name = "URL")]
    url: String,

    /// The key
    #[arg(long, env = "POLICY_AGGREGATOR_API_KEY", hide_env_values = true, value_name = "KEY", value_parser = secret)]
    key: Option<SecretString>,

    /// Hold it against this OpenAPI 3.1 document [default: the built-in contract]
    #[arg(long, value_name = "FILE")]
    contract: Option<PathBuf>,

    /// Make a webhook too, and delete it again
    #[arg(long)]
    allow_writes: bool,

    /// Reach private and link-local addresses too, and by http
    #[arg(long)]
    allow_private: bool,

    #[command(flatten)]
    reporting: Reporting,
}

const AFTER_HELP: &str = "Examples:
  proofbook validate live http://127.0.0.1:4010
  proofbook validate live https://api.policyaggregator.example --html report.html

The exit code is 0 if every point passes that could be looked at, and 1 if not.";

/// Calls it, and prints the report.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let (client, base) = Target::new(args.url.clone(), args.allow_private).client(TIMEOUT)?;
    let key = args.key.ok_or_else(|| {
        Failure::new(exit::USAGE, "there is no key")
            .fix("export POLICY_AGGREGATOR_API_KEY=pa_…, a key with the scope read")
    })?;
    let contract = crate::api::contract(args.contract.as_deref())?;
    let mut live = Live { client, base, key, contract, ids: BTreeMap::new(), etag: None };
    let mut points = live.reads().await;
    points.extend(live.manners().await);
    let written = live.writes(args.allow_writes).await;
    points.retain(|point| written.iter().all(|other| other.rule.id != point.rule.id));
    points.extend(written);
    args.reporting.finish(&Report { subject: args.url, graded: false, points })
}

struct Live {
    client: reqwest::Client,
    base: Url,
    key: SecretString,
    contract: Contract,
    /// An id of each collection, by its name in the path.
    ids: BTreeMap<String, String>,
    /// A list, and the version in which it came.
    etag: Option<(String, String)>,
}

/// An answer, with where it breaks the contract.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
    said: String,
    broken: Vec<String>,
}

impl Answer {
    fn holds(&self, wanted: std::ops::Range<u16>) -> bool {
        wanted.contains(&self.status) && self.broken.is_empty()
    }

    fn evidence(&self) -> Vec<String> {
        std::iter::once(self.said.clone()).chain(self.broken.iter().take(5).cloned()).collect()
    }
}

fn point(id: impl Into<Cow<'static, str>>, topic: Topic, level: Level, must: &'static str) -> Point {
    Rule { id: id.into(), topic, level, must, page: PAGE }.judged(Outcome::NotUsed, Vec::new())
}

fn judged(point: Point, answer: Result<Answer, String>, wanted: std::ops::Range<u16>) -> Point {
    let (outcome, evidence) = match &answer {
        Ok(answer) if answer.holds(wanted) => (Outcome::Pass, answer.evidence()),
        Ok(answer) => (Outcome::Fail, answer.evidence()),
        Err(error) => (Outcome::Fail, vec![error.clone()]),
    };
    Point { outcome, evidence, ..point }
}

/// The collection that an id in this path belongs to: the segment before it.
fn collection(template: &str) -> Option<&str> {
    template.split('/').zip(template.split('/').skip(1)).find(|(_, next)| next.starts_with('{')).map(|(name, _)| name)
}

const BY_CONTRACT: &str = "answers by the contract";

impl Live {
    /// Every operation that only reads.
    async fn reads(&mut self) -> Vec<Point> {
        let mut waiting: Vec<Operation> =
            self.contract.operations().iter().filter(|operation| operation.method == "GET").cloned().collect();
        let mut points = Vec::new();
        // Lists first; what they show opens the way to the others.
        while let Some(at) = waiting.iter().position(|operation| self.path(&operation.path).is_some()) {
            let operation = waiting.remove(at);
            let path = self.path(&operation.path).unwrap_or_default();
            let answer = self.call(&operation, &path, None, true, None).await;
            if let Ok(answer) = &answer {
                self.learn(&operation, &path, answer);
            }
            points.push(judged(
                point(operation.id.clone(), Topic::Calls, Level::Bronze, BY_CONTRACT),
                answer,
                200..201,
            ));
        }
        points.extend(waiting.into_iter().map(|operation| {
            let why = "no list has shown one to ask for".to_owned();
            Point { evidence: vec![why], ..point(operation.id, Topic::Calls, Level::Bronze, BY_CONTRACT) }
        }));
        points
    }

    fn path(&self, template: &str) -> Option<String> {
        let Some(collection) = collection(template) else { return Some(template.to_owned()) };
        Some(template.replace("{id}", self.ids.get(collection)?))
    }

    fn learn(&mut self, operation: &Operation, path: &str, answer: &Answer) {
        let Some(first) = answer.body["data"][0]["id"].as_str() else { return };
        let name = operation.path.rsplit('/').next().unwrap_or_default();
        self.ids.insert(name.to_owned(), first.to_owned());
        if let Some(etag) = answer.headers.get(ETAG).and_then(|etag| etag.to_str().ok()) {
            self.etag = Some((path.to_owned(), etag.to_owned()));
        }
    }

    /// What holds for all operations, tried on one.
    async fn manners(&self) -> Vec<Point> {
        let find = |path: &str| match self.contract.find("GET", path) {
            proofbook_contract::Find::Operation(operation, _) => Some(operation.clone()),
            _ => None,
        };
        let mut points = Vec::new();
        let refuses = point("refuses-no-key", Topic::Authentication, Level::Bronze, "refuses a call without a key");
        let unknown = point("unknown-id", Topic::Errors, Level::Bronze, "answers 404 for an id that is none");
        let unchanged = point("not-modified", Topic::Rate, Level::Bronze, "answers 304 for what is unchanged");
        let Some((path, etag)) = &self.etag else {
            let why = || vec!["no list was answered with items".to_owned()];
            return [refuses, unknown, unchanged].map(|point| Point { evidence: why(), ..point }).into();
        };
        if let Some(operation) = find(path) {
            points.push(judged(refuses, self.call(&operation, path, None, false, None).await, 401..402));
            points.push(judged(unchanged, self.call(&operation, path, None, true, Some(etag)).await, 304..305));
        }
        let one = |operation: &&Operation| operation.method == "GET" && operation.path.ends_with("/{id}");
        if let Some(operation) = self.contract.operations().iter().find(one) {
            let none = operation.path.replace("{id}", &self.unknown(&operation.path));
            points.push(judged(unknown, self.call(operation, &none, None, true, None).await, 404..405));
        }
        points
    }

    /// An id of the form that this collection's have, and that none has.
    fn unknown(&self, template: &str) -> String {
        let known = collection(template).and_then(|name| self.ids.get(name));
        let known = known.cloned().unwrap_or_else(|| ids::new("none"));
        let start = known.find('_').map_or(0, |at| at + 1);
        known.chars().enumerate().map(|(at, letter)| if at < start { letter } else { '0' }).collect()
    }

    /// A webhook from its making to its end.
    async fn writes(&self, allowed: bool) -> Vec<Point> {
        let operations: Vec<Operation> =
            self.contract.operations().iter().filter(|operation| operation.method != "GET").cloned().collect();
        let start = |id: &str| point(id.to_owned(), Topic::Calls, Level::Bronze, BY_CONTRACT);
        let left = |id: &str, why: &str| Point { evidence: vec![why.to_owned()], ..start(id) };
        let find = |id: &str| operations.iter().find(|operation| operation.id == id);
        let mut points = Vec::new();
        let mut done = Vec::new();
        if allowed && let (Some(create), Some(delete)) = (find("createWebhook"), find("deleteWebhook")) {
            let body = json!({ "url": NOWHERE, "events": ["change.detected"], "description": MARK });
            let made = self.call(create, &create.path, Some(body), true, None).await;
            let id = made.as_ref().ok().and_then(|made| made.body["id"].as_str()).map(str::to_owned);
            points.push(judged(start("createWebhook"), made, 200..300));
            done.push("createWebhook");
            if let Some(id) = id {
                let (off, test) = (json!({ "enabled": false }), json!({ "webhook_id": id }));
                for (name, body) in [("testWebhook", test), ("updateWebhook", off), ("rotateWebhookSecret", json!({}))]
                {
                    let Some(operation) = find(name) else { continue };
                    let path = operation.path.replace("{id}", &id);
                    points.push(judged(
                        start(name),
                        self.call(operation, &path, Some(body), true, None).await,
                        200..300,
                    ));
                    done.push(name);
                }
                let path = delete.path.replace("{id}", &id);
                let deleted = self.call(delete, &path, None, true, None).await;
                let gone = deleted.as_ref().is_ok_and(|deleted| (200..300).contains(&deleted.status));
                points.push(judged(start("deleteWebhook"), deleted, 200..300));
                done.push("deleteWebhook");
                let cleaned =
                    point("cleans-up", Topic::Calls, Level::Bronze, "what was made for the test is gone again");
                let read = self.contract.operation("getWebhook").cloned();
                points.push(match (gone, read) {
                    (true, Some(read)) => judged(cleaned, self.call(&read, &path, None, true, None).await, 404..405),
                    _ => {
                        let why = format!("delete the webhook {id} yourself: its description is `{MARK}`");
                        Point { outcome: Outcome::Fail, evidence: vec![why], ..cleaned }
                    }
                });
            }
        }
        let why = match allowed {
            true => "it would send something to somebody, or needs what a test can't make",
            false => "a write: only with --allow-writes",
        };
        let others = operations.iter().filter(|operation| !done.contains(&operation.id.as_str()));
        points.extend(others.map(|operation| left(&operation.id, why)));
        points
    }

    /// One call; after 429 a second one, when the answer allows it.
    async fn call(
        &self,
        operation: &Operation,
        path: &str,
        body: Option<Value>,
        with_key: bool,
        etag: Option<&str>,
    ) -> Result<Answer, String> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        let method = Method::from_bytes(operation.method.as_bytes()).map_err(|error| error.to_string())?;
        let mut waited = false;
        loop {
            let mut request = self.client.request(method.clone(), url.clone());
            request = request.header(USER_AGENT, concat!("proofbook/", env!("CARGO_PKG_VERSION")));
            if with_key {
                request = request.header(AUTHORIZATION, format!("Bearer {}", self.key.expose_secret()));
            }
            if let Some(etag) = etag {
                request = request.header(IF_NONE_MATCH, etag);
            }
            if let Some(body) = &body {
                request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
            }
            let answer = request.send().await.map_err(|error| innermost(&error).to_string())?;
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            let bytes = answer.bytes().await.map_err(|error| innermost(&error).to_string())?;
            let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            if status == 429 && !waited {
                waited = true;
                let seconds = header(RETRY_AFTER.as_str()).parse().map_or(LONGEST, Duration::from_secs);
                tokio::time::sleep(seconds.min(LONGEST)).await;
                continue;
            }
            let response = Response { status, headers: &headers, body: &bytes };
            let broken = self.contract.check_response(operation, &response).iter().map(ToString::to_string).collect();
            let request_id = header("x-request-id").to_owned();
            return Ok(Answer {
                status,
                body: serde_json::from_slice(&bytes).unwrap_or_default(),
                said: format!("{method} {path} → {status} ({request_id})"),
                headers,
                broken,
            });
        }
    }
}
