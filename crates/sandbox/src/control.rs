//! The calls under `/sandbox/` from within the process, for tests that have started a sandbox.

use axum::body::{Body, to_bytes};
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;
use tower::ServiceExt;

use crate::Sandbox;

/// Why a control call came to nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// It is no method, or no path.
    #[error("this is no call: {0}; write it as in `control(\"POST\", \"changes\", json!({{}}))`")]
    Call(#[from] http::Error),
    /// The control says what is wrong with it.
    #[error("the control answered {status}: {answer}")]
    Refused {
        /// The status.
        status: u16,
        /// The problem document.
        answer: String,
    },
}

impl Sandbox {
    /// Makes a call under `/sandbox/` for the world of [`Self::key`], as `control("POST", "changes", json!({}))` makes a
    /// change. Null is no body. What it answers is null if it answers nothing.
    ///
    /// # Errors
    /// If there is no such call, or it does not make sense.
    pub async fn control(&self, method: &str, name: &str, body: Value) -> Result<Value, ControlError> {
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let request = Request::builder()
            .method(method)
            .uri(format!("/sandbox/{name}"))
            .header(AUTHORIZATION, format!("Bearer {}", self.key()))
            .header(CONTENT_TYPE, "application/json")
            .body(body)?;
        let Ok(response) = self.front.controls().oneshot(request).await;
        let status = response.status();
        // It comes from memory, and so can't break off.
        let answer = to_bytes(response.into_body(), usize::MAX).await.unwrap_or_default();
        if status.is_success() {
            return Ok(serde_json::from_slice(&answer).unwrap_or_default());
        }
        Err(ControlError::Refused { status: status.as_u16(), answer: String::from_utf8_lossy(&answer).into_owned() })
    }
}
