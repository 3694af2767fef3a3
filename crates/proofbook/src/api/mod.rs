//! `proofbook api`: one call from the terminal, held against the contract.

mod program;

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::body::Bytes;
use proofbook_contract::{Contract, Find, Request, Response, Violation};
use proofbook_sandbox::exchange::headers_to_json;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::webhook::delivery::tenths;
use crate::webhook::secrets::secret;
use crate::webhook::show;
use crate::{exit, output};
use program::Language;

/// How long a call may take: a test webhook waits 15 s for its receiver.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Make one call, and hold the answer against the contract
///
/// The key comes from POLICY_AGGREGATOR_API_KEY, and the address from POLICY_AGGREGATOR_BASE_URL. With --as nothing is called: the
/// same call is printed as a program, with both taken from the environment.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// GET, POST, PATCH or DELETE
    #[arg(value_parser = method)]
    method: Method,

    /// The path, such as /api/v1/changes
    #[arg(value_name = "PATH")]
    path: String,

    /// A query parameter; repeat it for several
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair('='))]
    query: Vec<(String, String)>,

    /// A header; repeat it for several
    #[arg(long, short = 'H', value_name = "NAME: VALUE", value_parser = pair(':'))]
    header: Vec<(String, String)>,

    /// The body, as JSON; @FILE reads a file, @- standard input
    #[arg(long, short, value_name = "JSON")]
    data: Option<String>,

    /// Print the call as a program, and do not make it
    #[arg(long = "as", value_enum, value_name = "LANGUAGE")]
    language: Option<Language>,

    /// Print one JSON object
    #[arg(long, conflicts_with = "language")]
    json: bool,

    /// Hold it against this OpenAPI 3.1 document [default: the built-in contract]
    #[arg(long, value_name = "FILE")]
    contract: Option<PathBuf>,

    #[command(flatten)]
    service: Service,
}

/// Which service, and who calls.
#[derive(Debug, clap::Args)]
pub(crate) struct Service {
    /// The address of the API
    #[arg(
        long,
        env = "POLICY_AGGREGATOR_BASE_URL",
        hide_env_values = true,
        default_value = "https://api.policyaggregator.example",
        value_name = "URL"
    )]
    pub(crate) base_url: String,

    /// The key
    #[arg(long, env = "POLICY_AGGREGATOR_API_KEY", hide_env_values = true, value_name = "KEY", value_parser = secret)]
    pub(crate) key: Option<SecretString>,
}

const AFTER_HELP: &str = "Examples:
  proofbook api GET /api/v1/me
  proofbook api GET /api/v1/changes --query limit=5 --query visa_type=student
  proofbook api POST /api/v1/webhooks -d '{\"url\":\"http://127.0.0.1:8080/webhooks\",\"events\":[\"change.detected\"]}'
  proofbook api GET /api/v1/changes --query limit=5 --as python

The exit code is 0 for a 2xx that keeps the contract, and 1 if not.";

fn method(text: &str) -> Result<Method, String> {
    let known = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    let upper = text.to_ascii_uppercase();
    known
        .contains(&upper.as_str())
        .then(|| upper.parse().ok())
        .flatten()
        .ok_or_else(|| format!("one of {}", known.join(", ")))
}

fn pair(sign: char) -> impl Fn(&str) -> Result<(String, String), String> + Clone + Send + Sync + 'static {
    move |text| {
        let parts = text.split_once(sign).map(|(name, value)| (name.trim().to_owned(), value.trim_start().to_owned()));
        parts.filter(|(name, _)| !name.is_empty()).ok_or_else(|| format!("write NAME{sign}VALUE"))
    }
}

/// What came back, and where the call or the answer breaks the contract.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) duration_ms: f64,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) broken: Vec<(&'static str, Violation)>,
}

