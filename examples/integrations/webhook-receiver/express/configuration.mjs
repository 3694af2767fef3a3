// What the environment says, checked before the program listens.

import { Webhook } from "standardwebhooks";

// ANCHOR: configuration
export function configuration(env) {
  const secrets = (env.POLICY_AGGREGATOR_WEBHOOK_SECRET ?? "").split(/\s+/).filter(Boolean);
  if (!secrets.length) throw badSecret("is not set");
  return {
    host: env.HOST || "127.0.0.1",
    port: number(env, "PORT", 8080, (port) => Number.isInteger(port) && port < 65536),
    database: env.DATABASE_PATH || "receiver.db",
    webhooks: secrets.map(verifier),
    retrySeconds: number(env, "RETRY_SECONDS", 5),
    maxAttempts: number(env, "MAX_ATTEMPTS", 8, Number.isInteger),
  };
}

function verifier(secret) {
  // The message names the variable, never its value.
  try {
    if (/^whsec_./.test(secret)) return new Webhook(secret);
  } catch {
    // Not base64.
  }
  throw badSecret("holds something that is no secret");
}
// ANCHOR_END: configuration

export class ConfigurationError extends Error {}

function badSecret(what) {
  return new ConfigurationError(
    `POLICY_AGGREGATOR_WEBHOOK_SECRET ${what}: set it to the webhook's secret, whsec_ and base64, ` +
      "or to two of them with a space between while you rotate",
  );
}

function number(env, name, otherwise, fits = () => true) {
  const value = Number(env[name] || otherwise);
  if (Number.isFinite(value) && value >= 0 && fits(value)) return value;
  const help = `set it to one such as ${otherwise}, or leave it out`;
  throw new ConfigurationError(`${name} is no number that can be used here: ${help}`);
}
