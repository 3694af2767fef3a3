"""Policy Aggregator's API with a key. A call is made once: what failed comes back from the loop that made it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx

from .problem import Retry, of_status

#: How long each step of a call may take.
TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class Page:
    items: list
    next_cursor: str | None
    etag: str | None


def user_agent():
    """Names the integration in the API's logs."""
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    return f"{project['name']}/{project['version']}"


# ANCHOR: api
class Api:
    """The API with a key."""

    def __init__(self, base_url, key):
        self.client = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {key}", "User-Agent": user_agent()},
            timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
            # A proxy would see the key in clear, and has another idea of which machine is this one.
            trust_env=urlsplit(base_url).scheme == "https",
        )

    def scopes(self):
        """What the key may do."""
        return read(self.send("/api/v1/me")).get("scopes", [])

    def changes(self, query, etag=None):
        """A page of changes; None if it is as it was with this ETag. A 304 does not count against the rate limit."""
        response = self.send("/api/v1/changes", query, {"If-None-Match": etag} if etag else {})
        if response.status_code == 304:
            return None
        page = read(response)
        if not isinstance(page.get("data"), list):
            raise Retry("the page has no `data`")
        return Page(page["data"], page.get("next_cursor"), response.headers.get("etag"))

    def change(self, identifier):
        """A change with its diff."""
        return read(self.send(f"/api/v1/changes/{quote(identifier, safe='')}"))

    def send(self, path, query=None, headers=None):
        try:
            response = self.client.get(path, params=query, headers=headers)
        except httpx.HTTPError as error:
            # Not the address: a query may hold what is not for a log.
            raise Retry(f"{type(error).__name__}: {error}") from error
        if response.is_success or response.status_code == 304:
            return response
        seconds = response.headers.get("retry-after", "")
        request_id = response.headers.get("x-request-id", "unknown")
        try:
            code = response.json()["code"]
        except (ValueError, KeyError, TypeError):
            code = "no error of the API's"
        reason = f"{response.status_code}: {code} (request {request_id})"
        raise of_status(response.status_code, float(seconds) if seconds.isdecimal() else None, reason)


def read(response):
    """A body that was cut off, or a proxy's page, passes."""
    try:
        value = response.json()
    except ValueError as error:
        raise Retry(f"the answer is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise Retry("the answer is no JSON object")
    return value
    # ANCHOR_END: api
