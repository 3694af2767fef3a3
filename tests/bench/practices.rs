//! What five practices are worth, each with and without, one after the other on the same sandbox.
//!
//! Bytes are those of heads and bodies of the answers; requests are what the rate limit counts. Both are the same on every
//! machine. Seconds are not: the client and the sandbox share this one, without TLS. Run it with
//! `cargo bench -p proofbook --bench practices`; it needs nothing else.

use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt, stream};
use proofbook_sandbox::Sandbox;
use reqwest::header::{ACCEPT_ENCODING, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

/// How often a poll asks, in the first pair.
const POLLS: usize = 60;
/// How many changes are read one by one, in the third pair, and how many at once.
const DETAILS: usize = 40;
const AT_ONCE: usize = 8;
/// What a network adds to each of these calls, in milliseconds.
const LATENCY_MS: u32 = 50;
/// How many small calls the last pair makes.
const CALLS: usize = 500;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let sandbox = Sandbox::start().await?;
    let api = Api { client: client().build()?, base: sandbox.url().to_owned(), key: sandbox.key().to_owned() };

    // One window for all of it, so that what was counted can be told.
    api.control(Method::PUT, "rate-limit", &json!({ "requests": u32::MAX, "seconds": 3600 })).await?;

    let compare = |what: &str, unit: &str, without: f64, with: f64| {
        println!("{what:<44} {without:>10.1} {with:>10.1} {unit:<9} {:>6.1} times", without / with);
    };
    println!("{:<44} {:>10} {:>10}", "", "without", "with");

    let always = api.poll(false).await?;
    let if_changed = api.poll(true).await?;
    compare("If-None-Match, 60 polls, nothing changed", "kB", always.kilobytes(), if_changed.kilobytes());
    compare("  of the rate limit", "requests", always.counted(), if_changed.counted());

    let small = api.read_all(20, "identity").await?;
    let large = api.read_all(100, "identity").await?;
    compare("limit=100 instead of 20, all changes", "requests", small.counted(), large.counted());
    compare("  time", "ms", small.milliseconds(), large.milliseconds());

    let alone = api.details(1).await?;
    let beside = api.details(AT_ONCE).await?;
    let what = format!("{AT_ONCE} at once, {DETAILS} calls, {LATENCY_MS} ms of network");
    compare(&what, "ms", alone.milliseconds(), beside.milliseconds());

    let packed = api.read_all(100, "gzip").await?;
    compare("gzip, all changes", "kB", large.kilobytes(), packed.kilobytes());

    let many = Api { client: client().pool_max_idle_per_host(0).build()?, ..api.clone() }.small_calls().await?;
    let one = api.small_calls().await?;
    compare(&format!("one connection, {CALLS} calls, no TLS"), "ms", many.milliseconds(), one.milliseconds());
    Ok(())
}

/// A client that shows what comes as it comes.
fn client() -> reqwest::ClientBuilder {
    Client::builder().no_proxy().no_gzip()
}

/// What a way of calling took.
#[derive(Default)]
struct Cost {
    bytes: usize,
    /// What the rate limit counted.
    requests: u32,
    time: Duration,
}

impl Cost {
    fn kilobytes(&self) -> f64 {
        self.bytes as f64 / 1000.0
    }

    fn counted(&self) -> f64 {
        f64::from(self.requests)
    }

    fn milliseconds(&self) -> f64 {
        self.time.as_secs_f64() * 1000.0
    }
}

/// An answer, with its size in bytes on the wire, without framing.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn bytes(&self) -> usize {
        let head: usize = self.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        head + self.body.len()
    }

    fn remaining(&self) -> Result<u32> {
        let left = self.headers.get("x-ratelimit-remaining").ok_or("an answer says no rate limit")?;
        Ok(left.to_str()?.parse()?)
    }
}

#[derive(Clone)]
struct Api {
    client: Client,
    base: String,
    key: String,
}

