//! Every operation of the contract, with every status and error code that the contract documents for it.

use std::collections::BTreeSet;

use http::Method;
use proofbook_contract::{Contract, Operation};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::caller::{Answer, Caller, read, sandbox};
use crate::receiver::Receiver;

type Seen = (String, u16, String);

/// What the contract documents: operation, status, error code (empty if the answer is none).
fn documented(contract: &Contract) -> BTreeSet<Seen> {
    let mut all = BTreeSet::new();
    for operation in contract.operations() {
        let responses = contract.document().pointer(&format!("{}/responses", operation.pointer())).unwrap();
        for (status, response) in responses.as_object().unwrap() {
            let response = contract.resolve(response);
            let codes = response.pointer("/content/application~1problem+json/schema/allOf/1/properties/code/enum");
            let codes = codes.and_then(Value::as_array).cloned().unwrap_or_else(|| vec![json!("")]);
            for code in codes {
                all.insert((operation.id.clone(), status.parse().unwrap(), code.as_str().unwrap().to_owned()));
            }
        }
    }
    all
}

/// What a walk has made, and knows how to call.
struct Walk {
    caller: Caller,
    seen: BTreeSet<Seen>,
    operation: Operation,
    path: String,
    body: Option<Value>,
}

impl Walk {
    fn call(&self) -> RequestBuilder {
        self.call_by(&self.caller)
    }

