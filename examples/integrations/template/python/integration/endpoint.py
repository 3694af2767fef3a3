"""The HTTP side: webhooks, health and metrics."""

import json

from flask import Flask, Response, jsonify, request
from standardwebhooks import WebhookVerificationError

from .log import log

LARGEST_BYTES = 256 * 1024


class Refusal(Exception):
    def __init__(self, status, error, reason):
        super().__init__(error)
        self.status, self.reason = status, reason


def create_app(webhooks, store, metrics, wake):
    """The paths. Only `/webhooks` is for the outside."""
    app = Flask(__name__, static_folder=None)

    # ANCHOR: endpoint
    @app.post("/webhooks")
    def receive():
        event = read(webhooks)
        kind, webhook_id = event["type"], request.headers["webhook-id"]
        data = event.get("data") if isinstance(event.get("data"), dict) else {}
        # A change's own id: the poll finds the same change by it.
        own = data.get("id") if kind == "change.detected" else None
        identifier = own if isinstance(own, str) else webhook_id
        try:
            new = store.add(identifier, kind, data, "webhook")
        except Exception as error:
            log("error", "not stored", webhook_id=webhook_id, error=type(error).__name__)
            return jsonify(error="unavailable"), 503, {"Retry-After": "5"}
        if new:
            metrics.stored.labels(by="webhook").inc()
            log("info", "stored", id=identifier, webhook_id=webhook_id, type=kind)
            wake.set()
        else:
            metrics.known.labels(by="webhook").inc()
            log("info", "known", id=identifier, webhook_id=webhook_id)
        return jsonify(status="accepted"), 202
        # ANCHOR_END: endpoint

    @app.get("/healthz")
    def health():
        try:
            return jsonify(status="ok", **store.counts())
        except Exception:
            return jsonify(status="unavailable"), 503

    @app.get("/metrics")
    def show_metrics():
        return Response(metrics.text(**store.counts()), content_type=metrics.content_type)

    @app.errorhandler(Refusal)
    def refuse(refusal):
        metrics.refused.labels(reason=refusal.reason).inc()
        log("warn", "refused", reason=refusal.reason, webhook_id=request.headers.get("webhook-id"))
        return jsonify(error=str(refusal)), refusal.status

    return app


def read(webhooks):
    """The event in the request, if it is genuine."""
    if request.mimetype != "application/json":
        raise Refusal(415, "unsupported media type", "wrong_media_type")
    if (request.content_length or 0) > LARGEST_BYTES:
        raise Refusal(413, "too large", "too_large")
    # The body as it came over the wire: parsed and written again it would have another signature.
    body = request.get_data(cache=False)
    reason = None
    for webhook in webhooks:
        try:
            # It checks id, timestamp and signature, in constant time.
            event = webhook.verify(body, dict(request.headers))
        except WebhookVerificationError as error:
            reason = reason_of(str(error))
        except (json.JSONDecodeError, UnicodeDecodeError):
            # The signature fits, and the body is no JSON.
            raise Refusal(400, "malformed", "malformed_json") from None
        else:
            if not isinstance(event, dict) or not isinstance(event.get("type"), str):
                raise Refusal(400, "malformed", "malformed_json")
            return event
    # One answer for every reason: a forger learns nothing from it.
    raise Refusal(401, "unauthorized", reason)


def reason_of(message):
    if "Missing" in message:
        return "missing_header"
    return "stale_timestamp" if "timestamp" in message or "Invalid" in message else "wrong_signature"
