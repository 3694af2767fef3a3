//! Faults that somebody asks for, to see how a client takes them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

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
    /// Add `Retry-After` with this many seconds. Only with `status`.
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
            && !(self.drop_connection || self.malformed_body || self.deprecated)
        {
            Some("say what goes wrong: `status`, `latency_ms`, `drop_connection`, `malformed_body` or `deprecated`")
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
        let retry = |problem: Problem, otherwise: Option<u32>| match self.retry_after.or(otherwise) {
            Some(seconds) => problem.header(http::header::RETRY_AFTER, seconds.to_string()),
            None => problem,
        };
        let problem = match self.status? {
            429 => retry(Problem::new(Code::RateLimited, "Over the rate limit; wait for `Retry-After`."), Some(1)),
            500 => retry(Problem::new(Code::InternalError, "Something went wrong on our side."), None),
            503 => retry(Problem::new(Code::Unavailable, "The service is unavailable for a moment."), Some(1)),
            status => {
                let page = format!("<html><body><h1>{status}</h1><p>A proxy answered.</p></body></html>\n");
                let reply = Reply::text(status, "text/html; charset=utf-8", page);
                return Some(match self.retry_after {
                    Some(seconds) => reply.header(http::header::RETRY_AFTER, seconds.to_string()),
                    None => reply,
                });
            }
        };
        Some(problem.into_reply(request_id))
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
        Answer::Fault {
            reply,
            delay: Duration::from_millis(self.latency_ms.into()),
            keeps_contract: !self.malformed_body && self.status.is_none_or(|status| matches!(status, 429 | 500 | 503)),
        }
    }
}
