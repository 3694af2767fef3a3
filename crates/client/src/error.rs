//! What can go wrong with a call.

use std::time::Duration;

use serde::Deserialize;

use crate::words::ErrorCode;

/// What can go wrong with a call.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The API answered with an error.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// There was no answer: no connection, or it broke off.
    #[error("no answer after {attempts} attempts: {source}")]
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
    /// The answer was not what the API promises.
    #[error("the answer can't be read (request {request_id}): {reason}")]
    Decode {
        /// The id of the request; empty if none came.
        request_id: String,
        /// What is wrong.
        reason: String,
    },
    /// The client was set up wrongly.
    #[error("{0}")]
    Config(String),
}

/// An error that the API answered with (RFC 9457).
#[derive(Debug, Clone, thiserror::Error)]
#[error("{status} {code}: {detail} (request {request_id})")]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// The cause. Branch on this.
    pub code: ErrorCode,
    /// The error in a few words.
    pub title: String,
    /// What is wrong here and what to do.
    pub detail: String,
    /// The id of the request; empty if none came. Support asks for it.
    pub request_id: String,
    /// Each place of the body that is wrong.
    pub errors: Vec<FieldError>,
    /// How long to wait before the next try.
    pub retry_after: Option<Duration>,
    /// How often the call was made.
    pub attempts: u32,
}

/// A place in a body that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FieldError {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

impl Error {
    /// The cause, if the API named one.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        match self {
            Self::Api(error) => Some(&error.code),
            _ => None,
        }
    }

    /// The id of the request, if there is one.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => Some(&error.request_id),
            Self::Decode { request_id, .. } => Some(request_id),
            _ => None,
        }
    }

    /// Whether the same call may succeed later. The client has tried again by itself before you see this.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Api(error) => retryable(error.status),
            Self::Transport { .. } | Self::Timeout { .. } => true,
            _ => false,
        }
    }
}

pub(crate) fn retryable(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}
