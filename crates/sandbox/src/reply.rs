//! An answer, and the problem documents of RFC 9457.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

/// The media type of a problem document (RFC 9457, section 3).
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A whole HTTP answer.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// The status, 100 to 599.
    pub status: u16,
    /// All headers but those that belong to the connection.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// An answer without a body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// An answer of `application/json`.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    /// An answer with a body of a media type.
    #[must_use]
    pub fn text(status: u16, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status, body: body.into(), ..Self::default() }.header(CONTENT_TYPE, media_type)
    }

    /// Adds a header. A value that is no header value is left out.
    #[must_use]
    pub fn header(mut self, name: impl Into<HeaderName>, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.headers.insert(name.into(), value);
        }
        self
    }

    /// This answer as wiremock sends it.
    #[must_use]
    pub fn into_template(self) -> wiremock::ResponseTemplate {
        let mut template = wiremock::ResponseTemplate::new(self.status);
        if !self.body.is_empty() {
            template = template.set_body_bytes(self.body.to_vec());
        }
        for (name, value) in &self.headers {
            template = template.append_header(name, value);
        }
        template
    }
}
