"""The answers of Lambda's InvokeWithResponseStream: messages of an event stream,
as AWS's SDKs read them.

IDENTIFICATION
  test/endpoint/event_stream.py
"""

import base64
import json
import struct
import time
import zlib


class Failure(Exception):
    """The function's error behind chunks: its document, as Lambda has it."""

    def __init__(self, document):
        super().__init__(document["errorMessage"])
        self.document = document


class Stream:
    """A handler's answer that is written piece by piece.

    `chunks` is an iterable of bytes, sent as it gives them, `delay_ms` apart.
    `head`, if any, is that of an HTTP answer, as Lambda's own
    awslambda.HttpResponseStream puts it before the body.  An exception in
    between is what InvokeComplete tells.
    """

    content_type = "application/octet-stream"

    def __init__(self, chunks, delay_ms=0, head=None):
        self.chunks = chunks
        self.delay_ms = delay_ms
        self.head = head
        if head is not None:
            self.content_type = ("application/"
                                 "vnd.awslambda.http-integration-response")

    def pieces(self):
        """What is sent, each piece a chunk of its own."""
        if self.head is not None:
            yield json.dumps(self.head).encode() + bytes(8)
        for piece in self.chunks:
            yield piece
            time.sleep(self.delay_ms / 1000)


def string_header(name, text):
    name, text = name.encode(), text.encode()
    return struct.pack("!B%dsBH%ds" % (len(name), len(text)), len(name), name,
                       7, len(text), text)


def message(headers, payload):
    """A message with these string headers."""
    block = b"".join(string_header(*header) for header in headers.items())
    prelude = struct.pack("!II", 16 + len(block) + len(payload), len(block))
    prelude += struct.pack("!I", zlib.crc32(prelude))
    crc = zlib.crc32(payload, zlib.crc32(prelude + block))
    return b"".join((prelude, block, payload, struct.pack("!I", crc)))


def chunk(payload):
    """What the function wrote."""
    return message({":message-type": "event", ":event-type": "PayloadChunk",
                    ":content-type": "application/octet-stream"}, payload)


def complete(code=None, details=None, log=None):
    """The end of the function."""
    document = {"ErrorCode": code, "ErrorDetails": details,
                "LogResult": log and base64.b64encode(log).decode()}
    document = {name: text for name, text in document.items() if text}
    return message({":message-type": "event", ":event-type": "InvokeComplete",
                    ":content-type": "application/json"},
                   json.dumps(document).encode())


def exception(code, text):
    """An error of the service amid the stream."""
    return message({":message-type": "exception", ":exception-type": code,
                    ":content-type": "application/json"},
                   json.dumps({"message": text}).encode())


def error(code, text):
    """The same, of the kind that the API does not model."""
    return message({":message-type": "error", ":error-code": code,
                    ":error-message": text}, b"")


def messages(answer, failure, log):
    """What is sent for an answer, bytes or a Stream, message by message;
    `failure` says whether it is an error document, `log` is the end of the
    log where the request asks for it."""
    if failure:
        document = json.loads(answer)
        yield complete(document.get("errorType", failure), answer.decode(),
                       log)
        return
    if not isinstance(answer, Stream):
        yield chunk(answer)
        yield complete(log=log)
        return
    code = details = sent = framed = None
    try:
        for piece in answer.pieces():
            if piece is not sent:
                sent, framed = piece, chunk(piece)
            yield framed
    except Failure as raised:
        code = raised.document["errorType"]
        details = json.dumps(raised.document)
    except Exception as raised:         # pylint: disable=broad-except
        code = type(raised).__name__
        details = json.dumps({"errorType": code, "errorMessage": str(raised),
                              "trace": [repr(raised)]})
    yield complete(code, details, log)
