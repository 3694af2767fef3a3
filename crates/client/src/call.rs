//! A call: what is sent, again if need be, and what comes back.

use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::{Instrument, Span, field};

use crate::client::Client;
use crate::error::{ApiError, Error, FieldError, retryable};
use crate::model::RateLimit;
use crate::retry::retry_after;
use crate::words::ErrorCode;

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 10 * 1024 * 1024;
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// What is known of an answer besides its body.
#[derive(Debug, Clone)]
pub struct Meta {
    /// The id of the request; empty if none came. Log it.
    pub request_id: String,
    /// The version of the answer, for [`Call::if_changed`].
    pub etag: Option<ETag>,
    /// The rate limit, after this request. If the answer came without it, there is no limit that is known: `u32::MAX`.
    pub rate_limit: RateLimit,
    /// When the operation was deprecated (RFC 9745), if it was.
    pub deprecation: Option<String>,
    /// When the operation ends (RFC 8594), if it does.
    pub sunset: Option<String>,
    /// Whether this is the stored answer to an earlier request with the same idempotency key.
    pub replayed: bool,
}

/// The version of an answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct ETag(pub(crate) String);

impl ETag {
    /// A version that was stored before, as [`ETag::as_str`] gave it.
    pub fn new(tag: impl Into<String>) -> Self {
        Self(tag.into())
    }

    /// The version as it is sent, with its quotes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An answer with what is known of it.
#[derive(Debug, Clone)]
pub struct Response<T> {
    /// The answer.
    pub data: T,
    /// What is known of it.
    pub meta: Meta,
}

/// The answer to a conditional call.
#[derive(Debug, Clone)]
pub enum Conditional<T> {
    /// It has changed; this is the answer now.
    Changed(Response<T>),
    /// It has not changed. This call did not count against the rate limit.
    NotModified(Meta),
}

/// A call. `.await` makes it.
#[must_use = "a call does nothing until you `.await` it"]
pub struct Call<T> {
    pub(crate) client: Client,
    method: Method,
    template: &'static str,
    path: Vec<String>,
    pub(crate) query: Vec<(&'static str, String)>,
    body: Option<Result<Vec<u8>, String>>,
    headers: HeaderMap,
    mistake: Option<String>,
    answer: PhantomData<fn() -> T>,
}

impl<T> std::fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Call({} {})", self.method, self.template)
    }
}