impl Answer {
    /// A header, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A call before it is made.
pub(crate) struct Call {
    method: Method,
    url: Url,
    /// The path behind the base address.
    path: String,
    /// Besides those that every call has.
    headers: Vec<(String, String)>,
    body: Option<String>,
}

/// Makes the call and prints the answer, or prints the call.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let call = Call::of(&args)?;
    if let Some(language) = args.language {
        output::say(program::text(&call, language).trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    let contract = contract(args.contract.as_deref())?;
    let key = args.service.key.as_ref().ok_or_else(|| {
        let fix = "export POLICY_AGGREGATOR_API_KEY=pa_…; the sandbox prints one when it starts";
        Failure::new(exit::USAGE, "there is no key").fix(fix)
    })?;
    let Answer { status, duration_ms, headers: answered, body, broken } = call.send(key, &contract).await?;
    let good = (200..300).contains(&status) && broken.is_empty();
    let text = String::from_utf8_lossy(&body).into_owned();
    let value: Option<Value> = serde_json::from_str(&text).ok();
    if args.json {
        let violations: Vec<_> =
            broken.iter().map(|(of, violation)| json!({ "of": of, "violation": violation })).collect();
        let body = value.unwrap_or(Value::String(text));
        let headers = headers_to_json(&answered);
        let report = json!({
            "status": status, "duration_ms": duration_ms, "headers": headers, "body": body, "violations": violations,
        });
        output::say(&report.to_string());
    } else {
        let shown = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
        output::say(&for_person(status, duration_ms, &answered, shown.as_deref().unwrap_or(&text), &broken));
    }
    Ok(ExitCode::from(if good { exit::HOLDS } else { exit::FOUND }))
}

/// The contract in a file, or the built-in one.
pub(crate) fn contract(path: Option<&std::path::Path>) -> Result<Contract, Failure> {
    let Some(path) = path else {
        return proofbook_sandbox::policy_aggregator::contract()
            .map_err(|error| Failure::new(exit::FOUND, "the built-in contract is broken").because(error));
    };
    Contract::from_path(path).map_err(|error| {
        let failure = Failure::new(exit::FOUND, "the contract can't be used").at(path.display().to_string());
        failure.because(error).fix("mend it, or leave --contract out")
    })
}

impl Call {
    /// A `GET` without a body.
    pub(crate) fn get(service: &Service, path: &str, query: &[(&str, &str)]) -> Result<Self, Failure> {
        let url = target(service, path, query)?;
        Ok(Self { method: Method::GET, url, path: path.to_owned(), headers: Vec::new(), body: None })
    }

    /// Makes the call, and holds it and its answer against the contract.
    pub(crate) async fn send(&self, key: &SecretString, contract: &Contract) -> anyhow::Result<Answer> {
        let sent = self.headers(key)?;
        let client = reqwest::Client::builder().timeout(TIMEOUT).no_gzip().redirect(reqwest::redirect::Policy::none());
        // A proxy would see the key in clear, and has another idea of which machine is this one.
        let client = if self.url.scheme() == "http" { client.no_proxy() } else { client };
        let _ = rustls::crypto::ring::default_provider().install_default();
        let request = client.build().context("TLS can't be set up")?.request(self.method.clone(), self.url.clone());
        let request = request.headers(sent.clone()).body(self.body.clone().unwrap_or_default());
        let started = Instant::now();
        let silent = |error: reqwest::Error| {
            let fix = "start the sandbox, or set POLICY_AGGREGATOR_BASE_URL to where it listens";
            let failure =
                Failure::new(exit::LACKING, "the API does not answer").at(self.url.origin().ascii_serialization());
            failure.because(error.without_url()).fix(fix)
        };
        let answer = request.send().await.map_err(silent)?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.map_err(silent)?;
        let duration_ms = tenths(started.elapsed());
        let broken = judge(contract, self, &sent, &Response { status, headers: &headers, body: &body });
        Ok(Answer { status, duration_ms, headers, body, broken })
    }

    fn of(args: &Args) -> anyhow::Result<Self> {
        let path = args.path.split_once('?').map_or(args.path.as_str(), |(path, _)| path);
        if !path.starts_with('/') || args.path.contains(['?', '#']) {
            return Err(Failure::new(exit::USAGE, "the path can't be used")
                .at(path.to_owned())
                .fix("begin it with / and leave the query out: --query limit=5")
                .into());
        }
        let query: Vec<_> = args.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let url = target(&args.service, path, &query)?;
        let body = args.data.as_deref().map(read).transpose()?;
        if let Some(body) = &body
            && let Err(error) = serde_json::from_str::<Value>(body)
        {
            let failure = Failure::new(exit::USAGE, "the body is no JSON").at("--data").because(error);
            return Err(failure.fix("put it in single quotes, or into a file: -d @body.json").into());
        }
        let headers: Result<Vec<_>, Failure> = args
            .header
            .iter()
            .map(|(name, value)| match name.eq_ignore_ascii_case("authorization") {
                false => Ok((name.clone(), value.clone())),
                true => Err(Failure::new(exit::USAGE, "the key is not given as a header")
                    .fix("export POLICY_AGGREGATOR_API_KEY=pa_…")),
            })
            .collect();
        Ok(Self { method: args.method.clone(), url, path: path.to_owned(), headers: headers?, body })
    }

    fn headers(&self, key: &SecretString) -> anyhow::Result<HeaderMap> {
        let bad = |what: &str| Failure::new(exit::USAGE, format!("{what} can't be sent")).fix("use visible ASCII");
        let mut headers = HeaderMap::new();
        let mut bearer =
            HeaderValue::try_from(format!("Bearer {}", key.expose_secret())).map_err(|_| bad("the key"))?;
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("proofbook/", env!("CARGO_PKG_VERSION"))));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, application/problem+json"));
        if self.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name).map_err(|_| bad("a header's name"))?;
            headers.insert(name, HeaderValue::try_from(value).map_err(|_| bad("a header's value"))?);
        }
        Ok(headers)
    }
}

