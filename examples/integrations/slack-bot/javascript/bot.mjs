// Starts the bot and stops it.

import bolt from "@slack/bolt";
import { api } from "./api.mjs";
import { acknowledged } from "./blocks.mjs";
import { USAGE, policyCommand } from "./command.mjs";
import { ConfigurationError, configuration } from "./configuration.mjs";
import { startFeed } from "./feed.mjs";
import { log, logger } from "./log.mjs";
import { openStore } from "./store.mjs";
import { webhookRoute } from "./webhook.mjs";

let settings;
try {
  settings = configuration(process.env);
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exit(2);
}

const store = openStore(settings.database);
const healthz = (request, response) => response.writeHead(200).end('{"status":"ok"}');
let feed;
// Bolt checks Slack's signature over the raw body, and that the timestamp is not over 5 minutes old.
const receiver = new bolt.HTTPReceiver({
  signingSecret: settings.signingSecret,
  logger,
  customRoutes: [
    { path: "/webhooks", method: "POST", handler: webhookRoute(store, settings.webhooks, () => feed.wake()) },
    { path: "/healthz", method: "GET", handler: healthz },
  ],
});
const app = new bolt.App({
  receiver,
  token: settings.token,
  logger,
  // The feed waits by itself, so that nothing is lost when the bot stops meanwhile.
  clientOptions: { slackApiUrl: settings.slack, rejectRateLimitedCalls: true, retryConfig: { retries: 0 } },
});

app.command("/policy", policyCommand(api(settings)));

// ANCHOR: acknowledge
app.action("acknowledge", async ({ ack, action, body, client }) => {
  await ack();
  // A second click, or the same one sent again, changes nothing.
  if (!store.acknowledge(action.value, body.user.id)) return;
  await client.chat.update({
    channel: body.channel.id,
    ts: body.message.ts,
    text: body.message.text,
    blocks: acknowledged(body.message.blocks, body.user.id, new Date().toISOString()),
  });
});

app.event("app_mention", async ({ event, body, client }) => {
  // Slack sends an event again if it got no answer in time; its id stays the same.
  if (!store.addEvent(body.event_id)) return;
  await client.chat.postMessage({ channel: event.channel, thread_ts: event.thread_ts ?? event.ts, text: USAGE });
});
// ANCHOR_END: acknowledge

app.error(async (error) => log("error", "a request failed", { error: error.message }));

feed = startFeed(store, app.client, settings.channel);
const server = await app.start({ port: settings.port, host: settings.host });
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, async () => {
    log("info", "stopping");
    server.closeIdleConnections();
    await app.stop();
    await feed.stop();
    store.close();
    log("info", "stopped");
  });
}

const { address, port } = server.address();
log("info", "listening", { url: `http://${address}:${port}` });
