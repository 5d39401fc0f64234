#!/usr/bin/env python3
"""HTTP/2 in front of the endpoint, which speaks HTTP/1.1 alone.

    h2front.py --backend http://127.0.0.1:PORT --tls CERTIFICATE KEY
               --port 0 --port-file F --with-parent

Offers h2, then http/1.1, in TLS's ALPN.  Over h2 every stream is one request to
the backend, its host the stream's :authority; over http/1.1 bytes pass through
as they are.  Needs Debian's python3-h2.

IDENTIFICATION
  test/endpoint/h2front.py
"""

import argparse
import http.client
import itertools
import os
import queue
import select
import socket
import ssl
import socketserver
import sys
import threading
from urllib.parse import urlsplit

sys.dont_write_bytecode = True
try:
    import h2.config
    import h2.connection
    import h2.events
    import h2.exceptions
except ImportError:
    # Debian's h2 belongs to Debian's Python.
    DEBIAN = "/usr/bin/python3"
    if os.path.exists(DEBIAN) and "H2FRONT_AGAIN" not in os.environ:
        os.environ["H2FRONT_AGAIN"] = "1"
        os.execv(DEBIAN, [DEBIAN] + sys.argv)
    sys.exit("h2front: python3-h2 is missing")
import serving  # noqa: E402

BODY_LIMIT = 64 * 1024 * 1024
# No more than this waits to be written before more is read of the backend.
PENDING = 256 * 1024
# Headers that HTTP/2 does not have.
HOP_BY_HOP = ("connection", "keep-alive", "proxy-connection",
              "transfer-encoding", "upgrade", "te")


