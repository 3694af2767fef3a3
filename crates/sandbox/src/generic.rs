//! The behaviour of any contract: its examples, or where there is none a sample of its schemas, the same each time.

use std::sync::Arc;

use http::HeaderMap;
use http::header::{ALLOW, AUTHORIZATION, COOKIE, HeaderName, HeaderValue, WWW_AUTHENTICATE};
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

/// Answers a call with the example of the lowest documented 2xx, or of the status that `Prefer: code=404` asks for (the
/// preference is Prism's). A request that breaks the contract gets the contract's own 400 or 422, or without an example of
/// those a problem document that says where. One without a credential gets the documented 401, if there is one.
#[must_use]
pub fn answer(contract: &Contract, call: &Call<'_>) -> Reply {
    if call.too_large {
        return problem(413, "Payload too large", "The body is over the limit.");
    }
    if call.operation.response(401).is_some() && !is_authenticated(contract, call) {
        return example(contract, call.operation, 401).header(WWW_AUTHENTICATE, "Bearer");
    }
    if let Some(first) = call.violations.first() {
        return refuse(contract, call.operation, &first.message);
    }
    if let Some(status) = preferred(call.headers) {
        return match call.operation.response(status) {
            Some(_) => example(contract, call.operation, status),
            None => refuse(contract, call.operation, &format!("The contract documents no {status} here.")),
        };
    }
    example(contract, call.operation, contract.default_status(call.operation))
}

/// The status that the client prefers (RFC 7240).
fn preferred(headers: &HeaderMap) -> Option<u16> {
    let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split([',', ';'])).find_map(|one| one.trim().strip_prefix("code=")?.parse().ok())
}

/// Whether a call carries what one of the alternatives of its operation's `security` asks for. Any value will do.
fn is_authenticated(contract: &Contract, call: &Call<'_>) -> bool {
    let schemes = contract.document().pointer("/components/securitySchemes");
    let carries = |name: &str| {
        let Some(scheme) = schemes.and_then(|all| all.get(name)).map(|one| contract.resolve(one)) else { return true };
        let key = scheme["name"].as_str().unwrap_or_default();
        let cookie = || call.headers.get(COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let pairs = |text: &str, sign: char| text.split(sign).any(|pair| pair.trim().starts_with(&format!("{key}=")));
        match (scheme["type"].as_str(), scheme["in"].as_str()) {
            (Some("apiKey"), Some("query")) => pairs(call.query.unwrap_or_default(), '&'),
            (Some("apiKey"), Some("cookie")) => pairs(cookie(), ';'),
            (Some("apiKey"), _) => call.headers.contains_key(key),
            (Some("mutualTLS"), _) => true,
            _ => call.headers.contains_key(AUTHORIZATION),
        }
    };
    let alternatives = call.operation.security_scopes();
    alternatives.is_empty() || alternatives.iter().any(|all| all.iter().all(|(name, _)| carries(name)))
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
