"""An error of the service, in every form AWS's services give it.

code      HTTP status, default 500
type      the error's name, default ServiceException
message   default "An error occurred."
shape     message | Message | __type | code | suffix | html | empty
headers   further headers, an object
times     answer so this many times for this very request, then [{"id": 1}]
"""

import json

from _record import still_failing
from endpoint import RawResponse


def document(shape, kind, message):
    """Body and headers of one shape."""
    header = {"x-amzn-ErrorType": kind}
    if shape == "message":
        return {"message": message}, header
    if shape == "Message":
        return {"Type": "User", "Message": message}, header
    if shape == "__type":
        return {"__type": "com.amazonaws.lambda#" + kind,
                "message": message}, {}
    if shape == "code":
        return {"code": kind, "message": message}, {}
    if shape == "suffix":
        header["x-amzn-ErrorType"] += ":http://internal.amazon.com/coral/x/"
        return {"message": message}, header
    raise ValueError("no such shape: " + shape)


def lambda_handler(event, context):
    if not still_failing(event, context):
        return [{"id": 1}]
    code = event.get("code", 500)
    shape = event.get("shape", "message")
    if shape == "empty":
        return RawResponse(b"", code)
    if shape == "html":
        return RawResponse(b"<html><body><h1>Bad gateway</h1></body></html>",
                           code, {"Content-Type": "text/html"})
    body, headers = document(shape, event.get("type", "ServiceException"),
                             event.get("message", "An error occurred."))
    headers.update(event.get("headers", {}))
    return RawResponse(json.dumps(body).encode(), code, headers)
