"""Writes its answer piece by piece, and breaks it as it is told.

chunks      texts, each a chunk; chunks_base64: bytes
rows        or so many rows {"id": n, "note": text of `size`}, one a line, in
            chunks of `chunk_rows` (1)
document    these in {"rows": [...]} instead
same        or the same row so many times, chunk_rows a chunk; stamp: the time
delay_ms    between chunks
head        of an HTTP answer, before the body
raises      an errorType, and `message`, behind the chunks
fault       what is wrong with the messages, see FAULTS
fault_calls only in so many calls of this `fault_key`
"""

import base64
import collections
import itertools
import struct
import time
import zlib

import event_stream
from endpoint import Takeover
from event_stream import Stream, chunk, complete

CALLS = collections.Counter()


def rows(event):
    note = "x" * event.get("size", 0)
    start, between, end = (('{"rows":[', ",", "]}") if event.get("document")
                           else ("", "", ""))
    each, count = event.get("chunk_rows", 1), event["rows"]
    yield start.encode() if start else b""
    for first in range(1, count + 1, each):
        numbers = range(first, min(first + each, count + 1))
        text = (between + "\n").join('{"id":%d,"note":"%s"}' % (n, note)
                                     for n in numbers)
        if between and numbers[-1] < count:
            text += between
        yield (text + "\n").encode()
    yield end.encode()


def same_rows(event):
    """As many rows as `rows`, all the same, from one block: fast."""
    row = b'{"id":1,"note":"%s"}\n' % (b"x" * event.get("size", 0))
    each = event["chunk_rows"]
    block = row * each
    for _ in range(event["rows"] // each):
        yield block


def stamped_rows(event):
    """Rows whose note is when they were written, in seconds."""
    for number in range(1, event["rows"] + 1):
        yield b'{"id":%d,"note":"%.6f"}\n' % (number, time.time())


def pieces(event):
    if "chunks" in event:
        yield from (text.encode() for text in event["chunks"])
    elif "chunks_base64" in event:
        yield from map(base64.b64decode, event["chunks_base64"])
    elif event.get("same"):
        yield from same_rows(event)
    elif event.get("stamp"):
        yield from stamped_rows(event)
    else:
        yield from (piece for piece in rows(event) if piece)
    if "raises" in event:
        raise type(event["raises"], (Exception,), {})(event.get("message", ""))


def flip(data, place):
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1:]


def huge(total, headers):
    prelude = struct.pack("!II", total, headers)
    return prelude + struct.pack("!I", zlib.crc32(prelude))


LAST = '{"id":99,"note":"last"}\n'
# What follows the chunks of each fault.
FAULTS = {
    "bad_prelude": lambda: [flip(chunk(LAST.encode()), 3), complete()],
    "bad_message": lambda: [flip(chunk(LAST.encode()), -6), complete()],
    "cut_message": lambda: [chunk(LAST.encode())[:-9]],
    "no_complete": lambda: [],
    "after": lambda: [complete(), chunk(LAST.encode())],
    "huge_length": lambda: [huge(0xFFFFFFF0, 16)],
    "huge_headers": lambda: [huge(0xFFFFFFF0, 0xFFFFFF00)],
    "long_document": lambda: [event_stream.message(
        {":message-type": "event", ":event-type": "InvokeComplete"},
        b'{"LogResult":"' + b"x" * 300000 + b'"}')],
    "bad_document": lambda: [event_stream.message(
        {":message-type": "event", ":event-type": "InvokeComplete"}, b"{")],
    "unknown": lambda: [event_stream.message(
        {":message-type": "event", ":event-type": "Other"}, b"x" * 600000),
                        complete()],
    "noise": lambda: [event_stream.message(
        {":message-type": "event", ":event-type": "x" * 50000}, b"")] * 800 + [
            complete()],
    "plain": lambda: [b'[{"id":1,"note":"no event stream"}]'],
    "throttled": lambda: [event_stream.exception("TooManyRequestsException",
                                                 "Rate Exceeded.")],
    "service": lambda: [event_stream.exception("ServiceException", "It broke.")],
    "refused": lambda: [event_stream.exception(
        "InvalidRuntimeException", "Unsupported.")],
    "error": lambda: [event_stream.error("InternalFailure", "It failed.")],
    "timeout": lambda: [complete("Sandbox.Timedout",
                                 "Task timed out after 3.00 seconds")],
}


def takeover(event, fault):
    def run(exchange):
        exchange.send_head(200, {"Transfer-Encoding": "chunked"})
        for piece in pieces(event):
            exchange.send_chunk(chunk(piece))
        if fault == "hang":
            time.sleep(event.get("hang_ms", 60000) / 1000)
            exchange.reset()
        elif fault == "reset":
            exchange.reset()
        elif fault == "bytes":
            for byte in complete():
                exchange.send_chunk(bytes([byte]))
            exchange.send_chunk(b"")
            exchange.connection.sendall(b"0\r\n\r\n")
        else:
            data = b"".join(FAULTS[fault]())
            for start in range(0, len(data), 65536):
                exchange.send_chunk(data[start:start + 65536])
            exchange.connection.sendall(b"0\r\n\r\n")
    return Takeover(run)


def by_bytes(event):
    """Every byte of the messages in a chunk of HTTP's of its own."""
    def run(exchange):
        exchange.send_head(200, {"Transfer-Encoding": "chunked"})
        data = b"".join(itertools.chain(map(chunk, pieces(event)),
                                        [complete()]))
        for start in range(len(data)):
            exchange.send_chunk(data[start:start + 1])
        exchange.connection.sendall(b"0\r\n\r\n")
    return Takeover(run)


def lambda_handler(event, context):
    fault = event.get("fault")
    if fault and "fault_calls" in event:
        CALLS[event["fault_key"]] += 1
        if CALLS[event["fault_key"]] > event["fault_calls"]:
            fault = None
    if fault == "split":
        return by_bytes(event)
    if fault:
        return takeover(event, fault)
    return Stream(pieces(event), event.get("delay_ms", 0), event.get("head"))
