//! What the API answers to the key of this environment: whether it works, and which deliveries failed.

use jiff::{SignedDuration, Timestamp};
use proofbook_contract::Contract;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::api::{Answer, Call, Service};

/// How many webhooks are looked at, and how many deliveries of each. Both take calls from the limit.
const WEBHOOKS: usize = 5;
const DELIVERIES: &str = "20";
/// The parts of a delivery that say why it failed. Its body may be somebody's business, and is left out.
const PARTS: [&str; 8] =
    ["id", "event_type", "status", "attempt", "response_status", "duration_ms", "next_attempt_at", "created_at"];

/// Asks, and tells. That nobody answers is an answer too.
pub(super) async fn ask(service: &Service, contract: &Contract) -> Value {
    let Some(key) = &service.key else {
        return json!({ "asked": false, "why": "there is no key: POLICY_AGGREGATOR_API_KEY is not set" });
    };
    let before = Timestamp::now();
    let answer = match call(service, contract, key, "/api/v1/me", &[]).await {
        Ok(answer) => answer,
        Err(why) => return json!({ "asked": true, "answered": false, "why": why }),
    };
    let mut told = json!({ "asked": true, "answered": true, "clock": clock(&answer, before, Timestamp::now()) });
    told["me"] = one(&answer);
    told["webhooks"] = webhooks(service, contract, key).await;
    told
}

async fn call(
    service: &Service,
    contract: &Contract,
    key: &SecretString,
    path: &str,
    query: &[(&str, &str)],
) -> Result<Answer, String> {
    let call = Call::get(service, path, query).map_err(|error| error.to_string())?;
    call.send(key, contract).await.map_err(|error| {
        let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
        causes.join(": ")
    })
}

/// An answer without its body, except for the code of a problem.
fn one(answer: &Answer) -> Value {
    let names =
        ["x-request-id", "date", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"];
    let headers: Map<String, Value> =
        names.into_iter().filter_map(|name| Some((name.to_owned(), answer.header(name)?.into()))).collect();
    let broken: Vec<String> = answer.broken.iter().map(|(of, violation)| format!("{of}: {violation}")).collect();
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    json!({
        "status": answer.status,
        "request_id": answer.header("x-request-id"),
        "duration_ms": answer.duration_ms,
        "code": body["code"],
        "scopes": body["scopes"],
        "headers": headers,
        "contract_kept": broken.is_empty(),
        "contract_broken": broken,
    })
}

/// How far this clock is ahead of the API's. The header has whole seconds (RFC 9110, section 6.6.1), so it is right to one.
fn clock(answer: &Answer, before: Timestamp, after: Timestamp) -> Value {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new();
    let Some(theirs) = answer.header("date").and_then(|date| parser.parse_timestamp(date).ok()) else {
        return json!({ "known": false, "why": "the answer has no Date header" });
    };
    let half = SignedDuration::from_millis(after.duration_since(before).as_millis_f64() as i64 / 2);
    let ours = before.saturating_add(half).unwrap_or(before);
    let ahead = ours.duration_since(theirs).as_secs();
    let tolerance = proofbook_webhook::signature::TOLERANCE_SECONDS;
    json!({ "known": true, "seconds_ahead": ahead, "webhooks_verify": ahead.abs() < tolerance })
}

/// The webhooks that have failed deliveries, with these.
async fn webhooks(service: &Service, contract: &Contract, key: &SecretString) -> Value {
    let list = match call(service, contract, key, "/api/v1/webhooks", &[("limit", "100")]).await {
        Ok(answer) if answer.status == 200 => answer,
        Ok(answer) => return json!({ "read": false, "why": one(&answer) }),
        Err(why) => return json!({ "read": false, "why": why }),
    };
    let body: Value = serde_json::from_slice(&list.body).unwrap_or_default();
    let all = body["data"].as_array().cloned().unwrap_or_default();
    let mut failing = Vec::new();
    for webhook in all.iter().take(WEBHOOKS) {
        let Some(id) = webhook["id"].as_str() else { continue };
        let path = format!("/api/v1/webhooks/{id}/deliveries");
        let deliveries = match call(service, contract, key, &path, &[("limit", DELIVERIES)]).await {
            Ok(answer) => serde_json::from_slice(&answer.body).unwrap_or_default(),
            Err(why) => json!({ "why": why }),
        };
        let failed: Vec<Value> = deliveries["data"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|delivery| matches!(delivery["status"].as_str(), Some("failed" | "dead_lettered")))
            .map(|delivery| PARTS.into_iter().map(|part| (part.to_owned(), delivery[part].clone())).collect())
            .collect();
        if !failed.is_empty() || webhook["enabled"] == false {
            failing.push(json!({
                "id": id, "to": origin(webhook), "events": webhook["events"], "enabled": webhook["enabled"],
                "failed": failed,
            }));
        }
    }
    json!({ "read": true, "webhooks": all.len(), "looked_at": all.len().min(WEBHOOKS), "failing": failing })
}

/// Where a webhook goes, without what may be a capability in its path.
fn origin(webhook: &Value) -> Option<String> {
    let url = reqwest::Url::parse(webhook["url"].as_str()?).ok()?;
    Some(url.origin().ascii_serialization())
}
