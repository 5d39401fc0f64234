"""Promises more bytes than it sends, then closes the connection."""

from endpoint import Takeover


def run(exchange):
    body = b'[{"id":1},{"id":2},{"i'
    exchange.close_connection = True
    exchange.send_head(200, {"Content-Length": len(body) + 100})
    exchange.connection.sendall(body)


def lambda_handler(event, context):
    return Takeover(run)
