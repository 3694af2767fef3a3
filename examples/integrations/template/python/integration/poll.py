"""Asks for changes: what no webhook brought comes this way."""

import random
from dataclasses import replace
from datetime import UTC, datetime

from .log import log
from .problem import GiveUp, Problem, Retry
from .worker import report

#: The most that a page may have.
LIMIT = 100


# ANCHOR: poll
def poll(api, store):
    """Reads what is new, page by page, and stores where it stands with each page: a crash loses nothing and repeats
    nothing. Answers with how many changes are new."""
    new = 0
    while True:
        place = store.place()
        query = {"sort": "detected_at", "limit": LIMIT, "detected_after": rfc3339(place.since)}
        if place.cursor:
            query["cursor"] = place.cursor
        try:
            page = api.changes(query, place.etag)
        except GiveUp as problem:
            if not place.cursor:
                raise
            # The cursor is refused: read the list from its start. What is stored is known by its id.
            log("warn", "cursor refused", reason=str(problem))
            store.set_place(replace(place, cursor=None))
            continue
        if page is None:
            return new
        if page.next_cursor and page.next_cursor == place.cursor:
            raise Retry("`next_cursor` leads to the same page again")
        changes = [change for change in page.items if isinstance(change, dict) and isinstance(change.get("id"), str)]
        newest = max(filter(None, map(detected_at, changes)), default=None)
        new += store.add_page(changes, place.after(newest, page.next_cursor, page.etag))
        if not page.next_cursor:
            return new
    # ANCHOR_END: poll


def detected_at(change):
    try:
        moment = datetime.fromisoformat(change["detected_at"])
    except (KeyError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def rfc3339(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def run(api, store, metrics, every_seconds, backoff, wake, stop):
    """Polls until it is told to stop."""
    failures = 0
    while not stop.is_set():
        usual = every_seconds * random.uniform(0.8, 1.2)
        try:
            new = poll(api, store)
        except Exception as error:
            # What is no problem of the API's is one of the store's: it is busy, or the disk is full.
            problem = error if isinstance(error, Problem) else Retry(f"{type(error).__name__}: {error}")
            failures += 1
            metrics.polls.labels(result="failed").inc()
            wait = backoff.wait(problem, failures)
            if not isinstance(problem, Retry):
                # The same question would be refused again: it is asked no sooner than if all were well.
                wait = max(wait, usual)
            report(metrics, problem, backoff, failures, wait, "polling")
        else:
            failures = 0
            metrics.polls.labels(result="ok").inc()
            metrics.stored.labels(by="poll").inc(new)
            if new:
                log("info", "polled", new=new)
                wake.set()
            wait = usual
        stop.wait(wait)
