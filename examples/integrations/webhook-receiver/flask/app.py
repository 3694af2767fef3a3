"""Starts the receiver and stops it."""

import logging
import signal
import sys
from contextlib import suppress

import waitress

from configuration import ConfigurationError, from_environment
from endpoint import create_app
from log import log
from store import open_store
from worker import Worker


# ANCHOR: stop
def main():
    try:
        settings = from_environment()
    except ConfigurationError as problem:
        print(problem, file=sys.stderr)
        return 2
    store = open_store(settings.database)
    worker = Worker(store, settings.retry_seconds, settings.max_attempts)
    app = create_app(store, settings.webhooks, worker.wake)
    # It says each time that a request waits for a thread.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    # Waitress reads bodies itself, so a slow client holds up no thread. It cuts off one that is silent for 10 seconds.
    server = waitress.create_server(
        app, host=settings.host, port=settings.port, threads=8,
        channel_timeout=10, cleanup_interval=1, max_request_body_size=1024 * 1024,
    )
    worker.start()
    # Until it is told to stop. Requests that run end first; what is stored and not worked on waits for the next start.
    with suppress(SystemExit):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        log("info", "listening", url=f"http://{server.effective_host}:{server.effective_port}/webhooks")
        server.run()
    log("info", "stopping")
    worker.stop()
    log("info", "stopped")
    return 0


def stop(*_):
    # No log here: this may come in the middle of a line that is being written.
    raise SystemExit
# ANCHOR_END: stop


if __name__ == "__main__":
    sys.exit(main())
