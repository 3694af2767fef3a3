"""Starts the integration and stops it."""

import logging
import signal
import sys
import threading
from contextlib import suppress

import waitress

from . import poll, worker
from .api import Api
from .configuration import ConfigurationError, from_environment
from .endpoint import create_app
from .log import log
from .metrics import Metrics
from .problem import Problem, Retry
from .store import Store


# ANCHOR: start
def main():
    try:
        settings = from_environment()
        api = Api(settings.base_url, settings.key)
        check(api)
    except ConfigurationError as problem:
        print(problem, file=sys.stderr)
        return 2
    store, metrics = Store(settings.database, settings.since), Metrics()
    wake, stopping = threading.Event(), threading.Event()
    app = create_app(settings.webhooks, store, metrics, wake)
    # It says each time that a request waits for a thread.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    # Waitress reads bodies itself, so a slow client holds up no thread. It cuts off one that is silent for 10 seconds.
    server = waitress.create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=8,
        channel_timeout=10,
        cleanup_interval=1,
        max_request_body_size=1024 * 1024,
    )
    loops = [
        threading.Thread(
            target=poll.run, args=(api, store, metrics, settings.poll_seconds, settings.backoff, wake, stopping)
        ),
        threading.Thread(target=worker.run, args=(api, store, metrics, settings.backoff, wake, stopping)),
    ]
    # Until it is told to stop. Requests that run end first; what is stored and not worked on waits for the next start.
    with suppress(SystemExit):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        log("info", "listening", url=f"http://{server.effective_host}:{server.effective_port}")
        for loop in loops:
            loop.start()
        server.run()
    log("info", "stopping")
    stopping.set()
    wake.set()
    for loop in filter(threading.Thread.is_alive, loops):
        loop.join()
    log("info", "stopped")
    return 0


def check(api):
    """Asks what the key may do. An API that is silent just now is no reason not to start: webhooks come in."""
    try:
        if "read" not in api.scopes():
            raise ConfigurationError(
                "POLICY_AGGREGATOR_API_KEY lacks the scope `read`: give it the scope, or use another key"
            )
    except Retry as problem:
        log("warn", "the key is not checked", reason=str(problem))
    except Problem as problem:
        raise ConfigurationError(f"POLICY_AGGREGATOR_API_KEY is refused: set it to a valid key. {problem}") from problem
    # ANCHOR_END: start


def stop(*_):
    # No log here: this may come in the middle of a line that is being written.
    raise SystemExit


if __name__ == "__main__":
    sys.exit(main())
