//! What the environment says, checked before the bot listens.

use std::env;

use standardwebhooks::Webhook;

use crate::signature::SigningSecret;

// ANCHOR: configuration
/// How the bot runs.
pub struct Configuration {
    /// Where it listens, such as `127.0.0.1:3001`.
    pub address: String,
    /// The file of the database.
    pub database: String,
    /// A verifier for each secret of the webhook: two while one is rotated.
    pub webhooks: Vec<Webhook>,
    /// What Slack signs with. It is not the token.
    pub signing_secret: SigningSecret,
    /// The channel for new changes.
    pub channel: String,
    /// Slack's Web API, with a slash at the end.
    pub slack: String,
    /// The bot's token, `xoxb-…`.
    pub token: String,
    /// Policy Aggregator's API, without a slash at the end.
    pub api: String,
    /// The key for it.
    pub key: String,
}

impl Configuration {
    /// Reads the environment. The error names the variable and how to mend it, never its value.
    pub fn from_env() -> Result<Self, String> {
        let key = needed("POLICY_AGGREGATOR_API_KEY", "an API key with the scope `read`")?;
        let what = "the webhook's secret, whsec_ and base64";
        let webhooks = needed("POLICY_AGGREGATOR_WEBHOOK_SECRET", what)?
            .split_whitespace()
            .map(|one| {
                Webhook::new(one)
                    .map_err(|_| format!("POLICY_AGGREGATOR_WEBHOOK_SECRET is no secret: set it to {what}"))
            })
            .collect::<Result<_, _>>()?;
        let port = text("PORT", "3001");
        let port: u16 = port.parse().map_err(|_| "PORT is no port: set it to one such as 3001, or leave it out")?;
        Ok(Self {
            address: format!("{}:{port}", text("HOST", "127.0.0.1")),
            database: text("DATABASE_PATH", "slack-bot.db"),
            webhooks,
            token: needed("SLACK_BOT_TOKEN", "the app's bot token, xoxb-…")?,
            signing_secret: SigningSecret::new(&needed("SLACK_SIGNING_SECRET", "the app's signing secret")?),
            channel: needed("SLACK_CHANNEL", "the id of the channel for new changes, C…")?,
            slack: text("SLACK_API_URL", "https://slack.com/api/"),
            api: text("POLICY_AGGREGATOR_BASE_URL", "https://api.policyaggregator.example")
                .trim_end_matches('/')
                .to_owned(),
            key,
        })
    }
}
// ANCHOR_END: configuration

fn text(name: &str, default: &str) -> String {
    env::var(name).ok().filter(|value| !value.is_empty()).unwrap_or_else(|| default.to_owned())
}

fn needed(name: &str, what: &str) -> Result<String, String> {
    env::var(name).ok().filter(|value| !value.is_empty()).ok_or_else(|| format!("{name} is not set: set it to {what}"))
}
