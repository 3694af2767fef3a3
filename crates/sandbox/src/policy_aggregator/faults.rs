//! Faults that somebody asks for, to see how a client takes them.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::problem::{Code, Problem};
use crate::behaviour::Answer;
use crate::reply::Reply;

/// How many faults wait in a world at most.
pub const KEPT: usize = 100;

/// A fault for the next calls of a key.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Answer with this status, 400 to 599, instead of doing what was asked.
    pub status: Option<u16>,
    /// Add `Retry-After` with this many seconds, or leave it out with 0. Only with `status`.
    pub retry_after: Option<u32>,
    /// Answer this many milliseconds later.
    #[serde(default)]
    pub latency_ms: u32,
    /// Drop the connection without an answer.
    #[serde(default)]
    pub drop_connection: bool,
    /// Cut the body off in the middle.
    #[serde(default)]
    pub malformed_body: bool,
    /// Add a field that no contract has yet to each object of the answer.
    #[serde(default)]
    pub new_field: bool,
    /// Give each `visa_type` a value that no contract has yet.
    #[serde(default)]
    pub new_value: bool,
    /// Mark the answer as that of a deprecated operation.
    #[serde(default)]
    pub deprecated: bool,
    /// For how many calls.
    #[serde(default = "one")]
    pub next: u32,
    /// Only for this operation, by its `operationId`.
    pub operation: Option<String>,
}

fn one() -> u32 {
    1
}

impl Fault {
    /// What is wrong with the fault itself, if anything.
    #[must_use]
    pub fn mistake(&self) -> Option<&'static str> {
        if self.status.is_some_and(|status| !(400..600).contains(&status)) {
            Some("`status` must be 400 to 599")
        } else if self.latency_ms > 60_000 {
            Some("`latency_ms` must be at most 60000")
        } else if !(1..=1000).contains(&self.next) {
            Some("`next` must be 1 to 1000")
        } else if self.retry_after.is_some() && self.status.is_none() {
            Some("`retry_after` goes with `status`")
        } else if self.status.is_none()
            && self.latency_ms == 0
            && !(self.drop_connection || self.malformed_body || self.new_field || self.new_value || self.deprecated)
        {
            Some(
                "say what goes wrong: `status`, `latency_ms`, `drop_connection`, `malformed_body`, `new_field`, \
                 `new_value` or `deprecated`",
            )
        } else {
            None
        }
    }

    /// Takes the fault for a call of this operation, if one waits.
    pub fn take(faults: &mut Vec<Fault>, operation: &str) -> Option<Fault> {
        let index =
            faults.iter().position(|fault| fault.operation.as_ref().is_none_or(|wanted| wanted == operation))?;
        let fault = faults.get_mut(index)?;
        let taken = fault.clone();
        fault.next -= 1;
        if fault.next == 0 {
            faults.remove(index);
        }
        Some(taken)
    }

    /// The answer that this fault gives instead of the real one, if it does.
    #[must_use]
    pub fn instead(&self, request_id: &str) -> Option<Reply> {
        let status = self.status?;
        let Some((code, detail)) = own_error(status) else {
            let page = format!("<html><body><h1>{status}</h1><p>A proxy answered.</p></body></html>\n");
            let reply = Reply::text(status, "text/html; charset=utf-8", page);
            return Some(match self.retry_after() {
                Some(seconds) => reply.header(http::header::RETRY_AFTER, seconds.to_string()),
                None => reply,
            });
        };
        let problem = Problem::new(code, detail);
        let problem = match self.retry_after() {
            Some(seconds) => problem.header(http::header::RETRY_AFTER, seconds.to_string()),
            None => problem,
        };
        Some(problem.into_reply(request_id))
    }

    /// The seconds in `Retry-After`. The API says them with 429 and 503.
    fn retry_after(&self) -> Option<u32> {
        let usual = matches!(self.status, Some(429 | 503)).then_some(1);
        self.retry_after.or(usual).filter(|seconds| *seconds > 0)
    }

    /// Shapes an answer.
    #[must_use]
    pub fn shape(&self, mut reply: Reply) -> Answer {
        if self.drop_connection {
            return Answer::Drop;
        }
        if self.deprecated {
            let name = http::HeaderName::from_static;
            reply = reply
                .header(name("deprecation"), "@1767225600")
                .header(name("sunset"), "Thu, 31 Dec 2026 23:59:59 GMT");
        }
        if self.malformed_body {
            reply.body = reply.body.slice(..reply.body.len() / 2);
        }
        if (self.new_field || self.new_value)
            && let Ok(mut body) = serde_json::from_slice(&reply.body)
        {
            self.renew(&mut body);
            reply.body = body.to_string().into();
        }
        Answer::Fault {
            reply,
            delay: Duration::from_millis(self.latency_ms.into()),
            keeps_contract: !(self.malformed_body || self.new_value)
                && self.status.is_none_or(|status| matches!(status, 429 | 500 | 503))
                && self.retry_after != Some(0),
        }
    }

    /// Makes an answer one of a later version of the API.
    fn renew(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.renew(item)),
            Value::Object(fields) => {
                if self.new_value
                    && let Some(kind) = fields.get_mut("visa_type")
                {
                    *kind = json!("retirement");
                }
                fields.values_mut().for_each(|field| self.renew(field));
                if self.new_field {
                    fields.insert("since_tomorrow".to_owned(), json!({ "anything": [1, 2, 3] }));
                }
            }
            _ => {}
        }
    }
}

/// The API's own error with this status, if it has one that makes sense for any call.
fn own_error(status: u16) -> Option<(Code, &'static str)> {
    Some(match status {
        400 => (Code::InvalidRequest, "The request can't be understood."),
        401 => (Code::Unauthenticated, "The API key is not valid: it was revoked, or it never was one."),
        403 => (Code::Forbidden, "The key may not do this."),
        404 => (Code::NotFound, "There is no such thing."),
        409 => (Code::Conflict, "The state does not allow this just now."),
        413 => (Code::PayloadTooLarge, "The body is too large."),
        429 => (Code::RateLimited, "Over the rate limit; wait for `Retry-After`."),
        500 => (Code::InternalError, "Something went wrong on our side."),
        503 => (Code::Unavailable, "The service is unavailable for a moment."),
        _ => return None,
    })
}
