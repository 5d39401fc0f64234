"""A hundred sessions at once: one connection each, none lost, CPU a call."""

import time

from harness import Disagreement

SESSIONS = 100
CALLS = 20
SETTINGS = ("SET enable_hashjoin = off", "SET enable_mergejoin = off",
            "SET enable_memoize = off", "SET lambda_fdw.enable_bind_join = off")
SQL = ("SELECT count(name) FROM generate_series(1, %d) i "
       "CROSS JOIN LATERAL (SELECT name FROM many_remote WHERE id = i) r")


def run(bench):
    setup = bench.session()
    setup.query("""
CREATE FOREIGN TABLE many_remote (id int OPTIONS (pushdown '=', required 'true'), name text)
  SERVER aws OPTIONS (function_arn 'lookup_2');
CREATE FOREIGN TABLE many_counts (calls int, connections int) SERVER aws
  OPTIONS (function_arn 'counts')""")
    setup.query("SELECT * FROM many_counts")
    sessions = [bench.session(*SETTINGS) for _ in range(SESSIONS)]
    for session in sessions:
        session.query(SQL % 5)
    opened = int(setup.query("SELECT * FROM many_counts")[0][1])
    one = [sessions[0].measure(SQL % (CALLS * 5))[0] / (CALLS * 5)
           for _ in range(3 if bench.quick else 9)]
    setup.query("SELECT * FROM many_counts")
    together = []
    wall = []
    rounds = 2 if bench.quick else 5
    for _ in range(rounds):
        before = sum(session.cpu_ms() for session in sessions)
        started = time.monotonic()
        for session in sessions:
            session.start(SQL % CALLS)
        for session in sessions:
            if session.finish() != [[str(CALLS)]]:
                raise Disagreement("100 sessions: a call is lost")
        wall.append((time.monotonic() - started) * 1000)
        after = sum(session.cpu_ms() for session in sessions)
        together.append((after - before) / (SESSIONS * CALLS))
    calls, more = map(int, setup.query("SELECT * FROM many_counts")[0])
    bench.goal("100 sessions: connections", "one each", SESSIONS, opened, floor=SESSIONS,
               unit="connections")
    bench.goal("100 sessions: connections later", "none new", 0, more, unit="connections")
    bench.goal("100 sessions: calls lost", "none", 0, rounds * SESSIONS * CALLS - calls,
               unit="calls")
    bench.goal("100 sessions: CPU a call", f"one session's ({min(one):.3f} ms)", 1.2,
               min(together) / min(one))
