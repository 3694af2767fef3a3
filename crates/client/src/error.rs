//! What can go wrong with a call.
//!
//! One enum, with a variant for each cause that a caller can act on. The API's own error is boxed, so that a result stays
//! small.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::words::ErrorCode;

/// What can go wrong with a call.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The API answered with an error. So does a proxy before it; then the code is [`ErrorCode::Unknown`].
    #[error(transparent)]
    Api(Box<ApiError>),
    /// There was no answer: no connection, or it broke off.
    #[error("no answer after {attempts} attempts: {}", cause(.source))]
    Transport {
        /// What the network says.
        source: reqwest::Error,
        /// How often the call was made.
        attempts: u32,
    },
    /// There was no answer in time.
    #[error("no answer within the timeout, after {attempts} attempts")]
    Timeout {
        /// How often the call was made.
        attempts: u32,
    },
    /// The answer ended in the middle, though the connection did not break off: something on the way has cut it.
    #[error("the answer is cut off{}, after {attempts} attempts", of_request(request_id))]
    Incomplete {
        /// The id of the request; empty if none came.
        request_id: String,
        /// How often the call was made.
        attempts: u32,
    },
    /// The answer was not what the API promises.
    #[error("the answer can't be read{}: {reason}", of_request(request_id))]
    Decode {
        /// The id of the request; empty if none came.
        request_id: String,
        /// What is wrong.
        reason: String,
    },
    /// The client was set up wrongly, or a call can't be sent. Nothing was sent.
    #[error("{0}")]
    Config(String),
}

/// An error that the API answered with (RFC 9457).
#[derive(Debug, Clone, thiserror::Error)]
#[error("{status} {code}: {detail}{}", of_request(request_id))]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// The cause. Branch on this.
    pub code: ErrorCode,
    /// The error in a few words; empty if the answer is not one of the API's.
    pub title: String,
    /// What is wrong here and what to do.
    pub detail: String,
    /// The id of the request; empty if none came. Support asks for it.
    pub request_id: String,
    /// Each place of the body that is wrong.
    pub errors: Vec<FieldError>,
    /// How long to wait before the next try, if the API says so.
    pub retry_after: Option<Duration>,
    /// How often the call was made.
    pub attempts: u32,
}

/// A place in a body that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FieldError {
    /// Where, as a JSON pointer (RFC 6901); empty for the whole body.
    #[serde(default)]
    pub pointer: String,
    /// What is wrong there.
    #[serde(default)]
    pub message: String,
}

impl Error {
    /// The cause, if there was an answer.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        match self {
            Self::Api(error) => Some(&error.code),
            _ => None,
        }
    }

    /// The id of the request, if one came.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        let id = match self {
            Self::Api(error) => &error.request_id,
            Self::Incomplete { request_id, .. } | Self::Decode { request_id, .. } => request_id,
            _ => return None,
        };
        Some(id.as_str()).filter(|id| !id.is_empty())
    }

    /// Whether the same call may succeed later. The client has tried again by itself before you see this.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Api(error) => retryable(error.status),
            Self::Transport { .. } | Self::Timeout { .. } | Self::Incomplete { .. } => true,
            _ => false,
        }
    }
}

fn retryable(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

/// The innermost cause: the outer ones only say that sending failed.
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

fn of_request(id: &str) -> String {
    if id.is_empty() { String::new() } else { format!(" (request {id})") }
}

/// The error in an answer. One that is not the API's, such as a proxy's page, has an unknown code.
pub(crate) fn problem(status: u16, request_id: String, wait: Option<Duration>, attempts: u32, body: &[u8]) -> Error {
    // Field by field: one that is not as promised does not take the others with it.
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let code = text("code").map(|code| ErrorCode::from(code.as_str()));
    let elsewhere = || "the answer is not one of the API's; look at what lies between".to_owned();
    let errors = body["errors"].as_array().into_iter().flatten();
    Error::Api(Box::new(ApiError {
        status,
        detail: text("detail").filter(|_| code.is_some()).unwrap_or_else(elsewhere),
        code: code.unwrap_or_else(|| ErrorCode::Unknown(format!("http_{status}"))),
        title: text("title").unwrap_or_default(),
        request_id: text("request_id").unwrap_or(request_id),
        errors: errors.filter_map(|error| FieldError::deserialize(error).ok()).collect(),
        retry_after: wait.filter(|_| retryable(status)),
        attempts,
    }))
}
