// What the environment says, checked before the bot listens.

import { Webhook } from "standardwebhooks";

export class ConfigurationError extends Error {}

// ANCHOR: configuration
const NEEDED = {
  POLICY_AGGREGATOR_API_KEY: "an API key with the scope `read`",
  POLICY_AGGREGATOR_WEBHOOK_SECRET: "the webhook's secret, whsec_ and base64",
  SLACK_BOT_TOKEN: "the app's bot token, xoxb-…",
  SLACK_SIGNING_SECRET: "the app's signing secret, from its page Basic Information",
  SLACK_CHANNEL: "the id of the channel for new changes, C…",
};

export function configuration(env) {
  for (const [name, what] of Object.entries(NEEDED)) {
    if (!env[name]) throw new ConfigurationError(`${name} is not set: set it to ${what}`);
  }
  const port = Number(env.PORT || 3001);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new ConfigurationError("PORT is no port: set it to one such as 3001, or leave it out");
  }
  return {
    api: (env.POLICY_AGGREGATOR_BASE_URL || "https://api.policyaggregator.example").replace(/\/+$/, ""),
    key: env.POLICY_AGGREGATOR_API_KEY,
    webhooks: env.POLICY_AGGREGATOR_WEBHOOK_SECRET.split(/\s+/).filter(Boolean).map(verifier),
    token: env.SLACK_BOT_TOKEN,
    signingSecret: env.SLACK_SIGNING_SECRET,
    channel: env.SLACK_CHANNEL,
    slack: env.SLACK_API_URL || "https://slack.com/api/",
    host: env.HOST || "127.0.0.1",
    port,
    database: env.DATABASE_PATH || "slack-bot.db",
  };
}
// ANCHOR_END: configuration

function verifier(secret) {
  try {
    if (/^whsec_./.test(secret)) return new Webhook(secret);
  } catch {
    // Not base64.
  }
  throw new ConfigurationError(`POLICY_AGGREGATOR_WEBHOOK_SECRET is no secret: set it to ${NEEDED.POLICY_AGGREGATOR_WEBHOOK_SECRET}`);
}
