"""Starts the sandbox and the program."""

import json
import os
import queue
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

#: A secret of a webhook.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#: How long anything may take before a test fails: far more than it ever does.
PATIENCE_SECONDS = 60
ROOT = Path(__file__).parent.parent


class Program:
    """A program that runs, and the lines that it prints."""

    def __init__(self, command, **options):
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, **options)
        self.lines, self.said = queue.Queue(), ""
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def line(self):
        """The next line, or None at the end."""
        line = self.lines.get(timeout=PATIENCE_SECONDS)
        self.said += line or ""
        return line

    def end(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()


class Sandbox:
    """A sandbox of a test's own. `PROOFBOOK` says which program has it."""

    def __init__(self):
        program = os.environ.get("PROOFBOOK", "proofbook")
        try:
            self.program = Program([program, "sandbox", "--port", "0"])
        except OSError as error:
            pytest.fail(
                f"{program} does not start ({error}): set PROOFBOOK to the path of the handbook's program, `proofbook`"
            )
        exported = {}
        while len(exported) < 2:
            line = self.program.line()
            assert line is not None, self.program.said
            if line.strip().startswith("export "):
                name, _, value = line.strip().removeprefix("export ").partition("=")
                exported[name] = value
        self.url, self.key = exported["POLICY_AGGREGATOR_BASE_URL"], exported["POLICY_AGGREGATOR_API_KEY"]
        headers = {"Authorization": f"Bearer {self.key}"}
        self.http = httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE_SECONDS, trust_env=False)

    def change(self):
        """Makes a change, and says what it is."""
        return self.control("changes", {})["change"]

    def control(self, path, body):
        """Has something happen."""
        return self.call("POST", f"/sandbox/{path}", body)

    def webhook(self):
        """A webhook that nobody listens to yet: its secret is needed for the start."""
        return self.call(
            "POST", "/api/v1/webhooks", {"url": "http://127.0.0.1:9/webhooks", "events": ["change.detected"]}
        )

    def update(self, webhook, **body):
        self.call("PATCH", f"/api/v1/webhooks/{webhook['id']}", body)

    def hurry(self):
        """The next attempts of what could not be delivered come at once."""
        self.call("PUT", "/sandbox/time", {"scale": 1000})

    def test_webhook(self, url, secret):
        """Sends a test event, and says what came back."""
        return self.call("POST", "/api/webhooks/test", {"url": f"{url}/webhooks", "secret": secret})

    def exchanges(self, path):
        """All calls to a path with their answers, oldest first."""
        exchanges = self.call("GET", "/sandbox/exchanges?limit=500")["data"]
        return [exchange for exchange in reversed(exchanges) if exchange["target"].split("?")[0] == path]

    def call(self, method, path, body=None):
        response = self.http.request(method, path, json=body)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    def end(self):
        self.http.close()
        self.program.end()


class Integration:
    """The program, with a folder of its own."""

    def __init__(self, sandbox, folder):
        self.folder, self.running = folder, []
        self.settings = {
            "POLICY_AGGREGATOR_BASE_URL": sandbox.url,
            "POLICY_AGGREGATOR_API_KEY": sandbox.key,
            "POLICY_AGGREGATOR_WEBHOOK_SECRET": SECRET,
            "PORT": "0",
            "POLL_SECONDS": "0.05",
            "RETRY_SECONDS": "0.01",
        }

    def options(self, settings):
        outside = {"HOST", "DATABASE_PATH", "POLL_SINCE", "ALERT_AFTER"}
        env = {name: value for name, value in os.environ.items() if name not in outside}
        return {"cwd": self.folder, "env": {**env, "PYTHONPATH": str(ROOT), **self.settings, **settings}}

    def start(self, **settings):
        """Starts it, and waits until it listens."""
        running = Running([sys.executable, "-m", "integration"], **self.options(settings))
        self.running.append(running)
        running.url = running.logs("listening")["url"]
        return running

    def refuses(self, **settings):
        """Starts it with settings that it must refuse: its exit code, and what it says."""
        command = [sys.executable, "-m", "integration"]
        ended = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, **self.options(settings)
        )
        return ended.returncode, ended.stderr

    def rows(self, query):
        """The first column of a query's rows."""
        connection = sqlite3.connect(self.folder / "integration.db", timeout=PATIENCE_SECONDS)
        try:
            with connection:
                return [row[0] for row in connection.execute(query)]
        finally:
            connection.close()

    def end(self):
        for running in self.running:
            running.end()


class Running(Program):
    """The program while it runs."""

    url = None

    def logs(self, message):
        """The next line of its log with this message."""
        while line := self.line():
            entry = json.loads(line)
            if entry["message"] == message:
                return entry
        raise AssertionError(f"its log ended without {message!r}:\n{self.said}")

    def get(self, path):
        response = httpx.get(self.url + path, timeout=PATIENCE_SECONDS, trust_env=False)
        return response.raise_for_status()

    def terminate(self):
        """Tells it to stop: its exit code, and all that it said."""
        self.process.send_signal(signal.SIGTERM)
        while self.line():
            pass
        return self.process.wait(timeout=PATIENCE_SECONDS), self.said


@pytest.fixture
def sandbox():
    sandbox = Sandbox()
    yield sandbox
    sandbox.end()


@pytest.fixture
def integration(sandbox, tmp_path):
    integration = Integration(sandbox, tmp_path)
    yield integration
    integration.end()
