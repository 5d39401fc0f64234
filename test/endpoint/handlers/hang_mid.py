"""Sends a head and a part of an answer, then nothing until the client goes away.

body    that part, by default a first row
times   do so this many times for this very request, then [{"id": 1}]
"""

from _record import still_failing
from endpoint import Takeover


def lambda_handler(event, context):
    if not still_failing(event, context):
        return [{"id": 1}]
    body = event.get("body", '{"rows":[{"id":1},').encode()

    def run(exchange):
        exchange.send_head(200, {"Transfer-Encoding": "chunked"})
        exchange.send_chunk(body)
        exchange.wait_until_gone()

    return Takeover(run)
