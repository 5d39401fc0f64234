#!/usr/bin/env python3
"""Random queries over foreign tables and over local copies: equal results?

Runs on the server that PGHOST names, with psql from ORACLE_BINDIR; see
README.md beside this file.  scripts/oracle prepares all that.

IDENTIFICATION
  test/oracle/oracle.py
"""

import argparse
import collections
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True
from worker import QUERIES_A_ROUND, Worker, pushed  # noqa: E402
from writes import SEQUENCES_A_ROUND  # noqa: E402

SHRUNK = 2      # failures that each session makes smaller
# Shares below which the run says nothing: (what, needs, least).
MINIMUMS = (("filter", None, 0.40), ("rows", None, 0.55),
            ("limit", "capability limit", 0.04),
            ("order", "capability order_by", 0.02), ("bind", "bind", 0.08))
OF_WRITES = (("rows", None, 0.90), ("returned", None, 0.30),
             ("undone", None, 0.05))
MOST_ASIDE = 0.05       # of queries that count neither way, and of errors


def work(name, arguments, folder, rounds, results, stopping):
    """A process: rounds until there are none."""
    worker = None
    try:
        worker = Worker(name, folder, arguments.defect,
                        0 if arguments.stop else SHRUNK, arguments.of,
                        arguments.cached)
        results.put(("features", sorted(worker.features)))
        while True:
            number, count, only = rounds.get()
            if number is None:
                break
            for outcome in worker.run_round(arguments.seed, number, count, only):
                flags = [pushed(call) for call in outcome.pop("calls")]
                outcome["pushed"] = [any(column) for column in zip(*flags)] \
                    or [False] * 3
                results.put(("outcome", outcome))
                if stopping.is_set():
                    break
    except BaseException:
        results.put(("broken", traceback.format_exc()))
    finally:
        if worker:
            worker.close()
        results.put(("done", name))


class Tally:
    def __init__(self, of):
        self.of = of
        self.counts = collections.Counter()
        self.failures, self.features = [], []
        self.states, self.cancelled = collections.Counter(), []
        self.seeds = {}                 # of a query with an error

    def add(self, outcome):
        result = outcome["result"]
        self.counts["queries"] += 1
        self.counts[result] += 1
        if result == "error":
            self.states[outcome["state"]] += 1
            self.seeds[outcome["state"]] = outcome["seed"]
        if result == "cancelled":
            self.cancelled.append(outcome["seed"])
        if result == "failed":
            self.failures.append(outcome)
        if outcome.get("kit"):
            self.counts["kit " + outcome["kit"]] += 1
        self.counts["rows"] += outcome["rows"] > 0
        for what in ("bind", "returned", "undone"):
            self.counts[what] += outcome.get(what, False)
        for what, flag in zip(("filter", "limit", "order"), outcome["pushed"]):
            self.counts[what] += flag

    def share(self, what):
        return self.counts[what] / max(self.counts["queries"], 1)

    def checks(self, with_shares):
        """(passed, what) of what a run must show."""
        yield not self.failures, "%d queries answer as local tables do" % (
            self.counts["queries"])
        if not with_shares:
            return
        for what, needs, least in OF_WRITES if self.of == "writes" else MINIMUMS:
            if needs is None or needs in self.features:
                yield self.share(what) >= least, "%s: %.1f %% of them, at " \
                    "least %.0f %%" % (what, 100 * self.share(what),
                                       100 * least)
        for what in ("no value", "cancelled", "error"):
            yield self.share(what) <= MOST_ASIDE, "%s: %.1f %% of them, at " \
                "most %.0f %%" % (what, 100 * self.share(what),
                                  100 * MOST_ASIDE)


def show(outcome):
    print("-- failed: seed %s" % outcome["seed"])
    print(outcome["report"])
    print("-- end of %s" % outcome["seed"], flush=True)


