"""One row for each key of the argument `key`, but for a few at a time only.

other    further keys: then a row for each pair
most     how many keys, or pairs, it takes, default 3
how      what more are answered with: "request" (413), "answer" (the error of
         an answer over 6 MB); default answer
under    the name of the member that holds the rows; default none does
sleep_ms before it answers
"""

import json
import time

from endpoint import RawResponse


def lambda_handler(event, context):
    keys = event["key"] if isinstance(event["key"], list) else [event["key"]]
    others = event.get("other", [None])
    time.sleep(event.get("sleep_ms", 0) / 1000)
    if len(keys) * len(others) <= event.get("most", 3):
        rows = [{"key": key, "other": other, "label": "label %s" % key}
                for key in keys for other in others]
        return {event["under"]: rows} if "under" in event else rows
    if event.get("how") == "request":
        return RawResponse(
            b'{"message": "Request must be smaller than 6291456 bytes for '
            b'the InvokeFunction operation", "Type": "User"}', 413,
            {"x-amzn-ErrorType": "RequestTooLargeException"})
    body = {"errorType": "Function.ResponseSizeTooLarge",
            "errorMessage": "Response payload size exceeded maximum allowed "
                            "payload size (6291556 bytes)."}
    return RawResponse(json.dumps(body).encode(), 200,
                       {"X-Amz-Function-Error": "Unhandled"})
