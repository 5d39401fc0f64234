"""What statistics and limits cost: pgbench, one call a transaction, in turns.

IDENTIFICATION
  test/soak/throughput.py
"""

import os
import re
import statistics
import subprocess

import tables

ROUNDS = 25
TRANSACTIONS = 1000         # of a client in a round: less than a second
CLIENTS = 4
LEAST = 0.97
# (name, table, settings)
CONTENDERS = (("with", "tracked_row", "-c lambda_fdw.track=on"),
              ("without", "plain_row", "-c lambda_fdw.track=off"))


def pgbench(script, settings):
    """Transactions a second."""
    output = subprocess.run(
        [os.environ["SOAK_PGBENCH"], "-n", "-M", "prepared", "-c", str(CLIENTS),
         "-j", "1", "-t", str(TRANSACTIONS), "-f", script],
        env={**os.environ, "PGOPTIONS": settings}, check=True,
        capture_output=True, text=True).stdout
    return float(re.search(r"tps = ([\d.]+) \(without", output)[1])


def run(verdict, session):
    soak = verdict.soak
    endpoint = f"http://127.0.0.1:{soak.arguments.fast_port}"
    for server, options in (("plain", ""), ("tracked", tables.TRACKED)):
        session.query(f"CREATE SERVER {server}_fast FOREIGN DATA WRAPPER "
                      f"lambda_fdw OPTIONS (region 'eu-west-1', endpoint "
                      f"'{endpoint}'{options})")
        session.query(f"CREATE USER MAPPING FOR CURRENT_USER SERVER {server}_fast "
                      f"OPTIONS ({tables.KEYS})")
        session.query(
            f"CREATE FOREIGN TABLE {server}_row (id int OPTIONS (pushdown '=', "
            f"required 'true'), name text) SERVER {server}_fast "
            "OPTIONS (function_arn 'lookup_0')")
    rates = {name: [] for name, _, _ in CONTENDERS}
    for number in range(-1, ROUNDS):
        for name, table, settings in CONTENDERS[::1 if number % 2 else -1]:
            script = os.path.join(soak.arguments.work, name + ".sql")
            with open(script, "w", encoding="ascii") as file:
                file.write(f"SELECT name FROM {table} WHERE id = 1;\n")
            rate = pgbench(script, settings)
            if number >= 0:
                rates[name].append(rate)
    medians = {name: statistics.median(found) for name, found in rates.items()}
    ratio = medians["with"] / medians["without"]
    verdict.check(
        f"throughput with statistics and limits {ratio:.3f} of that without "
        f"({medians['with']:.0f} and {medians['without']:.0f} a second)",
        [] if ratio >= LEAST else [f"it should be {LEAST}", str(rates)])
    return session
