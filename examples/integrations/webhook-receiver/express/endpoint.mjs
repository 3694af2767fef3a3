// The HTTP side: what a delivery must be before it is stored.

import express from "express";
import { WebhookVerificationError } from "standardwebhooks";
import { log } from "./log.mjs";
import { counts } from "./store.mjs";

export const LARGEST_BYTES = 256 * 1024;

// ANCHOR: endpoint
export function receiver(store, webhooks, wake) {
  const check = (request, response, next) => {
    const mediaType = (request.get("content-type") ?? "").split(";")[0].trim().toLowerCase();
    if (mediaType !== "application/json") throw new Refusal(415, "unsupported media type", "wrong_media_type");
    // What says itself that it is too large is not read at all.
    if (Number(request.get("content-length")) > LARGEST_BYTES) throw new Refusal(413, "too large", "too_large");
    next();
  };
  // The body as it came over the wire: parsed and written again it would have another signature.
  const raw = express.raw({ type: () => true, limit: LARGEST_BYTES, inflate: false });

  const receive = (request, response) => {
    const body = request.body ?? Buffer.alloc(0);
    const { type } = verify(webhooks, request.headers, body);
    const id = request.get("webhook-id");
    try {
      if (store.insert(id, type, body.toString())) log("info", "stored", { webhook_id: id, type });
      else log("info", "duplicate", { webhook_id: id });
    } catch (error) {
      log("error", "not stored", { webhook_id: id, error: error.message });
      return response.set("Retry-After", "5").status(503).json({ error: "unavailable" });
    }
    wake();
    response.status(202).json({ status: "accepted" });
  };
  return [check, raw, receive];
}
// ANCHOR_END: endpoint

export function endpoint(store, webhooks, wake) {
  const app = express().disable("x-powered-by").disable("etag");
  app.post("/webhooks", ...receiver(store, webhooks, wake));
  app.all("/webhooks", (request, response) => response.set("Allow", "POST").status(405).json({ error: "POST only" }));
  app.get("/healthz", (request, response) => {
    try {
      response.json({ status: "ok", ...counts(store) });
    } catch {
      response.status(503).json({ status: "unavailable" });
    }
  });
  app.use((request, response) => response.status(404).json({ error: "not found" }));
  // Express knows an error handler by its four parameters.
  app.use((error, request, response, next) => {
    const known = {
      "entity.too.large": new Refusal(413, "too large", "too_large"),
      "encoding.unsupported": new Refusal(415, "unsupported media type", "wrong_media_type"),
      "request.aborted": new Refusal(400, "malformed", "broken_off"),
    };
    const refusal = error instanceof Refusal ? error : known[error.type];
    if (!refusal) {
      log("error", "a request failed", { error: error.message });
      return response.status(500).json({ error: "internal" });
    }
    log("warn", "refused", { reason: refusal.reason, webhook_id: request.get("webhook-id") });
    // What was not read of a body would be taken for the next request.
    if (refusal.status === 413) response.set("Connection", "close");
    response.status(refusal.status).json({ error: refusal.message });
  });
  return app;
}

// ANCHOR: verify
export class Refusal extends Error {
  constructor(status, error, reason) {
    super(error);
    Object.assign(this, { status, reason });
  }
}

/** Checks id, timestamp and signature with each secret, and returns the event. The library compares in constant time. */
export function verify(webhooks, headers, body) {
  let reason;
  for (const webhook of webhooks) {
    try {
      const event = webhook.verify(body, headers);
      if (typeof event?.type === "string") return event;
      throw new Refusal(400, "malformed", "malformed_json");
    } catch (error) {
      // The signature fits, and the body is no JSON.
      if (error instanceof SyntaxError) throw new Refusal(400, "malformed", "malformed_json");
      if (!(error instanceof WebhookVerificationError)) throw error;
      reason = reasonOf(error);
    }
  }
  // One answer for every reason: a forger learns nothing from it.
  throw new Refusal(401, "unauthorized", reason);
}

function reasonOf({ message }) {
  if (message.includes("Missing")) return "missing_header";
  return message.includes("timestamp") || message.includes("Invalid") ? "stale_timestamp" : "wrong_signature";
}
// ANCHOR_END: verify
