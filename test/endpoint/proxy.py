#!/usr/bin/env python3
"""A small HTTP proxy: CONNECT tunnels, and requests for http:// URLs.

    proxy.py --port 0 --port-file F --with-parent --log FILE [--refuse]
             [--connect MODE,MODE,...] [--upstream PORT]

The log has a line for each request: its method and what it is for.  The modes
are what CONNECT is answered with, by turns: `ok`; a status, without a tunnel;
`lying`, a tunnel whose head looks like Lambda's; `slow`, a tunnel after half a
second; `endless`, header after header; `garbage`; `close`; `hang`.  With
--upstream all tunnels lead to this port, whatever host they are for.

IDENTIFICATION
  test/endpoint/proxy.py
"""

import argparse
import http.client
import http.server
import itertools
import socket
import sys
import threading
import time
from urllib.parse import urlsplit

sys.dont_write_bytecode = True
import serving  # noqa: E402

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n"
# What comes before the empty line of a tunnel's head.
HEADS = {"ok": ESTABLISHED, "slow": ESTABLISHED,
         "lying": ESTABLISHED + b"X-Amz-Function-Error: Unhandled\r\n"
                  b"x-amzn-ErrorType: TooManyRequestsException\r\n"
                  b"Content-Type: text/html\r\n"}

HOP_BY_HOP = ("connection", "keep-alive", "proxy-connection",
              "proxy-authorization", "proxy-authenticate", "te", "trailer",
              "transfer-encoding", "upgrade")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        """Silence: the log is the proxy's own."""

    def begin(self):
        """Log the request; whether it may go on."""
        target = self.requestline.split()[1]
        self.server.note("%s %s" % (self.command, target))
        if not self.server.refusing:
            return True
        self.refuse(407, {"Proxy-Authenticate": 'Basic realm="proxy"'})
        return False

    def refuse(self, status, headers):
        """An answer of the proxy's own; ends the connection."""
        self.close_connection = True
        self.send_response_only(status)
        for name, value in {**headers, "Content-Length": "0",
                            "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()

    def do_CONNECT(self):
        if not self.begin():
            return
        self.close_connection = True
        mode = next(self.server.modes)
        if mode not in HEADS:
            return self.no_tunnel(mode)
        if mode == "slow":
            time.sleep(0.5)
        host, _, port = self.path.rpartition(":")
        if self.server.upstream:
            host, port = "127.0.0.1", self.server.upstream
        try:
            upstream = socket.create_connection((host.strip("[]"), int(port)))
        except (OSError, ValueError):
            return self.refuse(502, {})
        with upstream:
            upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection.sendall(HEADS[mode] + b"\r\n")
            serving.relay(self.connection, upstream)

    def no_tunnel(self, mode):
        """Answer CONNECT as the mode says."""
        if mode.isdigit():
            return self.refuse(int(mode), {})
        if mode == "garbage":
            self.connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        if mode == "endless":
            self.connection.sendall(ESTABLISHED)
        while mode == "endless":
            self.connection.sendall(b"X-Filler: " + b"x" * 1000 + b"\r\n")
        if mode == "hang":
            self.connection.recv(1)

    def do_POST(self):
        if not self.begin():
            return
        # Of two slashes at the start of a target only one is in self.path.
        url = urlsplit(self.requestline.split()[1])
        if url.scheme != "http" or not url.hostname:
            return self.refuse(400, {})
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        upstream = http.client.HTTPConnection(url.hostname, url.port or 80)
        try:
            self.forward(upstream, url, body)
        finally:
            upstream.close()

    do_GET = do_PUT = do_DELETE = do_HEAD = do_POST

    def forward(self, upstream, url, body):
        """Ask the server, and pass its answer on as it comes."""
        target = (url.path or "/") + ("?" + url.query if url.query else "")
        try:
            upstream.putrequest(self.command, target, skip_host=True,
                                skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    upstream.putheader(name, value)
            upstream.endheaders(body)
            response = upstream.getresponse()
        except (OSError, http.client.HTTPException):
            return self.refuse(502, {})
        try:
            self.pass_on(response)
        except (OSError, http.client.HTTPException):
            self.close_connection = True
            serving.reset(self.connection)

    def pass_on(self, response):
        """The answer, chunked where it has no length."""
        self.send_response_only(response.status)
        for name, value in response.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        chunked = "Content-Length" not in response.headers and (
            response.status not in (204, 304))
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while block := response.read1(65536):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(block), block) if chunked
                             else block)
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")


class Proxy(serving.Server):
    """The proxy; `log` is a path, `refusing` has it answer 407, `modes` are what
    CONNECT is answered with, `upstream` where tunnels lead to, or None."""

    def __init__(self, host, port, log, refusing, modes, upstream=None):
        self.upstream = upstream
        self.lock = threading.Lock()
        self.log = open(log, "a") if log else None
        self.refusing = refusing
        self.modes = itertools.cycle(modes)
        super().__init__(host, port, Handler)

    def note(self, line):
        if self.log:
            with self.lock:
                self.log.write(line + "\n")
                self.log.flush()


def main():
    parser = argparse.ArgumentParser(description="A small HTTP proxy")
    serving.add_arguments(parser)
    parser.add_argument("--log", help="where to write what was asked for")
    parser.add_argument("--refuse", action="store_true",
                        help="answer 407 to everything")
    parser.add_argument("--connect", default="ok", metavar="MODE,MODE,...",
                        help="what CONNECT is answered with, by turns")
    parser.add_argument("--upstream", type=int, metavar="PORT",
                        help="where all tunnels lead to")
    arguments = parser.parse_args()
    serving.run(Proxy(arguments.host, arguments.port, arguments.log,
                      arguments.refuse, arguments.connect.split(","),
                      arguments.upstream),
                arguments)


if __name__ == "__main__":
    main()
