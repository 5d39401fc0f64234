"""Has botocore's reader of event streams read what the test endpoint streams;
prints "ok - " and "not ok - " lines.

IDENTIFICATION
  test/interop/streams.py
"""

import json
import os
import sys
from urllib.parse import urlsplit

from botocore.eventstream import ChecksumMismatch, EventStreamBuffer

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(HERE, place)
                for place in ("../endpoint", "../source/test/endpoint")]
from selftest_lib import Client  # noqa: E402
from selftest_stream import STREAMS  # noqa: E402


def read(port, event):
    """(kinds, payload) as botocore reads them, or the name of its error."""
    client = Client(port)
    body = client.start("stream", event, path=STREAMS % "stream").read()
    buffer = EventStreamBuffer()
    kinds, payload = [], b""
    try:
        for byte in body:
            buffer.add_data(bytes([byte]))
            for message in buffer:
                kind = message.headers.get(":event-type") or message.headers[
                    ":" + message.headers[":message-type"] + "-type"]
                kinds.append(kind)
                if kind == "PayloadChunk":
                    payload += message.payload
    except ChecksumMismatch as error:
        return type(error).__name__, None
    return kinds, payload


def main():
    port = urlsplit(os.environ["LAMBDA_FDW_ENDPOINT"]).port
    bad = 0
    for name, event, expected in (
            ("two chunks", {"chunks": ["[1,", "2]"]},
             (["PayloadChunk", "PayloadChunk", "InvokeComplete"], b"[1,2]")),
            ("an HTTP head", {"head": {}, "chunks": ["x"]},
             (["PayloadChunk", "PayloadChunk", "InvokeComplete"],
              b"{}" + bytes(8) + b"x")),
            ("an exception", {"rows": 0, "fault": "throttled"},
             (["TooManyRequestsException"], b"")),
            ("a checksum", {"rows": 0, "fault": "bad_message"},
             ("ChecksumMismatch", None))):
        found = read(port, event)
        if found != expected:
            print("# %s" % json.dumps(str(found)))
        print("%s - botocore, streams: %s" % (
            "ok" if found == expected else "not ok", name))
        bad += found != expected
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
