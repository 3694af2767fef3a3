//! Calls the sandbox as a client does.

use http::Method;
use proofbook_sandbox::Sandbox;
use reqwest::{RequestBuilder, Response};
use serde_json::Value;

/// A client with a key of its own.
pub struct Caller {
    client: reqwest::Client,
    base: String,
    pub key: String,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

pub async fn sandbox() -> Sandbox {
    Sandbox::start().await.unwrap()
}

impl Caller {
    pub fn new(sandbox: &Sandbox) -> Self {
        let serial = fastrand::u64(..);
        Self::with_key(sandbox, &format!("pa_test_caller_{serial}"))
    }

    pub fn with_key(sandbox: &Sandbox, key: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { client, base: sandbox.url().to_owned(), key: key.to_owned() }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.key)
    }

    pub fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub async fn get(&self, path: &str) -> Answer {
        read(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        read(self.request(Method::POST, path).json(&body).send().await.unwrap()).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        read(self.request(Method::PUT, path).json(&body).send().await.unwrap()).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        read(self.request(Method::PATCH, path).json(&body).send().await.unwrap()).await
    }

    /// Creates a webhook for all events. Answers its id and secret.
    pub async fn webhook(&self, url: &str) -> (String, String) {
        let events = ["change.detected", "source.failing", "source.recovered", "webhook.test"];
        let answer = self.post("/api/v1/webhooks", serde_json::json!({ "url": url, "events": events })).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let word = |name: &str| answer.body[name].as_str().unwrap().to_owned();
        (word("id"), word("secret"))
    }
}

pub async fn read(response: Response) -> Answer {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}

impl Caller {
    /// The same client with another key.
    pub fn with_key_like(other: &Self, key: &str) -> Self {
        Self { client: other.client.clone(), base: other.base.clone(), key: key.to_owned() }
    }
}
