//! What comes back besides the data: the id of the request, its version, the limit.

use http::HeaderMap;
use http::header::ETAG;
use serde::{Deserialize, Serialize};

use crate::model::RateLimit;

/// What is known of an answer besides its body.
#[derive(Debug, Clone)]
pub struct Meta {
    /// The id of the request; empty if none came. Log it.
    pub request_id: String,
    /// The version of the answer, for [`Call::if_changed`](crate::Call::if_changed).
    pub etag: Option<ETag>,
    /// The rate limit, after this request. If the answer came without it, there is no limit that is known: `u32::MAX`.
    pub rate_limit: RateLimit,
    /// When the operation was deprecated (RFC 9745), such as `@1767225600`, if it was.
    pub deprecation: Option<String>,
    /// When the operation ends (RFC 8594), as an HTTP date, if it does.
    pub sunset: Option<String>,
    /// Whether this is the stored answer to an earlier request with the same idempotency key.
    pub replayed: bool,
}

impl Meta {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
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

/// The version of an answer. Store it beside what you made of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
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
