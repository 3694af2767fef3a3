// The store: what came, and what was said about it.

import Database from "libsql";

const TABLES = `
CREATE TABLE IF NOT EXISTS deliveries (
  webhook_id TEXT PRIMARY KEY, body TEXT NOT NULL, received_at TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0, next_attempt_at REAL NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS threads (route_id TEXT PRIMARY KEY, ts TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS acknowledgements (change_id TEXT PRIMARY KEY, user TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (event_id TEXT PRIMARY KEY);`;

export function openStore(path) {
  const database = new Database(path);
  for (const pragma of ["journal_mode = WAL", "synchronous = FULL", "busy_timeout = 5000"]) database.pragma(pragma);
  database.exec(TABLES);
  const first = (sql) => {
    const insert = database.prepare(`${sql} ON CONFLICT DO NOTHING`);
    return (...values) => insert.run(...values).changes === 1;
  };
  const statement = (sql) => database.prepare(sql);
  const due = statement("SELECT * FROM deliveries WHERE state = 'pending' AND next_attempt_at <= ? ORDER BY received_at LIMIT 1");
  const next = statement("SELECT min(next_attempt_at) AS at FROM deliveries WHERE state = 'pending'");
  const thread = statement("SELECT ts FROM threads WHERE route_id = ?");
  const done = statement("UPDATE deliveries SET state = 'done' WHERE webhook_id = ?");
  const startThread = first("INSERT INTO threads VALUES (?, ?)");
  const putOff = statement("UPDATE deliveries SET attempts = ?, state = ?, next_attempt_at = ? WHERE webhook_id = ?");
  return {
    /** Each of these is false if it was there before. */
    addDelivery: first("INSERT INTO deliveries (webhook_id, body, received_at) VALUES (?, ?, ?)"),
    addEvent: first("INSERT INTO events VALUES (?)"),
    acknowledge: first("INSERT INTO acknowledgements VALUES (?, ?)"),
    due: (now) => due.get(now),
    nextAttempt: () => next.get().at,
    threadOf: (route) => thread.get(route)?.ts,
    posted: database.transaction((webhook_id, route, ts) => {
      startThread(route, ts);
      done.run(webhook_id);
    }),
    putOff: (webhook_id, attempts, state, until) => putOff.run(attempts, state, until, webhook_id),
    close: () => database.close(),
  };
}