class Stream:
    """One request and its answer, which a thread of its own fetches."""

    def __init__(self, front, number, headers):
        self.front = front
        self.number = number
        self.headers = headers
        self.body = bytearray()
        self.answer = queue.Queue(4)
        self.block = b""        # what is left of the block being sent
        self.gone = False
        self.backend = None

    def start(self):
        threading.Thread(target=self.fetch, daemon=True).start()

    def put(self, *item):
        """Hand something to the connection's thread."""
        while not self.gone:
            try:
                self.answer.put(item, timeout=0.2)
                return self.front.wake()
            except queue.Full:
                pass

    def fetch(self):
        connection = http.client.HTTPConnection(*self.front.backend)
        try:
            self.ask(connection)
            response = connection.getresponse()
            self.put("head", [(":status", str(response.status))] + [
                (name.lower(), value) for name, value in response.getheaders()
                if name.lower() not in HOP_BY_HOP])
            while block := response.read1(65536):
                self.put("data", block)
            self.put("reset" if response.length else "end")
        except (OSError, ValueError, http.client.HTTPException):
            self.put("reset")
        finally:
            connection.close()

    def ask(self, connection):
        """Send the request to the backend."""
        pseudo = dict(h for h in self.headers if h[0].startswith(":"))
        fields = [h for h in self.headers if not h[0].startswith(":")
                  and h[0] not in HOP_BY_HOP]
        names = {name for name, _ in fields}
        if ":authority" in pseudo:
            fields = [("host", pseudo[":authority"])] + [
                h for h in fields if h[0] != "host"]
        if "content-length" not in names and self.body:
            fields.append(("content-length", str(len(self.body))))
        connection.connect()
        self.backend = connection.sock
        if self.gone:
            raise ConnectionAbortedError
        connection.putrequest(pseudo[":method"], pseudo[":path"],
                              skip_host=True, skip_accept_encoding=True)
        for name, value in fields + self.front.marks:
            connection.putheader(name, value)
        connection.endheaders(bytes(self.body))

    def cancel(self):
        """Nobody wants the answer; the backend sees its client go."""
        self.gone = True
        try:
            if self.backend:
                self.backend.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Front:
    """One connection that speaks h2; its thread alone touches the socket."""

    def __init__(self, connection, backend, number):
        self.connection = connection
        self.backend = backend
        self.marks = [("X-Test-Http-Version", "2"),
                      ("X-Test-Connection", str(number)),
                      ("X-Test-Tls-Resumed",
                       "1" if connection.session_reused else "0")]
        self.streams = {}
        self.out = bytearray()
        self.waker, self.wakened = socket.socketpair()
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(
            client_side=False, header_encoding="utf-8"))

    def wake(self):
        try:
            self.waker.send(b"x")
        except OSError:
            pass

    def run(self):
        self.connection.setblocking(False)
        self.h2.initiate_connection()
        try:
            open_still = True
            while open_still:
                # Streams may have more as soon as what they had is written:
                # nothing else would wake this thread for them.
                more = True
                while more:
                    more = self.pump()
                    self.out += self.h2.data_to_send()
                    self.write()
                    more = more and len(self.out) < PENDING
                open_still = self.wait()
            self.out += self.h2.data_to_send()
            self.write()
        finally:
            for stream in self.streams.values():
                stream.cancel()
            self.waker.close()
            self.wakened.close()

    def wait(self):
        """Until something happens; false once the client is gone."""
        poll = select.poll()
        poll.register(self.connection, select.POLLIN |
                      (select.POLLOUT if self.out else 0))
        poll.register(self.wakened, select.POLLIN)
        ready = dict(poll.poll())
        if self.wakened.fileno() in ready:
            self.wakened.recv(65536)
        if ready.get(self.connection.fileno(), 0) & ~select.POLLOUT:
            return self.read()
        return True

    def read(self):
        while True:
            try:
                data = self.connection.recv(65536)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return True
            if not data:
                return False
            try:
                events = self.h2.receive_data(data)
            except h2.exceptions.ProtocolError:
                return False
            for event in events:
                if isinstance(event, h2.events.ConnectionTerminated):
                    return False
                self.take(event)

    def take(self, event):
        """Act on one event of the client's."""
        number = getattr(event, "stream_id", None)
        stream = self.streams.get(number)
        if isinstance(event, h2.events.RequestReceived):
            self.streams[number] = Stream(self, number, event.headers)
        elif isinstance(event, h2.events.DataReceived):
            self.h2.acknowledge_received_data(event.flow_controlled_length,
                                              number)
            if stream and len(stream.body) <= BODY_LIMIT:
                stream.body += event.data
        elif isinstance(event, h2.events.StreamEnded) and stream:
            stream.start()
        elif isinstance(event, h2.events.StreamReset) and stream:
            stream.cancel()
            del self.streams[number]

    def write(self):
        while self.out:
            try:
                sent = self.connection.send(self.out[:65536])
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            del self.out[:sent]

    def pump(self):
        """Frame what the streams have, as far as the windows reach; whether
        they may have more, for which there was no room."""
        for stream in list(self.streams.values()):
            while len(self.out) < PENDING and self.advance(stream):
                self.out += self.h2.data_to_send()
        return len(self.out) >= PENDING

    def advance(self, stream):
        """Send one thing of a stream; false when it must wait."""
        if stream.block:
            room = min(self.h2.local_flow_control_window(stream.number),
                       self.h2.max_outbound_frame_size)
            if room > 0:
                self.h2.send_data(stream.number, stream.block[:room])
                stream.block = stream.block[room:]
            return room > 0
        try:
            kind, *content = stream.answer.get_nowait()
        except queue.Empty:
            return False
        if kind == "head":
            self.h2.send_headers(stream.number, content[0])
            return True
        if kind == "data":
            stream.block = content[0]
            return True
        if kind == "end":
            self.h2.end_stream(stream.number)
        else:
            self.h2.reset_stream(stream.number, 2)      # INTERNAL_ERROR
        del self.streams[stream.number]
        return False


class Handler(socketserver.BaseRequestHandler):
    numbers = itertools.count(1)

    def handle(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = self.server.tls.wrap_socket(self.request,
                                                   server_side=True)
        if self.request.selected_alpn_protocol() == "h2":
            return Front(self.request, self.server.backend,
                         next(self.numbers)).run()
        with socket.create_connection(self.server.backend) as backend:
            serving.relay(self.request, backend)

    def finish(self):
        # The server closes the socket it accepted, which TLS has taken over.
        self.request.close()


class Server(serving.Server):
    scheme = "https"

    def __init__(self, host, port, backend, tls):
        self.backend = (backend.hostname, backend.port)
        self.tls = serving.tls_context(*tls)
        self.tls.set_alpn_protocols(["h2", "http/1.1"])
        super().__init__(host, port, Handler)


def main():
    parser = argparse.ArgumentParser(description="HTTP/2 before the endpoint")
    serving.add_arguments(parser)
    parser.add_argument("--backend", required=True, type=urlsplit,
                        help="URL of the endpoint")
    parser.add_argument("--tls", nargs=2, required=True,
                        metavar=("CERTIFICATE", "KEY"), help="PEM files")
    arguments = parser.parse_args()
    serving.run(Server(arguments.host, arguments.port, arguments.backend,
                       arguments.tls), arguments)


if __name__ == "__main__":
    main()
