//! The bot, and what Slack and Policy Aggregator send it.

use fake_slack::request::{FromSlack, SIGNING_SECRET};
use fake_slack::{CHANNEL, Call, Slack, TOKEN};
use proofbook_sandbox::Sandbox;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::samples::{Running, Sample};
use crate::sender::Delivery;
use crate::support::PATIENCE;

/// Which of the bots.
#[derive(Debug, Clone, Copy)]
pub(super) enum Language {
    JavaScript,
    Rust,
}

/// A bot with its sandbox and its Slack.
pub(super) struct Bot {
    sample: Sample,
    pub(super) sandbox: Sandbox,
    pub(super) slack: Slack,
}

impl Bot {
    /// What the bot needs, installed; nothing if this machine can't.
    pub(super) async fn prepare(language: Language) -> Option<Self> {
        let sample = match language {
            Language::JavaScript => Sample::node("slack-bot/javascript", "bot.mjs")?,
            Language::Rust => Sample::rust("policy-slack-bot"),
        };
        let sandbox = Sandbox::start().await.expect("the sandbox");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let slack = Slack::start(listener, axum::Router::new()).expect("the fake");
        let api = [("POLICY_AGGREGATOR_BASE_URL", sandbox.url()), ("POLICY_AGGREGATOR_API_KEY", sandbox.key())];
        let app = [("SLACK_BOT_TOKEN", TOKEN), ("SLACK_SIGNING_SECRET", SIGNING_SECRET), ("SLACK_CHANNEL", CHANNEL)];
        let own = [("SLACK_API_URL", slack.url.as_str()), ("DATABASE_PATH", "bot.db")];
        let settings = api.into_iter().chain(app).chain(own);
        let sample = settings.fold(sample, |sample, (name, value)| sample.with(name, value));
        Some(Self { sample, sandbox, slack })
    }

    /// The same bot with a variable of its environment set.
    pub(super) fn with(self, name: &str, value: &str) -> Self {
        Self { sample: self.sample.with(name, value), ..self }
    }

    pub(super) async fn start(&self) -> Running {
        self.sample.start().await
    }

    pub(super) async fn refuses(&self) -> (Option<i32>, String) {
        self.sample.refuses().await
    }

    /// The validator on it.
    pub(super) async fn reaches_gold(&self) {
        self.sample.reaches_gold("posted", "DATABASE_PATH={scratch}/bot.db").await;
    }

    /// Types `/policy` and this in a channel; answers with what comes back to the response URL.
    pub(super) async fn types(&mut self, running: &Running, text: &str) -> Value {
        let answer = send(running, &FromSlack::command(text, &self.slack.response_url())).await;
        assert_eq!(answer, (200, String::new()), "it is acknowledged, with nothing to show");
        let said = self.called("response_url").await.arguments;
        assert_eq!(said["response_type"], "ephemeral", "{said}");
        said
    }

    /// The bot's next call of this method. Others before it are passed over.
    pub(super) async fn called(&mut self, method: &str) -> Call {
        loop {
            let call = self.slack.call().await.unwrap_or_else(|| panic!("{method} is called"));
            if call.method == method {
                return call;
            }
        }
    }
}

/// The status and the body of a bot's answer to Slack.
pub(super) async fn send(running: &Running, request: &FromSlack) -> (u16, String) {
    timeout(PATIENCE, request.send(running.url())).await.expect("in time").expect("an answer")
}

/// Where a bot takes webhooks.
pub(super) fn webhooks(running: &Running) -> String {
    format!("{}/webhooks", running.url())
}

/// Delivers an event as Policy Aggregator does. Answers with the status.
pub(super) async fn deliver(running: &Running, id: &str, event: &Value) -> u16 {
    Delivery::of(id, event).send(&webhooks(running)).await.status
}
