// Policy Aggregator's webhooks: verified, stored, answered.

import { log } from "./log.mjs";

const LARGEST_BYTES = 256 * 1024;

// ANCHOR: webhook
export function webhookRoute(store, webhooks, wake) {
  return async (request, response) => {
    const answer = (status, body) => response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    const body = await read(request);
    if (!body) return answer(413, { error: "too large" });
    const event = verify(webhooks, request.headers, body);
    if (!event) return answer(401, { error: "unauthorized" });
    const webhook_id = request.headers["webhook-id"];
    if (typeof event.type !== "string") {
      log("warn", "refused", { webhook_id, reason: "it is no event" });
      return answer(400, { error: "malformed" });
    }
    if (event.type !== "change.detected") {
      log("info", "ignored", { webhook_id, type: event.type });
    } else if (store.addDelivery(webhook_id, body.toString(), new Date().toISOString())) {
      log("info", "stored", { webhook_id });
      wake();
    } else {
      log("info", "duplicate", { webhook_id });
    }
    answer(202, { status: "accepted" });
  };
}

/** The event, or nothing if no secret fits. The library compares in constant time, over the raw body. */
function verify(webhooks, headers, body) {
  let reason;
  for (const webhook of webhooks) {
    try {
      return webhook.verify(body, headers);
    } catch (error) {
      reason = error.message;
    }
  }
  log("warn", "refused", { reason });
}
// ANCHOR_END: webhook

async function read(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LARGEST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
