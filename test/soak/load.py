"""What the sessions of the soak do: statements, chosen at random.

A statement that succeeds must have the right result, whatever else happens; one
that fails must do so by an error that its faults explain.

IDENTIFICATION
  test/soak/load.py
"""

import random
import threading
import time

import tables
import target
from libpq import SqlError

STATEMENT_SECONDS = 30      # statement_timeout
GRACE_SECONDS = 30          # for whoever waits beyond it: 100 sessions, 2 cores
SETTINGS = (f"SET statement_timeout = '{STATEMENT_SECONDS}s'",
            "SET lambda_fdw.slot_timeout = '20s'",
            "SET client_min_messages = error", "SET jit = off",
            "SET parallel_setup_cost = 0", "SET parallel_tuple_cost = 0")

# What may end a statement of a session that is meddled with.
MEDDLED = {"57014", "57P01", None}
SERVICE = {"53400", "HV000", "HV00N", "38000", "08006", "08000", "08001",
           "58000"}


class Wrong(Exception):
    """A result that is none."""


class Worker(threading.Thread):
    """A session that runs statements until it is told to end."""

    def __init__(self, number, soak, exact):
        super().__init__(name=f"worker {number}", daemon=True)
        self.number = number
        self.soak = soak
        self.exact = exact
        self.random = random.Random(number)
        self.session = None
        self.since = None           # of the statement under way
        self.what = "nothing"
        self.meddled = False        # somebody has cancelled, or cut
        self.steady = exact and number % 4 == 0     # never terminated
        self.statements = 0
        self.stops = threading.Event()
        self.idle = threading.Event()
        self.may_end = threading.Event()

    # -- the loop

    def run(self):
        try:
            while not self.stops.is_set():
                if self.session is None:
                    self.session = self.soak.connect(*SETTINGS)
                self.one()
        except Exception as error:          # pylint: disable=broad-except
            self.soak.fault(f"{self.name}, {self.what}: {error!r}")
        self.idle.set()
        self.may_end.wait()
        if self.session:
            self.session.close()

    def one(self):
        name = self.random.choices(*zip(*STATEMENTS.items()))[0]
        server = self.random.choice(tables.LOADED)
        self.what = f"{name} on {server}"
        self.since = time.monotonic()
        self.statements += 1
        try:
            schema = ("exact_" if self.exact else "loose_") + server
            self.session.query(f"SET search_path = {schema}, public")
            self.soak.plant(self)
            globals()["do_" + name](self, server)
            self.soak.count(name, "ok")
        except SqlError as error:
            self.failed(name, error)
        finally:
            self.since = None

    def failed(self, name, error):
        self.soak.count(name, error.state)
        allowed = ERRORS.get(name, set())
        if self.meddled or not self.exact:
            allowed = allowed | MEDDLED
        if error.state not in allowed:
            self.soak.fault(f"{self.what}: {error}")
        self.meddled = False
        if self.session.is_lost():
            self.session.close()
            self.session = None
            return
        try:
            self.session.query("ROLLBACK")
        except SqlError:
            self.session.close()
            self.session = None

    def expect(self, sql, *rows):
        found = self.session.query(sql)
        if found != [list(map(str, row)) for row in rows]:
            raise Wrong(f"{sql}: {found}, not {rows}")

    def loose(self, server):
        """What follows may give up calls that have not been sent."""
        self.session.query(f"SET search_path = loose_{server}, public")

    def tag(self, calls=1):
        """What tells the endpoint's request of this session."""
        return f"{self.number}/{calls}/{'steady' if self.steady else 'any'}"

    def over(self):
        """How long the statement under way is beyond its time."""
        since = self.since
        return since and time.monotonic() - since - STATEMENT_SECONDS \
            - self.soak.grace


# ---------------------------------------------------------------------------
# The statements
# ---------------------------------------------------------------------------

