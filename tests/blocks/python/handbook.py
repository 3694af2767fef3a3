"""What the hidden lines of a page's Python blocks use. Nothing that a reader sees mentions it."""

import json
import os
import queue
import socket
import ssl
import subprocess
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


def delivered():
    """Creates a webhook, makes a change, and returns the webhook's secret and what came: (secret, headers, body)."""
    url, inbox = endpoint()
    request = urllib.request.Request(
        os.environ["POLICY_AGGREGATOR_BASE_URL"] + "/api/v1/webhooks",
        data=json.dumps({"url": url, "events": ["change.detected"]}).encode(),
        headers={
            "Authorization": f"Bearer {os.environ['POLICY_AGGREGATOR_API_KEY']}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request) as response:
        secret = json.load(response)["secret"]
    control("POST", "changes", {})
    return secret, *inbox.get()


def tls(certificate):
    """Starts a front that speaks TLS before the block's sandbox, and writes its certificate, which is for the name localhost,
    and which nobody has signed but itself, to this file. Returns its address. Needs the program openssl."""
    key = certificate + ".key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        + ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    host, port = os.environ["POLICY_AGGREGATOR_BASE_URL"].removeprefix("http://").split(":")

    def pass_on(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        finally:
            target.close()

    def front(client):
        try:
            inside = context.wrap_socket(client, server_side=True)
        except OSError:
            return
        outside = socket.create_connection((host, int(port)))
        threading.Thread(target=pass_on, args=(outside, inside), daemon=True).start()
        pass_on(inside, outside)

    def listen(listener):
        while True:
            threading.Thread(target=front, args=(listener.accept()[0],), daemon=True).start()

    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=listen, args=(listener,), daemon=True).start()
    return f"https://localhost:{listener.getsockname()[1]}"


def sample(folder):
    """Makes the modules of a sample integration importable: sample("webhook-receiver/flask")."""
    sys.path.insert(0, os.path.join(os.environ["PROOFBOOK_ROOT"], "examples/integrations", folder))


def serve(app):
    """Serves a page's own WSGI application on a free port until the block ends; returns the address of its /webhooks."""
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/webhooks"
