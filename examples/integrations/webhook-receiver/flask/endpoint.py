"""The HTTP side: what a delivery must be before it is stored."""

import json

from flask import Flask, jsonify, request
from standardwebhooks import WebhookVerificationError

from log import log
from store import counts

LARGEST_BYTES = 256 * 1024


# ANCHOR: endpoint
def receiver(store, webhooks, wake):
    def receive():
        if request.mimetype != "application/json":
            raise Refusal(415, "unsupported media type", "wrong_media_type")
        if (request.content_length or 0) > LARGEST_BYTES:
            raise Refusal(413, "too large", "too_large")
        # The body as it came over the wire: parsed and written again it would have another signature.
        body = request.get_data(cache=False)
        kind = verify(webhooks, request.headers, body)
        webhook_id = request.headers["webhook-id"]
        try:
            if store.insert(webhook_id, kind, body.decode()):
                log("info", "stored", webhook_id=webhook_id, type=kind)
            else:
                log("info", "duplicate", webhook_id=webhook_id)
        except Exception as error:
            log("error", "not stored", webhook_id=webhook_id, error=type(error).__name__)
            return jsonify(error="unavailable"), 503, {"Retry-After": "5"}
        wake()
        return jsonify(status="accepted"), 202

    return receive
# ANCHOR_END: endpoint


def create_app(store, webhooks, wake):
    app = Flask(__name__, static_folder=None)
    app.post("/webhooks")(receiver(store, webhooks, wake))

    @app.get("/healthz")
    def health():
        try:
            return jsonify(status="ok", **counts(store))
        except Exception:
            return jsonify(status="unavailable"), 503

    @app.errorhandler(Refusal)
    def refuse(refusal):
        log("warn", "refused", reason=refusal.reason, webhook_id=request.headers.get("webhook-id"))
        return jsonify(error=str(refusal)), refusal.status

    return app


# ANCHOR: verify
class Refusal(Exception):
    def __init__(self, status, error, reason):
        super().__init__(error)
        self.status, self.reason = status, reason


def verify(webhooks, headers, body):
    """Checks id, timestamp and signature with each secret, and returns the event's type. The library compares in
    constant time."""
    reason = None
    for webhook in webhooks:
        try:
            event = webhook.verify(body, dict(headers))
        except WebhookVerificationError as error:
            reason = reason_of(str(error))
        except (json.JSONDecodeError, UnicodeDecodeError):
            # The signature fits, and the body is no JSON.
            raise Refusal(400, "malformed", "malformed_json") from None
        else:
            kind = event.get("type") if isinstance(event, dict) else None
            if not isinstance(kind, str):
                raise Refusal(400, "malformed", "malformed_json")
            return kind
    # One answer for every reason: a forger learns nothing from it.
    raise Refusal(401, "unauthorized", reason)


def reason_of(message):
    if "Missing" in message:
        return "missing_header"
    return "stale_timestamp" if "timestamp" in message or "Invalid" in message else "wrong_signature"
# ANCHOR_END: verify
