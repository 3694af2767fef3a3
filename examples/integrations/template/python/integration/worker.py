"""The loop that works on what is stored."""

import time

from .log import log
from .problem import LONGEST_SECONDS, Alert, GiveUp, Problem, Retry
from .work import complete, work


# ANCHOR: worker
def run(api, store, metrics, backoff, wake, stop):
    """Works on the oldest event that is due, until it is told to stop. What it is at, it ends."""
    paused_until = 0
    while not stop.is_set():
        wake.clear()
        event = store.due(time.time()) if paused_until <= time.time() else None
        if not event:
            next_attempt = store.next_attempt()
            until = max(paused_until, time.time() + LONGEST_SECONDS if next_attempt is None else next_attempt)
            if not stop.is_set():
                wake.wait(min(max(until - time.time(), 0.001), LONGEST_SECONDS))
            continue
        failures = event.attempts + 1
        try:
            done = work_on(api, store, event)
        except GiveUp as problem:
            metrics.worked.labels(result="given up").inc()
            log("error", "gave up", id=event.id, reason=str(problem))
            store.put_off(event.id, failures, None)
        except Exception as error:
            # What is no problem of the API's is one of the store's, or a fault in the work: a new version may mend it.
            problem = error if isinstance(error, Problem) else Retry(f"{type(error).__name__}: {error}")
            metrics.worked.labels(result="put off").inc()
            wait = backoff.wait(problem, failures)
            report(metrics, problem, backoff, failures, wait, event.id)
            until = time.time() + wait
            if isinstance(problem, Alert) or getattr(problem, "wait_seconds", None) is not None:
                # It is the API's word, or the key's fault: the next event would meet the same.
                paused_until = until
            store.put_off(event.id, failures, until)
        else:
            metrics.worked.labels(result="done" if done else "ignored").inc()
            log("info", "worked on" if done else "ignored", id=event.id, type=event.kind)


def work_on(api, store, event):
    """Does an event's work and marks it done in one transaction: after a crash both stand, or neither."""
    event = complete(api, event)
    with store.transaction() as execute:
        done = work(execute, event)
        execute("UPDATE events SET state = 'done' WHERE id = ?", event.id)
    return done
    # ANCHOR_END: worker


# ANCHOR: report
def report(metrics, problem, backoff, failures, wait, what):
    """Logs a failure; tells a person if only a person helps, or if it has lasted."""
    lasts = failures == backoff.alert_after
    fields = {"what": what, "failures": failures, "in_seconds": wait, "reason": str(problem)}
    if lasts or not isinstance(problem, Retry):
        metrics.alerts.inc()
        log("error", "alert", **fields)
    else:
        log("warn", "retrying", **fields)
    # ANCHOR_END: report
