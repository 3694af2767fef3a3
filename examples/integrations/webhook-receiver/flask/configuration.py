"""What the environment says, checked before the program listens."""

import math
import os
from dataclasses import dataclass

from standardwebhooks import Webhook


class ConfigurationError(Exception):
    """What is wrong, and how to mend it; never a secret."""


# ANCHOR: configuration
@dataclass(frozen=True)
class Configuration:
    """How the receiver runs."""

    host: str
    port: int
    #: A file, or the URL of a PostgreSQL database.
    database: str
    #: A verifier for each secret: two while one is rotated.
    webhooks: list[Webhook]
    retry_seconds: float
    max_attempts: int


def from_environment(env=os.environ):
    secrets = env.get("POLICY_AGGREGATOR_WEBHOOK_SECRET", "").split()
    if not secrets:
        raise bad_secret("is not set")
    return Configuration(
        host=env.get("HOST") or "127.0.0.1",
        port=number(env, "PORT", int, 8080),
        database=env.get("DATABASE_URL") or env.get("DATABASE_PATH") or "receiver.db",
        webhooks=[verifier(secret) for secret in secrets],
        retry_seconds=number(env, "RETRY_SECONDS", float, 5.0),
        max_attempts=number(env, "MAX_ATTEMPTS", int, 8),
    )


def verifier(secret):
    try:
        if secret.startswith("whsec_") and len(secret) > len("whsec_"):
            return Webhook(secret)
    except ValueError:
        pass
    raise bad_secret("holds something that is no secret")
# ANCHOR_END: configuration


def bad_secret(what):
    return ConfigurationError(
        f"POLICY_AGGREGATOR_WEBHOOK_SECRET {what}: set it to the webhook's secret, whsec_ and base64, "
        "or to two of them with a space between while you rotate"
    )


def number(env, name, kind, otherwise):
    try:
        value = kind(env.get(name) or otherwise)
        if value >= 0 and math.isfinite(value):
            return value
    except ValueError:
        pass
    raise ConfigurationError(
        f"{name} is no number that can be used here: set it to one such as {otherwise}, or leave it out"
    )
