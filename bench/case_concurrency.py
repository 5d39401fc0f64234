"""Calls side by side: 100 keys of 100 ms, and eight partitions of 200 ms."""

KEYS = 100
DELAY = 100
PARTITIONS = 8


def create(session):
    for server in ("aws", "tls"):
        for width in (16, 50, 100):
            session.query(f"""
CREATE FOREIGN TABLE keys_{server}_{width} (id int OPTIONS (pushdown '=', required 'true'),
  name text) SERVER {server}
  OPTIONS (function_arn 'lookup_{DELAY}', max_concurrency '{width}')""")
    session.query("CREATE TABLE parts (id int, name text) PARTITION BY LIST (id)")
    for number in range(PARTITIONS):
        session.query(f"""
CREATE FOREIGN TABLE parts_{number} PARTITION OF parts FOR VALUES IN ({number}) SERVER aws
  OPTIONS (function_arn 'lookup_200', payload '{{"id": [{number}]}}')""")


def wall_case(bench, title, session, sql, expected, ideal, limit):
    def run():
        cpu, wall, rows = session.measure(sql)
        return cpu, wall, rows[0][0]
    session.measure(sql)
    measures = bench.race(title, {"lambda_fdw": run, "what it must be":
                                  lambda: (0.0, ideal, expected)},
                          rounds=min(bench.rounds, 7), seconds=8)
    bench.goal(title, f"the ideal, {ideal:g} ms, wall", limit,
               measures["lambda_fdw"].least("wall") / ideal)


def run(bench):
    create(bench.session())
    keys = ", ".join(map(str, range(1, KEYS + 1)))
    for server, words in (("aws", "plain"), ("tls", "TLS")):
        for width in (16, 50, 100):
            wall_case(bench, f"100 keys of 100 ms, {width} at once, {words}", bench.session(),
                      f"SELECT count(DISTINCT name) FROM keys_{server}_{width} WHERE id IN ({keys})",
                      str(KEYS), -(-KEYS // width) * DELAY, 1.10)
    wall_case(bench, "8 partitions of 200 ms", bench.session(),
              "SELECT count(DISTINCT name) FROM parts", str(PARTITIONS), 200, 1.15)