def run(arguments, folder):
    """Runs the queries; returns the tally."""
    rounds, results = multiprocessing.Queue(), multiprocessing.Queue()
    if arguments.only:
        number, index = map(int, arguments.only.split("/"))
        rounds.put((number, 1, index))
    else:
        size = SEQUENCES_A_ROUND if arguments.of == "writes" else \
            QUERIES_A_ROUND
        for number in range(0, arguments.queries, size):
            rounds.put((number // size, min(size, arguments.queries - number),
                        None))
    jobs = 1 if arguments.only else arguments.jobs
    for _ in range(jobs):
        rounds.put((None, 0, None))
    stopping = multiprocessing.Event()
    processes = [multiprocessing.Process(
        target=work, args=("w%d" % i, arguments, folder, rounds, results,
                           stopping))
        for i in range(jobs)]
    for process in processes:
        process.start()
    tally, left = Tally(arguments.of), len(processes)
    end = time.monotonic() + arguments.seconds if arguments.seconds else None
    while left:
        kind, value = results.get()
        if kind == "done":
            left -= 1
        elif kind == "features":
            tally.features = value
        elif kind == "broken":
            print(value, flush=True)
            tally.failures.append({"seed": "-", "report": value})
        else:
            tally.add(value)
            if value["result"] == "failed" and \
                    len(tally.failures) <= arguments.shown:
                show(value)
            enough = arguments.stop and tally.failures
            if enough:
                stopping.set()
            if enough or (end and time.monotonic() > end):
                empty(rounds, jobs)
                end = None
    for process in processes:
        process.join()
    return tally


def empty(rounds, jobs):
    """Leaves nothing to do but to stop."""
    try:
        while True:
            rounds.get_nowait()
    except Exception:
        pass
    for _ in range(jobs):
        rounds.put((None, 0, None))


def main():
    parser = argparse.ArgumentParser(description="Differential tests")
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--jobs", type=int,
                        default=max(2, (os.cpu_count() or 2) + 1))
    parser.add_argument("--seconds", type=float,
                        help="begin no round after this many")
    parser.add_argument("--only", metavar="ROUND/QUERY")
    parser.add_argument("--shown", type=int, default=5,
                        help="failures that are printed whole")
    parser.add_argument("--stop", action="store_true",
                        help="stop at the first failure")
    parser.add_argument("--defect", help="a defect of the function")
    parser.add_argument("--of", choices=("tables", "functions", "writes", "kits"),
                        help="rounds of one kind alone; of writes a query is a "
                        "sequence of statements")
    parser.add_argument("--cached", action="store_true",
                        help="tables keep answers, and each query is run twice")
    parser.add_argument("--no-shares", action="store_true")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="oracle.")
    started = time.monotonic()
    try:
        tally = run(arguments, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    seconds = time.monotonic() - started
    print("features: %s" % ", ".join(tally.features))
    print("%d queries in %.0f s, %.1f a second" % (
        tally.counts["queries"], seconds, tally.counts["queries"] / seconds))
    shown = ("rows", "returned", "undone") if arguments.of == "writes" else (
        "rows", "filter", "limit", "order", "bind")
    print(", ".join("%s %.1f %%" % (what, 100 * tally.share(what)) for what in
                    shown + ("no value", "cancelled", "error")))
    if arguments.of == "kits":
        print(", ".join("%s: %d queries" % (what, tally.counts["kit " + what])
                        for what in ("python", "node")))
    for state, count in tally.states.most_common(8):
        print("  %d times %s, as %s" % (count, state, tally.seeds[state]))
    if tally.cancelled:
        print("  cancelled: %s" % ", ".join(tally.cancelled[:8]))
    # A few rounds, which are all that a busy machine has time for, have not
    # the shares of many.
    few = 1 if arguments.of == "writes" else QUERIES_A_ROUND
    cut_short = few <= tally.counts["queries"] < arguments.queries
    results = list(tally.checks(not (arguments.no_shares or arguments.only or
                                     cut_short)))
    for number, (good, what) in enumerate(results, 1):
        print("%s %d - %s" % ("ok" if good else "not ok", number, what))
    good = sum(result for result, _ in results)
    print("%d passed, %d failed" % (good, len(results) - good))
    return good != len(results)


if __name__ == "__main__":
    sys.exit(main())
