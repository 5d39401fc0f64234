#!/usr/bin/env python3
"""The endpoint of the soak: functions that misbehave, and an exact account.

It listens on a port for each foreign server ("place") and on one for whoever
drives the soak, all in one thread, so that what it counts is one order of events.
A function's name says what it does: KIND[__FAULT][__loose].

    rows, pages, splits, keys, stream   what tables read
    store                               what they write
    echo                                what lambda_invoke gets back

    slow        after some ms           throttles   429, now and then
    raises      a function error        fails       500, now and then
    resets      RST before the head     cuts        RST amid the body
    hangs       nothing, until the client has gone

A request counts when all of it has come.  It is in flight from then until the
first byte of its answer is sent, of a stream until the last; or until its client
has gone, which is looked at whenever another request comes.

IDENTIFICATION
  test/soak/target.py
"""

import argparse
import collections
import heapq
import itertools
import json
import os
import random
import selectors
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "endpoint"))
from event_stream import chunk, complete  # noqa: E402

PAGES, PAGE_ROWS = 5, 20
ROWS = 50
STREAM_PIECES, PIECE_ROWS = 6, 25
SLOW_MS = (20, 300)
STEP_MS = 5                 # between the pieces of a stream
OFTEN = 4                   # one of so many requests misbehaves
TAG_MAX = 1000              # tags of hanging requests that are remembered


def rows_of(first, count):
    return [{"id": number, "name": "name %d" % number,
             "note": "x" * (number % 40)}
            for number in range(first, first + count)]


def as_json(value):
    return json.dumps(value, separators=(",", ":")).encode()


class Place:
    """What has come for one foreign server."""

    def __init__(self, name):
        self.name = name
        self.hangs = False
        self.received = collections.Counter()
        self.throttled = collections.Counter()
        self.raised = collections.Counter()
        self.under_way = {}         # connection: function
        self.most = 0

    def report(self):
        return {"received": self.received, "throttled": self.throttled,
                "raised": self.raised, "under_way": len(self.under_way),
                "most": self.most}


class Connection:
    """A client, and what is left to read of it and to write to it."""

    def __init__(self, target, sock, place):
        self.target = target
        self.sock = sock
        self.place = place
        self.taken = b""
        self.left = b""
        self.pieces = None          # of a stream, or of an answer that is cut
        self.answering = False
        self.open = True

    # -- reading

    def ready(self, events):
        if events & selectors.EVENT_WRITE:
            self.flush()
        if self.open and events & selectors.EVENT_READ:
            try:
                data = self.sock.recv(262144)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self.close()
                return
            self.taken += data
            self.take()

    def take(self):
        """Begin the answer to a request that is complete."""
        head, end, rest = self.taken.partition(b"\r\n\r\n")
        if not end or self.answering:
            return
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if len(rest) < length:
            return
        self.taken = rest[length:]
        path = head.split(b" ", 2)[1].decode()
        body = rest[:length]
        if self.place is None:
            self.send(200, as_json(self.target.command(path, body)))
        else:
            self.answering = True
            self.target.begin(self, path, json.loads(body or b"{}"))

    # -- writing

    def send(self, status, body, headers=""):
        self.settle()
        self.write(b"HTTP/1.1 %d Status\r\nContent-Type: application/json\r\n"
                   b"x-amzn-RequestId: %s\r\n%sContent-Length: %d\r\n\r\n%s"
                   % (status, self.target.request_id(), headers.encode(),
                      len(body), body))
        self.done()

    def settle(self):
        """The request is no longer in flight."""
        if self.place:
            self.place.under_way.pop(self, None)

    def done(self):
        self.answering = False
        if self.open and self.taken:
            self.take()

    def write(self, data):
        self.left += data
        self.flush()

    def flush(self):
        try:
            while self.left:
                self.left = self.left[self.sock.send(self.left):]
        except BlockingIOError:
            pass
        except OSError:
            self.close()
            return
        self.target.watch(self, bool(self.left))

    def go_on(self):
        """The next piece of what is sent piece by piece."""
        piece = next(self.pieces, None) if self.open else None
        if piece is None:
            return
        if not self.left:           # else the client is behind: wait for it
            self.write(piece)
        else:
            self.pieces = itertools.chain([piece], self.pieces)
        self.target.later(STEP_MS, self.go_on)

    def reset(self):
        self.settle()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.close()

    def has_gone(self):
        try:
            return self.sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def close(self):
        if self.open:
            self.open = False
            self.settle()
            self.target.forget(self)
            self.sock.close()


