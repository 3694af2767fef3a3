"""The loop that does the work: what is stored is worked on until it is done or given up."""

import json
import threading
import time

from log import log

LONGEST_SECONDS = 3600
#: How often a loop looks for what other processes have stored.
LOOK_SECONDS = 5


class Worker:
    def __init__(self, store, retry_seconds, max_attempts):
        self.store, self.retry_seconds, self.max_attempts = store, retry_seconds, max_attempts
        self.woken, self.stopping = threading.Event(), False
        self.thread = threading.Thread(target=self.loop, name="worker")

    def start(self):
        self.thread.start()

    def wake(self):
        self.woken.set()

    def stop(self):
        """Lets the loop finish what it is at."""
        self.stopping = True
        self.wake()
        self.thread.join()

    # ANCHOR: work
    def loop(self):
        while not self.stopping:
            self.woken.clear()
            try:
                found = self.work_on_one()
            except Exception as error:  # The database is away: look again later.
                log("error", "the store can't be read", error=type(error).__name__)
                found = False
            if not found:
                self.woken.wait(self.seconds_to_next())

    def work_on_one(self):
        """Works on the oldest delivery that is due; False if there is none."""
        with self.store.transaction() as execute:
            due = (
                "SELECT webhook_id, type, body, attempts FROM deliveries WHERE state = 'pending' "
                f"AND next_attempt_at <= ? ORDER BY received_at LIMIT 1 {self.store.claim}"
            )
            delivery = execute(due, time.time()).fetchone()
            if not delivery:
                return False
            webhook_id, kind, body, attempts = delivery
            # What fails is undone, and the delivery stays ours.
            execute("SAVEPOINT work")
            try:
                known = work(execute, kind, body)
                execute("UPDATE deliveries SET state = 'done' WHERE webhook_id = ?", webhook_id)
                report = ("info", "processed" if known else "ignored", {"type": kind})
            except Exception as error:
                execute("ROLLBACK TO SAVEPOINT work")
                report = self.put_off(execute, webhook_id, attempts + 1, error)
        # Only what is committed has happened.
        level, message, fields = report
        log(level, message, webhook_id=webhook_id, **fields)
        return True
    # ANCHOR_END: work

    def put_off(self, execute, webhook_id, attempt, error):
        statement = "UPDATE deliveries SET attempts = ?, state = ?, next_attempt_at = ? WHERE webhook_id = ?"
        problem = {"error": f"{type(error).__name__}: {error}"}
        if attempt >= self.max_attempts:
            execute(statement, attempt, "failed", 0, webhook_id)
            return "error", "gave up", problem
        seconds = min(self.retry_seconds * 2 ** (attempt - 1), LONGEST_SECONDS)
        execute(statement, attempt, "pending", time.time() + seconds, webhook_id)
        return "warn", "retrying", {"attempt": attempt, "in_seconds": seconds, **problem}

    def seconds_to_next(self):
        try:
            with self.store.transaction() as execute:
                (at,) = execute("SELECT min(next_attempt_at) FROM deliveries WHERE state = 'pending'").fetchone()
        except Exception:
            at = None
        return LOOK_SECONDS if at is None else min(max(at - time.time(), 0.001), LOOK_SECONDS)


def work(execute, kind, body):
    """Does the work of an event. False for a type that this program does not know: more will come, and they are no error."""
    if kind == "change.detected":
        apply_change(execute, json.loads(body)["data"])
    return kind in ("change.detected", "source.failing", "source.recovered", "webhook.test")


def apply_change(execute, change):
    identifier, route, detected_at = change["id"], change["route"]["id"], change["detected_at"]
    execute(
        "INSERT INTO changes (id, route_id, summary, detected_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET times = changes.times + 1",
        identifier, route, change.get("summary"), detected_at,
    )
    # Deliveries come in any order: an older change must not replace a newer one.
    execute(
        "INSERT INTO routes VALUES (?, ?, ?) ON CONFLICT (route_id) DO UPDATE "
        "SET latest_change_id = excluded.latest_change_id, latest_detected_at = excluded.latest_detected_at "
        "WHERE excluded.latest_detected_at > routes.latest_detected_at",
        route, identifier, detected_at,
    )
