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
    contenders = {"alone": bench.session("SET max_parallel_workers_per_gather = 0"),
                  "lambda_fdw": bench.session("SET max_parallel_workers_per_gather = 2")}
    for name, sql in QUERIES.items():
        def of(session, sql=sql):
            return lambda: session.measure(sql)
        title = f"{SPLITS} splits, {name}"
        measures = bench.race(title, {who: of(session) for who, session in contenders.items()},
                              rounds=min(bench.rounds, 9),
                              note="Two workers, beside the session alone. Of CPU it is the session's own: that of workers is not in it.")
        bench.compare(title, measures, "alone", 0.75, kind="wall")
