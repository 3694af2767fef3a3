"""What is done with a change. This part is yours: the rest brings each event here once."""

from dataclasses import replace

from .problem import GiveUp

#: The tables of your own.
TABLES = """
CREATE TABLE IF NOT EXISTS changes (
  id TEXT PRIMARY KEY, route_id TEXT NOT NULL, detected_at TEXT NOT NULL, summary TEXT, diff TEXT NOT NULL);
"""


# ANCHOR: work
def complete(api, event):
    """What an event still needs: a change that came by poll has no diff."""
    if event.kind == "change.detected" and "diff" not in event.data:
        return replace(event, data=api.change(event.id))
    return event


def work(execute, event):
    """Does an event's work, in the transaction that marks it done. False for a type that is nothing to you.

    What leaves this database can't be undone with it. Put it into a table here, and send it from there with the event's
    id as its idempotency key."""
    if event.kind != "change.detected":
        return False
    change = event.data
    try:
        row = (change["id"], change["route"]["id"], change["detected_at"], change.get("summary"), change["diff"])
    except (KeyError, TypeError) as error:
        # The same event would be wrong again.
        raise GiveUp(f"{error} is missing") from error
    execute("INSERT INTO changes (id, route_id, detected_at, summary, diff) VALUES (?, ?, ?, ?, ?)", *row)
    return True
    # ANCHOR_END: work
