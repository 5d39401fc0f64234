"""A durable function: says which of its runs it was.

fail    raise, if true
answer  the answer's text, byte for byte
times   let the service fail so many times for this very request
"""

from _record import still_failing
from endpoint import RawResponse

DURABLE = True
runs = 0


def lambda_handler(event, context):
    global runs
    runs += 1
    if "times" in event and still_failing(event, context):
        return RawResponse(b'{"message": "Try again."}', 500,
                           {"x-amzn-ErrorType": "ServiceException"})
    if event.get("fail"):
        raise ValueError("no such order")
    if "answer" in event:
        return RawResponse(event["answer"].encode())
    return [{"run": runs, "tenant": context.tenant_id}]
