//! The errors of the API: problem documents (RFC 9457) with a `code` and the request's id.

use serde::Serialize;
use serde_json::json;

use crate::reply::{PROBLEM_JSON, Reply};

/// Where the pages about errors are; the code is the anchor.
const PAGES: &str = "https://docs.policyaggregator.example/integrations/troubleshooting.html";

/// The cause of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The request can't be understood.
    InvalidRequest,
    /// There is no good key.
    Unauthenticated,
    /// The key lacks a scope.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// The state does not allow it.
    Conflict,
    /// The idempotency key was used with another body.
    IdempotencyKeyReused,
    /// The body is too large.
    PayloadTooLarge,
    /// The body breaks the schema.
    ValidationFailed,
    /// The URL is one that is not called.
    WebhookUrlNotAllowed,
    /// Over the rate limit.
    RateLimited,
    /// A fault of the service.
    InternalError,
    /// Down for a moment.
    Unavailable,
}

impl Code {
    /// The code as it stands in the contract, its status and its title.
    #[must_use]
    pub fn facts(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::InvalidRequest => ("invalid_request", 400, "Invalid request"),
            Self::Unauthenticated => ("unauthenticated", 401, "Unauthenticated"),
            Self::Forbidden => ("forbidden", 403, "Forbidden"),
            Self::NotFound => ("not_found", 404, "Not found"),
            Self::Conflict => ("conflict", 409, "Conflict"),
            Self::IdempotencyKeyReused => ("idempotency_key_reused", 409, "Idempotency key reused"),
            Self::PayloadTooLarge => ("payload_too_large", 413, "Payload too large"),
            Self::ValidationFailed => ("validation_failed", 422, "Validation failed"),
            Self::WebhookUrlNotAllowed => ("webhook_url_not_allowed", 422, "Webhook URL not allowed"),
            Self::RateLimited => ("rate_limited", 429, "Rate limited"),
            Self::InternalError => ("internal_error", 500, "Internal error"),
            Self::Unavailable => ("unavailable", 503, "Unavailable"),
        }
    }
}

/// A place in the body that is wrong.
#[derive(Debug, Clone, Serialize)]
pub struct FieldError {
    /// Where, as a JSON pointer.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

/// An error on its way to the client.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    status: u16,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(http::HeaderName, String)>,
}

impl Problem {
    /// An error with a sentence that says what is wrong here and what to do.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, status: code.facts().1, detail: detail.into(), errors: Vec::new(), headers: Vec::new() }
    }

    /// There is no thing of this kind with this id.
    #[must_use]
    pub fn no_such(kind: &str, id: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no {kind} with the id `{id}`."))
    }

    /// Adds the places that are wrong.
    #[must_use]
    pub fn errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// Uses another status than the code's.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: http::HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The error as an answer to a request.
    #[must_use]
    pub fn into_reply(self, request_id: &str) -> Reply {
        let (code, _, title) = self.code.facts();
        let mut body = json!({
            "type": format!("{PAGES}#{code}"),
            "title": title,
            "status": self.status,
            "detail": self.detail,
            "instance": format!("/requests/{request_id}"),
            "code": code,
            "request_id": request_id,
        });
        if !self.errors.is_empty() {
            body["errors"] = json!(self.errors);
        }
        let reply = Reply::text(self.status, PROBLEM_JSON, body.to_string());
        self.headers.into_iter().fold(reply, |reply, (name, value)| reply.header(name, value))
    }
}
