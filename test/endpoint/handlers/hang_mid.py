"""Sends a head and a first row, then nothing until the client goes away.

times   do so this many times for this very request, then [{"id": 1}]
"""

from _record import still_failing
from endpoint import Takeover


def run(exchange):
    exchange.send_head(200, {"Transfer-Encoding": "chunked"})
    exchange.send_chunk(b'{"rows":[{"id":1},')
    exchange.wait_until_gone()


def lambda_handler(event, context):
    if not still_failing(event, context):
        return [{"id": 1}]
    return Takeover(run)
