"""A whole document, then FIN where Content-Length promises more.

times   do so this many times for this very request, then [{"id": 1}]
"""

from _record import still_failing
from endpoint import Takeover


def run(exchange):
    body = b'[{"id":1},{"id":2}]'
    exchange.close_connection = True
    exchange.send_head(200, {"Content-Length": len(body) + 10})
    exchange.connection.sendall(body)


def lambda_handler(event, context):
    return Takeover(run) if still_failing(event, context) else [{"id": 1}]
