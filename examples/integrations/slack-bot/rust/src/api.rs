//! Policy Aggregator's API, as far as the bot needs it. The errors are for a person in Slack.

use std::time::Duration;

use reqwest::{Client, Response};
use serde_json::Value;

/// The API with a key.
#[derive(Clone)]
pub struct Api {
    client: Client,
    base: String,
    key: String,
}

impl Api {
    pub fn new(base: String, key: String) -> reqwest::Result<Self> {
        let client = Client::builder().timeout(Duration::from_secs(10)).user_agent("policy-slack-bot/0.1.0").build()?;
        Ok(Self { client, base, key })
    }

    pub async fn routes(&self) -> Result<Vec<Value>, String> {
        let mut routes = items(self.get("/api/v1/routes", &[("limit", "100")]).await?);
        routes.retain(|route| route["active"] == true);
        Ok(routes)
    }

    pub async fn changes(&self, route: &str) -> Result<Vec<Value>, String> {
        let mut query = vec![("limit", "5")];
        if !route.is_empty() {
            query.push(("route_id", route));
        }
        Ok(items(self.get("/api/v1/changes", &query).await?))
    }

    pub async fn change(&self, id: &str) -> Result<Value, String> {
        let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
        self.get(&format!("/api/v1/changes/{id}"), &[]).await
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, String> {
        let silent = |_| "Policy Aggregator does not answer. Try again in a minute.".to_owned();
        let request = self.client.get(format!("{}{path}", self.base)).bearer_auth(&self.key).query(query);
        let response = request.send().await.map_err(silent)?;
        if !response.status().is_success() {
            return Err(sentence(&response));
        }
        response.json().await.map_err(silent)
    }
}

fn items(page: Value) -> Vec<Value> {
    page["data"].as_array().cloned().unwrap_or_default()
}

/// What a person in Slack can do about an error.
fn sentence(response: &Response) -> String {
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    let what = match response.status().as_u16() {
        404 => "There is no such change.".to_owned(),
        401 | 403 => "The bot's API key is refused. Tell whoever runs the bot.".to_owned(),
        429 => format!("Too many requests. Try again in {} seconds.", header("retry-after").unwrap_or("60")),
        500.. => "Policy Aggregator has a problem. Try again later.".to_owned(),
        _ => "That is nothing to look up.".to_owned(),
    };
    format!("{what} (request {})", header("x-request-id").unwrap_or("unknown"))
}
