"""A client of the API that does everything right, or the one thing wrong that its argument names.

    client.py FOLDER [WRONG]

It polls until it is stopped; `job` as WRONG's prefix (`job`, `job:ignores-retry-after`) reads all changes once and ends.
"""

import json
import os
import pathlib
import random
import sys
import time
import urllib.error
import urllib.request
import uuid

BASE = os.environ["POLICY_AGGREGATOR_BASE_URL"]
KEY = os.environ["POLICY_AGGREGATOR_API_KEY"]
FOLDER = pathlib.Path(sys.argv[1])
ARGUMENT = sys.argv[2] if len(sys.argv) > 2 else ""
JOB = ARGUMENT.startswith("job")
WRONG = ARGUMENT.removeprefix("job").removeprefix(":")
POLL = 0.4
ETAGS = {}
DONE = FOLDER / "done"


class Refused(Exception):
    pass


def call(method, path, body=None, idempotency_key=None):
    failures = 0
    key = idempotency_key
    while True:
        headers = {"Authorization": f"Bearer {KEY}", "User-Agent": "visa-sync/1.0"}
        if WRONG == "no-key" and method == "GET":
            del headers["Authorization"]
        if WRONG == "library-name":
            headers["User-Agent"] = "python-requests/2.32"
        if body is not None:
            headers["Content-Type"] = "application/json"
            headers["Idempotency-Key"] = str(uuid.uuid4()) if WRONG == "new-idempotency-key" else key
        if path in ETAGS and WRONG != "unconditional":
            headers["If-None-Match"] = ETAGS[path][0]
        data = json.dumps(body).encode() if body is not None else None
        wait = 0.2 if WRONG == "fixed-waits" else 0.2 * 2**failures * random.uniform(0.8, 1.2)
        try:
            request = urllib.request.Request(BASE + path, data, headers, method=method)
            with urllib.request.urlopen(request, timeout=10) as response:
                answer = json.load(response)
                if not JOB and response.headers.get("ETag"):
                    ETAGS[path] = (response.headers["ETag"], answer)
                return answer
        except urllib.error.HTTPError as error:
            if error.code == 304:
                return ETAGS[path][1]
            if error.code == 429 and WRONG != "ignores-retry-after":
                wait = float(error.headers["Retry-After"])
            elif error.code < 500 and error.code != 429 and WRONG != f"retries-{error.code}":
                raise Refused(error.code) from None
        except OSError:
            if WRONG == "dies-of-a-dropped-connection":
                raise
        except ValueError:
            if WRONG == "dies-of-a-cut-answer":
                raise
        failures += 1
        if failures > 8:
            raise Refused("it does not get better")
        time.sleep(wait)


def pages():
    path = "/api/v1/changes?limit=100&detected_after=2026-01-01T00:00:00Z"
    if WRONG == "breaks-the-contract":
        path += "&page=1"
    cursor = ""
    while True:
        page = call("GET", path + cursor)
        yield page["data"]
        if page["next_cursor"] is None or WRONG == "stops-after-page-one":
            return
        cursor = "&cursor=" + page["next_cursor"]


def work(change):
    if WRONG == "refuses-new-fields" and "since_tomorrow" in change:
        raise ValueError("unknown field since_tomorrow")
    if WRONG == "refuses-new-values" and change["route"]["visa_type"] not in ("student", "work", "family", "visitor"):
        raise ValueError("unknown visa type")
    done = DONE.read_text().split() if DONE.exists() else []
    if change["id"] in done and WRONG != "no-deduplication":
        return
    with DONE.open("a") as file:
        file.write(change["id"] + "\n")
    print("done", change["id"], flush=True)


if WRONG == "prints-its-key":
    print("starting with", KEY, flush=True)
subscribed = False
while True:
    try:
        if not subscribed:
            body = {"url": "http://127.0.0.1:9/webhooks", "events": ["change.detected"]}
            call("POST", "/api/v1/webhooks", body, str(uuid.uuid4()))
            subscribed = True
        for page in pages():
            for change in page:
                work(change)
    except Refused as error:
        print("refused:", error, file=sys.stderr, flush=True)
        if JOB:
            sys.exit(1)
    if JOB:
        sys.exit(0)
    time.sleep(POLL)