def do_rows(worker, _):
    worker.expect("SELECT count(*), sum(id) FROM rows",
                  (target.ROWS, target.ROWS * (target.ROWS + 1) // 2))


def do_pages(worker, _):
    worker.expect("SELECT count(DISTINCT id) FROM pages",
                  (target.PAGES * target.PAGE_ROWS,))


def do_parts(worker, _):
    worker.expect("SELECT count(*) FROM keys WHERE id = ANY (ARRAY(SELECT "
                  "generate_series(1, 900)))", (900,))


def do_join(worker, _):
    worker.expect("SELECT count(k.name) FROM local_keys l JOIN keys k USING (id)",
                  (tables.KEY_COUNT,))


def do_append(worker, _):
    worker.expect("SELECT count(*) FROM parts", (4 * target.ROWS,))


def do_parallel(worker, _):
    worker.expect("SELECT count(DISTINCT id) FROM splits WHERE length(name) > 3",
                  (4 * target.ROWS,))


def do_stream(worker, _):
    worker.expect("SELECT count(DISTINCT id) FROM stream",
                  (target.STREAM_PIECES * target.PIECE_ROWS,))


def do_invoke(worker, server):
    loose = "" if worker.exact else "__loose"
    worker.expect(f"SELECT payload->>'a' FROM lambda_invoke('{server}', "
                  f"'echo{loose}', '{{\"a\": 7}}')", (7,))


def do_invoke_many(worker, server):
    loose = "" if worker.exact else "__loose"
    worker.expect("SELECT sum((r.payload->>'a')::int) FROM generate_series(1, 5) "
                  f"i, lambda_invoke('{server}', 'echo{loose}', "
                  "jsonb_build_object('a', i)) r", (15,))


def do_insert(worker, _):
    worker.session.query("INSERT INTO store SELECT i, 'name' FROM "
                         "generate_series(1, 230) i")


def do_copy(worker, _):
    worker.session.query("COPY store FROM STDIN", "".join(
        f"{number}\tname\n" for number in range(330)))


def do_held(worker, _):
    worker.session.query("BEGIN")
    worker.session.query("INSERT INTO held SELECT i, 'name' FROM "
                         "generate_series(1, 120) i")
    worker.session.query(worker.random.choice(("COMMIT", "COMMIT", "ROLLBACK")))


def do_cursor(worker, server):
    worker.loose(server)
    worker.session.query("BEGIN")
    worker.session.query("DECLARE c CURSOR FOR SELECT id FROM " +
                         worker.random.choice(("pages", "stream", "splits")))
    worker.session.query("FETCH 3 FROM c")
    time.sleep(worker.random.uniform(0, 0.7))
    worker.session.query("FETCH 30 FROM c")
    worker.session.query(worker.random.choice(("COMMIT", "ROLLBACK")))


def do_limit(worker, server):
    worker.loose(server)
    worker.expect("SELECT count(*) FROM (SELECT id FROM %s LIMIT 3) _" %
                  worker.random.choice(("pages", "splits", "stream", "parts")),
                  (3,))


def do_fault(worker, _):
    fault = worker.random.choice(tables.FAULTS)
    worker.expect(f"SELECT count(*) FROM rows_{fault}", (target.ROWS,))


def do_hang(worker, _):
    """The one who meddles ends it, once the endpoint has the request."""
    worker.meddled = True
    worker.session.query("SELECT count(*) FROM hangs WHERE tag = "
                         f"'{worker.tag()}'")


def do_timeout(worker, server):
    worker.loose(server)
    worker.session.query("BEGIN")
    worker.session.query("SET LOCAL statement_timeout = '300ms'")
    worker.session.query("SELECT count(*) FROM hangs WHERE tag = 'nobody'")


def do_late(worker, _):
    worker.session.query("SELECT count(*) FROM late WHERE tag = 'nobody'")


def do_pause(worker, _):
    time.sleep(worker.random.uniform(0, 0.3))


# How often, of all.
STATEMENTS = {"rows": 10, "pages": 6, "parts": 5, "join": 5, "append": 4,
              "parallel": 3, "stream": 5, "invoke": 8, "invoke_many": 3,
              "insert": 4, "copy": 4, "held": 4, "cursor": 5, "limit": 5,
              "fault": 10, "hang": 4, "timeout": 2, "late": 2, "pause": 10}
# The errors that a statement may end with, its session not being meddled with.
ERRORS = {"fault": SERVICE, "hang": {"57014", "57P01", None},
          "timeout": {"57014"}, "late": SERVICE | {"57014"}}
