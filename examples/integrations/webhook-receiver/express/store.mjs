// The store: SQLite, where a delivery is safe before it is answered.

import Database from "libsql";

export const TABLES = `
CREATE TABLE IF NOT EXISTS deliveries (
  webhook_id TEXT PRIMARY KEY, type TEXT NOT NULL, body TEXT NOT NULL, received_at TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0, next_attempt_at REAL NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS pending ON deliveries (next_attempt_at) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS changes (
  id TEXT PRIMARY KEY, route_id TEXT NOT NULL, summary TEXT, detected_at TEXT NOT NULL, times INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS routes (
  route_id TEXT PRIMARY KEY, latest_change_id TEXT NOT NULL, latest_detected_at TEXT NOT NULL);`;

// ANCHOR: store
export function openStore(path) {
  const database = new Database(path);
  // FULL has each commit on the disk before it returns.
  for (const pragma of ["journal_mode = WAL", "synchronous = FULL", "busy_timeout = 5000"]) database.pragma(pragma);
  database.exec(TABLES);
  const insert = database.prepare(
    "INSERT INTO deliveries (webhook_id, type, body, received_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  return {
    database,
    /** Stores a delivery; false if it is known: the sender repeats what it got no answer for. */
    insert: (id, type, body) => insert.run(id, type, body, new Date().toISOString()).changes === 1,
  };
}
// ANCHOR_END: store

/** How many deliveries wait, and how many were given up. */
export function counts({ database }) {
  const count = (state) => database.prepare("SELECT count(*) AS n FROM deliveries WHERE state = ?").get(state).n;
  return { pending: count("pending"), failed: count("failed") };
}
