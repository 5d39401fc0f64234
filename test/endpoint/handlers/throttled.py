"""429 TooManyRequestsException, as Lambda throttles.

reason        default ReservedFunctionConcurrentInvocationLimitExceeded
retry_after   seconds, default 1; null leaves the header out
times         throttle this very request so many times, then [{"id": 1}]
"""

import json

from _record import still_failing
from endpoint import RawResponse


def lambda_handler(event, context):
    if not still_failing(event, context):
        return [{"id": 1}]
    after = event.get("retry_after", 1)
    headers = {"x-amzn-ErrorType": "TooManyRequestsException"}
    body = {"Reason": event.get("reason", "ReservedFunctionConcurrent"
                                          "InvocationLimitExceeded"),
            "Type": "User", "message": "Rate Exceeded."}
    if after is not None:
        headers["Retry-After"] = after
        body["retryAfterSeconds"] = str(after)
    return RawResponse(json.dumps(body).encode(), 429, headers)
