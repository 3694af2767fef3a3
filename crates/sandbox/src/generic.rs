//! The behaviour of any contract: its examples, or where there is none a sample of its schemas, the same each time.

use std::sync::Arc;

use http::HeaderMap;
use http::header::{ALLOW, HeaderName, HeaderValue};
use proofbook_contract::{Contract, Find, Operation, Response};
use serde_json::json;

use crate::behaviour::{Answer, Behaviour, Call, Refusal};
use crate::exchange::Log;
use crate::reply::{PROBLEM_JSON, Reply};

/// The largest body that is read, in bytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// The behaviour of an API of which only the contract is known: every operation answers by its examples.
#[derive(Debug, Clone, Copy, Default)]
pub struct Generic;

impl Behaviour for Generic {
    fn knows(&self, _: &Operation) -> bool {
        false
    }

    fn answer(&self, _: &Call<'_>) -> Answer {
        // Not called, since it knows no operation.
        Answer::Now(problem(500, "Not known", "This API has no behaviour of its own."))
    }

    fn refuse(&self, _: &HeaderMap, _: &str, why: Refusal<'_>) -> Reply {
        match why {
            Refusal::NoOperation(Find::MethodNotAllowed(methods)) => {
                problem(405, "Method not allowed", "The path does not have this method.")
                    .header(ALLOW, methods.join(", "))
            }
            Refusal::NoOperation(_) => problem(404, "Not found", "The contract has no such path."),
            Refusal::Unreadable(reason) => problem(400, "Invalid request", reason),
        }
    }

    fn world(&self, _: &HeaderMap) -> Option<String> {
        None
    }

    fn controls(self: Arc<Self>, _: Arc<Log>) -> axum::Router {
        axum::Router::new()
    }

    fn body_limit(&self) -> usize {
        BODY_LIMIT
    }
}

/// Answers a call with the example of the lowest documented 2xx. A request that breaks the contract gets the contract's own
/// 400 or 422, or without an example of those a problem document that says where.
#[must_use]
pub fn answer(contract: &Contract, call: &Call<'_>) -> Reply {
    if call.too_large {
        return problem(413, "Payload too large", "The body is over the limit.");
    }
    if let Some(first) = call.violations.first() {
        return refuse(contract, call.operation, &first.message);
    }
    example(contract, call.operation, contract.default_status(call.operation))
}

/// The answer to a request that breaks the contract: the contract's own, where it has one; else one that says where.
fn refuse(contract: &Contract, operation: &Operation, reason: &str) -> Reply {
    let documented = [400, 422].into_iter().find(|status| operation.response(*status).is_some());
    let plain = problem(documented.unwrap_or(400), "Invalid request", reason);
    let Some(status) = documented else { return plain };
    let response = Response { status, headers: &plain.headers, body: &plain.body };
    let keeps = operation.example(status).is_none() && contract.check_response(operation, &response).is_empty();
    if keeps { plain } else { example(contract, operation, status) }
}

/// The answer that the contract's examples give for a status, or its schemas.
fn example(contract: &Contract, operation: &Operation, status: u16) -> Reply {
    let example = contract.example_response(operation, status);
    let mut reply = Reply::empty(example.status);
    for (name, value) in example.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            reply.headers.insert(name, value);
        }
    }
    if let Some(body) = example.body {
        reply.body = body.to_string().into();
        let media_type = example.media_type.unwrap_or_else(|| "application/json".to_owned());
        reply = reply.header(http::header::CONTENT_TYPE, media_type);
    }
    reply
}

fn problem(status: u16, title: &str, detail: &str) -> Reply {
    let body = json!({ "type": "about:blank", "title": title, "status": status, "detail": detail });
    Reply::text(status, PROBLEM_JSON, body.to_string())
}
