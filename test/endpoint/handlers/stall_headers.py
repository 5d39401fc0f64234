"""Sends half a head, then nothing until the client goes away.

kind    headers (default): a status line and a header and a half;
        status_line: half a status line
times   do so this many times for this very request, then [{"id": 1}]
"""

from _record import still_failing
from endpoint import Takeover

HALVES = {"status_line": b"HTTP/1.",
          "headers": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                     b"Content-Le"}


def lambda_handler(event, context):
    half = HALVES[event.get("kind", "headers")]

    def run(exchange):
        exchange.connection.sendall(half)
        exchange.wait_until_gone()

    return Takeover(run) if still_failing(event, context) else [{"id": 1}]