    fn call_by(&self, caller: &Caller) -> RequestBuilder {
        let method = Method::from_bytes(self.operation.method.as_bytes()).unwrap();
        let request = caller.request(method, &self.path);
        match &self.body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    fn call_with(&self, body: impl Into<reqwest::Body>) -> RequestBuilder {
        let method = Method::from_bytes(self.operation.method.as_bytes()).unwrap();
        self.caller.request(method, &self.path).header("content-type", "application/json").body(body)
    }

    async fn see(&mut self, expected: u16, request: RequestBuilder) -> Answer {
        let answer = read(request.send().await.unwrap()).await;
        let id = &self.operation.id;
        assert_eq!(answer.status, expected, "{id}: {answer:?}");
        assert!(answer.header("x-request-id").starts_with("req_"), "{id}: {answer:?}");
        if expected >= 400 {
            assert_eq!(answer.body["request_id"], answer.header("x-request-id"), "{id}");
        }
        self.seen.insert((id.clone(), answer.status, answer.code().to_owned()));
        answer
    }

    /// The statuses that every operation has.
    async fn everywhere(&mut self) {
        self.see(400, self.call().query(&[("no_such_parameter", "1")])).await;
        if let Some((_, query)) = self.path.split_once('?') {
            panic!("the walk calls without a query, not with {query}");
        }
        let anonymous = {
            let method = Method::from_bytes(self.operation.method.as_bytes()).unwrap();
            self.caller.anonymous(method, &self.path)
        };
        let answer = self.see(401, anonymous).await;
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
        if self.operation.id != "getMe" {
            let key = format!("pa_test_noscopes_{}", fastrand::u32(..));
            let mut without = Caller::with_key_like(&self.caller, &key);
            std::mem::swap(&mut self.caller, &mut without);
            let request = self.call();
            std::mem::swap(&mut self.caller, &mut without);
            self.see(403, request).await;
        }
        for (status, wait) in [(500, None), (503, Some("7"))] {
            let fault = match wait {
                Some(_) => json!({ "status": status, "retry_after": 7, "operation": self.operation.id }),
                None => json!({ "status": status, "operation": self.operation.id }),
            };
            assert_eq!(self.caller.post("/sandbox/faults", fault).await.status, 201);
            let answer = self.see(status, self.call()).await;
            assert_eq!(answer.header("retry-after"), wait.unwrap_or_default());
        }
        self.caller.put("/sandbox/rate-limit", json!({ "requests": 1 })).await;
        self.caller.get("/api/v1/me").await;
        let answer = self.see(429, self.call()).await;
        assert!((1..=60).contains(&answer.header("retry-after").parse::<u64>().unwrap()));
        assert_eq!(answer.header("x-ratelimit-remaining"), "0");
        self.caller.put("/sandbox/rate-limit", json!({ "requests": 10_000 })).await;
    }

    async fn with_body(&mut self) {
        let large = json!({ "description": "x".repeat(70_000) }).to_string();
        self.see(413, self.call_with(large)).await;
        let answer = self.see(422, self.call_with(r#"{"no_such_field":1}"#)).await;
        assert!(answer.body["errors"][0]["pointer"].is_string(), "{answer:?}");
        self.see(400, self.call_with("{\"broken\":")).await;
        let private = match self.operation.id.as_str() {
            "createWebhook" => json!({ "url": "https://10.0.0.5/hook", "events": ["webhook.test"] }),
            "updateWebhook" | "testWebhook" => json!({ "url": "http://example.com/hook" }),
            _ => return,
        };
        let answer = self.see(422, self.call().json(&private)).await;
        assert_eq!(answer.code(), "webhook_url_not_allowed");
    }

    /// The same idempotency key for another request.
    async fn reused_key(&mut self, other: RequestBuilder) {
        let key = format!("walk-{}", self.operation.id);
        let first = read(self.call().header("idempotency-key", &key).send().await.unwrap()).await;
        assert!(first.status < 300, "{first:?}");
        let answer = self.see(409, other.header("idempotency-key", &key)).await;
        assert_eq!(answer.code(), "idempotency_key_reused");
    }
}

#[tokio::test]
async fn every_operation_answers_with_every_documented_status_and_code() {
    let sandbox = sandbox().await;
    let contract = sandbox.contract().clone();
    let mut receiver = Receiver::start().await;
    let caller = Caller::new(&sandbox);
    caller.put("/sandbox/rate-limit", json!({ "requests": 10_000 })).await;
    let (webhook, _) = caller.webhook(&receiver.url).await;
    caller.post("/sandbox/changes", json!({})).await;
    receiver.next().await;
    let mut walk = Walk {
        caller,
        seen: BTreeSet::new(),
        operation: contract.operations()[0].clone(),
        path: String::new(),
        body: None,
    };

    for operation in contract.operations() {
        let caller = &walk.caller;
        let newest = |answer: &Answer| answer.body["data"][0]["id"].as_str().unwrap().to_owned();
        let delivery = newest(&caller.get(&format!("/api/v1/webhooks/{webhook}/deliveries")).await);
        let id = match operation.id.as_str() {
            "getRoute" => newest(&caller.get("/api/v1/routes").await),
            "getSource" => newest(&caller.get("/api/v1/sources").await),
            "getChange" => newest(&caller.get("/api/v1/changes").await),
            "deleteWebhook" => caller.webhook(&receiver.url).await.0,
            "getDelivery" | "redeliver" => delivery,
            _ => webhook.clone(),
        };
        walk.path = operation.path.replace("{id}", &id);
        walk.body = match operation.id.as_str() {
            "createWebhook" => Some(json!({ "url": receiver.url, "events": ["webhook.test"] })),
            "updateWebhook" => Some(json!({ "description": "walked" })),
            "rotateWebhookSecret" => Some(json!({ "overlap_seconds": 60 })),
            "testWebhook" => Some(json!({ "webhook_id": webhook })),
            _ => None,
        };
        walk.operation = operation.clone();
        settle(&walk.caller, &webhook).await;

        if operation.id != "deleteWebhook" {
            let success = match operation.id.as_str() {
                "createWebhook" => 201,
                "redeliver" => 202,
                _ => 200,
            };
            let answer = walk.see(success, walk.call()).await;
            if operation.method == "GET" && operation.id != "getMe" {
                let again = walk.call().header("if-none-match", answer.header("etag"));
                let unchanged = walk.see(304, again).await;
                assert_eq!(unchanged.body, json!(""));
                assert_eq!(unchanged.header("x-ratelimit-remaining"), answer.header("x-ratelimit-remaining"));
            }
        }
        settle(&walk.caller, &webhook).await;
        walk.everywhere().await;
        if walk.body.is_some() {
            walk.with_body().await;
        }
        match operation.id.as_str() {
            "getMe" => {
                // What is left of the limit is in the answer, so only the same request can be answered 304.
                let request = walk.call().header("if-none-match", "*");
                walk.see(304, request).await;
            }
            "deleteWebhook" => {
                walk.see(204, walk.call()).await;
            }
            "createWebhook" => {
                let other = walk.call().json(&json!({ "url": receiver.url, "events": ["change.detected"] }));
                walk.reused_key(other).await;
                let full = Caller::with_key_like(&walk.caller, "pa_test_full");
                for _ in 0..50 {
                    full.webhook(&receiver.url).await;
                }
                let answer = walk.see(409, walk.call_by(&full)).await;
                assert_eq!(answer.code(), "conflict");
            }
            "rotateWebhookSecret" => {
                let other = walk.call().json(&json!({ "overlap_seconds": 0 }));
                walk.reused_key(other).await;
            }
            "redeliver" => {
                settle(&walk.caller, &webhook).await;
                walk.reused_key(walk.caller.request(Method::POST, "/api/v1/deliveries/dlv_0000000000000000/redeliver"))
                    .await;
                settle(&walk.caller, &webhook).await;
                walk.caller.patch(&format!("/api/v1/webhooks/{webhook}"), json!({ "enabled": false })).await;
                let answer = walk.see(409, walk.call()).await;
                assert_eq!(answer.code(), "conflict");
                walk.caller.patch(&format!("/api/v1/webhooks/{webhook}"), json!({ "enabled": true })).await;
            }
            "testWebhook" => {
                let other = walk.call().json(&json!({ "webhook_id": webhook, "event_type": "source.failing" }));
                walk.reused_key(other).await;
                walk.see(404, walk.call().json(&json!({ "webhook_id": "whk_0000000000000000" }))).await;
                let answer = in_flight(&mut walk).await;
                assert_eq!(answer.code(), "conflict");
            }
            _ => {}
        }
        if operation.path.contains("{id}") {
            let prefix = id.split('_').next().unwrap();
            walk.path = operation.path.replace("{id}", &format!("{prefix}_0000000000000000"));
            walk.see(404, walk.call()).await;
        }
    }

    let documented = documented(&contract);
    let missing: Vec<_> = documented.difference(&walk.seen).collect();
    let undocumented: Vec<_> = walk.seen.difference(&documented).collect();
    assert!(missing.is_empty(), "documented but never seen: {missing:#?}");
    assert!(undocumented.is_empty(), "seen but not documented: {undocumented:#?}");
    assert_eq!(sandbox.violations(), Vec::<String>::new());
}

/// The same test of a webhook again, while the receiver has not answered the first.
async fn in_flight(walk: &mut Walk) -> Answer {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", silent.local_addr().unwrap());
    let first = walk.call().json(&json!({ "url": url })).header("idempotency-key", "in-flight");
    let first = tokio::spawn(first.send());
    let (held, _) = silent.accept().await.unwrap();
    let again = walk.call().json(&json!({ "url": url })).header("idempotency-key", "in-flight");
    let answer = walk.see(409, again).await;
    drop(held);
    assert_eq!(first.await.unwrap().unwrap().status(), 200);
    answer
}

/// Waits until no delivery of the webhook is pending.
async fn settle(caller: &Caller, webhook: &str) {
    loop {
        let pending = caller.get(&format!("/api/v1/webhooks/{webhook}/deliveries?status=pending")).await;
        if pending.body["data"] == json!([]) {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_method_that_a_path_does_not_offer_is_answered_with_405_and_allow() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    let answer = read(caller.request(Method::DELETE, "/api/v1/webhooks").send().await.unwrap()).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("allow"), "GET, POST");
    assert_eq!(answer.code(), "invalid_request");
}

#[tokio::test]
async fn a_path_that_is_none_is_answered_with_the_api_s_own_404() {
    let sandbox = sandbox().await;
    let answer = Caller::new(&sandbox).get("/api/v2/changes").await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.code(), "not_found");
    assert_eq!(answer.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn a_replayed_answer_is_the_first_one_and_says_so() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    let body = json!({ "url": "https://hooks.example.com/x", "events": ["webhook.test"] });
    let call = || caller.request(Method::POST, "/api/v1/webhooks").json(&body).header("idempotency-key", "once");
    let first = read(call().send().await.unwrap()).await;
    let again = read(call().send().await.unwrap()).await;
    assert_eq!(first.body, again.body);
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
    assert_ne!(first.header("x-request-id"), again.header("x-request-id"));
    assert_eq!(caller.get("/api/v1/webhooks").await.body["data"].as_array().unwrap().len(), 1);
}
