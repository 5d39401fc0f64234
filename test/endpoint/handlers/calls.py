"""Answers with what was invoked since the last reset_calls.

{"function": name or names} keeps those alone.  Neither this function nor
reset_calls is in the record.  "payload" is the request's body as it came, so
that numbers keep their digits.
"""

import json

from endpoint import RECORD, RawResponse


def row(call):
    text = json.dumps({k: v for k, v in call.items() if k != "payload"})
    return '%s, "payload": %s}' % (text[:-1], call["payload_text"] or "{}")


def lambda_handler(event, context):
    wanted = event.get("function")
    names = wanted if isinstance(wanted, list) else [wanted]
    rows = [row(call) for call in RECORD.rows()
            if wanted is None or call["function"] in names]
    return RawResponse(('{"rows": [%s]}' % ",\n".join(rows)).encode())
