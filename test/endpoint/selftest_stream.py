"""Self-test of streamed answers, for selftest.py: by a reader of the messages of
its own.

IDENTIFICATION
  test/endpoint/selftest_stream.py
"""

import base64
import json
import struct
import zlib

from selftest_lib import TAP, Client

STREAMS = "/2021-11-15/functions/%s/response-streaming-invocations"


def read_messages(data):
    """(headers, payload) of each message; raises where one is none."""
    found = []
    while data:
        total, length, crc = struct.unpack("!III", data[:12])
        assert zlib.crc32(data[:8]) == crc, "prelude"
        assert total <= len(data), "cut"
        assert zlib.crc32(data[:total - 4]) == struct.unpack(
            "!I", data[total - 4:total])[0], "message"
        block, headers = data[12:12 + length], {}
        while block:
            name, block = block[1:1 + block[0]], block[1 + block[0]:]
            kind, size = struct.unpack("!BH", block[:3])
            assert kind == 7, "type"
            headers[name.decode()] = block[3:3 + size].decode()
            block = block[3 + size:]
        found.append((headers, data[12 + length:total - 4]))
        data = data[total:]
    return found


def stream(client, name, event, **how):
    """(status, content type, messages) of one invocation."""
    response = client.start(name, event, path=STREAMS % name, **how)
    body = response.read()
    try:
        return (response.status, response.headers["Content-Type"],
                read_messages(body))
    except (AssertionError, IndexError, struct.error) as error:
        return response.status, None, "bad %s" % error


def events(messages):
    return [headers[":event-type"] for headers, _ in messages]


def run(port):
    client = Client(port)
    status, kind, found = stream(client, "echo", {"a": 1})
    TAP.equal((status, events(found), json.loads(found[0][1]), found[1][1]),
              (200, ["PayloadChunk", "InvokeComplete"], {"a": 1}, b"{}"),
              "a value is one chunk")
    status, kind, found = stream(client, "stream", {"chunks": ["a", "b"]})
    TAP.equal((kind, [payload for _, payload in found[:-1]]),
              ("application/octet-stream", [b"a", b"b"]), "a Stream is several")
    TAP.equal(client.call("stream", {"chunks": ["[1,", "2]"]})[2], [1, 2],
              "Invoke has them as one")
    status, kind, found = stream(client, "stream", {
        "head": {"statusCode": 201}, "chunks": ["x"]})
    TAP.equal((kind, found[0][1]),
              ("application/vnd.awslambda.http-integration-response",
               b'{"statusCode": 201}' + bytes(8)), "an HTTP answer's head")
    _, _, found = stream(client, "stream", {"rows": 1, "raises": "Boom"},
                         extra={"X-Amz-Log-Type": "Tail"})
    document = json.loads(found[-1][1])
    TAP.equal((events(found), document["ErrorCode"],
               json.loads(document["ErrorDetails"])["errorType"]),
              (["PayloadChunk", "InvokeComplete"], "Boom", "Boom"),
              "an error behind a chunk")
    TAP.ok(b"REPORT" in base64.b64decode(document["LogResult"]), "the log")
    for fault in ("bad_prelude", "bad_message", "cut_message", "huge_length"):
        found = stream(client, "stream", {"rows": 1, "fault": fault})[2]
        TAP.ok(str(found).startswith("bad "), fault, found)
    status, _, _ = stream(client, "echo", {},
                          extra={"X-Amz-Invocation-Type": "Event"})
    TAP.equal(status, 400, "an Event is not streamed")
