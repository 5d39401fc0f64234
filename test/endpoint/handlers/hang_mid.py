"""Sends a head and a first row, then nothing until the client goes away."""

from endpoint import Takeover


def run(exchange):
    exchange.send_head(200, {"Transfer-Encoding": "chunked"})
    exchange.send_chunk(b'{"rows":[{"id":1},')
    exchange.wait_until_gone()


def lambda_handler(event, context):
    return Takeover(run)
