"""Promises more bytes than it sends, then closes the connection.

times   do so this many times for this very request, then [{"id": 1}]
"""

from _record import still_failing
from endpoint import Takeover


def run(exchange):
    body = b'[{"id":1},{"id":2},{"i'
    exchange.close_connection = True
    exchange.send_head(200, {"Content-Length": len(body) + 100})
    exchange.connection.sendall(body)


def lambda_handler(event, context):
    if not still_failing(event, context):
        return [{"id": 1}]
    return Takeover(run)
