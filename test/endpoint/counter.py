#!/usr/bin/env python3
"""Takes invocations of any function, counts the rows in them, and checks nothing.

    counter.py --port 9002

For benchmarks of writes, where the endpoint would take longer than what is
measured: a call costs it a twentieth of a millisecond.  GET / tells the rows and
calls since it was last asked.

IDENTIFICATION
  test/endpoint/counter.py
"""

import argparse
import json
import re
import socket
import socketserver
import sys
import threading

sys.dont_write_bytecode = True
import serving  # noqa: E402

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)
HEAD = (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        b"x-amzn-RequestId: 00000000-0000-0000-0000-000000000000\r\n"
        b"X-Amz-Executed-Version: $LATEST\r\nContent-Length: %d\r\n\r\n%s")
LOCK = threading.Lock()
COUNTED = {"rows": 0, "calls": 0}


def count(body):
    """The answer to an invocation."""
    rows = body.count(b'"values":')
    with LOCK:
        COUNTED["rows"] += rows
        COUNTED["calls"] += 1
    return b'{"affected":%d}' % rows


def tell():
    with LOCK:
        counted = json.dumps(COUNTED).encode()
        COUNTED.update(rows=0, calls=0)
    return counted


class Exchange(socketserver.BaseRequestHandler):
    """One connection, request by request."""

    def handle(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.read = b""
        try:
            while True:
                head, body = self.next_request()
                answer = tell() if head.startswith(b"GET") else count(body)
                self.request.sendall(HEAD % (len(answer), answer))
        except ConnectionError:
            pass

    def receive(self):
        block = self.request.recv(1 << 18)
        if not block:
            raise ConnectionResetError
        return block

    def next_request(self):
        while (end := self.read.find(b"\r\n\r\n")) < 0:
            self.read += self.receive()
        head, blocks = self.read[:end], [self.read[end + 4:]]
        length = LENGTH.search(head)
        length = int(length[1]) if length else 0
        missing = length - len(blocks[0])
        while missing > 0:
            blocks.append(self.receive())
            missing -= len(blocks[-1])
        body = b"".join(blocks)
        self.read = body[length:]
        return head, body[:length]


def main():
    parser = argparse.ArgumentParser(description="Counts rows")
    serving.add_arguments(parser)
    arguments = parser.parse_args()
    serving.run(serving.Server(arguments.host, arguments.port, Exchange),
                arguments)


if __name__ == "__main__":
    main()
