"""Runs the cases of bench/ and reports them; bench/run starts it."""

import argparse
import importlib
import itertools
import os
import sys

sys.dont_write_bytecode = True

import harness
import report

CASES = {
    "select": "Rows of seven columns", "wide": "Wide and deep rows",
    "calls": "Calls one after the other", "concurrency": "Calls side by side",
    "joins": "Bind joins", "tls": "First connections", "streams": "Streams",
    "cancel": "Hanging statements", "sessions": "A hundred sessions",
    "planning": "Planning",
    "parallel": "Parallel workers", "today": "What people do today"}


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run")
    parser.add_argument("--work", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--endpoint", required=True, type=int, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    given = parser.parse_args()
    for case in given.cases:
        if case not in CASES:
            parser.error(f"no case {case}: there are {' '.join(CASES)}")
    return given


def run_case(bench, name):
    print(f"{name}:", flush=True)
    bench.group = CASES[name]
    try:
        importlib.import_module("case_" + name).run(bench)
    except harness.Skipped as skipped:
        bench.skip(name, str(skipped))
    except harness.SqlError as error:
        bench.skip(name, "it FAILED: " + str(error).splitlines()[0])
        bench.failed = True
    finally:
        bench.close_sessions()


def found(number, what, action):
    """A line of TAP: whether an action finds that contenders disagree."""
    try:
        action()
    except harness.Disagreement as disagreement:
        print(f"# {disagreement}\nok {number} - {what}", flush=True)
        return True
    print(f"not ok {number} - {what}", flush=True)
    return False


def self_test(bench):
    """Planted rows must be found, or the run means nothing."""
    bench.planted = ("(SELECT id, customer, placed_at, total, city, active, "
                     "replace(note, 'ring twice', 'ring once') AS note "
                     "FROM select_lambda) planted")
    numbers = itertools.count()
    results = [
        found(1, "a contender with other values", lambda: run_case(bench, "select")),
        found(2, "a contender with another result", lambda: bench.race(
            "two counts", {"one": lambda: (1, 1, "1"), "two": lambda: (1, 1, "2")})),
        found(3, "a contender whose result changes", lambda: bench.race(
            "changes", {"one": lambda: (1, 1, str(next(numbers)))}))]
    print("1..3")
    sys.exit(0 if all(results) else 1)


def main():
    given = arguments()
    with open(os.path.join(given.work, "ports")) as ports:
        plain, secure = ports.read().split()
    bench = harness.Bench(given.work, given.rounds or (3 if given.quick else 21),
                          given.quick, f"http://127.0.0.1:{plain}",
                          f"https://127.0.0.1:{secure}", given.endpoint)
    try:
        harness.create_servers(bench)
        if given.self_test:
            self_test(bench)
        for name in given.cases or CASES:
            run_case(bench, name)
    except harness.Disagreement as found:
        sys.exit(f"The contenders disagree: {found}")
    report.write(bench, given.work)
    if bench.failed:
        sys.exit("A case has failed.")


if __name__ == "__main__":
    main()
