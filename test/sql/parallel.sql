-- A scan that several processes run together: which plans have one, that each unit
-- is asked for once, and what EXPLAIN counts.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA parallel;
SET search_path = parallel, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, payload jsonb)
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
CREATE FOREIGN TABLE rows (id int, k int OPTIONS (pushdown '=, in')) SERVER lambda
  OPTIONS (function_arn 'split_rows', payload '{"test": {"total": 160}}', splits '16', estimated_rows '160');
-- one value a call
CREATE FOREIGN TABLE each (id int, k int OPTIONS (pushdown '=')) SERVER lambda
  OPTIONS (function_arn 'split_rows', payload '{"test": {"total": 160}}', estimated_rows '160');
CREATE TABLE local (id int, word text);
INSERT INTO local SELECT n, 'word ' || n FROM generate_series(1, 200) n;
ANALYZE local;

-- runs a query, gives its value, and what the function was asked for
CREATE FUNCTION sent(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  n text;
BEGIN
  PERFORM FROM parallel.reset_calls;
  EXECUTE query INTO n;
  RETURN NEXT n;
  RETURN QUERY SELECT count(*) || ' calls, '
      || count(DISTINCT (payload -> 'lambda_fdw' -> 'split', payload -> 'k')) || ' different'
    FROM parallel.calls WHERE function = 'split_rows';
END $$;
-- the error of a query
CREATE FUNCTION failure(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE query;
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
-- EXPLAIN, without what differs from run to run and between releases
CREATE FUNCTION shown(query text, options text DEFAULT 'COSTS OFF') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (' || options || ') ' || query LOOP
    IF line !~ 'Function:|Splits:|Bytes|Buffers|Planning|Execution|Memory|Worker |Sort Method|Batches|Subquery Scan' THEN
      RETURN NEXT regexp_replace(regexp_replace(line, ' *\(actual[^)]*\)', ''), 'SubPlan [a-z]+_', 'SubPlan ');
    END IF;
  END LOOP;
END $$;

-- by default what so few rows cost is no reason to begin workers
SELECT shown('SELECT count(*) FROM rows');
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT shown('SELECT count(*), sum(id) FROM rows');
SELECT sent('SELECT (count(*), sum(id), count(DISTINCT id)) FROM rows');
SELECT shown('SELECT count(*) FROM rows', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');
-- parts and splits
SELECT sent('SELECT (count(*), sum(id), count(DISTINCT id)) FROM rows WHERE k IN (1, 2)');
SELECT shown('SELECT count(*) FROM each WHERE k IN (1, 2, 3)');
SELECT sent('SELECT (count(*), sum(id), count(DISTINCT id)) FROM each WHERE k IN (1, 2, 3)');
-- one call, or a value from a join, is no reason
SELECT shown('SELECT count(*) FROM each WHERE k = 1');
-- no row can match: nobody is asked
SELECT sent('SELECT count(*) FROM rows WHERE k = 1 AND k = 2');
-- the leader does all where it cannot have workers
SET max_parallel_workers = 0;
SELECT sent('SELECT (count(*), sum(id), count(DISTINCT id)) FROM rows');
SELECT shown('SELECT count(*) FROM rows', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');
RESET max_parallel_workers;
SET parallel_leader_participation = off;
SELECT sent('SELECT (count(*), sum(id), count(DISTINCT id)) FROM rows');
RESET parallel_leader_participation;
-- not more workers than there may be calls
SET max_parallel_workers_per_gather = 8;
ALTER FOREIGN TABLE rows OPTIONS (ADD max_concurrency '3');
SELECT shown('SELECT count(*) FROM rows');
SELECT sent('SELECT (count(*), sum(id), count(DISTINCT id)) FROM rows');
ALTER FOREIGN TABLE rows OPTIONS (DROP max_concurrency);
SET max_parallel_workers_per_gather = 2;
-- joins, with either side shared: nobody takes the leader's end for that of all
SELECT shown('SELECT count(word) FROM rows JOIN local USING (id)');
SELECT sent('SELECT (count(word), sum(id)) FROM rows JOIN local USING (id)');
SELECT sent('SELECT (count(word), sum(b.id)) FROM (SELECT DISTINCT id FROM rows) a JOIN local b USING (id)');
ALTER TABLE local SET (parallel_workers = 2);
SELECT count(*) FROM shown('SELECT count(word) FROM rows LEFT JOIN local USING (id)') WHERE shown ~ 'Parallel Hash|Parallel Foreign';
SELECT sent('SELECT (count(r), sum(l.id)) FROM local l LEFT JOIN rows r USING (id)');
SELECT sent('SELECT (count(word), sum(id)) FROM rows LEFT JOIN local USING (id)');
SELECT sent('SELECT (count(word), sum(a.id)) FROM rows a JOIN rows b USING (id) JOIN local USING (id)');
SET enable_parallel_hash = off;
SELECT sent('SELECT (count(word), sum(id)) FROM rows LEFT JOIN local USING (id)');
RESET enable_parallel_hash;
-- what cannot be run by a worker
CREATE FUNCTION restricted(int) RETURNS int LANGUAGE plpgsql PARALLEL RESTRICTED AS 'BEGIN RETURN $1; END';
CREATE FUNCTION differs() RETURNS int STABLE PARALLEL SAFE LANGUAGE plpgsql AS 'BEGIN RETURN pg_backend_pid(); END';
SELECT shown('SELECT count(*) FROM rows WHERE restricted(id) = 1');
-- Appends have their children side by side by themselves
SELECT shown('SELECT count(*) FROM (SELECT id FROM rows UNION ALL SELECT id FROM each) q');
SELECT shown('SELECT count(*) FROM (SELECT id FROM rows WHERE k > 1 UNION ALL SELECT id FROM rows) q');
SELECT sent('SELECT (count(*), sum(id)) FROM (SELECT id FROM rows WHERE k > 1 UNION ALL SELECT id FROM rows WHERE k < 2) q');
SELECT count(*) FROM shown('SELECT id FROM rows WHERE k > 1 UNION SELECT id FROM rows') WHERE shown ~ 'Parallel';
SELECT sent('SELECT count((SELECT max(r.id) FROM (SELECT id FROM rows OFFSET 0) r WHERE r.id > q.id)) FROM (SELECT id FROM local WHERE id = 1 UNION ALL SELECT id FROM local WHERE id = 2) q');
-- parameters
PREPARE by_k(int[]) AS SELECT (count(*), sum(id)) FROM rows WHERE k = ANY ($1);
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE by_k('{1}');
EXECUTE by_k('{1,2}');
EXECUTE by_k('{1}');
EXECUTE by_k('{}');
EXECUTE by_k(NULL);
RESET plan_cache_mode;
SELECT sent('SELECT (count(*), sum(id)) FROM rows WHERE k = (SELECT min(id) FROM local)');
-- sorted, grouped, distinct; in subqueries
SELECT sent('SELECT array_agg(id) FROM (SELECT id FROM rows ORDER BY id DESC LIMIT 5) q');
SELECT sent('SELECT (count(*), min(n)) FROM (SELECT k, count(*) AS n FROM rows GROUP BY k) q');
SELECT sent('WITH w AS MATERIALIZED (SELECT id FROM rows) SELECT (count(*), sum(id)) FROM w');
-- a rescan is another scan
SET enable_material = off;
SET enable_memoize = off;
SELECT count(*), sum(n) FROM local l, LATERAL (SELECT count(*) AS n FROM rows r WHERE r.id > l.id - l.id) q WHERE l.id <= 2;
RESET enable_material;
RESET enable_memoize;
-- but a nested loop makes none for more rows than core expects
CREATE TEMP TABLE few AS SELECT n AS a FROM generate_series(1, 20) n;
ANALYZE few;
SELECT sent('SELECT count(*) FROM few f JOIN rows r ON r.id > f.a WHERE f.a * 2 = f.a + f.a');
SELECT shown('SELECT count(*) FROM few f JOIN (SELECT r.id FROM rows r JOIN local USING (id) OFFSET 0) r ON r.id > f.a WHERE f.a * 2 = f.a + f.a');
SELECT sent('SELECT count(*) FROM few f JOIN (SELECT r.id FROM rows r JOIN local USING (id) OFFSET 0) r ON r.id > f.a WHERE f.a * 2 = f.a + f.a');
-- a limit is sent with each call
ALTER FOREIGN TABLE rows OPTIONS (ADD capabilities 'limit');
SELECT shown('SELECT id FROM rows LIMIT 3');
SELECT shown('SELECT id FROM rows WHERE k > 1 LIMIT 3');
SELECT count(*) FROM reset_calls WHERE cleared < 0;
SELECT count(*) FROM (SELECT id FROM rows LIMIT 3) q;
SELECT array_agg(DISTINCT payload -> 'lambda_fdw' -> 'limit') FROM calls WHERE function = 'split_rows';
-- one that a worker may not evaluate is the Limit node's alone
CREATE TEMP TABLE three AS SELECT 3 AS n;
CREATE FUNCTION restricted_limit() RETURNS bigint STABLE PARALLEL RESTRICTED LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT n FROM three); END';
SELECT shown('SELECT id FROM rows LIMIT restricted_limit()');
SELECT count(*) FROM (SELECT id FROM rows LIMIT restricted_limit()) q;
SELECT count(*) FROM (SELECT id FROM rows OFFSET restricted_limit() LIMIT 200) q;
SELECT count(*) FROM (SELECT id FROM rows LIMIT (SELECT n FROM three)) q;
-- a subquery that may end early, and is run again then, would wait for the workers' calls
SELECT shown('SELECT EXISTS (SELECT FROM (SELECT id FROM rows OFFSET 0) r WHERE r.id > l.id) FROM local l');
SELECT shown('SELECT EXISTS (SELECT FROM (SELECT r.id FROM rows r JOIN local USING (id) OFFSET 0) r WHERE r.id > l.id) FROM local l');
SELECT shown('SELECT (SELECT count(*) FROM (SELECT id FROM rows OFFSET 0) r WHERE r.id > l.id) FROM local l');
-- what there is to be warned of is said once
CREATE FOREIGN TABLE misread (i_d int, k int) SERVER lambda
  OPTIONS (function_arn 'split_rows', payload '{"test": {"total": 160}}', splits '16', estimated_rows '160');
SELECT count(i_d), count(k) FROM misread;
-- errors are the query's
ALTER FOREIGN TABLE rows OPTIONS (SET payload '{"test": {"raise": true}}');
SELECT failure('SELECT count(*) FROM rows');
ALTER FOREIGN TABLE rows OPTIONS (SET payload '{"test": {"total": 160, "lie": "ignore"}}');
SELECT failure('SELECT count(*) FROM rows');
ALTER FOREIGN TABLE rows OPTIONS (SET payload '{"test": {"total": 160}}');
-- a value that is not the same in each process
SELECT failure('SELECT count(*) FROM rows WHERE k = differs()');

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA parallel CASCADE;
