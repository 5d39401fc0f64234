"""Local keys joined with a function: bind joins, what one writes by hand, a full scan.

By hand the keys go in requests of 10,000, the most that answers of 6 MB leave
room for where rows are ten times these; the foreign table has as many
(max_batch_keys), and beside it the default of 1,000 is shown.
"""

from harness import SqlError

BATCH = 10000
ROW = "id bigint, name text, price numeric"
RESULT = "count(r.name), sum(hashtext(r.name)), sum(r.price)"

BY_HAND = """
SELECT {result} FROM {table} k JOIN (
  SELECT r.* FROM (SELECT json_build_object('id', json_agg(id)) AS payload
    FROM (SELECT id, row_number() OVER () / {batch} AS part
          FROM (SELECT {distinct} id FROM {table}) d) p GROUP BY part) q,
    aws_lambda.invoke('lookup_0', q.payload) i,
    json_to_recordset(i.payload) AS r({row})) r USING (id)
"""
TUPLES_BY_HAND = """
SELECT count(*), sum(hashtext(r.name)), sum(a + b + d)
FROM join_tuples k JOIN (
  SELECT r.* FROM (SELECT json_build_object('tuples',
      json_agg(json_build_object('a', a, 'b', b, 'd', d))) AS payload FROM join_tuples) q,
    aws_lambda.invoke('tuples_0', q.payload) i,
    json_to_recordset(i.payload) AS r(a int, b int, d int, name text)) r USING (a, b, d)
"""
TUPLES = ("SELECT count(*), sum(hashtext(r.name)), sum(a + b + d) "
          "FROM join_tuples JOIN tuples_remote r USING (a, b, d)")


def create(session):
    session.query(f"""
CREATE FOREIGN TABLE join_remote (id bigint OPTIONS (pushdown '=, in', required 'true'),
  name text, price numeric) SERVER aws
  OPTIONS (function_arn 'lookup_0', estimated_rows '1000000', max_batch_keys '{BATCH}');
CREATE FOREIGN TABLE join_default (id bigint OPTIONS (pushdown '=, in', required 'true'),
  name text, price numeric) SERVER aws
  OPTIONS (function_arn 'lookup_0', estimated_rows '1000000');
CREATE FOREIGN TABLE tuples_remote (a int OPTIONS (pushdown '=', required 'true'),
  b int OPTIONS (pushdown '=', required 'true'), d int OPTIONS (pushdown '=', required 'true'),
  name text) SERVER aws OPTIONS (function_arn 'tuples_0', batch_argument 'tuples',
  max_batch_keys '{BATCH}', estimated_rows '1000000');
CREATE TABLE join_tuples AS SELECT i % 100 AS a, i / 100 % 10 AS b, i / 1000 AS d
  FROM generate_series(0, 9999) i;
ANALYZE join_tuples;
""")


def rows_of(session, sql):
    def run():
        cpu, wall, rows = session.measure(sql)
        return cpu, wall, rows
    return run


def check_plan(session, sql, node):
    plan = "\n".join(line[0] for line in session.query("EXPLAIN " + sql))
    if node not in plan:
        raise SqlError(f"no {node} in the plan of {sql}:\n{plan}")


def compared(bench, title, ours, hand, limit, scan=None, seconds=20):
    sessions = {name: bench.session("SET work_mem = '64MB'",
                                    "SET aws_lambda.request_timeout_ms = 60000")
                for name in (*ours, "by hand")}
    contenders = {}
    for name, sql in ours.items():
        check_plan(sessions[name], sql, "Lambda Bind Join")
        contenders[name] = rows_of(sessions[name], sql)
    contenders["by hand"] = rows_of(sessions["by hand"], hand)
    if scan:
        session = bench.session("SET work_mem = '64MB'",
                                "SET lambda_fdw.enable_bind_join = off")
        check_plan(session, scan, "Hash Join")
        contenders["hash join, full scan"] = rows_of(session, scan)
    measures = bench.race(title, contenders, rounds=min(bench.rounds, 9), seconds=seconds)
    bench.compare(title, measures, "by hand", limit)
    bench.compare(title, measures, "hash join, full scan", None)
    if "lambda_fdw, 1,000 keys a call" in ours:
        bench.compare(title + ", 1,000 a call", measures, "by hand", None,
                      ours="lambda_fdw, 1,000 keys a call")


def local_table(session, name, rows, expression):
    session.query(f"CREATE TABLE {name} AS SELECT {expression}::bigint AS id "
                  f"FROM generate_series(1, {rows}) i; ANALYZE {name}")


def run(bench):
    setup = bench.session()
    create(setup)
    join = f"SELECT {RESULT} FROM %s JOIN %s r USING (id)"
    sizes = ((10000, 1.0, 10), (100000, 0.7, 15), (1000000, 0.7, 45))
    for rows, limit, seconds in sizes[:2] if bench.quick else sizes:
        table = f"join_{rows}"
        local_table(setup, table, rows, "i")
        setup.query(f"CREATE FOREIGN TABLE range_{rows} ({ROW}) SERVER aws OPTIONS "
                    f"(function_arn 'range_{rows}', estimated_rows '{rows}', "
                    "max_response_bytes '200000000')")
        ours = {"lambda_fdw": join % (table, "join_remote")}
        if rows < 1000000:
            ours["lambda_fdw, 1,000 keys a call"] = join % (table, "join_default")
        compared(bench, f"bind join, {rows:,} keys", ours,
                 BY_HAND.format(result=RESULT, table=table, batch=BATCH, row=ROW, distinct=""),
                 limit, join % (table, f"range_{rows}"), seconds)
    rows = 100000 if bench.quick else 1000000
    local_table(setup, "join_repeated", rows, "i % 5000")
    compared(bench, f"bind join, {rows:,} rows with 5,000 keys",
             {"lambda_fdw": join % ("join_repeated", "join_remote")},
             BY_HAND.format(result=RESULT, table="join_repeated", batch=BATCH, row=ROW,
                            distinct="DISTINCT"), 0.7)
    compared(bench, "bind join, three key columns, 10,000 tuples", {"lambda_fdw": TUPLES},
             TUPLES_BY_HAND, 1.0)
