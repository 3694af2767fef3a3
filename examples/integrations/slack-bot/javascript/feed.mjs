// The loop that posts what is stored, in its order.

import { changeBlocks } from "./blocks.mjs";
import { log } from "./log.mjs";

const MOST_ATTEMPTS = 8;
const LONGEST_SECONDS = 3600;

export function startFeed(store, slack, channel) {
  let wake = () => {};
  let stopping = false;
  let pausedUntil = 0;

  const pause = (until) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(Math.max(until - now(), 0), LONGEST_SECONDS) * 1000);
      wake = () => (clearTimeout(timer), resolve());
    });

  async function loop() {
    while (!stopping) {
      const delivery = pausedUntil > now() ? null : store.due(now());
      if (!delivery) {
        await pause(Math.max(pausedUntil, store.nextAttempt() ?? Infinity));
        continue;
      }
      try {
        await post(delivery);
        log("info", "posted", { webhook_id: delivery.webhook_id });
      } catch (error) {
        failed(delivery, error);
      }
    }
  }

  // ANCHOR: post
  async function post({ webhook_id, body }) {
    const change = JSON.parse(body).data;
    const thread = store.threadOf(change.route.id);
    const { ts } = await slack.chat.postMessage({
      channel,
      // What a notification shows, and what is read aloud.
      text: `${change.route.display}: ${change.summary ?? "a change without summary"}`,
      blocks: changeBlocks(change),
      // The first message of a route begins its thread; later ones go there, and are shown in the channel too.
      ...(thread && { thread_ts: thread, reply_broadcast: true }),
      metadata: { event_type: "policy_change", event_payload: { webhook_id } },
      unfurl_links: false,
    });
    // Slack has no idempotency key: a crash just here posts twice. The metadata tells such a pair.
    store.posted(webhook_id, change.route.id, ts);
  }
  // ANCHOR_END: post

  function failed({ webhook_id, attempts }, error) {
    if (error.code === "slack_webapi_rate_limited_error") {
      // Slack has said how long to wait: that is no failed attempt, and it is for all.
      pausedUntil = now() + error.retryAfter;
      log("warn", "slack is busy", { in_seconds: error.retryAfter });
      return;
    }
    const attempt = attempts + 1;
    const problem = { webhook_id, attempt, error: error.data?.error ?? error.message };
    const gaveUp = attempt >= MOST_ATTEMPTS;
    const in_seconds = Math.min(5 * 2 ** attempts, LONGEST_SECONDS);
    log("error", gaveUp ? "gave up" : "retrying", gaveUp ? problem : { ...problem, in_seconds });
    store.putOff(webhook_id, attempt, gaveUp ? "failed" : "pending", now() + in_seconds);
  }

  const ended = loop();
  return {
    wake: () => wake(),
    async stop() {
      stopping = true;
      wake();
      await ended;
    },
  };
}

function now() {
  return Date.now() / 1000;
}
