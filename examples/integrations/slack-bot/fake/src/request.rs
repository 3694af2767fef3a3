//! What Slack sends to a bot, signed.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::CHANNEL;

/// The secret that it signs with.
pub const SIGNING_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

/// A request as Slack sends it.
#[derive(Debug)]
pub struct FromSlack {
    /// Of a form, or JSON.
    pub media_type: &'static str,
    /// What is signed.
    pub body: String,
    /// Unix seconds.
    pub timestamp: i64,
    /// `v0=` and hexadecimal digits.
    pub signature: String,
    /// Which further attempt it is.
    pub retry: Option<&'static str>,
}

impl FromSlack {
    /// A form, signed now.
    #[must_use]
    pub fn form(body: String) -> Self {
        Self::signed("application/x-www-form-urlencoded", body, now())
    }

    /// JSON, signed now.
    #[must_use]
    pub fn json(body: &Value) -> Self {
        Self::signed("application/json", body.to_string(), now())
    }

    /// `/policy` and this, typed in the channel. The answer goes to the response URL.
    #[must_use]
    pub fn command(text: &str, response_url: &str) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("command", "/policy").append_pair("text", text).append_pair("user_id", "U0ANA");
        form.append_pair("team_id", "T0").append_pair("channel_id", CHANNEL).append_pair("trigger_id", "1.2.3");
        Self::form(form.append_pair("response_url", response_url).finish())
    }

    /// A click on the button of a message.
    #[must_use]
    pub fn click(message: &Value, ts: &str) -> Self {
        let payload = json!({
            "type": "block_actions", "team": { "id": "T0" }, "user": { "id": "U0ANA" }, "channel": { "id": CHANNEL },
            "message": { "ts": ts, "text": message["text"], "blocks": message["blocks"] },
            "trigger_id": "1.2.3",
            "actions": [{
                "type": "button", "action_id": "acknowledge", "block_id": "acknowledgement", "action_ts": "1",
                "value": message["blocks"].as_array().and_then(|all| all.last()?.pointer("/elements/0/value")),
            }],
        });
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        Self::form(form.append_pair("payload", &payload.to_string()).finish())
    }

    /// Signed as <https://docs.slack.dev/authentication/verifying-requests-from-slack> says.
    #[must_use]
    pub fn signed(media_type: &'static str, body: String, timestamp: i64) -> Self {
        let mac = hmac_sha256::HMAC::mac(format!("v0:{timestamp}:{body}"), SIGNING_SECRET);
        let signature = mac.iter().fold("v0=".to_owned(), |text, byte| text + &format!("{byte:02x}"));
        Self { media_type, body, timestamp, signature, retry: None }
    }

    /// Sends it to a bot. Answers with the status and the body.
    ///
    /// # Errors
    /// If the bot does not answer.
    pub async fn send(&self, bot: &str) -> reqwest::Result<(u16, String)> {
        // An error says that somebody else of this process was first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let request = reqwest::Client::builder().no_proxy().build()?.post(format!("{bot}/slack/events"));
        let mut request = request.header("content-type", self.media_type);
        request =
            request.header("x-slack-request-timestamp", self.timestamp).header("x-slack-signature", &self.signature);
        if let Some(number) = self.retry {
            request = request.header("x-slack-retry-num", number).header("x-slack-retry-reason", "http_timeout");
        }
        let answer = request.body(self.body.clone()).send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_secs()).unwrap_or_default()
}
