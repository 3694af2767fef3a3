"""One JSON object a line on standard output, for machines to read."""

import json
import sys
import threading
from datetime import UTC, datetime

_one_at_a_time = threading.Lock()


def log(level, message, **fields):
    line = json.dumps({"time": datetime.now(UTC).isoformat(), "level": level, "message": message, **fields})
    with _one_at_a_time:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
