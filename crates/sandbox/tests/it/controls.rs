//! The calls under `/sandbox/`: faults, time, limits, reset, exchanges.

use std::collections::BTreeSet;
use std::time::Instant;

use http::{Method, StatusCode};
use proofbook_sandbox::Sandbox;
use proofbook_sandbox::policy_aggregator::control::{CALLS, PATHS};
use serde_json::{Value, json};

use crate::caller::{Answer, Caller, sandbox};

async fn start() -> (Sandbox, Caller) {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    (sandbox, caller)
}

async fn fault(caller: &Caller, fault: serde_json::Value) -> Answer {
    caller.post("/sandbox/faults", fault).await
}

#[tokio::test]
async fn a_fault_lasts_for_as_many_calls_as_it_says_and_only_for_its_key() {
    let (sandbox, caller) = start().await;
    fault(&caller, json!({ "status": 503, "retry_after": 3, "next": 2 })).await;
    let other = Caller::new(&sandbox);
    assert_eq!(other.get("/api/v1/me").await.status, 200);
    for expected in [503, 503, 200] {
        assert_eq!(caller.get("/api/v1/me").await.status, expected);
    }
}

#[tokio::test]
async fn a_dropped_connection_has_no_answer() {
    let (sandbox, caller) = start().await;
    fault(&caller, json!({ "drop_connection": true })).await;
    let error = caller.request(Method::GET, "/api/v1/me").send().await.unwrap_err();
    assert!(error.is_request(), "{error:?}");
    assert_eq!(caller.get("/api/v1/me").await.status, 200);
    let statuses: Vec<_> = sandbox.exchanges().iter().map(|exchange| exchange.status).collect();
    assert_eq!(statuses, [None, Some(200)]);
}

#[tokio::test]
async fn a_fault_is_the_apis_own_error_where_it_has_one() {
    let (_sandbox, caller) = start().await;
    for (status, code) in [
        (400, "invalid_request"),
        (401, "unauthenticated"),
        (403, "forbidden"),
        (404, "not_found"),
        (409, "conflict"),
        (413, "payload_too_large"),
        (429, "rate_limited"),
        (500, "internal_error"),
        (503, "unavailable"),
    ] {
        fault(&caller, json!({ "status": status })).await;
        let answer = caller.get("/api/v1/routes").await;
        assert_eq!((answer.status, answer.code()), (status, code));
        let waits = matches!(status, 429 | 503);
        assert_eq!(answer.header("retry-after"), if waits { "1" } else { "" }, "{status}");
    }
    fault(&caller, json!({ "status": 503, "retry_after": 0 })).await;
    assert_eq!(caller.get("/api/v1/routes").await.header("retry-after"), "");
    fault(&caller, json!({ "status": 502 })).await;
    let answer = caller.get("/api/v1/routes").await;
    assert_eq!((answer.status, answer.header("content-type")), (502, "text/html; charset=utf-8"));
}