impl Api {
    async fn get(&self, path: &str, headers: HeaderMap) -> Result<Answer> {
        let request = self.client.get(format!("{}{path}", self.base)).bearer_auth(&self.key).headers(headers);
        let response = request.send().await?.error_for_status()?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Answer { status, headers, body: response.bytes().await?.to_vec() })
    }

    /// Sets the sandbox up.
    async fn control(&self, method: Method, name: &str, body: &Value) -> Result<()> {
        let url = format!("{}/sandbox/{name}", self.base);
        self.client.request(method, url).bearer_auth(&self.key).json(body).send().await?.error_for_status()?;
        Ok(())
    }

    /// What is left of the limit. The call itself counts.
    async fn left(&self) -> Result<u32> {
        self.get("/api/v1/me", HeaderMap::new()).await?.remaining()
    }

    /// Polls a list in which nothing changes. With its version, unless it is the first time.
    async fn poll(&self, conditional: bool) -> Result<Cost> {
        let (before, started) = (self.left().await?, Instant::now());
        let (mut cost, mut headers) = (Cost::default(), HeaderMap::new());
        for turn in 0..POLLS {
            let answer = self.get("/api/v1/changes", headers.clone()).await?;
            let wanted = if conditional && turn > 0 { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
            if answer.status != wanted {
                return Err(format!("poll {turn} was answered with {}, not {wanted}", answer.status).into());
            }
            cost.bytes += answer.bytes();
            if conditional && let Some(etag) = answer.headers.get(ETAG) {
                headers.insert(IF_NONE_MATCH, etag.clone());
            }
        }
        self.finish(cost, before, started).await
    }

    /// Reads all changes, in pages of this size and in this coding.
    async fn read_all(&self, limit: usize, coding: &'static str) -> Result<Cost> {
        let (before, started) = (self.left().await?, Instant::now());
        let (mut cost, mut cursor) = (Cost::default(), String::new());
        let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(coding))]);
        loop {
            let path = format!("/api/v1/changes?limit={limit}{cursor}");
            let answer = self.get(&path, headers.clone()).await?;
            cost.bytes += answer.bytes();
            // What is packed is asked for once more, plain, to find the next page; those bytes are not counted.
            let page: Value = match answer.body.starts_with(b"{") {
                true => serde_json::from_slice(&answer.body)?,
                false => serde_json::from_slice(&self.get(&path, HeaderMap::new()).await?.body)?,
            };
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return self.finish(cost, before, started).await,
            }
        }
    }

    /// Reads changes one by one, so many at once.
    async fn details(&self, at_once: usize) -> Result<Cost> {
        let page: Value = serde_json::from_slice(&self.get("/api/v1/changes?limit=100", HeaderMap::new()).await?.body)?;
        let ids = page["data"].as_array().into_iter().flatten().filter_map(|change| change["id"].as_str());
        let paths: Vec<_> = ids.take(DETAILS).map(|id| format!("/api/v1/changes/{id}")).collect();
        let fault = json!({ "latency_ms": LATENCY_MS, "next": DETAILS, "operation": "getChange" });
        self.control(Method::POST, "faults", &fault).await?;
        let (before, started) = (self.left().await?, Instant::now());
        let answers = stream::iter(paths).map(|path| async move { self.get(&path, HeaderMap::new()).await });
        let answers: Vec<_> = answers.buffer_unordered(at_once).try_collect().await?;
        let bytes = answers.iter().map(Answer::bytes).sum();
        self.finish(Cost { bytes, ..Cost::default() }, before, started).await
    }

    /// Makes many small calls, one after the other.
    async fn small_calls(&self) -> Result<Cost> {
        let (before, started) = (self.left().await?, Instant::now());
        let mut cost = Cost::default();
        for _ in 0..CALLS {
            cost.bytes += self.get("/api/v1/me", HeaderMap::new()).await?.bytes();
        }
        self.finish(cost, before, started).await
    }

    async fn finish(&self, cost: Cost, before: u32, started: Instant) -> Result<Cost> {
        let time = started.elapsed();
        let used = before.checked_sub(self.left().await? + 1).ok_or("it took over an hour: nothing is known")?;
        Ok(Cost { requests: used, time, ..cost })
    }
}
