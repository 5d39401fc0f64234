#!/usr/bin/env python3
"""The endpoint's answers, byte by byte.

    dripfront.py --backend http://127.0.0.1:PORT --port 0 --port-file F --with-parent

Bytes pass through as they are, requests at once, answers in writes of a byte
each with TCP_NODELAY.  Between the first of each answer, up to PACED, others get
the processor, so that the client reads them one by one, or few at a time; later
ones are cut wherever it happens.

IDENTIFICATION
  test/endpoint/dripfront.py
"""

import argparse
import select
import socket
import socketserver
import sys
import time
from urllib.parse import urlsplit

sys.dont_write_bytecode = True
import serving  # noqa: E402

PACED = 600


class Handler(socketserver.BaseRequestHandler):

    def handle(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with socket.create_connection(self.server.backend) as backend:
            backend.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self.relay(backend)
            except OSError:
                serving.reset(self.request)
                serving.reset(backend)

    def relay(self, backend):
        poll = select.poll()
        poll.register(self.request, select.POLLIN)
        poll.register(backend, select.POLLIN)
        paced = 0
        while True:
            for number, _ in poll.poll():
                asking = number == self.request.fileno()
                block = (self.request if asking else backend).recv(65536)
                if not block:
                    return
                if asking:
                    paced = 0
                    backend.sendall(block)
                else:
                    paced = self.drip(block, paced)

    def drip(self, block, paced):
        """Send byte by byte; returns how many were paced so far."""
        for position in range(len(block)):
            self.request.sendall(block[position:position + 1])
            if paced < PACED:
                paced += 1
                time.sleep(0)
        return paced


class Server(serving.Server):

    def __init__(self, host, port, backend):
        self.backend = (backend.hostname, backend.port)
        super().__init__(host, port, Handler)


def main():
    parser = argparse.ArgumentParser(description="Answers, byte by byte")
    serving.add_arguments(parser)
    parser.add_argument("--backend", required=True, type=urlsplit,
                        help="URL of the endpoint")
    arguments = parser.parse_args()
    serving.run(Server(arguments.host, arguments.port, arguments.backend),
                arguments)


if __name__ == "__main__":
    main()
