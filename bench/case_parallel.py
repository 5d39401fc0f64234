"""A scan of sixteen splits by workers, beside the same scan by the session alone."""

import os

from case_select import DEFINITION
from harness import Skipped

SPLITS = 16
QUERIES = {
    "seven columns":
        "SELECT count(id), count(customer), count(placed_at), sum(total), count(city), "
        "count(active), count(note) FROM splits",
    "a condition that costs":
        "SELECT count(*) FROM splits WHERE note ~ '(left|right)[a-z-]* (door|side)' OR md5(note) < '1'",
}


def run(bench):
    if len(os.sched_getaffinity(0)) < 2:
        raise Skipped("there is one core")
    bench.session().query(f"""
CREATE FOREIGN TABLE splits ({DEFINITION}) SERVER aws
  OPTIONS (function_arn 'split_rows7', splits '{SPLITS}', estimated_rows '{SPLITS * 36000}')""")
    contenders = {
        "lambda_fdw": bench.session("SET max_parallel_workers_per_gather = 2"),
        "lambda_fdw without workers": bench.session("SET max_parallel_workers_per_gather = 0")}
    for name, sql in QUERIES.items():
        def of(session, sql=sql):
            # the session's CPU is not the workers', so that wall time alone is compared
            return lambda: (0.0, *session.measure(sql)[1:])
        title = f"{SPLITS} splits, {name}"
        measures = bench.race(title, {who: of(session) for who, session in contenders.items()},
                              rounds=min(bench.rounds, 9))
        bench.compare(title, measures, "lambda_fdw without workers",
                      0.75 if "costs" in name else None, kind="wall", label="without workers")
