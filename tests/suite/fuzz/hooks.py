"""Fresh idempotency keys in stateful scenarios.

A key that was used before brings the first answer again, as the contract says, also when what it made has been deleted
since. A scenario that takes that answer for a new webhook would look for one that is gone.
"""

import uuid

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    phase = case.meta.phase.name.value if case.meta else ""
    if phase == "stateful" and case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
