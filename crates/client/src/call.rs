//! A call: what is sent, and sent again if need be.

use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, IF_NONE_MATCH};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::{Instrument, Span, field};

use crate::answer::{Conditional, ETag, Meta, Response};
use crate::client::Client;
use crate::error::{Error, problem};
use crate::retry::retry_after;

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 10 * 1024 * 1024;
/// The longest idempotency key that the API takes, in characters.
const MAX_IDEMPOTENCY_KEY: usize = 255;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A call. `.await` makes it, and tries again as the client's [`RetryPolicy`](crate::RetryPolicy) says.
///
/// # Errors
/// - [`Error::Api`]: the API, or something before it, answered with an error.
/// - [`Error::Transport`], [`Error::Timeout`]: there was no answer, or none in time.
/// - [`Error::Incomplete`]: the answer ended in the middle, each time.
/// - [`Error::Decode`]: the answer was not what the API promises, or is larger than 10 MiB.
/// - [`Error::Config`]: an id or a key can't be sent; nothing was.
#[must_use = "a call does nothing until you `.await` it"]
pub struct Call<T> {
    pub(crate) client: Client,
    method: Method,
    template: &'static str,
    path: Vec<String>,
    pub(crate) query: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
    headers: HeaderMap,
    /// Why it can't be sent. It is told when the call is made, so that calls chain without `?`.
    mistake: Option<String>,
    answer: PhantomData<fn() -> T>,
}

impl<T> std::fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Call({} {})", self.method, self.template)
    }
}

impl<T> Clone for Call<T> {
    fn clone(&self) -> Self {
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
}

impl<T: DeserializeOwned + Send + 'static> Call<T> {
    /// A call of the operation at this path template; the id takes the place of `{id}`.
    pub(crate) fn new(client: &Client, method: Method, template: &'static str, id: Option<&str>) -> Self {
        let mut headers = HeaderMap::new();
        if method == Method::POST {
            let key = format!("{:032x}", fastrand::u128(..));
            headers.extend(HeaderValue::from_str(&key).ok().map(|key| (IDEMPOTENCY_KEY, key)));
        }
        let segment = |segment: &str| if segment == "{id}" { id.unwrap_or_default() } else { segment }.to_owned();
        Self {
            client: client.clone(),
            method,
            template,
            path: template.split('/').skip(1).map(segment).collect(),
            query: Vec::new(),
            body: None,
            headers,
            mistake: id.filter(|id| !is_id(id)).map(|id| format!("{id:?} is no id")),
            answer: PhantomData,
        }
    }

    pub(crate) fn body(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => self.body = Some(body),
            Err(error) => self.mistake = Some(error.to_string()),
        }
        self
    }

    /// Uses your own idempotency key, 1 to 255 visible ASCII characters, instead of a new random one. Only a `POST` has one.
    ///
    /// The API keeps a key for 24 hours: the same key with the same body gets the first answer again.
    pub fn idempotency_key(mut self, key: &str) -> Self {
        if self.method != Method::POST {
            return self;
        }
        let fits = (1..=MAX_IDEMPOTENCY_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        match HeaderValue::from_str(key) {
            Ok(key) if fits => {
                self.headers.insert(IDEMPOTENCY_KEY, key);
            }
            _ => self.mistake = Some("an idempotency key is 1 to 255 visible ASCII characters".to_owned()),
        }
        self
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
    pub async fn if_changed(mut self, etag: &ETag) -> Result<Conditional<T>, Error> {
        match HeaderValue::from_str(etag.as_str()) {
            Ok(etag) => {
                self.headers.insert(IF_NONE_MATCH, etag);
            }
            Err(_) => self.mistake = Some("the version can't be sent; use one that an answer had".to_owned()),
        }
        self.send().await
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
        // Not `Span::current()`: where this span is filtered out, that is one of the caller's.
        self.attempts(&span).instrument(span.clone()).await
    }

    async fn attempts(self, span: &Span) -> Result<Conditional<T>, Error> {
        if let Some(mistake) = self.mistake {
            return Err(Error::Config(mistake));
        }
        let inner = self.client.inner.clone();
        let (mut attempts, mut waited) = (0, Duration::ZERO);
        loop {
            attempts += 1;
            span.record("attempt", attempts);
            let error = match self.attempt(attempts, span).await {
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
        let request = inner.http.request(self.method.clone(), url).headers(self.headers.clone());
        Ok(match &self.body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body.clone()),
            None => request,
        })
    }

    async fn attempt(&self, attempts: u32, span: &Span) -> Result<Conditional<T>, Error> {
        let failed = |source: reqwest::Error| match source.is_timeout() {
            true => Error::Timeout { attempts },
            // The URL may hold what a log should not.
            false => Error::Transport { source: source.without_url(), attempts },
        };
        let mut response = self.request()?.send().await.map_err(failed)?;
        let status = response.status();
        let meta = Meta::of(response.headers());
        span.record("status", status.as_u16());
        span.record("request_id", meta.request_id.as_str());
        if status.as_u16() == 304 {
            return Ok(Conditional::NotModified(meta));
        }
        let wait = retry_after(response.headers());
        let mut body = Vec::new();
        let mut whole = true;
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= MAX_ANSWER => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) if status.is_success() => return Err(failed(error)),
                // An error's status and `Retry-After` say enough, whatever became of its body.
                Ok(Some(_)) | Err(_) => {
                    whole = false;
                    break;
                }
            }
        }
        if !status.is_success() {
            return Err(problem(status.as_u16(), meta.request_id, wait, attempts, &body));
        }
        let decode = |reason: String| Error::Decode { request_id: meta.request_id.clone(), reason };
        if !whole {
            return Err(decode(format!("it is larger than {MAX_ANSWER} bytes")));
        }
        // An operation without an answer has `()` for it, which is `null` in JSON.
        let text: &[u8] = if body.is_empty() { b"null" } else { &body };
        let data = serde_json::from_slice(text).map_err(|error| match error.is_eof() {
            true => Error::Incomplete { request_id: meta.request_id.clone(), attempts },
            false => decode(error.to_string()),
        })?;
        Ok(Conditional::Changed(Response { data, meta }))
    }
}

impl<T: DeserializeOwned + Send + 'static> IntoFuture for Call<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.with_meta().await.map(|response| response.data) })
    }
}

/// Whether this is one segment of a path, and stays one. A URL drops dots, tabs and line breaks, and what is left is the path
/// of another operation.
fn is_id(id: &str) -> bool {
    !["", ".", ".."].contains(&id) && !id.contains(|letter: char| letter.is_whitespace() || letter.is_control())
}
