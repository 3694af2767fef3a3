"""What is counted, in the OpenMetrics text format."""

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest


class Metrics:
    content_type = CONTENT_TYPE_LATEST

    def __init__(self):
        self.registry = CollectorRegistry()

        def number(kind, name, text, labels=()):
            return kind(f"integration_{name}", text, labels, registry=self.registry)

        self.stored = number(Counter, "events_stored", "Events that were new, by the way they came", ["by"])
        self.known = number(Counter, "events_known", "Webhooks whose event was stored before", ["by"])
        self.refused = number(Counter, "webhooks_refused", "Webhooks that were refused, by reason", ["reason"])
        self.worked = number(Counter, "events_worked", "Attempts to work on an event, by result", ["result"])
        self.polls = number(Counter, "polls", "Polls, by result", ["result"])
        self.alerts = number(Counter, "alerts", "What only a person can mend, or what has lasted")
        self.pending = number(Gauge, "events_pending", "Events that wait for their work")
        self.given_up = number(Gauge, "events_given_up", "Events whose work will never go well")

    def text(self, pending, given_up):
        self.pending.set(pending)
        self.given_up.set(given_up)
        return generate_latest(self.registry)
