"""What was asked of the endpoint, in order.

IDENTIFICATION
  test/endpoint/record.py
"""

import threading


class Record:
    """Every call since the start or the last reset_calls."""

    def __init__(self):
        self.lock = threading.Lock()
        self.calls = []

    def add(self, call):
        with self.lock:
            call["seq"] = len(self.calls) + 1
            self.calls.append(call)

    def rows(self):
        with self.lock:
            return list(self.calls)

    def clear(self):
        with self.lock:
            cleared = len(self.calls)
            self.calls = []
            return cleared
