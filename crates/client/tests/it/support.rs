//! A server that plays the API, and a client that never really waits.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use policy_aggregator::{ApiKey, Client, RetryPolicy, Sleep, Sleeping};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub const KEY: &str = "pa_test_0123456789abcdefghij";

/// Remembers waits instead of waiting.
#[derive(Default)]
pub struct Waits(pub Mutex<Vec<Duration>>);

impl Sleep for Waits {
    fn sleep(&self, wait: Duration) -> Sleeping {
        self.0.lock().unwrap().push(wait);
        Box::pin(std::future::ready(()))
    }
}

pub struct Api {
    pub server: MockServer,
    pub waits: Arc<Waits>,
}

impl Api {
    /// An API that gives these answers in this order, and the last one again and again.
    pub async fn answering(answers: impl IntoIterator<Item = ResponseTemplate>) -> Self {
        let server = MockServer::start().await;
        let answers: Vec<_> = answers.into_iter().collect();
        let last = answers.len() - 1;
        for (index, answer) in answers.into_iter().enumerate() {
            let mock = Mock::given(any()).respond_with(answer).with_priority(u8::try_from(index + 1).unwrap());
            let mock = if index < last { mock.up_to_n_times(1) } else { mock };
            mock.mount(&server).await;
        }
        Self { server, waits: Arc::default() }
    }

    pub fn client(&self) -> Client {
        self.client_with(RetryPolicy::default())
    }

    pub fn client_with(&self, retries: RetryPolicy) -> Client {
        let builder = Client::builder(ApiKey::new(KEY).unwrap()).base_url(self.server.uri()).unwrap();
        builder.user_agent("acme/1.2").retries(retries).sleeper(self.waits.clone()).build().unwrap()
    }

    pub async fn requests(&self) -> Vec<Request> {
        self.server.received_requests().await.unwrap()
    }

    pub fn waits(&self) -> Vec<Duration> {
        self.waits.0.lock().unwrap().clone()
    }
}

pub fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.get(name).map(|value| value.to_str().unwrap())
}

pub fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200)
        .set_body_json(body)
        .insert_header("x-request-id", "req_4rTg6YhU8jIkO2lP")
        .insert_header("x-ratelimit-limit", "120")
        .insert_header("x-ratelimit-remaining", "119")
        .insert_header("x-ratelimit-reset", "1772600820")
        .insert_header("etag", "\"5d41402abc4b2a76\"")
}

pub fn problem(status: u16, code: &str) -> ResponseTemplate {
    let body = json!({
        "type": "https://docs.policyaggregator.example/#x", "title": "Title", "status": status, "detail": "What to do.",
        "instance": "/requests/req_4rTg6YhU8jIkO2lP", "code": code, "request_id": "req_4rTg6YhU8jIkO2lP",
        "errors": [{ "pointer": "/events/0", "message": "not an event" }],
    });
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/problem+json")
}

pub fn route() -> Value {
    json!({
        "id": "rte_7KpQ2mX9vLcR4tYb", "origin_country": "IN", "destination_country": "DE", "visa_type": "student",
        "display": "India → Germany (student)", "active": true, "last_checked_at": null,
    })
}

pub fn source() -> Value {
    json!({
        "id": "src_3NwZ8hJd5sGfU1aE", "name": "A page", "url": "https://example.org/", "country": "DE",
        "visa_type": "student", "kind": "html", "check_frequency": "daily", "health": "healthy",
        "last_checked_at": "2026-03-04T05:06:07Z",
    })
}

pub fn change(id: &str) -> Value {
    json!({
        "id": id, "route": route(), "source": source(), "detected_at": "2026-03-04T05:06:07Z", "summary": null,
        "lines_added": 1, "lines_removed": 2, "diff": "-a\n+b\n", "old_version": version(), "new_version": version(),
    })
}

fn version() -> Value {
    json!({
        "id": "ver_1aQz3XsW5eDc7RfV", "content_hash": "sha256:00", "fetched_at": "2026-03-04T05:06:07Z",
        "content_length": 7,
    })
}

pub fn webhook() -> Value {
    json!({
        "id": "whk_5tGb7NhY3mJuK9Lq", "url": "https://hooks.example.com/x", "events": ["change.detected"],
        "description": null, "enabled": true, "created_at": "2026-03-04T05:06:07Z",
        "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "previous_secret_expires_at": "2026-03-05T05:06:07Z",
    })
}

pub fn delivery() -> Value {
    json!({
        "id": "dlv_2wSx6EdC8rFvT4gB", "webhook_id": "whk_5tGb7NhY3mJuK9Lq", "event_id": "evt_8jUi1KoL5pQaW3sE",
        "event_type": "webhook.test", "status": "failed", "attempt": 1, "response_status": null, "duration_ms": 3,
        "next_attempt_at": "2026-03-04T05:06:12Z", "created_at": "2026-03-04T05:06:07Z", "request_headers": {},
        "request_body": "{}", "response_body_start": null, "attempts": [{
            "attempt": 1, "attempted_at": "2026-03-04T05:06:07Z", "response_status": null, "duration_ms": 3,
            "error": "No connection.", "request_headers": {}, "response_body_start": null,
        }],
    })
}

pub fn page(items: &[Value], next_cursor: Option<&str>) -> Value {
    json!({ "data": items, "next_cursor": next_cursor })
}
