//! The behaviour of any contract: its examples, or where there is none a sample of its schemas, the same each time.

use http::header::{HeaderName, HeaderValue};
use proofbook_contract::Contract;
use serde_json::json;

use crate::behaviour::Call;
use crate::reply::{PROBLEM_JSON, Reply};

/// Answers a call with the example of the lowest documented 2xx. A request that breaks the contract gets 400 and a
/// problem document that says where.
#[must_use]
pub fn answer(contract: &Contract, call: &Call<'_>) -> Reply {
    if call.too_large {
        return problem(413, "Payload too large", "The body is over the limit.");
    }
    if let Some(first) = call.violations.first() {
        return problem(400, "Invalid request", &first.message);
    }
    let example = contract.example_response(call.operation, contract.default_status(call.operation));
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
