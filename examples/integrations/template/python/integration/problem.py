"""What to do about something that went wrong."""

import random
from dataclasses import dataclass

#: The longest wait before another attempt.
LONGEST_SECONDS = 3600.0


# ANCHOR: problem
class Problem(Exception):
    """What went wrong, sorted by what helps."""


class Retry(Problem):
    """It passes: try again, after this long if the API says."""

    def __init__(self, reason, wait_seconds=None):
        super().__init__(reason)
        self.wait_seconds = wait_seconds


class GiveUp(Problem):
    """It will never go well. Leave this one, and go on with the others."""


class Alert(Problem):
    """Nothing helps until a person does something."""


def of_status(status, wait_seconds, reason):
    """Sorts an answer of the API by its status."""
    if status in (408, 429) or status >= 500:
        # Too fast, or the service has a problem of its own.
        return Retry(reason, wait_seconds)
    if status in (401, 403):
        # The key: revoked, expired, or without the scope.
        return Alert(reason)
    # The same request would be refused again.
    return GiveUp(reason)
    # ANCHOR_END: problem


# ANCHOR: backoff
@dataclass(frozen=True)
class Backoff:
    """When something that failed is tried again."""

    #: The wait after the first failure; it doubles each time, up to an hour.
    first_seconds: float
    #: After so many failures in a row a person is told. Trying goes on.
    alert_after: int

    def wait(self, problem, failures):
        """The seconds to wait after so many failures in a row: as the API says, but a second at least. Else give or
        take a fifth: many instances must not come back at once."""
        if isinstance(problem, Retry) and problem.wait_seconds is not None:
            return max(problem.wait_seconds, 1.0)
        doubled = min(self.first_seconds * 2 ** min(failures - 1, 32), LONGEST_SECONDS)
        return doubled * random.uniform(0.8, 1.2)
        # ANCHOR_END: backoff
