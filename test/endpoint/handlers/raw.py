"""Answers with exactly what its event says.

response          text of the body
response_base64   or the body's bytes
chunks            or a list of texts, one chunk and write each, delay_ms apart
chunks_base64     or a list of bytes, sent so
status            HTTP status, default 200
function_error    value of X-Amz-Function-Error
content_type      default application/json
content_encoding  what the body says it is encoded in; it goes out as it is
"""

import base64

from endpoint import RawResponse


def to_bytes(text):
    return text.encode("utf-8", "surrogatepass")


def lambda_handler(event, context):
    headers = {}
    if "function_error" in event:
        headers["X-Amz-Function-Error"] = event["function_error"]
    if "content_type" in event:
        headers["Content-Type"] = event["content_type"]
    if "content_encoding" in event:
        headers["Content-Encoding"] = event["content_encoding"]
    if "chunks" in event:
        body = [to_bytes(chunk) for chunk in event["chunks"]]
    elif "chunks_base64" in event:
        body = [base64.b64decode(chunk) for chunk in event["chunks_base64"]]
    elif "response_base64" in event:
        body = base64.b64decode(event["response_base64"])
    else:
        body = to_bytes(event["response"])
    return RawResponse(body, event.get("status", 200), headers,
                       event.get("delay_ms", 0))
