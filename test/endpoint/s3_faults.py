"""Faults of S3 on demand; the handler s3_fault sets them.

IDENTIFICATION
  test/endpoint/s3_faults.py
"""

import re
import threading

# What a fault may have besides its action; s3_fault.py says what it means.
MATCHES = ("operation", "bucket", "key", "number")
DETAILS = {"times": 1, "skip": 0, "after": None, "done": False, "early": False,
           "code": None, "message": None, "status": None, "headers": None,
           "body": "", "delay_ms": 100, "block": 1000, "chunked": False}
# Actions in place of the answer, and those that change the answer of a GET.
INSTEAD = ("reset", "reset_after", "hang", "answer", "error_in_200")
CHANGED = ("truncate", "stall", "drip", "chunked", "wrong_range",
           "ignore_range", "changed", "spaces", "close")
STATUS = re.compile(r"(\d{3})(?: (\w+))?")
CODES = {"301": "PermanentRedirect", "400": "RequestTimeout",
         "403": "AccessDenied", "404": "NoSuchKey", "500": "InternalError",
         "503": "SlowDown"}


class Fault:
    """A fault, and how often it still happens."""

    def __init__(self, event):
        event = dict(event)
        self.action = str(event.pop("action"))
        self.matches = {name: event.pop(name) for name in MATCHES
                        if event.get(name) is not None}
        status = STATUS.fullmatch(self.action)
        if status:
            event = {"status": int(status[1]),
                     "code": status[2] or CODES[status[1]], **event}
            self.action = "error"
        elif self.action not in INSTEAD + CHANGED:
            raise ValueError("no such action: " + self.action)
        unknown = set(event) - set(DETAILS)
        if unknown:
            raise ValueError("no such detail: " + ", ".join(sorted(unknown)))
        for name, default in DETAILS.items():
            setattr(self, name, event.get(name, default))
        if self.action == "reset_after":
            self.action, self.done = "reset", True
        self.met = 0

    def is_for(self, parameters):
        """Whether this request is one of its own."""
        return all(parameters.get(name) in (value if isinstance(value, list)
                                            else [value])
                   for name, value in self.matches.items())

    def instead(self, is_get):
        """Whether it stands in place of the answer."""
        if self.action == "reset" and is_get and self.after is not None:
            return False
        return self.action not in CHANGED

    def body_limit(self, method):
        """After how many bytes of a request's body no more is read."""
        if self.action in ("reset", "hang") and method != "GET":
            return self.after
        return None

    def row(self):
        return {**self.matches, "action": self.action, "times": self.times,
                "met": self.met}


class Faults:
    """The faults that were set, first come, first served."""

    def __init__(self):
        self.lock = threading.Lock()
        self.faults = []

    def add(self, fault):
        with self.lock:
            self.faults.append(fault)

    def take(self, parameters):
        """The fault that this request meets, or None."""
        with self.lock:
            for fault in self.faults:
                if not fault.is_for(parameters):
                    continue
                if fault.skip:
                    fault.skip -= 1
                elif fault.times is None or fault.met < fault.times:
                    fault.met += 1
                    return fault
        return None

    def rows(self):
        with self.lock:
            return [fault.row() for fault in self.faults]

    def clear(self):
        with self.lock:
            self.faults = []


FAULTS = Faults()
