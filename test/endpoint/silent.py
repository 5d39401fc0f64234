#!/usr/bin/env python3
"""A port that is no endpoint: what is told of it is told of any.

    silent.py --port 0 --port-file F --with-parent --log FILE MODE

The log has a line for each connection.  The modes are what becomes of it:
`close`, at once; `hang`, nothing; `banner`, a line of another protocol.

IDENTIFICATION
  test/endpoint/silent.py
"""

import argparse
import socketserver
import sys

sys.dont_write_bytecode = True
import serving  # noqa: E402


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        with open(self.server.log, "a") as log:
            log.write("connection\n")
        if self.server.mode == "banner":
            self.request.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        while self.server.mode != "close" and self.request.recv(4096):
            pass


def main():
    parser = argparse.ArgumentParser(description="A port that is no endpoint")
    serving.add_arguments(parser)
    parser.add_argument("--log", required=True,
                        help="where to write that somebody connected")
    parser.add_argument("mode", choices=("close", "hang", "banner"))
    arguments = parser.parse_args()
    server = serving.Server(arguments.host, arguments.port, Handler)
    server.log = arguments.log
    server.mode = arguments.mode
    serving.run(server, arguments)


if __name__ == "__main__":
    main()
