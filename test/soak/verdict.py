"""What must hold of the soak: each is a line, and counts.

IDENTIFICATION
  test/soak/verdict.py
"""

import time

import breaker
import crash
import measure
import tables
import throughput
from libpq import SqlError

FAULTS_SHOWN = 20
SETTLED_S = 10              # until what was given up has been taken notice of


class Verdict:
    """Checks, and what the endpoint had counted before what they are about."""

    def __init__(self, soak):
        self.soak = soak
        self.passed = 0
        self.failed = 0
        self.baseline = {}

    def check(self, what, wrong):
        """A line; `wrong` has what speaks against it, nothing where it holds."""
        try:
            wrong = list(wrong)
        except SqlError as error:
            wrong = [str(error)]
        for line in wrong[:FAULTS_SHOWN]:
            print(f"# {line}")
        if len(wrong) > FAULTS_SHOWN:
            print(f"# and {len(wrong) - FAULTS_SHOWN} more")
        print(f"{'not ' * bool(wrong)}ok - {what}", flush=True)
        self.failed += bool(wrong)
        self.passed += not wrong

    def summary(self):
        print(f"\n{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0

    # -- the load

    def before(self, session):
        session.query("SELECT lambda_fdw_stats_reset()")
        self.baseline = self.soak.ask("/counts")

    def after_load(self, session):
        """All sessions are idle; they still have their connections."""
        soak = self.soak
        self.check("statements end as they should, in their time", soak.faults)
        self.check("memory, descriptors and segments are flat",
                   measure.faults(soak.samples, soak.arguments.sessions))
        self.check("nothing is under way, nothing waits",
                   self.busy(session))
        self.check("pg_stat_lambda has the endpoint's own counts",
                   self.differences(session))
        self.check("never more than max_in_flight at the endpoint",
                   self.too_many())

    @staticmethod
    def busy(session):
        """What is under way, or waits, once it has had time to end."""
        until = time.monotonic() + SETTLED_S
        found = True
        while found and time.monotonic() < until:
            time.sleep(0.2)
            found = session.query(
                "SELECT server, in_flight, waiting FROM pg_stat_lambda_servers "
                "WHERE in_flight <> 0 OR waiting <> 0") + session.query(
                    "SELECT pid, state, function FROM pg_stat_lambda_activity "
                    "WHERE state <> 'idle'")
        yield from map(str, found)

    def differences(self, session):
        """Of each function; what was given up before it was sent may be among the
        attempts, and then is among those cancelled."""
        account = self.soak.ask("/counts")
        columns = ("attempts", "throttles", "function_errors", "timeouts",
                   "cancelled")
        ours = {(server, function): dict(zip(columns, map(int, counts)))
                for server, function, *counts in session.query(
                    "SELECT server, function, " + ", ".join(
                        f"sum({column})" for column in columns) +
                    " FROM pg_stat_lambda GROUP BY 1, 2")}
        rows = calls = unsent = 0
        for server in account:
            for function in account[server]["received"]:
                there = {name: account[server][name].get(function, 0) -
                         self.baseline[server][name].get(function, 0)
                         for name in ("received", "throttled", "raised")}
                row = ours.pop((server, function), dict.fromkeys(columns, 0))
                rows += there["received"] > 0
                calls += there["received"]
                unsent += row["attempts"] - there["received"]
                for wrong in disagreements(function, row, there):
                    yield f"{function} of {server}: {wrong}"
        for (server, function), row in ours.items():
            if row["attempts"] > (row["cancelled"] if "loose" in function else 0):
                yield f"{function} of {server}: the endpoint has none of {row}"
        print(f"# {calls} requests of {rows} functions; {unsent} attempts were "
              "given up before they were sent")

    def too_many(self):
        for server, counts in self.soak.ask("/counts").items():
            limit = tables.SERVERS[server][1]
            if limit is None:
                continue
            print(f"# {server}: {counts['most']} of {limit} at once")
            if counts["most"] > limit:
                yield f"{server}: {counts['most']} requests at once, not {limit}"
            if server == "limited" and counts["most"] < limit \
                    and len(self.soak.workers) >= 3 * limit:
                yield f"{server}: its limit was never reached, only {counts['most']}"

    # -- the other parts; each returns a session that works

    def crash(self, session):
        return crash.run(self, session)

    def breaker(self, session):
        return breaker.run(self, session)

    def throughput(self, session):
        return throughput.run(self, session)


def disagreements(function, ours, there):
    """Between a function's row and the endpoint's account of it."""
    received = there["received"]
    if "loose" in function:
        if not 0 <= ours["attempts"] - received <= ours["cancelled"]:
            yield (f"{ours['attempts']} attempts, {ours['cancelled']} cancelled, "
                   f"the endpoint has {received}")
        return
    # All that hang are given up, and nothing else is.
    given_up = received if "hangs" in function else 0
    for what, count, right in (
            ("attempts", ours["attempts"], received),
            ("throttles", ours["throttles"], there["throttled"]),
            ("function errors", ours["function_errors"], there["raised"]),
            ("timeouts and cancelled", ours["timeouts"] + ours["cancelled"],
             given_up)):
        if count != right:
            yield f"{count} {what}, the endpoint has {right}"
