"""Ends or drags out an answer in a part that is no body.

part      switching: a head of status 101 and no other; informational: heads of
          status 100 without end; trailers: trailers without end; extension: a
          chunk extension without end; early_hints: a head of status 103, then
          [{"id": 1}]; brief_trailers: [{"id": 1}] and a trailer
times     do so this many times for this very request, then [{"id": 1}]
"""

from _record import still_failing
from endpoint import Takeover

FILLER = b"X-Filler: " + b"x" * 1000 + b"\r\n"


def for_ever(exchange, data):
    exchange.close_connection = True
    try:
        while True:
            exchange.connection.sendall(data)
    except OSError:
        pass


def lambda_handler(event, context):
    part = event["part"]
    if not still_failing(event, context):
        return [{"id": 1}]

    def run(exchange):
        send = exchange.connection.sendall
        if part == "switching":
            exchange.close_connection = True
            return send(b"HTTP/1.1 101 Switching Protocols\r\n"
                        b"Connection: Upgrade\r\nUpgrade: other\r\n\r\n")
        if part == "informational":
            return for_ever(exchange,
                            b"HTTP/1.1 100 Continue\r\n" + FILLER + b"\r\n")
        if part == "early_hints":
            send(b"HTTP/1.1 103 Early Hints\r\nX-Amz-Function-Error: no\r\n\r\n")
            return exchange.send_document(200, [{"id": 1}], {})
        exchange.send_head(200, {"Transfer-Encoding": "chunked"})
        exchange.send_chunk(b'[{"id":1}]')
        if part == "trailers":
            send(b"0\r\n")
            return for_ever(exchange, FILLER)
        if part == "extension":
            send(b"1;")
            return for_ever(exchange, b"x" * 1000)
        return send(b"0\r\nX-Amz-Function-Error: no\r\n\r\n")

    return Takeover(run)
