"""What the environment says, checked before anything starts."""

import ipaddress
import math
import os
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from .problem import Backoff


class ConfigurationError(Exception):
    """What is wrong, and how to mend it; never a secret."""


# ANCHOR: configuration
@dataclass(frozen=True)
class Configuration:
    """How the integration runs."""

    host: str
    port: int
    #: The file of the database.
    database: str
    #: Policy Aggregator's API.
    base_url: str
    #: The key for it.
    key: str = field(repr=False)
    #: A verifier for each secret of the webhook: two while one is rotated.
    webhooks: list[Webhook] = field(repr=False)
    #: How often it polls.
    poll_seconds: float
    #: Where polling begins with a new database.
    since: datetime
    #: When what failed is tried again.
    backoff: Backoff


def from_environment(env=os.environ):
    """Reads the environment. The error names each variable that is wrong and how to mend it, never its value."""
    wrong = []

    def check(read, *arguments):
        try:
            return read(env, *arguments)
        except ConfigurationError as problem:
            wrong.append(str(problem))

    configuration = Configuration(
        host=env.get("HOST") or "127.0.0.1",
        port=check(number, "PORT", int, 8080),
        database=env.get("DATABASE_PATH") or "integration.db",
        base_url=check(base_url),
        key=check(key),
        webhooks=check(webhooks),
        poll_seconds=check(positive, "POLL_SECONDS", 300.0),
        since=check(since),
        backoff=Backoff(check(positive, "RETRY_SECONDS", 5.0), check(number, "ALERT_AFTER", int, 8)),
    )
    # All that is wrong at once: each start that fails costs somebody a deployment.
    if wrong:
        raise ConfigurationError("\n".join(wrong))
    return configuration
    # ANCHOR_END: configuration


def key(env):
    value = env.get("POLICY_AGGREGATOR_API_KEY", "")
    if re.fullmatch(r"pa_(live|test)_[!-~]+", value):
        return value
    raise ConfigurationError("POLICY_AGGREGATOR_API_KEY is no key: set it to one, pa_live_… or pa_test_…")


def webhooks(env):
    try:
        secrets = env.get("POLICY_AGGREGATOR_WEBHOOK_SECRET", "").split()
        if secrets and all(len(secret) > len("whsec_") and secret.startswith("whsec_") for secret in secrets):
            return [Webhook(secret) for secret in secrets]
    except ValueError:
        pass
    raise ConfigurationError(
        "POLICY_AGGREGATOR_WEBHOOK_SECRET is no secret: set it to the webhook's, whsec_ and base64, or to two of them "
        "with a space between while you rotate"
    )


def base_url(env):
    """The key would travel in clear over http, but on this machine."""
    value = env.get("POLICY_AGGREGATOR_BASE_URL") or "https://api.policyaggregator.example"
    try:
        url = urlsplit(value)
        if url.hostname and (url.scheme == "https" or url.scheme == "http" and is_loopback(url.hostname)):
            return value.rstrip("/")
    except ValueError:
        pass
    raise ConfigurationError(
        "POLICY_AGGREGATOR_BASE_URL can't be used: set it to an https address, or to http on this machine"
    )


def is_loopback(host):
    return host == "localhost" or ipaddress.ip_address(host).is_loopback


def since(env):
    try:
        value = env.get("POLL_SINCE")
        moment = datetime.fromisoformat(value) if value else datetime.now(UTC)
        if moment.tzinfo:
            return moment
    except ValueError:
        pass
    raise ConfigurationError("POLL_SINCE is no time: set it to one such as 2026-03-04T05:06:07Z, or leave it out")


def positive(env, name, otherwise):
    value = number(env, name, float, otherwise)
    if value > 0:
        return value
    raise bad_number(name, otherwise)


def number(env, name, kind, otherwise):
    try:
        value = kind(env.get(name) or otherwise)
        if value >= 0 and math.isfinite(value):
            return value
    except ValueError:
        pass
    raise bad_number(name, otherwise)


def bad_number(name, otherwise):
    return ConfigurationError(
        f"{name} is no number that can be used here: set it to one such as {otherwise}, or leave it out"
    )
