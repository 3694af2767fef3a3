"""The store: where a delivery is safe before it is answered. SQLite, or PostgreSQL for several processes."""

import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime

TABLES = """
CREATE TABLE IF NOT EXISTS deliveries (
  webhook_id TEXT PRIMARY KEY, type TEXT NOT NULL, body TEXT NOT NULL, received_at TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0, next_attempt_at DOUBLE PRECISION NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS pending ON deliveries (next_attempt_at) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS changes (
  id TEXT PRIMARY KEY, route_id TEXT NOT NULL, summary TEXT, detected_at TEXT NOT NULL, times INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS routes (
  route_id TEXT PRIMARY KEY, latest_change_id TEXT NOT NULL, latest_detected_at TEXT NOT NULL);
"""


# ANCHOR: store
class Store:
    """What both databases have in common. Every method opens a connection of its own, so that threads share none."""

    #: What keeps another process from the delivery that this one works on.
    claim = ""

    def insert(self, webhook_id, kind, body):
        """Stores a delivery; False if it is known: the sender repeats what it got no answer for."""
        statement = (
            "INSERT INTO deliveries (webhook_id, type, body, received_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
        )
        with self.transaction() as execute:
            return execute(statement, webhook_id, kind, body, datetime.now(UTC).isoformat()).rowcount == 1


class SqliteStore(Store):
    def __init__(self, path):
        self.path = path
        with self.connection() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(TABLES)

    @contextmanager
    def transaction(self):
        with self.connection() as connection:
            # FULL has each commit on the disk before it returns.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield lambda statement, *values: connection.execute(statement, values)
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def connection(self):
        connection = sqlite3.connect(self.path, timeout=5, isolation_level=None)
        try:
            yield connection
        finally:
            connection.close()
# ANCHOR_END: store


# ANCHOR: postgres
class PostgresStore(Store):
    """The same tables on a server, for as many processes as you like."""

    claim = "FOR UPDATE SKIP LOCKED"

    def __init__(self, url):
        import psycopg

        self.connect = lambda: psycopg.connect(url, connect_timeout=5)
        with self.connect() as connection:
            # Two that start at once would both make the tables.
            connection.execute("SELECT pg_advisory_xact_lock(8080)")
            connection.execute(TABLES)

    @contextmanager
    def transaction(self):
        with self.connect() as connection:
            yield lambda statement, *values: connection.execute(statement.replace("?", "%s"), values)
# ANCHOR_END: postgres


def open_store(database):
    postgres = database.startswith(("postgresql://", "postgres://"))
    return PostgresStore(database) if postgres else SqliteStore(database)


def counts(store):
    """How many deliveries wait, and how many were given up."""
    with store.transaction() as execute:
        states = dict(execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall())
    return {"pending": states.get("pending", 0), "failed": states.get("failed", 0)}
