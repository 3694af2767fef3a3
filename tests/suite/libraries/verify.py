"""Verifies the webhook in the file that it is given, with the official library."""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

case = json.load(open(sys.argv[1], encoding="utf-8"))
try:
    Webhook(case["secret"]).verify(case["body"], case["headers"])
    print("accepted")
except WebhookVerificationError:
    print("refused")
