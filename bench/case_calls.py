"""1,000 calls of one row, one after the other, in one session.

The floor is call_loop: libcurl with a kept connection, each request signed, the
same payload.  Callers are on one processor and the endpoint on another.
"""

import re
import subprocess

from harness import pin

PAYLOAD = ('{"id":5,"lambda_fdw":{"version":2,"operation":"scan","table":"calls_plain_0",'
           '"columns":["name"],"filters":[{"column":"id","operator":"=","value":5}],'
           '"cursor":null}}')
CALLS = 1000
RESCANS = ("SELECT count(name) FROM generate_series(1, %d) i "
           "CROSS JOIN LATERAL (SELECT name FROM %s WHERE id = i) r")


def create(session):
    for server in ("aws", "tls"):
        for delay in (0, 2):
            session.query(f"""
CREATE FOREIGN TABLE calls_{server}_{delay} (id int OPTIONS (pushdown '=', required 'true'),
  name text) SERVER {server} OPTIONS (function_arn 'lookup_{delay}')""")
            session.query(f"""
CREATE FUNCTION calls_{server}_{delay}(calls int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  n bigint := 0;
  got text;
BEGIN
  FOR i IN 1 .. calls LOOP
    SELECT name INTO STRICT got FROM calls_{server}_{delay} WHERE id = i;
    n := n + 1;
  END LOOP;
  RETURN n;
END
$$""")


def loop(bench, server, delay, calls, function=None):
    """The contender call_loop; its first call has the connection, and is apart."""
    url = (bench.plain if server == "aws" else bench.secure)
    command = [f"{bench.work}/call_loop",
               f"{url}/2015-03-31/functions/{function or f'lookup_{delay}'}/invocations",
               str(calls + 1), PAYLOAD]
    if server == "tls":
        command.append(f"{bench.work}/bundle.pem")

    def run():
        printed = subprocess.run(command, check=True, capture_output=True, text=True,
                                 preexec_fn=lambda: pin(0, 0))
        wall, cpu = re.search(r"^others wall_us ([\d.]+) cpu_us ([\d.]+)",
                              printed.stdout, re.M).groups()
        return float(cpu) / 1000, float(wall) / 1000, str(calls)
    return run


def run(bench):
    create(bench.session())
    pin(bench.endpoint, 1)
    try:
        measure(bench)
    finally:
        pin(bench.endpoint, None)


def measure(bench):
    calls = 200 if bench.quick else CALLS
    for delay in (0, 2):
        for server, words in (("aws", "plain"), ("tls", "TLS")):
            table = f"calls_{server}_{delay}"
            scans = bench.session("SET enable_hashjoin = off", "SET enable_mergejoin = off",
                                  "SET enable_memoize = off", "SET enable_material = off",
                                  "SET lambda_fdw.enable_bind_join = off")
            statements = bench.session()
            pin(scans.pid, 0)
            pin(statements.pid, 0)

            def value(session, sql):
                def run():
                    cpu, wall, rows = session.measure(sql)
                    return cpu, wall, rows[0][0]
                return run

            title = f"{calls} calls of {delay} ms, {words}"
            measures = bench.race(title, {
                "lambda_fdw": value(scans, RESCANS % (calls, table)),
                "lambda_fdw, statements": value(statements, f"SELECT {table}({calls})"),
                "call_loop": loop(bench, server, delay, calls),
            }, rounds=min(bench.rounds, 9), seconds=10)
            if delay == 0:
                bench.compare(title, measures, "call_loop", 1.25)
                bench.compare(title + ", a statement each", measures, "call_loop", None,
                              ours="lambda_fdw, statements")
            else:
                bench.compare(title, measures, "call_loop", 1.10, "wall")
                bench.compare(title, measures, "call_loop", None)
