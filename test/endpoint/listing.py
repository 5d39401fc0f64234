"""What the tests make of ListFunctions and ListTags; the handler function_list
sets it.

IDENTIFICATION
  test/endpoint/listing.py
"""

import re
import threading

from control_api import PAGE_LIMIT
from verifier import Refusal

COPY = re.compile(r"(.+)_(\d{3,})")
MATCHES = ("operation", "path", "function")
ACTIONS = ("refuse", "answer", "hang", "gather")
GATHER_S = 30


class Fault:
    """What stands in place of an answer, and how often it still does."""

    def __init__(self, event):
        event = dict(event)
        self.action = event.pop("action")
        if self.action not in ACTIONS:
            raise ValueError("no such action: %s" % self.action)
        self.matches = {name: event.pop(name) for name in MATCHES
                        if name in event}
        self.times = event.pop("times", 1)
        self.skip = event.pop("skip", 0)
        self.status = event.pop("status", 429)
        self.code = event.pop("code", "TooManyRequestsException")
        self.body = event.pop("body", "")
        self.met = 0
        self.barrier = threading.Barrier(event.pop("count", 1))
        if event:
            raise ValueError("no such detail: " + ", ".join(sorted(event)))

    def is_for(self, request):
        return all(request.get(name) == value
                   for name, value in self.matches.items())

    def gather(self):
        """Wait until `count` requests are here at once."""
        try:
            self.barrier.wait(GATHER_S)
        except threading.BrokenBarrierError:
            raise Refusal(400, "InvalidParameterValueException", "They do not "
                          "come side by side.") from None

    def row(self):
        return {**self.matches, "action": self.action, "times": self.times,
                "met": self.met}


class Listing:
    """Copies of functions, the size of pages, and faults."""

    def __init__(self):
        self.lock = threading.Lock()
        self.clear()

    def clear(self):
        with self.lock:
            self.page_size = PAGE_LIMIT
            self.copies = {}    # function -> how many, NAME_001 and on
            self.untagged = {}  # function -> each so many-th has no tags
            self.faults = []

    def change(self, event):
        with self.lock:
            self.page_size = event.get("page_size", self.page_size)
            self.copies.update(event.get("copies", {}))
            self.untagged.update(event.get("untagged_every", {}))
            self.faults += map(Fault, event.get("faults", []))

    def rows(self):
        with self.lock:
            return [fault.row() for fault in self.faults]

    def take(self, request):
        """The fault that a request meets, or None."""
        with self.lock:
            for fault in self.faults:
                if not fault.is_for(request):
                    continue
                if fault.skip:
                    fault.skip -= 1
                elif fault.times is None or fault.met < fault.times:
                    fault.met += 1
                    return fault
        return None

    def copy_names(self):
        with self.lock:
            return ["%s_%03d" % (name, number + 1)
                    for name, count in self.copies.items()
                    for number in range(count)]

    def original(self, name):
        """The function that one of this name is a copy of, else its own name."""
        match = COPY.fullmatch(name)
        with self.lock:
            copied = match and 1 <= int(match[2]) <= self.copies.get(match[1], 0)
        return match[1] if copied else name

    def is_tagged(self, name):
        """Has a copy the tags of its original?"""
        match = COPY.fullmatch(name)
        every = match and self.untagged.get(match[1])
        return not every or int(match[2]) % every != 0


LISTING = Listing()
