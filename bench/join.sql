-- The second case of bench/run: 10,000 local rows joined with a function of
-- 20 ms by 10,000 different keys, as a bind join and as a nested loop.
-- Variables: endpoint (a URL).  Runs in the database of select.sql.

\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE FOREIGN TABLE bench_remote (id int OPTIONS (pushdown '=, in'), name text)
  SERVER aws OPTIONS (function_arn 'bench_lookup', estimated_rows '1000000');
CREATE FOREIGN TABLE bench_calls (seq int, function text) SERVER aws
  OPTIONS (function_arn 'calls');
CREATE FOREIGN TABLE bench_reset (cleared int) SERVER aws
  OPTIONS (function_arn 'reset_calls');
CREATE TABLE bench_local AS SELECT i AS id FROM generate_series(1, 10000) i;
ANALYZE bench_local;
CREATE TABLE bench_join_time (join_kind text, ms float8, calls bigint);

-- The bind join three times, the nested loop once: it takes minutes.
CREATE FUNCTION bench_join(join_kind text, node text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  query text := 'SELECT count(name) FROM bench_local JOIN bench_remote USING (id)';
  plan text;
  started timestamptz;
  n bigint;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
  IF plan !~ node THEN
    RAISE EXCEPTION 'no %: %', node, plan;
  END IF;
  PERFORM FROM bench_reset;
  started := clock_timestamp();
  EXECUTE query INTO n;
  IF n <> 10000 THEN
    RAISE EXCEPTION '% counts %', join_kind, n;
  END IF;
  INSERT INTO bench_join_time SELECT join_kind,
    extract(epoch FROM clock_timestamp() - started) * 1000,
    (SELECT count(*) FROM bench_calls);
END
$$;

\o /dev/null
SET enable_memoize = off;
SELECT bench_join('bind join', 'Lambda Bind Join') FROM generate_series(1, 3);
SET lambda_fdw.enable_bind_join = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT bench_join('nested loop', 'Nested Loop');
\o

WITH result AS (
  SELECT join_kind, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS ms,
         max(calls) AS calls
  FROM bench_join_time GROUP BY join_kind
)
SELECT r.join_kind AS "join", round(r.ms::numeric, 1) AS "median ms", r.calls,
       CASE WHEN r.join_kind = 'bind join' THEN
         round((r.ms / n.ms)::numeric, 5) END AS "of the nested loop",
       CASE WHEN r.join_kind = 'bind join' THEN
         CASE WHEN r.ms / n.ms <= 0.01 AND r.calls <= 10 THEN 'met' ELSE 'missed' END
       END AS "at most 0.01, and 10 calls"
FROM result r, (SELECT ms FROM result WHERE join_kind = 'nested loop') n
ORDER BY 1;
