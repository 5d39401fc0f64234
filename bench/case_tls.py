"""The first TLS connection of a session, with the certificates of the system.

The endpoint's own certificate stands behind those of the system in one file,
which is the server's ca_bundle and the floor's CAINFO.  The session has made a
plain call before, and the floor has set libcurl up, so that what is left is the
connection: the file parsed once, the handshake, one call.
"""

import re
import subprocess

from harness import Session


def floor(bench):
    def first(url, *more):
        printed = subprocess.run(
            [f"{bench.work}/call_loop",
             f"{url}/2015-03-31/functions/lookup_0/invocations", "1", '{"id":5}', *more],
            check=True, capture_output=True, text=True).stdout
        wall, cpu = re.search(r"^first wall_us ([\d.]+) cpu_us ([\d.]+)", printed,
                              re.M).groups()
        return float(cpu) / 1000, float(wall) / 1000

    def run():
        cpu, wall = first(bench.secure, f"{bench.work}/bundle.pem")
        return cpu, wall, "name of 5"
    return run


def first_connection(sql):
    def run():
        session = Session()
        session.value("SELECT name FROM first_plain WHERE id = 5")
        cpu, wall, rows = session.measure(sql)
        session.close()
        return cpu, wall, rows[0][0]
    return run


def run(bench):
    setup = bench.session()
    for server, name in (("aws", "plain"), ("tls", "tls")):
        setup.query(f"""
CREATE FOREIGN TABLE first_{name} (id int OPTIONS (pushdown '=, in', required 'true'), name text)
  SERVER {server} OPTIONS (function_arn 'lookup_0')""")
    title = "first TLS connection of a session"
    measures = bench.race(title, {
        "lambda_fdw": first_connection("SELECT name FROM first_tls WHERE id = 5"),
        "libcurl": floor(bench)}, rounds=min(bench.rounds, 9), seconds=10)
    bench.compare(title, measures, "libcurl", 1.3)
    # 16 connections at once, each of which would parse the file anew
    setup.query("CREATE TABLE first_keys AS SELECT i AS id FROM generate_series(1, 16000) i; "
                "ANALYZE first_keys")
    title = "first bind join of a session, 16 TLS connections"
    join = "SELECT min(name) FROM first_keys JOIN first_%s USING (id)"
    measures = bench.race(title, {
        "lambda_fdw": first_connection(join % "tls"),
        "lambda_fdw, plain": first_connection(join % "plain")},
        rounds=min(bench.rounds, 5), seconds=10)
    bench.compare(title, measures, "lambda_fdw, plain", None, "wall")
