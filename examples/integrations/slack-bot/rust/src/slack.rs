//! Slack's Web API: two methods, and the response URL (<https://docs.slack.dev/apis/web-api>).

use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::Value;

/// The Web API with a token.
#[derive(Clone)]
pub struct Slack {
    client: Client,
    base: String,
    token: String,
}

/// Why a call did not do what it should.
#[derive(Debug)]
pub enum Problem {
    /// Too many calls: wait so long.
    Busy(Duration),
    /// Slack's own word, such as `channel_not_found`, or what the network says.
    Failed(String),
}

impl Slack {
    pub fn new(base: String, token: String) -> reqwest::Result<Self> {
        Ok(Self { client: Client::builder().timeout(Duration::from_secs(15)).build()?, base, token })
    }

    /// Calls a method with JSON, and answers with what it says.
    pub async fn call(&self, method: &str, arguments: &Value) -> Result<Value, Problem> {
        let failed = |error: reqwest::Error| Problem::Failed(error.without_url().to_string());
        let request = self.client.post(format!("{}{method}", self.base)).bearer_auth(&self.token).json(arguments);
        let response = request.send().await.map_err(failed)?;
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            let seconds = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
            return Err(Problem::Busy(Duration::from_secs(seconds.unwrap_or(30))));
        }
        // Slack answers 200 also to what it refuses.
        let answer: Value = response.json().await.map_err(failed)?;
        match answer["ok"] == true {
            true => Ok(answer),
            false => Err(Problem::Failed(answer["error"].as_str().unwrap_or("an answer without an error").to_owned())),
        }
    }

    /// Answers a command, up to 30 minutes after it.
    pub async fn respond(&self, response_url: &str, message: &Value) -> reqwest::Result<()> {
        self.client.post(response_url).json(message).send().await?.error_for_status().map(|_| ())
    }
}