/// A path and a query at the service.
fn target(service: &Service, path: &str, query: &[(&str, &str)]) -> Result<Url, Failure> {
    let mut url = base(&service.base_url)?;
    url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// The address, if the key is safe on its way there.
fn base(text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text).ok().filter(|url| url.username().is_empty() && url.password().is_none());
    let loopback = |url: &Url| {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    };
    url.filter(|url| url.scheme() == "https" || url.scheme() == "http" && loopback(url)).ok_or_else(|| {
        Failure::new(exit::USAGE, "the address of the API can't be used")
            .at("POLICY_AGGREGATOR_BASE_URL")
            .fix("set it to an https address, or to http on this machine: the key would travel in clear")
    })
}

fn read(data: &str) -> Result<String, Failure> {
    let mut text = String::new();
    let read = match data.strip_prefix('@') {
        None => return Ok(data.to_owned()),
        Some("-") => std::io::stdin().read_to_string(&mut text).map(|_| text),
        Some(path) => std::fs::read_to_string(path),
    };
    read.map_err(|error| {
        let failure = Failure::new(exit::USAGE, "the body can't be read").at(data.to_owned()).because(error);
        failure.fix("name a file that is there, or @- for standard input")
    })
}

/// Where the call, or its answer, breaks the contract.
fn judge(
    contract: &Contract,
    call: &Call,
    headers: &HeaderMap,
    response: &Response<'_>,
) -> Vec<(&'static str, Violation)> {
    let (method, path) = (call.method.as_str(), call.path.as_str());
    let body = call.body.as_deref().unwrap_or_default().as_bytes();
    let request = Request { method, path, query: call.url.query(), headers, body };
    let mut broken: Vec<_> = contract.check_request(&request).into_iter().map(|one| ("call", one)).collect();
    if let Find::Operation(operation, _) = contract.find(method, path) {
        broken.extend(contract.check_response(operation, response).into_iter().map(|one| ("answer", one)));
    }
    broken
}

fn for_person(
    status: u16,
    duration_ms: f64,
    headers: &HeaderMap,
    body: &str,
    broken: &[(&'static str, Violation)],
) -> String {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let mut lines = vec![format!("{status} in {duration_ms} ms")];
    if let Some(id) = header("x-request-id") {
        lines.push(format!("request  {id}"));
    }
    if let (Some(remaining), Some(limit)) = (header("x-ratelimit-remaining"), header("x-ratelimit-limit")) {
        lines.push(format!("limit    {remaining} of {limit} calls left"));
    }
    if let Some(seconds) = header("retry-after") {
        lines.push(format!("wait     {seconds} s before the next call"));
    }
    match broken.is_empty() {
        true => lines.push("contract kept".to_owned()),
        false => lines.extend(broken.iter().map(|(of, violation)| format!("contract BROKEN by the {of}: {violation}"))),
    }
    let text = lines.into_iter().map(|line| show::line(&line, 1000)).collect::<Vec<_>>().join("\n");
    if body.is_empty() { text } else { format!("{text}\n\n{}", show::lines(body)) }
}
