"""Promises more bytes than it sends, then closes the connection.

body    what it sends, by default two rows and a part of a third
times   do so this many times for this very request, then [{"id": 1}]
"""

from _record import still_failing
from endpoint import Takeover


def lambda_handler(event, context):
    if not still_failing(event, context):
        return [{"id": 1}]
    body = event.get("body", '[{"id":1},{"id":2},{"i').encode()

    def run(exchange):
        exchange.close_connection = True
        exchange.send_head(200, {"Content-Length": len(body) + 100})
        exchange.connection.sendall(body)

    return Takeover(run)
