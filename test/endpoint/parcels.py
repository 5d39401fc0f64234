#!/usr/bin/env python3
"""An HTTP API of parcels, for functions that ask one: GET /parcels/{number}.

    parcels.py --port 0 --port-file F --with-parent --log FILE

With the header "x-api-key: of-the-carrier" it has the parcels P-1 to P-9; P-503
is answered with 503, others with 404, and without the key all with 401.  The log
has a line for each request.

IDENTIFICATION
  test/endpoint/parcels.py
"""

import argparse
import http.server
import json
import sys
import threading

sys.dont_write_bytecode = True
import serving  # noqa: E402

KEY = "of-the-carrier"
PLACES = ("Bergen", "Porto", "Lyon")


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        """Silence: the log is the server's own."""

    def answer(self):
        """Status and document for a request."""
        if self.headers["x-api-key"] != KEY:
            return 401, {"message": "no key"}
        folder, _, number = self.path[1:].partition("/")
        if number == "P-503":
            return 503, {"message": "overloaded"}
        if folder != "parcels" or number not in ["P-%d" % n for n in range(1, 10)]:
            return 404, {"message": "no such parcel"}
        return 200, {"number": number, "state": "delivered" if number < "P-3"
                     else "on its way", "place": PLACES[int(number[2:]) % 3]}

    def do_GET(self):
        with self.server.lock:
            self.server.log.write("GET %s\n" % self.path)
            self.server.log.flush()
        status, document = self.answer()
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    parser = argparse.ArgumentParser(description="An HTTP API of parcels.")
    serving.add_arguments(parser)
    parser.add_argument("--log", required=True, metavar="FILE")
    arguments = parser.parse_args()
    server = serving.Server(arguments.host, arguments.port, Handler)
    server.lock = threading.Lock()
    server.log = open(arguments.log, "a")
    serving.run(server, arguments)


if __name__ == "__main__":
    main()