#[tokio::test]
async fn an_answer_of_a_later_version_has_new_fields_and_values() {
    let (sandbox, caller) = start().await;
    fault(&caller, json!({ "new_field": true })).await;
    let page = caller.get("/api/v1/changes").await.body;
    for object in [&page, &page["data"][0], &page["data"][0]["route"]] {
        assert_eq!(object["since_tomorrow"]["anything"], json!([1, 2, 3]));
    }
    fault(&caller, json!({ "new_value": true })).await;
    let page = caller.get("/api/v1/changes").await.body;
    assert_eq!(page["data"][0]["route"]["visa_type"], "retirement");
    assert_eq!(sandbox.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_page_is_never_larger_than_the_sandbox_is_told() {
    let sandbox = Sandbox::builder().page_size(3).start().await.unwrap();
    let page = Caller::new(&sandbox).get("/api/v1/changes?limit=100").await.body;
    assert_eq!(page["data"].as_array().unwrap().len(), 3);
    assert!(page["next_cursor"].is_string());
}

#[tokio::test]
async fn a_malformed_body_is_not_json_and_is_no_fault_of_the_sandbox() {
    let (sandbox, caller) = start().await;
    fault(&caller, json!({ "malformed_body": true })).await;
    let answer = caller.get("/api/v1/changes").await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.is_string(), "{answer:?}");
    assert_eq!(sandbox.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn latency_delays_the_answer_and_holds_up_no_other_call() {
    let (sandbox, caller) = start().await;
    fault(&caller, json!({ "latency_ms": 300 })).await;
    let slow = async {
        let started = Instant::now();
        caller.get("/api/v1/me").await;
        started.elapsed()
    };
    let quick = async {
        let other = Caller::new(&sandbox);
        let started = Instant::now();
        other.get("/api/v1/me").await;
        started.elapsed()
    };
    let (slow, quick) = tokio::join!(slow, quick);
    assert!(slow.as_millis() >= 300 && quick < slow, "{slow:?} {quick:?}");
}

#[tokio::test]
async fn a_deprecated_answer_says_so_and_keeps_to_the_contract() {
    let (_sandbox, caller) = start().await;
    fault(&caller, json!({ "deprecated": true })).await;
    let answer = caller.get("/api/v1/routes").await;
    assert_eq!(answer.header("deprecation"), "@1767225600");
    assert_eq!(answer.header("sunset"), "Thu, 31 Dec 2026 23:59:59 GMT");
}

#[tokio::test]
async fn a_status_that_the_api_does_not_have_comes_as_a_proxy_s_page() {
    let (_sandbox, caller) = start().await;
    fault(&caller, json!({ "status": 502 })).await;
    let answer = caller.get("/api/v1/me").await;
    assert_eq!((answer.status, answer.header("content-type")), (502, "text/html; charset=utf-8"));
}

#[tokio::test]
async fn a_control_that_makes_no_sense_is_refused_and_says_why() {
    let (_sandbox, caller) = start().await;
    for (body, why) in [
        (json!({}), "say what goes wrong"),
        (json!({ "status": 200 }), "400 to 599"),
        (json!({ "latency_ms": 1, "next": 0 }), "1 to 1000"),
        (json!({ "status": 503, "operation": "listChange" }), "operationId"),
    ] {
        let answer = fault(&caller, body).await;
        assert_eq!(answer.status, 422);
        assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains(why), "{answer:?}");
    }
    let answer = fault(&caller, json!({ "stauts": 500 })).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body["detail"].as_str().unwrap().contains("stauts"), "{answer:?}");
    assert_eq!(caller.put("/sandbox/time", json!({ "scale": 0 })).await.status, 422);
    assert_eq!(caller.get("/sandbox/no-such").await.status, 404);
}

#[tokio::test]
async fn the_limit_counts_down_and_a_new_window_opens() {
    let (_sandbox, caller) = start().await;
    caller.put("/sandbox/rate-limit", json!({ "requests": 2, "seconds": 2 })).await;
    let first = caller.get("/api/v1/me").await;
    assert_eq!((first.header("x-ratelimit-limit"), first.header("x-ratelimit-remaining")), ("2", "1"));
    assert_eq!(caller.get("/api/v1/me").await.header("x-ratelimit-remaining"), "0");
    let over = caller.get("/api/v1/me").await;
    assert_eq!((over.status, over.header("retry-after")), (429, "2"));
    while caller.get("/api/v1/me").await.status == 429 {}
}

#[tokio::test]
async fn a_reset_forgets_what_the_key_has_made() {
    let (_sandbox, caller) = start().await;
    caller.webhook("https://hooks.example.com/x").await;
    let made = caller.post("/sandbox/changes", json!({})).await;
    let change = format!("/api/v1/changes/{}", made.body["change"]["id"].as_str().unwrap());
    assert_eq!(caller.get(&change).await.status, 200);
    assert_eq!(caller.post("/sandbox/reset", json!({})).await.status, 204);
    assert_eq!(caller.get(&change).await.status, 404);
    assert_eq!(caller.get("/api/v1/webhooks").await.body["data"], json!([]));
}

#[tokio::test]
async fn exchanges_are_those_of_the_key_newest_first_and_hide_it() {
    let (sandbox, caller) = start().await;
    Caller::new(&sandbox).get("/api/v1/sources").await;
    caller.get("/api/v1/routes?limit=1").await;
    caller.get("/api/v1/changes?limit=500").await;
    let exchanges = caller.get("/sandbox/exchanges").await;
    let exchanges = exchanges.body["data"].as_array().unwrap();
    let operations: Vec<_> = exchanges.iter().map(|exchange| exchange["operation"].as_str().unwrap()).collect();
    assert_eq!(operations, ["listChanges", "listRoutes"]);
    assert_eq!(exchanges[0]["status"], 400);
    assert_eq!(exchanges[0]["request_violations"].as_array().unwrap().len(), 1, "the breach is recorded");
    assert_eq!(exchanges[1]["request_violations"], json!([]));
    let text = serde_json::to_string(exchanges).unwrap();
    assert!(!text.contains(&caller.key), "the key is not shown");
}

#[tokio::test]
async fn a_new_key_works_at_once() {
    let (sandbox, caller) = start().await;
    let key = caller.post("/sandbox/keys", json!({})).await.body["key"].as_str().unwrap().to_owned();
    assert_eq!(Caller::with_key(&sandbox, &key).get("/api/v1/me").await.status, 200);
}

#[tokio::test]
async fn a_change_can_be_made_on_a_route_of_choice() {
    let (_sandbox, caller) = start().await;
    let routes = caller.get("/api/v1/routes").await;
    for route in routes.body["data"].as_array().unwrap() {
        let made = caller.post("/sandbox/changes", json!({ "route_id": route["id"] })).await;
        assert_eq!(made.body["change"]["route"]["id"], route["id"], "{made:?}");
        assert!(made.body["change"]["lines_added"].as_u64().unwrap() >= 1);
    }
    assert_eq!(caller.post("/sandbox/changes", json!({ "route_id": "rte_0000000000000000" })).await.status, 404);
}

#[tokio::test]
async fn what_is_listed_is_what_there_is() {
    let (_sandbox, caller) = start().await;
    let listed = caller.get("/sandbox/").await.body["controls"].as_object().unwrap().clone();
    assert_eq!(listed.len(), CALLS.len());
    let described: BTreeSet<&str> = CALLS.iter().map(|call| call.path).collect();
    assert_eq!(described, PATHS.iter().copied().collect());
    for path in PATHS {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            let known = CALLS.iter().any(|call| (call.method, call.path) == (method.as_str(), *path));
            let path = path.replace("{id}", "src_0000000000000000");
            let status = caller.request(method.clone(), &path).send().await.unwrap().status();
            assert_eq!(status != StatusCode::METHOD_NOT_ALLOWED, known, "{method} {path} is answered with {status}");
        }
    }
}

#[tokio::test]
async fn a_test_in_the_same_process_makes_the_same_calls() {
    let sandbox = sandbox().await;
    let caller = Caller::with_key(&sandbox, sandbox.key());
    let made = sandbox.control("POST", "changes", json!({ "summary": "The fee rises." })).await.unwrap();
    let listed = caller.get("/api/v1/changes?limit=1").await.body;
    assert_eq!(listed["data"][0]["id"], made["change"]["id"]);
    assert_eq!(listed["data"][0]["summary"], "The fee rises.");
    sandbox.control("POST", "faults", json!({ "status": 503 })).await.unwrap();
    assert_eq!(caller.get("/api/v1/me").await.status, 503);
    assert_eq!(sandbox.control("POST", "reset", Value::Null).await.unwrap(), Value::Null);
    for (name, part) in [("faults", "say what goes wrong"), ("fault", "no such control"), ("a b", "no call")] {
        let refused = sandbox.control("POST", name, json!({})).await.unwrap_err().to_string();
        assert!(refused.contains(part), "{refused}");
    }
}
