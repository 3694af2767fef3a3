"""What the hidden lines of a page's Python blocks use. Nothing that a reader sees mentions it."""

import json
import os
import queue
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def control(method, name, body=None):
    """Calls a control of the block's sandbox, below /sandbox/, and returns what it answers; None if that is nothing."""
    request = urllib.request.Request(
        f"{os.environ['POLICY_AGGREGATOR_BASE_URL']}/sandbox/{name}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {os.environ['POLICY_AGGREGATOR_API_KEY']}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request) as response:
        text = response.read()
    return json.loads(text) if text else None


def endpoint(statuses=()):
    """Starts a webhook receiver. It answers with these statuses first, then always with 204. Returns its address, and a
    queue of what comes: (headers with lower-case names, body in bytes)."""
    inbox, waiting = queue.Queue(), list(statuses)

    class Receiver(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            inbox.put(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(waiting.pop(0) if waiting else 204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/webhooks", inbox


def sample(folder):
    """Makes the modules of a sample integration importable: sample("webhook-receiver/flask")."""
    sys.path.insert(0, os.path.join(os.environ["PROOFBOOK_ROOT"], "examples/integrations", folder))


def serve(app):
    """Serves a page's own WSGI application on a free port until the block ends; returns the address of its /webhooks."""
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/webhooks"
