"""Sends more than Content-Length says, and keeps the connection.

body    the text sent, default [{"id":1},{"id":2}]
length  the Content-Length, default that of the body less 5: the end of what
        is sent is then the start of the next answer
times   do so this many times for this very request, then [{"id": 1}]
"""

from _record import still_failing
from endpoint import Takeover


def lambda_handler(event, context):
    body = event.get("body", '[{"id":1},{"id":2}]').encode()
    length = event.get("length", len(body) - 5)

    def run(exchange):
        head = exchange.head(200, {"Content-Length": length})
        exchange.connection.sendall(head + body)

    return Takeover(run) if still_failing(event, context) else [{"id": 1}]
