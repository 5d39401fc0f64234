"""What the servers of this folder share: how they start, listen and end.

IDENTIFICATION
  test/endpoint/serving.py
"""

import os
import select
import signal
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time

PARENT = os.getppid()


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """A thread for every connection."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    scheme = "http"

    def __init__(self, host, port, handler):
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), handler)
        self.url = "%s://%s:%d" % (self.scheme, "[%s]" % host if ":" in host
                                   else host, self.server_address[1])

    def handle_error(self, request, client_address):
        """A client that went away, or failed its handshake, is no news."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def tls_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    # A client that would take HTTP/2 gets it, and no answer.
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


def add_arguments(parser):
    """What run() looks at, and where to listen."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--port-file", help="where to write the port")
    parser.add_argument("--with-parent", action="store_true",
                        help="end when the parent process ends")


def watch_parent():
    """End the process once its parent has ended."""
    while os.getppid() == PARENT:
        time.sleep(0.2)
    os._exit(0)


def run(server, arguments, greeting=""):
    """Say where the server listens, and this; serve until a signal."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    if arguments.with_parent:
        threading.Thread(target=watch_parent, daemon=True).start()
    if arguments.port_file:
        # Renamed into place, so that whoever waits never reads half a number.
        with open(arguments.port_file + ".new", "w") as file:
            file.write("%d\n" % server.server_address[1])
        os.replace(arguments.port_file + ".new", arguments.port_file)
    print("listening on %s\n%s" % (server.url, greeting), end="", flush=True)
    server.serve_forever()


def reset(connection):
    """End a connection with RST, not FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))
    # The descriptor itself: the socket object's own close waits for its files.
    os.close(connection.detach())


def arrived(source):
    """What can be read now, block by block; b"" at the end."""
    source.setblocking(False)
    try:
        blocks = [source.recv(65536)]
        while getattr(source, "pending", int)():
            blocks.append(source.recv(65536))
    except (BlockingIOError, ssl.SSLWantReadError):
        blocks = []
    source.setblocking(True)
    return blocks


def relay(one, other):
    """Copy both ways until either end closes; a reset is passed on."""
    peers = {one.fileno(): (one, other), other.fileno(): (other, one)}
    poll = select.poll()
    for number in peers:
        poll.register(number, select.POLLIN)
    try:
        while True:
            for number, _ in poll.poll():
                source, target = peers[number]
                for block in arrived(source):
                    if not block:
                        return
                    target.sendall(block)
    except OSError:
        reset(one)
        reset(other)