class Target:
    """The places, their connections and what is due."""

    def __init__(self, places, defect):
        self.selector = selectors.DefaultSelector()
        self.places = {name: Place(name) for name in places}
        self.ports = {}
        self.due = []
        self.numbers = itertools.count(1)
        self.random = random.Random(1)
        self.tags = collections.deque(maxlen=TAG_MAX)
        self.defect = defect
        for name in (None, *places):
            listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
            listener.setblocking(False)
            self.ports[name or "control"] = listener.getsockname()[1]
            self.selector.register(listener, selectors.EVENT_READ,
                                   (listener, self.places.get(name)))

    # -- the loop

    def later(self, delay_ms, action):
        heapq.heappush(self.due, (time.monotonic() + delay_ms / 1000,
                                  next(self.numbers), action))

    def watch(self, connection, writes):
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if writes else 0)
        if self.selector.get_key(connection.sock).events != events:
            self.selector.modify(connection.sock, events, connection)

    def forget(self, connection):
        self.selector.unregister(connection.sock)

    def accept(self, listener, place):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(sock, selectors.EVENT_READ,
                                   Connection(self, sock, place))

    def serve(self, parent):
        while os.getppid() == parent:
            timeout = 0.5
            if self.due:
                timeout = min(timeout, max(0, self.due[0][0] - time.monotonic()))
            for key, events in self.selector.select(timeout):
                if isinstance(key.data, tuple):
                    self.accept(*key.data)
                elif key.data.open:
                    key.data.ready(events)
            while self.due and self.due[0][0] <= time.monotonic():
                heapq.heappop(self.due)[2]()

    # -- requests

    def request_id(self):
        return b"%032x" % next(self.numbers)

    def command(self, path, body):
        """What the driver asks for."""
        if path == "/set":
            for name, hangs in json.loads(body).items():
                self.places[name].hangs = hangs
        elif path == "/tags":
            tags = [tag for connection, tag in self.tags if connection.open]
            return sorted(collections.Counter(tags).items())
        for place in self.places.values():
            self.sweep(place)
        return {name: place.report() for name, place in self.places.items()}

    def sweep(self, place):
        for connection in [*place.under_way]:
            if connection.has_gone():
                connection.close()

    def begin(self, connection, path, event):
        function = path.split("/")[3].partition("%3A")[0]
        place = connection.place
        number = next(self.numbers)
        if self.defect != "miscount" or number % 50:
            place.received[function] += 1
        place.under_way[connection] = function
        if len(place.under_way) > place.most:
            self.sweep(place)
            place.most = max(place.most, len(place.under_way))
        if not connection.open:     # the client had gone when it was read
            return
        kind, *faults = function.split("__")
        fault = next((fault for fault in faults if fault != "loose"), None)
        self.misbehave(connection, kind, "hangs" if place.hangs else fault, event)

    def misbehave(self, connection, kind, fault, event):
        place, function = connection.place, connection.place.under_way[connection]
        often = self.random.randrange(OFTEN) == 0
        if fault == "hangs":
            if "tag" in event:
                self.tags.append((connection, event["tag"]))
        elif fault == "slow":
            self.later(self.random.uniform(*SLOW_MS),
                       lambda: self.answer(connection, kind, event))
        elif fault == "throttles" and often:
            place.throttled[function] += 1
            connection.send(429, b'{"Reason":"ConcurrentInvocationLimitExceeded",'
                            b'"message":"Rate Exceeded."}',
                            "x-amzn-ErrorType: TooManyRequestsException\r\n")
        elif fault == "fails" and often:
            connection.send(500, b'{"message":"Try again."}',
                            "x-amzn-ErrorType: ServiceException\r\n")
        elif fault == "raises" and often:
            place.raised[function] += 1
            connection.send(200, b'{"errorType":"Refused","errorMessage":"no"}',
                            "X-Amz-Function-Error: Unhandled\r\n")
        elif fault == "resets" and often:
            connection.reset()
        elif fault == "cuts" and often:
            connection.settle()
            connection.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
                             b'[{"id":1,"name":"')
            self.later(STEP_MS, lambda: connection.open and connection.reset())
        else:
            self.answer(connection, kind, event)

    def answer(self, connection, kind, event):
        if not connection.open:
            return
        if kind == "stream":
            self.stream(connection)
        else:
            connection.send(200, as_json(getattr(self, "answer_" + kind)(event)))

    @staticmethod
    def answer_rows(_):
        return rows_of(1, ROWS)

    @staticmethod
    def answer_pages(event):
        page = int(event["lambda_fdw"].get("cursor") or 0)
        answer = {"rows": rows_of(page * PAGE_ROWS + 1, PAGE_ROWS)}
        if page + 1 < PAGES:
            answer["cursor"] = str(page + 1)
        return answer

    @staticmethod
    def answer_splits(event):
        split = event["lambda_fdw"].get("split", {"index": 0, "count": 1})
        return {"split": split,
                "rows": rows_of(split["index"] * ROWS + 1, ROWS)}

    @staticmethod
    def answer_keys(event):
        keys = event["id"] if isinstance(event["id"], list) else [event["id"]]
        return [{"id": key, "name": "name %s" % key} for key in keys]

    @staticmethod
    def answer_store(event):
        return {"affected": len(event["lambda_fdw"]["rows"])}

    @staticmethod
    def answer_echo(event):
        return event

    def stream(self, connection):
        def pieces():
            yield (b"HTTP/1.1 200 OK\r\nX-Amz-Executed-Version: $LATEST\r\n"
                   b"Content-Type: application/vnd.amazon.eventstream\r\n"
                   b"x-amzn-RequestId: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
                   % self.request_id())
            for number in range(STREAM_PIECES):
                lines = b"".join(as_json(row) + b"\n" for row in
                                 rows_of(number * PIECE_ROWS + 1, PIECE_ROWS))
                yield framed(chunk(lines))
            connection.settle()
            connection.answering = False
            yield framed(complete()) + b"0\r\n\r\n"
        connection.pieces = pieces()
        connection.go_on()


def framed(message):
    """A message as a chunk of HTTP."""
    return b"%x\r\n%s\r\n" % (len(message), message)


def main():
    parser = argparse.ArgumentParser(description="The endpoint of the soak")
    parser.add_argument("--ports", required=True, help="where to write them")
    parser.add_argument("--defect", choices=["miscount"])
    parser.add_argument("places", nargs="+")
    arguments = parser.parse_args()
    parent = os.getppid()
    target = Target(arguments.places, arguments.defect)
    with open(arguments.ports + ".new", "w", encoding="ascii") as file:
        json.dump(target.ports, file)
    os.replace(arguments.ports + ".new", arguments.ports)
    target.serve(parent)


if __name__ == "__main__":
    main()
