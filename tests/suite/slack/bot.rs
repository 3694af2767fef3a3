//! The bot, and what Slack and Policy Aggregator send it.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use fake_slack::request::{FromSlack, SIGNING_SECRET};
use fake_slack::{CHANNEL, Call, Slack, TOKEN};
use proofbook_sandbox::Sandbox;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::time::timeout;

use crate::samples::{self, Running};
use crate::support::{PATIENCE, http, repository};

pub(super) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Which of the bots.
#[derive(Debug, Clone, Copy)]
pub(super) enum Language {
    JavaScript,
    Rust,
}

/// A bot that can be started, with its sandbox and its Slack.
pub(super) struct Bot {
    program: PathBuf,
    arguments: Vec<String>,
    folder: TempDir,
    settings: Vec<(String, String)>,
    pub(super) sandbox: Sandbox,
    pub(super) slack: Slack,
}

impl Bot {
    /// What the bot needs, installed; nothing if this machine can't.
    pub(super) async fn prepare(language: Language) -> Option<Self> {
        let sample = repository().join("examples/integrations/slack-bot");
        let folder = TempDir::with_prefix("proofbook-slack-").expect("a folder");
        let (program, arguments) = match language {
            Language::JavaScript => {
                samples::node(&sample.join("javascript"), folder.path())?;
                (PathBuf::from("node"), vec!["bot.mjs".to_owned()])
            }
            Language::Rust => (samples::rust("policy-slack-bot").await, Vec::new()),
        };
        let sandbox = Sandbox::start().await.expect("the sandbox");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let slack = Slack::start(listener, axum::Router::new()).expect("the fake");
        Some(Self { program, arguments, folder, settings: Vec::new(), sandbox, slack })
    }

    /// The same bot with a variable of its environment set.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(self.folder.path());
        command
            .env("POLICY_AGGREGATOR_BASE_URL", self.sandbox.url())
            .env("POLICY_AGGREGATOR_API_KEY", self.sandbox.key());
        command.env("POLICY_AGGREGATOR_WEBHOOK_SECRET", SECRET).env("HOST", "127.0.0.1").env("PORT", "0");
        command.env("SLACK_BOT_TOKEN", TOKEN).env("SLACK_SIGNING_SECRET", SIGNING_SECRET).env("SLACK_CHANNEL", CHANNEL);
        command.env("SLACK_API_URL", &self.slack.url).env("DATABASE_PATH", self.folder.path().join("bot.db"));
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(super) async fn start(&self) -> Running {
        Running::start(self.command()).await
    }

    pub(super) async fn refuses(&self) -> (Option<i32>, String) {
        samples::refuses(self.command()).await
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

/// Delivers an event as Policy Aggregator does. Answers with the status.
pub(super) async fn deliver(running: &Running, id: &str, event: &Value) -> u16 {
    let (body, now) = (event.to_string(), now());
    let signature = Webhook::new(SECRET).expect("a secret").sign(id, now, body.as_bytes()).expect("a signature");
    let request = http().post(format!("{}/webhooks", running.url())).header("content-type", "application/json");
    let request =
        request.header("webhook-id", id).header("webhook-timestamp", now).header("webhook-signature", signature);
    request.body(body).send().await.expect("an answer").status().as_u16()
}

/// A change of a route as the contract's example has it.
pub(super) fn change(id: &str, route: &str) -> Value {
    let contract = proofbook_sandbox::policy_aggregator::contract().expect("the contract");
    let mut event = contract.event_example("change.detected").expect("an example").clone();
    event["data"]["id"] = json!(id);
    event["data"]["route"]["id"] = json!(route);
    event
}

pub(super) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
    i64::try_from(now.as_secs()).expect("a time")
}
