"""Runs the cases of bench/ and reports them; bench/run starts it."""

import argparse
import importlib
import os
import sys

sys.dont_write_bytecode = True

import harness
import report

CASES = ("select", "wide", "calls", "concurrency", "joins", "tls", "streams",
         "cancel", "sessions", "planning")


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run")
    parser.add_argument("--work", required=True, help=argparse.SUPPRESS)
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
    try:
        importlib.import_module("case_" + name).run(bench)
    except harness.Skipped as skipped:
        bench.skip(name, str(skipped))
    finally:
        bench.close_sessions()


def self_test(bench):
    """Planted rows must be found, or the run means nothing."""
    bench.planted = ("(SELECT id, customer, placed_at, total, city, active, "
                     "replace(note, 'ring twice', 'ring once') AS note "
                     "FROM select_lambda) planted")
    try:
        run_case(bench, "select")
    except harness.Disagreement as found:
        print(f"found: {found}")
    else:
        sys.exit("other rows were not found")
    try:
        bench.race("two counts", {"one": lambda: (1, 1, "1"),
                                  "two": lambda: (1, 1, "2")})
    except harness.Disagreement as found:
        print(f"found: {found}")
    else:
        sys.exit("another result was not found")


def main():
    given = arguments()
    with open(os.path.join(given.work, "ports")) as ports:
        plain, secure = ports.read().split()
    bench = harness.Bench(given.work, given.rounds or (3 if given.quick else 21),
                          given.quick, f"http://127.0.0.1:{plain}",
                          f"https://127.0.0.1:{secure}")
    try:
        harness.create_servers(bench)
        if given.self_test:
            self_test(bench)
            return
        for name in given.cases or CASES:
            run_case(bench, name)
    except harness.Disagreement as found:
        sys.exit(f"The contenders disagree: {found}")
    report.write(bench, given.work)


if __name__ == "__main__":
    main()