impl<T: DeserializeOwned + Send + 'static> Call<T> {
    /// A call of the operation at this path template; the words take the place of `{id}`.
    pub(crate) fn new(client: &Client, method: Method, template: &'static str, words: &[&str]) -> Self {
        let mut words = words.iter();
        let path = template
            .split('/')
            .skip(1)
            .map(|segment| {
                if segment == "{id}" { words.next().copied().unwrap_or_default() } else { segment }.to_owned()
            })
            .collect();
        let mut headers = HeaderMap::new();
        if method == Method::POST {
            let key = format!("{:032x}", fastrand::u128(..));
            headers.extend(
                HeaderValue::from_str(&key).ok().map(|key| (http::HeaderName::from_static(IDEMPOTENCY_KEY), key)),
            );
        }
        Self {
            client: client.clone(),
            method,
            template,
            path,
            query: Vec::new(),
            body: None,
            headers,
            mistake: None,
            answer: PhantomData,
        }
    }

    pub(crate) fn body(mut self, body: &impl Serialize) -> Self {
        self.body = Some(serde_json::to_vec(body).map_err(|error| error.to_string()));
        self
    }

    /// The same call once more, to be changed.
    pub(crate) fn again(&self) -> Self {
        Self {
            client: self.client.clone(),
            method: self.method.clone(),
            template: self.template,
            path: self.path.clone(),
            query: self.query.clone(),
            body: self.body.clone(),
            headers: self.headers.clone(),
            mistake: self.mistake.clone(),
            answer: PhantomData,
        }
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(value) => {
                self.headers.insert(name, value);
            }
            Err(_) => self.mistake = Some(format!("the value for the header `{name}` can't be sent")),
        }
        self
    }

    /// Uses your own idempotency key, 1 to 255 visible characters, instead of a new random one. Only a `POST` has one.
    pub fn idempotency_key(self, key: &str) -> Self {
        if self.method == Method::POST { self.header(IDEMPOTENCY_KEY, key) } else { self }
    }

    /// Makes the call, and answers with what is known of the answer too.
    ///
    /// # Errors
    /// As the call itself.
    pub async fn with_meta(self) -> Result<Response<T>, Error> {
        match self.send().await? {
            Conditional::Changed(response) => Ok(response),
            Conditional::NotModified(meta) => Err(Error::Decode {
                request_id: meta.request_id,
                reason: "304 to a call without a condition".to_owned(),
            }),
        }
    }

    /// Makes the call unless nothing has changed since the answer with this version.
    ///
    /// # Errors
    /// As the call itself.
    pub async fn if_changed(self, etag: &ETag) -> Result<Conditional<T>, Error> {
        self.header(IF_NONE_MATCH.as_str(), &etag.0).send().await
    }

    async fn send(self) -> Result<Conditional<T>, Error> {
        let span = tracing::info_span!(
            "policy_aggregator.request",
            method = %self.method,
            path = self.template,
            status = field::Empty,
            attempt = field::Empty,
            request_id = field::Empty,
        );
        self.attempts().instrument(span).await
    }

    async fn attempts(self) -> Result<Conditional<T>, Error> {
        if let Some(mistake) = &self.mistake {
            return Err(Error::Config(mistake.clone()));
        }
        let inner = self.client.inner.clone();
        let (mut attempts, mut waited) = (0, Duration::ZERO);
        loop {
            attempts += 1;
            Span::current().record("attempt", attempts);
            let error = match self.attempt(attempts).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let asked = if let Error::Api(error) = &error { error.retry_after } else { None };
            let wait = error.is_retryable().then(|| inner.retries.wait(attempts, waited, asked)).flatten();
            let Some(wait) = wait else { return Err(error) };
            tracing::debug!(%error, wait_ms = wait.as_millis() as u64, "trying again");
            waited += wait;
            inner.sleep.sleep(wait).await;
        }
    }

    fn request(&self) -> Result<reqwest::RequestBuilder, Error> {
        let inner = &self.client.inner;
        let mut url = inner.base_url.clone();
        url.path_segments_mut()
            .map_err(|()| Error::Config("the base URL can't have a path".to_owned()))?
            .pop_if_empty()
            .extend(&self.path);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        let mut request = inner.http.request(self.method.clone(), url).headers(self.headers.clone());
        if let Some(body) = &self.body {
            let body = body.clone().map_err(Error::Config)?;
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        Ok(request)
    }

    async fn attempt(&self, attempts: u32) -> Result<Conditional<T>, Error> {
        let failed = |source: reqwest::Error| match source.is_timeout() {
            true => Error::Timeout { attempts },
            // The URL may hold what a log should not.
            false => Error::Transport { source: source.without_url(), attempts },
        };
        let mut response = self.request()?.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let meta = Meta::of(response.headers());
        Span::current().record("status", status);
        Span::current().record("request_id", meta.request_id.as_str());
        if status == 304 {
            return Ok(Conditional::NotModified(meta));
        }
        let wait = retry_after(response.headers());
        let decode = |reason: String| Error::Decode { request_id: meta.request_id.clone(), reason };
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(decode(format!("it is larger than {MAX_ANSWER} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        if !(200..300).contains(&status) {
            return Err(problem(status, meta.request_id, wait, attempts, &body));
        }
        // An operation without an answer has `()` for it, which is `null` in JSON.
        let text: &[u8] = if body.is_empty() { b"null" } else { &body };
        let data = serde_json::from_slice(text).map_err(|error| decode(error.to_string()))?;
        Ok(Conditional::Changed(Response { data, meta }))
    }
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct ProblemBody {
    code: Option<ErrorCode>,
    title: String,
    detail: String,
    request_id: Option<String>,
    errors: Vec<FieldError>,
}

/// The error in an answer. One that is not the API's, such as a proxy's page, has an unknown code.
fn problem(status: u16, request_id: String, wait: Option<Duration>, attempts: u32, body: &[u8]) -> Error {
    let body: ProblemBody = serde_json::from_slice(body).unwrap_or_default();
    let known = body.code.is_some();
    Error::Api(Box::new(ApiError {
        status,
        code: body.code.unwrap_or_else(|| ErrorCode::Unknown(format!("http_{status}"))),
        title: body.title,
        detail: if known {
            body.detail
        } else {
            "the answer is not one of the API's; look at what lies between".to_owned()
        },
        request_id: body.request_id.unwrap_or(request_id),
        errors: body.errors,
        retry_after: wait.filter(|_| retryable(status)),
        attempts,
    }))
}

impl Meta {
    fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let rate_limit = || {
            Some(RateLimit {
                limit: text("x-ratelimit-limit")?.parse().ok()?,
                remaining: text("x-ratelimit-remaining")?.parse().ok()?,
                reset: text("x-ratelimit-reset")?.parse().ok()?,
            })
        };
        Self {
            request_id: text("x-request-id").unwrap_or_default(),
            etag: text(ETAG.as_str()).map(ETag),
            rate_limit: rate_limit().unwrap_or(RateLimit { limit: u32::MAX, remaining: u32::MAX, reset: 0 }),
            deprecation: text("deprecation"),
            sunset: text("sunset"),
            replayed: text("idempotent-replayed").as_deref() == Some("true"),
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> IntoFuture for Call<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.with_meta().await.map(|response| response.data) })
    }
}
