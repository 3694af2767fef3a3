// The loop that does the work: what is stored is worked on until it is done or given up.

import { setImmediate } from "node:timers/promises";
import { log } from "./log.mjs";

const LONGEST_SECONDS = 3600;

export function startWorker({ database }, { retrySeconds, maxAttempts }) {
  let wake = () => {};
  let stopping = false;
  const due = database.prepare(
    `SELECT webhook_id, type, body, attempts FROM deliveries
     WHERE state = 'pending' AND next_attempt_at <= ? ORDER BY received_at LIMIT 1`,
  );
  const next = database.prepare("SELECT min(next_attempt_at) AS at FROM deliveries WHERE state = 'pending'");
  const putOff = database.prepare(
    "UPDATE deliveries SET attempts = attempts + 1, state = ?, next_attempt_at = ? WHERE webhook_id = ?",
  );

  const pause = () =>
    new Promise((resolve) => {
      const seconds = Math.min((next.get().at ?? Infinity) - now(), LONGEST_SECONDS);
      const timer = setTimeout(resolve, Math.max(seconds, 0) * 1000);
      wake = () => (clearTimeout(timer), resolve());
    });

  // ANCHOR: work
  async function loop() {
    while (!stopping) {
      const delivery = due.get(now());
      if (!delivery) {
        await pause();
        continue;
      }
      const { webhook_id, type, attempts } = delivery;
      try {
        const known = work(database, delivery);
        log("info", known ? "processed" : "ignored", { webhook_id, type });
      } catch (error) {
        const attempt = attempts + 1;
        if (attempt < maxAttempts) {
          const in_seconds = Math.min(retrySeconds * 2 ** attempts, LONGEST_SECONDS);
          log("warn", "retrying", { webhook_id, attempt, in_seconds, error: error.message });
          putOff.run("pending", now() + in_seconds, webhook_id);
        } else {
          log("error", "gave up", { webhook_id, error: error.message });
          putOff.run("failed", 0, webhook_id);
        }
      }
      await setImmediate(); // Requests come first.
    }
  }
  // ANCHOR_END: work

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

/**
 * Does a delivery's work and marks it done in one transaction: after a crash both stand, or neither. Returns false for a
 * type that this program does not know: more will come, and they are no error.
 */
export function work(database, { webhook_id, type, body }) {
  return database.transaction(() => {
    if (type === "change.detected") applyChange(database, JSON.parse(body).data);
    database.prepare("UPDATE deliveries SET state = 'done' WHERE webhook_id = ?").run(webhook_id);
    return ["change.detected", "source.failing", "source.recovered", "webhook.test"].includes(type);
  })();
}

function applyChange(database, { id, route, detected_at, summary }) {
  if (![id, route?.id, detected_at].every((value) => typeof value === "string")) {
    throw new Error("the change lacks its id, its route or its time");
  }
  database
    .prepare(
      `INSERT INTO changes (id, route_id, summary, detected_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET times = times + 1`,
    )
    .run(id, route.id, summary ?? null, detected_at);
  // Deliveries come in any order: an older change must not replace a newer one.
  database
    .prepare(
      `INSERT INTO routes VALUES (?, ?, ?) ON CONFLICT (route_id) DO UPDATE
       SET latest_change_id = excluded.latest_change_id, latest_detected_at = excluded.latest_detected_at
       WHERE excluded.latest_detected_at > latest_detected_at`,
    )
    .run(route.id, id, detected_at);
}

function now() {
  return Date.now() / 1000;
}
