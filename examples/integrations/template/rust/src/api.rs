//! Policy Aggregator's API with a key. A call is made once: what failed comes back from the loop that made it.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, redirect};
use serde_json::Value;
use url::Url;

use crate::problem::Problem;

/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Names the integration in the API's logs.
const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// The API with a key.
#[derive(Clone)]
pub struct Api {
    client: Client,
    base_url: Url,
}

/// A page of a list, or word that it is as it was.
#[derive(Debug)]
pub enum Page {
    Unchanged,
    Changed { items: Vec<Value>, next_cursor: Option<String>, etag: Option<String> },
}

// ANCHOR: api
impl Api {
    pub fn new(base_url: Url, key: &str) -> anyhow::Result<Self> {
        // An error says that one is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut authorization = HeaderValue::try_from(format!("Bearer {key}"))?;
        authorization.set_sensitive(true);
        let headers = HeaderMap::from_iter([(AUTHORIZATION, authorization)]);
        let client = Client::builder().user_agent(USER_AGENT).default_headers(headers).timeout(TIMEOUT);
        let client = client.redirect(redirect::Policy::none());
        // A proxy would see the key in clear, and has another idea of which machine is this one.
        let client = if base_url.scheme() == "http" { client.no_proxy() } else { client };
        Ok(Self { client: client.build()?, base_url })
    }

    /// What the key may do.
    pub async fn scopes(&self) -> Result<Vec<String>, Problem> {
        let me = read(self.send("/api/v1/me", &[], None).await?).await?;
        let scopes = me["scopes"].as_array().into_iter().flatten();
        Ok(scopes.filter_map(|scope| scope.as_str().map(str::to_owned)).collect())
    }

    /// A page of changes, unless it is as it was when it had this ETag. A 304 does not count against the rate limit.
    pub async fn changes(&self, query: &[(&str, &str)], etag: Option<&str>) -> Result<Page, Problem> {
        let response = self.send("/api/v1/changes", query, etag).await?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(Page::Unchanged);
        }
        let etag = header(&response, ETAG.as_str()).map(str::to_owned);
        let mut page = read(response).await?;
        let Value::Array(items) = page["data"].take() else {
            return Err(Problem::retry("the page has no `data`"));
        };
        Ok(Page::Changed { items, next_cursor: page["next_cursor"].as_str().map(str::to_owned), etag })
    }

    /// A change with its diff.
    pub async fn change(&self, id: &str) -> Result<Value, Problem> {
        let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
        read(self.send(&format!("/api/v1/changes/{id}"), &[], None).await?).await
    }

    async fn send(&self, path: &str, query: &[(&str, &str)], etag: Option<&str>) -> Result<Response, Problem> {
        let base = self.base_url.as_str().trim_end_matches('/');
        let mut request = self.client.get(format!("{base}{path}")).query(query);
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        // Not the address: a query may hold what is not for a log.
        let response = request.send().await.map_err(|error| Problem::retry(cause(&error)))?;
        let status = response.status();
        if status.is_success() || status == StatusCode::NOT_MODIFIED {
            return Ok(response);
        }
        let seconds = header(&response, RETRY_AFTER.as_str()).and_then(|seconds| seconds.parse().ok());
        let request_id = header(&response, "x-request-id").unwrap_or("unknown").to_owned();
        let problem: Value = response.json().await.unwrap_or_default();
        let code = problem["code"].as_str().unwrap_or("no error of the API's");
        let reason = format!("{}: {code} (request {request_id})", status.as_u16());
        Err(Problem::of_status(status.as_u16(), seconds.map(Duration::from_secs), reason))
    }
}

/// A body that was cut off, or a proxy's page: it passes.
async fn read(response: Response) -> Result<Value, Problem> {
    let body = response.bytes().await.map_err(|error| Problem::retry(cause(&error)))?;
    serde_json::from_slice(&body).map_err(|error| Problem::retry(format!("the answer is no JSON: {error}")))
}
// ANCHOR_END: api

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).and_then(|value| value.to_str().ok())
}

/// The innermost cause: the outer ones only say that sending failed.
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
