"""What happens to the soak's sessions: cancels, terminations, cuts and ALTERs.

IDENTIFICATION
  test/soak/meddle.py
"""

import random
import threading
import time

import tables
from libpq import SqlError

PAUSE_S = 0.05

ALTERS = (
    "ALTER SERVER altered OPTIONS (SET request_timeout_ms '{timeout}')",
    "ALTER SERVER altered OPTIONS (SET max_in_flight '{limit}')",
    "ALTER FOREIGN TABLE exact_altered.pages OPTIONS (SET estimated_rows '{rows}')",
    "ALTER FOREIGN TABLE exact_altered.keys OPTIONS (SET max_batch_keys '{batch}')",
    "ALTER FOREIGN TABLE loose_altered.keys OPTIONS (SET max_batch_keys '{batch}')",
    "ALTER USER MAPPING FOR CURRENT_USER SERVER altered OPTIONS "
    "(SET aws_access_key_id 'AKIDEXAMPLE')",
)


class Meddler(threading.Thread):
    """Ends hanging statements that have arrived, and meddles with the others."""

    def __init__(self, soak, workers):
        super().__init__(name="meddler", daemon=True)
        self.soak = soak
        self.workers = workers
        self.random = random.Random(99)
        self.session = soak.connect("SET client_min_messages = error",
                                    "SET lock_timeout = '2s'")
        self.stops = threading.Event()
        self.handled = {}           # tag: when it was last seen to

    def run(self):
        try:
            rounds = 0
            while not self.stops.wait(PAUSE_S):
                rounds += 1
                self.end_hanging()
                if rounds % 2 == 0:
                    self.meddle()
                if rounds % 20 == 0:
                    self.alter()
            self.session.close()
        except Exception as error:          # pylint: disable=broad-except
            self.soak.fault(f"the meddler: {error!r}")

    def end_hanging(self):
        """Those whose every request the endpoint has."""
        for tag, arrived in self.soak.ask("/tags"):
            number, _, rest = tag.partition("/")
            calls, _, kind = rest.partition("/")
            if not calls or arrived < int(calls):
                continue
            now = time.monotonic()
            if now - self.handled.get(tag, 0) > 1:
                self.handled[tag] = now
                self.end(self.workers[int(number)],
                         self.random.choice(("cancel", "cancel", "terminate", "cut")
                                            if kind == "any" else ("cancel",)))

    def end(self, worker, how):
        worker.meddled = True
        session = worker.session
        if session is None:
            return
        self.soak.count("meddled", how)
        if how == "cut":
            session.cut()
        else:
            name = "cancel" if how == "cancel" else "terminate"
            self.session.query(f"SELECT pg_{name}_backend({session.pid})")

    def meddle(self):
        """With a session of those that may give up anything at any time."""
        worker = self.random.choice(self.workers)
        if not worker.exact and worker.since:
            self.end(worker, self.random.choice(("cancel", "cancel", "cancel",
                                                 "terminate", "cut")))

    def alter(self):
        statement = self.random.choice(ALTERS).format(
            timeout=self.random.randint(15000, 30000),
            limit=self.random.randint(2, tables.SERVERS["altered"][1]),
            rows=self.random.randint(10, 10000),
            batch=self.random.randint(100, 400))
        try:
            self.session.query(statement)
            self.soak.count("ALTER", "ok")
        except SqlError as error:
            self.soak.count("ALTER", error.state)
            if error.state not in ("55P03", "40P01"):
                self.soak.fault(f"{statement}: {error}")
