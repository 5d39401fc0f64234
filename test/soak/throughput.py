"""What statistics and limits cost: pgbench, one call a transaction.

Both contenders run at once, so that whatever else the machine does meets them
alike: they share its processors as two programs of equal weight do, and who needs
more of them for a transaction makes fewer.

IDENTIFICATION
  test/soak/throughput.py
"""

import os
import re
import statistics
import subprocess

import tables

ROUNDS = 15
ROUND_SECONDS = 2
CLIENTS = 3
LEAST = 0.97
PLANTED = ", md5(repeat(name, 10000))"      # some percent
# (name, table, settings)
CONTENDERS = (("with", "tracked_row", "-c lambda_fdw.track=on"),
              ("without", "plain_row", "-c lambda_fdw.track=off"))


def start(script, settings):
    return subprocess.Popen(
        [os.environ["SOAK_PGBENCH"], "-n", "-M", "prepared", "-c", str(CLIENTS),
         "-j", "1", "-T", str(ROUND_SECONDS), "-f", script],
        env={**os.environ, "PGOPTIONS": settings}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def rate_of(process):
    """Transactions a second."""
    output, errors = process.communicate()
    if process.returncode:
        raise RuntimeError(errors)
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
        started = {}
        for name, table, settings in CONTENDERS[::1 if number % 2 else -1]:
            script = os.path.join(soak.arguments.work, name + ".sql")
            more = PLANTED if soak.arguments.defect == "slow" and \
                name == "with" else ""
            with open(script, "w", encoding="ascii") as file:
                file.write(f"SELECT name{more} FROM {table} WHERE id = 1;\n")
            started[name] = start(script, settings)
        for name, process in started.items():
            rate = rate_of(process)
            if number >= 0:
                rates[name].append(rate)
    medians = {name: statistics.median(found) for name, found in rates.items()}
    ratio = medians["with"] / medians["without"]
    verdict.check(
        f"throughput with statistics and limits {ratio:.3f} of that without "
        f"({medians['with']:.0f} and {medians['without']:.0f} a second)",
        [] if ratio >= LEAST else [f"it should be {LEAST}", str(rates)])
    return session
