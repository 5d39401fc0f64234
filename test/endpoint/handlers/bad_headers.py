"""A head no client should accept.

kind    huge (default): `bytes` (4 MB) of headers; not_http: no status line
times   do so this many times for this very request, then [{"id": 1}]
"""

from _record import still_failing
from endpoint import Takeover


def lambda_handler(event, context):
    if not still_failing(event, context):
        return [{"id": 1}]

    def run(exchange):
        exchange.close_connection = True
        if event.get("kind", "huge") == "not_http":
            return exchange.connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        lines = event.get("bytes", 4 * 1024 * 1024) // 4096
        filler = {"X-Filler-%d" % n: "x" * 4080 for n in range(lines)}
        exchange.send_head(200, {"Content-Length": 2, **filler})
        exchange.connection.sendall(b"[]")

    return Takeover(run)
