"""The store: SQLite, where an event is safe before it is worked on."""

import json
import sqlite3
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from . import work

# ANCHOR: tables
#: What the database holds. An event's id is the change's if it is one, else the webhook's: a change that comes by both
#: ways is stored once.
TABLES = """
CREATE TABLE IF NOT EXISTS events (
  id TEXT PRIMARY KEY, type TEXT NOT NULL, data TEXT NOT NULL,
  came_by TEXT NOT NULL CHECK (came_by IN ('webhook', 'poll')), arrived_at TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'given up')),
  attempts INTEGER NOT NULL DEFAULT 0, next_attempt_at REAL NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS pending ON events (next_attempt_at) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS place (
  only INTEGER PRIMARY KEY CHECK (only = 1), mark TEXT NOT NULL, since TEXT NOT NULL, cursor TEXT, etag TEXT);
"""
# ANCHOR_END: tables

#: How far before the newest change a poll begins. Changes of one second come in two polls, and late ones come later.
OVERLAP = timedelta(minutes=10)


@dataclass(frozen=True)
class Event:
    id: str
    kind: str
    #: For a change: the change. A poll's has no diff.
    data: dict
    attempts: int


@dataclass(frozen=True)
class Place:
    """Where polling stands."""

    #: When the newest change that is stored was detected.
    mark: datetime
    #: What the list begins after. It stays while its pages are read.
    since: datetime
    #: The next page, in the middle of a list.
    cursor: str | None = None
    #: The version of the list, if it has been read to its end.
    etag: str | None = None

    def after(self, newest, next_cursor, etag):
        """The place behind a page."""
        mark = max(self.mark, newest or self.mark)
        if next_cursor:
            return Place(mark, self.since, next_cursor)
        since = mark - OVERLAP
        # It is the version of this very list.
        same = since == self.since and not self.cursor
        return Place(mark, since, None, etag if same else None)


class Store:
    def __init__(self, path, since):
        """Opens the database, and makes its tables. What waits for its next attempt is tried at once: somebody may have
        mended what was wrong."""
        self.lock = threading.Lock()
        self.connection = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
        self.connection.execute("PRAGMA journal_mode = WAL")
        # FULL has each commit on the disk before it returns.
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.executescript(TABLES + work.TABLES)
        with self.transaction() as execute:
            execute("UPDATE events SET next_attempt_at = 0 WHERE state = 'pending'")
            start = "INSERT INTO place (only, mark, since) VALUES (1, ?, ?) ON CONFLICT DO NOTHING"
            execute(start, since.isoformat(), (since - OVERLAP).isoformat())

    @contextmanager
    def transaction(self):
        """A transaction: all of it stands at its end, or nothing."""
        with self.lock:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield lambda statement, *values: self.connection.execute(statement, values)
            except BaseException:
                self.connection.rollback()
                raise
            self.connection.commit()

    # ANCHOR: store
    def add(self, identifier, kind, data, came_by):
        """Stores an event. False if it is known, whichever way it came before."""
        with self.transaction() as execute:
            return insert(execute, identifier, kind, data, came_by)

    def add_page(self, changes, place):
        """Stores a page of changes and where polling stands behind it, both or neither. Answers how many are new."""
        with self.transaction() as execute:
            new = sum(insert(execute, change["id"], "change.detected", change, "poll") for change in changes)
            save(execute, place)
            return new
        # ANCHOR_END: store

    def place(self):
        with self.transaction() as execute:
            mark, since, cursor, etag = execute("SELECT mark, since, cursor, etag FROM place").fetchone()
        return Place(datetime.fromisoformat(mark), datetime.fromisoformat(since), cursor, etag)

    def set_place(self, place):
        with self.transaction() as execute:
            save(execute, place)

    def due(self, now):
        """The oldest event that is due at a time in Unix seconds."""
        due = (
            "SELECT id, type, data, attempts FROM events "
            "WHERE state = 'pending' AND next_attempt_at <= ? ORDER BY arrived_at LIMIT 1"
        )
        with self.transaction() as execute:
            row = execute(due, now).fetchone()
        return row and Event(row[0], row[1], json.loads(row[2]), row[3])

    def next_attempt(self):
        """When the next event is due, in Unix seconds."""
        with self.transaction() as execute:
            return execute("SELECT min(next_attempt_at) FROM events WHERE state = 'pending'").fetchone()[0]

    def put_off(self, identifier, attempts, until):
        """Puts an event off until a time in Unix seconds, or gives it up."""
        state = "given up" if until is None else "pending"
        statement = "UPDATE events SET attempts = ?, state = ?, next_attempt_at = ? WHERE id = ?"
        with self.transaction() as execute:
            execute(statement, attempts, state, until or 0, identifier)

    def counts(self):
        """How many events wait, and how many were given up."""
        with self.transaction() as execute:
            states = dict(execute("SELECT state, count(*) FROM events GROUP BY state").fetchall())
        return {"pending": states.get("pending", 0), "given_up": states.get("given up", 0)}


def insert(execute, identifier, kind, data, came_by):
    statement = "INSERT INTO events (id, type, data, came_by, arrived_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    now = datetime.now(UTC).isoformat()
    return execute(statement, identifier, kind, json.dumps(data), came_by, now).rowcount == 1


def save(execute, place):
    statement = "UPDATE place SET mark = ?, since = ?, cursor = ?, etag = ?"
    execute(statement, place.mark.isoformat(), place.since.isoformat(), place.cursor, place.etag)
