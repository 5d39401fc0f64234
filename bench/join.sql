-- The second case of bench/run: joins with a function of 20 ms, as a bind join and
-- as a nested loop: 10,000 local rows by as many different keys, and 2,500 by 500
-- different keys of three columns, with a function that takes one key at a time and
-- with one that takes a hundred.
-- Variables: endpoint (a URL).  Runs in the database of select.sql.

\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE FOREIGN TABLE bench_remote (id int OPTIONS (pushdown '=, in'), name text)
  SERVER aws OPTIONS (function_arn 'bench_lookup', estimated_rows '1000000');
CREATE FOREIGN TABLE bench_remote_tuples
  (a int OPTIONS (pushdown '=', required 'true'), b int OPTIONS (pushdown '=', required 'true'),
   d int OPTIONS (pushdown '=', required 'true'), name text)
  SERVER aws OPTIONS (function_arn 'bench_tuples');
CREATE FOREIGN TABLE bench_remote_batches
  (a int OPTIONS (pushdown '=', required 'true'), b int OPTIONS (pushdown '=', required 'true'),
   d int OPTIONS (pushdown '=', required 'true'), name text)
  SERVER aws OPTIONS (function_arn 'bench_tuples', batch_argument 'tuples', max_batch_keys '100');
CREATE FOREIGN TABLE bench_calls (seq int, function text) SERVER aws
  OPTIONS (function_arn 'calls');
CREATE FOREIGN TABLE bench_reset (cleared int) SERVER aws
  OPTIONS (function_arn 'reset_calls');
CREATE TABLE bench_local AS SELECT i AS id FROM generate_series(1, 10000) i;
CREATE TABLE bench_local_tuples AS
  SELECT i % 10 AS a, i / 10 % 10 AS b, i / 100 % 5 AS d FROM generate_series(1, 2500) i;
ANALYZE bench_local, bench_local_tuples;
CREATE TABLE bench_join_case (name text, rows bigint, most_calls bigint, most_time float8, query text);
INSERT INTO bench_join_case VALUES
  ('10,000 keys', 10000, 10, 0.01, 'SELECT count(name) FROM bench_local JOIN bench_remote USING (id)'),
  ('500 tuples', 2500, 500, 0.05, 'SELECT count(name) FROM bench_local_tuples JOIN bench_remote_tuples USING (a, b, d)'),
  ('5 batches of 100', 2500, 5, 0.01, 'SELECT count(name) FROM bench_local_tuples JOIN bench_remote_batches USING (a, b, d)');
CREATE TABLE bench_join_time (name text, join_kind text, ms float8, calls bigint);

-- The bind joins three times, the nested loops once: they take minutes.
CREATE FUNCTION bench_join(bench_case bench_join_case, join_kind text, node text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  plan text;
  started timestamptz;
  n bigint;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT JSON) ' || bench_case.query INTO plan;
  IF plan !~ node THEN
    RAISE EXCEPTION 'no %: %', node, plan;
  END IF;
  PERFORM FROM bench_reset;
  started := clock_timestamp();
  EXECUTE bench_case.query INTO n;
  IF n <> bench_case.rows THEN
    RAISE EXCEPTION '% counts %', join_kind, n;
  END IF;
  INSERT INTO bench_join_time SELECT bench_case.name, join_kind,
    extract(epoch FROM clock_timestamp() - started) * 1000,
    (SELECT count(*) FROM bench_calls);
END
$$;

\o /dev/null
SET enable_memoize = off;
SELECT bench_join(c, 'bind join', 'Lambda Bind Join') FROM bench_join_case c, generate_series(1, 3);
SET lambda_fdw.enable_bind_join = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT bench_join(c, 'nested loop', 'Nested Loop') FROM bench_join_case c;
\o

WITH result AS (
  SELECT name, join_kind, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS ms,
         max(calls) AS calls
  FROM bench_join_time GROUP BY name, join_kind
)
SELECT name AS "by", r.join_kind AS "join", round(r.ms::numeric, 1) AS "median ms", r.calls,
       CASE WHEN r.join_kind = 'bind join' THEN
         round((r.ms / n.ms)::numeric, 5) END AS "of the nested loop",
       CASE WHEN r.join_kind = 'bind join' THEN
         format('%s: at most %s, and %s calls',
                CASE WHEN r.ms / n.ms <= c.most_time AND r.calls <= c.most_calls THEN 'met' ELSE 'missed' END,
                c.most_time, c.most_calls)
       END AS goal
FROM result r JOIN bench_join_case c USING (name)
     JOIN (SELECT name, ms FROM result WHERE join_kind = 'nested loop') n USING (name)
ORDER BY 1, 2;
