"""Counts how many of its calls are under way at once.

delay_ms    answer so late
stream      so many rows instead, each of `size` bytes, written one by one `delay_ms`
            apart; it is under way until its last
first       the first split has so many rows, each of `size` bytes, at once
key         counts these calls by themselves
fail        fail while there is such a file
report      "peak": answers with the most that there were at once of `key`, how many are
            under way, and how many there were; forgets it

Answers a row {"id", "n"}: the split's number, and which call it was.
"""

import collections
import os
import threading
import time

from endpoint import Takeover
from event_stream import Stream

LOCK = threading.Lock()
NOW = collections.Counter()
PEAK = collections.Counter()
CALLS = collections.Counter()


def enter(key):
    with LOCK:
        NOW[key] += 1
        CALLS[key] += 1
        PEAK[key] = max(PEAK[key], NOW[key])
        return CALLS[key]


def leave(key):
    with LOCK:
        NOW[key] -= 1


def report(key):
    with LOCK:
        row = {"peak": PEAK[key], "now": NOW[key], "calls": CALLS[key]}
        PEAK[key] = NOW[key]
        CALLS[key] = 0
        return [row]


def stream(event, key):
    enter(key)
    try:
        for number in range(event["stream"]):
            yield b'{"id":%d,"note":"%s"}\n' % (number, b"x" * event.get("size", 0))
    finally:
        leave(key)


def lambda_handler(event, context):
    key = event.get("key", "")
    if "report" in event:
        return report(key)
    if "fail" in event and os.path.exists(event["fail"]):
        return Takeover(lambda exchange: exchange.reset())
    if "stream" in event:
        return Stream(stream(event, key), event.get("delay_ms", 0))
    envelope = event.get("lambda_fdw", {})
    split = envelope.get("split")
    index = split["index"] if split else 0
    is_first = index == 0 and "first" in event
    number = enter(key)
    try:
        time.sleep(0 if is_first else event.get("delay_ms", 0) / 1000)
    finally:
        leave(key)
    row = {"id": index, "n": number, "note": "x" * event.get("size", 0)}
    answer = {"rows": [row] * (event["first"] if is_first else 1)}
    return {**answer, "split": split} if split else answer
