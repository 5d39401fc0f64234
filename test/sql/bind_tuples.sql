-- Bind joins whose key has several columns: tuples.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA bind_tuples;
CREATE SCHEMA bind_tuples_local;
SET search_path = bind_tuples, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
-- every plan is copied, and goes through its text, where a server with assertions has that
SELECT count(set_config(name, 'on', false)) >= 0 AS nodes FROM pg_settings
  WHERE name IN ('debug_copy_parse_plan_trees', 'debug_write_read_parse_plan_trees');
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, payload jsonb) SERVER lambda OPTIONS (function_arn 'calls', payload '{"function": "grid"}', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
-- the same function: tuples one by one; with lists of two columns; and of which nothing is required
CREATE FOREIGN TABLE bind_tuples.one (a int OPTIONS (pushdown '=', required 'true'), b int OPTIONS (pushdown '=', required 'true'), d int OPTIONS (pushdown '=', required 'true'), v int)
  SERVER lambda OPTIONS (function_arn 'grid', payload '{"needs": ["a", "b", "d"]}', envelope 'false');
CREATE FOREIGN TABLE bind_tuples.lists (a int OPTIONS (pushdown '=', required 'true'), b int OPTIONS (pushdown '=, in', required 'true'), d int OPTIONS (pushdown '=, in', required 'true'), v int)
  SERVER lambda OPTIONS (function_arn 'grid', payload '{"needs": ["a", "b", "d"]}', envelope 'false');
CREATE FOREIGN TABLE bind_tuples.free (a int OPTIONS (pushdown '='), b int OPTIONS (pushdown '=, in'), d int OPTIONS (pushdown '='), v int)
  SERVER lambda OPTIONS (function_arn 'grid', estimated_rows '1000000', envelope 'false');
CREATE FOREIGN TABLE bind_tuples.pair (a int OPTIONS (pushdown '=', required 'true'), b int OPTIONS (pushdown '=', required 'true'), d int OPTIONS (pushdown '='), v int)
  SERVER lambda OPTIONS (function_arn 'grid', envelope 'false');
CREATE TABLE bind_tuples_local.free AS SELECT * FROM bind_tuples.free;
CREATE TABLE bind_tuples_local.one AS SELECT * FROM bind_tuples.free;
CREATE TABLE bind_tuples_local.lists AS SELECT * FROM bind_tuples.free;
-- duplicates, NULLs in each column and in all, tuples without a row
CREATE TABLE public.bind_tuples_t AS
  SELECT i, CASE WHEN i % 13 <> 0 THEN i % 3 END AS a, CASE WHEN i % 11 NOT IN (0, 5) THEN (i / 2 % 4)::bigint END AS b,
         CASE WHEN i % 11 NOT IN (1, 5) AND i <> 26 THEN (i / 5 % 5)::smallint END AS d
  FROM generate_series(1, 60) i;
CREATE TABLE public.bind_tuples_u AS SELECT i AS n, i % 4 AS k FROM generate_series(1, 12) i;
ANALYZE public.bind_tuples_t, public.bind_tuples_u, bind_tuples_local.free, bind_tuples_local.one, bind_tuples_local.lists;
SELECT count(*) AS rows, count(DISTINCT (a, b, d)) FILTER (WHERE a + b + d IS NOT NULL) AS tuples FROM bind_tuples_t;
-- only bind joins and what forces a nested loop; no workers, which would begin for the cost of these
SET jit = off;
SET max_parallel_workers_per_gather = 0;

CREATE FUNCTION explain(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
    -- either side of an equality may come first
    IF line !~ 'Join Filter' THEN
      RETURN NEXT line;
    END IF;
  END LOOP;
END $$;
CREATE FUNCTION bind_key(query text) RETURNS text LANGUAGE sql AS $$
  SELECT substring(line FROM 'Bind Key: (.*)') FROM bind_tuples.explain(query) line WHERE line ~ 'Bind Key'
$$;

SELECT explain('SELECT t.i, f.v FROM bind_tuples_t t JOIN one f USING (a, b, d)');
SELECT explain('SELECT t.i, f.v FROM bind_tuples_t t LEFT JOIN lists f ON f.a = t.a AND f.b = t.b + 1 AND f.d = coalesce(t.d, 1) AND f.v < t.i');

-- a tuple is sent once, one with a NULL never
SELECT FROM reset_calls;
SELECT count(*), count(DISTINCT i) FROM bind_tuples_t t JOIN one f USING (a, b, d);
SELECT count(*) AS calls, count(DISTINCT payload) AS different,
       count(*) = (SELECT count(*) FROM (SELECT DISTINCT a, b, d FROM bind_tuples_t WHERE a + b + d IS NOT NULL) t) AS "all"
  FROM calls;
SELECT count(*) AS unexpected FROM calls c
  WHERE NOT EXISTS (SELECT FROM bind_tuples_t t WHERE (t.a, t.b, t.d) = ((c.payload->>'a')::int, (c.payload->>'b')::int, (c.payload->>'d')::int));
SELECT FROM reset_calls;
SELECT count(*), count(f.v), count(DISTINCT i) FROM bind_tuples_t t LEFT JOIN one f USING (a, b, d);
SELECT count(*) AS calls FROM calls;
SELECT FROM reset_calls;
SELECT count(*) FROM (SELECT i, NULL::int AS a, b, d FROM bind_tuples_t) t LEFT JOIN one f USING (a, b, d);
SELECT count(*) AS calls FROM calls;

-- those that agree in all columns but one that takes lists share a call
SELECT FROM reset_calls;
SELECT count(*), count(DISTINCT i) FROM bind_tuples_t t JOIN lists f USING (a, b, d);
SELECT count(*) AS calls, sum(greatest(jsonb_array_length(payload->'b'), 1) * greatest(jsonb_array_length(payload->'d'), 1)) AS tuples
  FROM (SELECT jsonb_build_object('b', CASE jsonb_typeof(payload->'b') WHEN 'array' THEN payload->'b' ELSE '[0]' END,
                                  'd', CASE jsonb_typeof(payload->'d') WHEN 'array' THEN payload->'d' ELSE '[0]' END) AS payload FROM calls) c;
SELECT least(count(DISTINCT (a, b)), count(DISTINCT (a, d))) AS fewest FROM bind_tuples_t WHERE a + b + d IS NOT NULL;

-- constants and lists of them mix with the join's
SELECT explain('SELECT t.i, f.v FROM bind_tuples_t t JOIN one f USING (a, b) WHERE f.d = 2');
SELECT FROM reset_calls;
SELECT count(*) FROM bind_tuples_t t JOIN one f USING (a, b) WHERE f.d = 2;
SELECT count(*) AS calls, count(DISTINCT (payload->'a', payload->'b')) AS tuples, array_agg(DISTINCT payload->'d') AS d FROM calls;
SELECT FROM reset_calls;
SELECT count(*) FROM bind_tuples_t t JOIN one f USING (a, b) WHERE f.d IN (2, 4, 9);
SELECT count(*) AS calls, count(DISTINCT (payload->'a', payload->'b')) AS tuples, array_agg(DISTINCT payload->'d') AS d FROM calls;
SELECT FROM reset_calls;
SELECT count(*) FROM bind_tuples_t t JOIN lists f USING (a) WHERE f.b = 3 AND f.d IN (2, 4, 9);
SELECT payload - 'needs' AS payload FROM calls ORDER BY 1;

-- a column that need not be sent is not, where that takes many calls for few rows
CREATE TABLE wide AS SELECT g % 6 AS b, g AS d FROM generate_series(1, 1000) g;
ANALYZE wide;
SELECT bind_key('SELECT t.i, f.v FROM bind_tuples_t t JOIN free f USING (a, b, d)');
SELECT bind_key('SELECT w.d, f.v FROM wide w JOIN free f USING (b, d)');
ALTER FOREIGN TABLE free OPTIONS (SET estimated_rows '1000');
SELECT bind_key('SELECT w.d, f.v FROM wide w JOIN free f USING (b, d)');
SELECT FROM reset_calls;
SELECT count(*) FROM wide w JOIN free f USING (b, d);
SELECT payload FROM calls;
ALTER FOREIGN TABLE free ALTER d OPTIONS (ADD required 'true');
SELECT bind_key('SELECT w.d, f.v FROM wide w JOIN free f USING (b, d)');
ALTER FOREIGN TABLE free ALTER d OPTIONS (DROP required);
-- of two clauses on one column one is of the key
SELECT bind_key('SELECT t.i, f.v FROM bind_tuples_t t LEFT JOIN lists f ON f.a = t.a AND f.b = t.b AND f.d = t.d AND f.d = t.i % 5');

-- right rows, whatever stands around it
CREATE TABLE queries (number int GENERATED ALWAYS AS IDENTITY, query text);
INSERT INTO queries (query) SELECT replace(q, '@', f) FROM (VALUES
  ('SELECT t.i, f.v FROM bind_tuples_t t JOIN @ f USING (a, b, d)'),
  ('SELECT t.i, f FROM bind_tuples_t t JOIN @ f ON f.a = t.a AND f.b = t.b AND f.d = t.d AND f.v < t.i % 2'),
  ('SELECT t.*, f.* FROM bind_tuples_t t LEFT JOIN @ f USING (a, b, d)'),
  ('SELECT t.i, f.v FROM bind_tuples_t t LEFT JOIN @ f ON f.a = t.a AND f.b = t.b - 1 AND f.d = t.i % 6 AND t.i > 9'),
  ('SELECT t.i, f.v FROM bind_tuples_t t LEFT JOIN @ f USING (a, b, d) WHERE coalesce(f.v, 7) <> 0'),
  ('SELECT t.i, f.v FROM bind_tuples_t t LEFT JOIN @ f ON f.a = t.a AND f.b = t.b AND f.d = t.d AND f.d = t.i % 5'),
  ('SELECT t.i, f.v FROM bind_tuples_t t LEFT JOIN @ f ON f.a = t.a AND f.b = t.b AND f.d = t.d AND f.d = 2'),
  ('SELECT t.i FROM bind_tuples_t t WHERE EXISTS (SELECT 1 FROM @ f WHERE f.a = t.a AND f.b = t.b AND f.d = t.d)'),
  ('SELECT t.i FROM bind_tuples_t t WHERE EXISTS (SELECT 1 FROM @ f WHERE f.a = t.a AND f.b = t.b AND f.d = t.d AND f.v > t.i % 3)'),
  ('SELECT t.i FROM bind_tuples_t t WHERE NOT EXISTS (SELECT 1 FROM @ f WHERE f.a = t.a AND f.b = t.b AND f.d = t.d)'),
  ('SELECT t.i FROM bind_tuples_t t WHERE (t.a, t.b, t.d) IN (SELECT a, b, d FROM @)'),
  ('SELECT f.* FROM @ f WHERE (f.a, f.b, f.d) IN (SELECT a, b, d FROM bind_tuples_t)'),
  ('SELECT f.* FROM @ f WHERE (f.a, f.b, f.d) IN (SELECT a + 1, b, d + a FROM bind_tuples_t WHERE i > 4)'),
  ('SELECT f.*, u.n FROM @ f JOIN bind_tuples_u u ON u.k = f.v WHERE (f.a, f.b, f.d) IN (SELECT a, b, d FROM bind_tuples_t)'),
  ('SELECT t.i, f.v, g.v AS w FROM bind_tuples_t t JOIN @ f USING (a, b, d) JOIN @ g ON g.a = f.a AND g.b = f.d AND g.d = f.b'),
  ('SELECT t.i, u.n, f.v FROM bind_tuples_t t LEFT JOIN (bind_tuples_u u JOIN @ f ON f.a = u.k AND f.b = u.n % 3 AND f.d = u.n % 2) ON u.n = t.i'),
  ('SELECT t.i, u.n, f.v FROM bind_tuples_t t JOIN bind_tuples_u u ON u.n = t.i JOIN @ f ON f.a = t.a AND f.b = u.k AND f.d = t.d'),
  ('SELECT t.i, f.v FROM (SELECT * FROM bind_tuples_t UNION ALL SELECT n, k, k, 1 FROM bind_tuples_u) t JOIN @ f USING (a, b, d)'),
  ('SELECT t.i, f.v FROM (SELECT DISTINCT ON (a, b) * FROM bind_tuples_t ORDER BY a, b, d, i) t JOIN @ f USING (a, b, d)'),
  ('SELECT t.n, f.v FROM (SELECT a, b, d, count(*) AS n FROM bind_tuples_t GROUP BY a, b, d) t LEFT JOIN @ f USING (a, b, d)'),
  ('SELECT u.n, s.c FROM bind_tuples_u u, LATERAL (SELECT count(*) AS c FROM (SELECT FROM bind_tuples_t t JOIN @ f USING (a, b, d) WHERE t.i > u.n LIMIT u.k * 9) x) s'),
  ('SELECT u.n, (SELECT count(f.v) FROM bind_tuples_t t JOIN @ f ON f.a = t.a AND f.b = t.b AND f.d = u.k WHERE t.i > 20) FROM bind_tuples_u u'),
  ('SELECT t.i, f.v FROM bind_tuples_t t JOIN @ f USING (a, b) WHERE f.d IN (1, 3)'),
  ('SELECT t.i, f.v FROM bind_tuples_t t LEFT JOIN @ f ON f.a = t.a AND f.b = t.b AND f.d = ANY (ARRAY[1, 3, NULL])'),
  ('SELECT t.i, u.n, f.v FROM bind_tuples_t t, bind_tuples_u u, @ f WHERE f.a = t.a AND f.b = u.k AND f.d = t.d AND t.i < 9')
) q (q), (VALUES ('one'), ('lists'), ('free')) f (f);
CREATE FUNCTION rows_in(schema text, query text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  result text[];
BEGIN
  PERFORM set_config('search_path', schema || ', public', true);
  EXECUTE 'SELECT array_agg(x::text COLLATE "C" ORDER BY x::text COLLATE "C") FROM (' || query || ') x' INTO result;
  RETURN result;
EXCEPTION WHEN OTHERS THEN
  RETURN ARRAY[SQLSTATE, SQLERRM];
END $$;
CREATE FUNCTION has_bind_join(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  PERFORM set_config('search_path', 'bind_tuples, public', true);
  EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
  RETURN plan::text ~ 'Bind Join';
END $$;
ALTER TABLE queries ADD truth text[];
UPDATE queries SET truth = rows_in('bind_tuples_local', query);
CREATE FUNCTION differing(pattern text DEFAULT '') RETURNS TABLE (query text, ours text[], truth text[]) LANGUAGE sql AS $$
  SELECT q.query, o.ours[1:2], q.truth[1:2] FROM bind_tuples.queries q, LATERAL bind_tuples.rows_in('bind_tuples', q.query) o (ours)
    WHERE q.query ~ pattern AND o.ours IS DISTINCT FROM q.truth
$$;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SELECT query FROM queries WHERE NOT has_bind_join(query) ORDER BY number;
SELECT * FROM differing();
SET enable_hashagg = off;
SELECT * FROM differing(' IN \(SELECT');
RESET enable_hashagg;
-- tiny batches and tiny memory
ALTER SERVER lambda OPTIONS (ADD max_concurrency '2');
ALTER FOREIGN TABLE lists OPTIONS (ADD max_batch_keys '2');
ALTER FOREIGN TABLE free OPTIONS (ADD max_batch_keys '2');
SET work_mem = '64kB';
SELECT * FROM differing();
RESET work_mem;
ALTER FOREIGN TABLE lists OPTIONS (DROP max_batch_keys);
ALTER FOREIGN TABLE free OPTIONS (DROP max_batch_keys);
ALTER SERVER lambda OPTIONS (DROP max_concurrency);
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_nestloop;

-- a tuple that an earlier batch asked for is known
ALTER FOREIGN TABLE one OPTIONS (ADD max_concurrency '1');
CREATE FUNCTION analyzed(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
    IF line ~ 'Key|Batch|Invocations|Not Asked' THEN
      RETURN NEXT line;
    END IF;
  END LOOP;
END $$;
SELECT analyzed('SELECT t.i, f.v FROM (SELECT t.* FROM bind_tuples_t t, generate_series(1, 2) ORDER BY generate_series, i OFFSET 0) t JOIN one f USING (a, b, d)');
ALTER FOREIGN TABLE one OPTIONS (DROP max_concurrency);

-- IN over a table without a unique index asks once
CREATE FOREIGN TABLE items (id int OPTIONS (pushdown '=, in'), name text, category text OPTIONS (pushdown '=, in')) SERVER lambda
  OPTIONS (function_arn 'items', estimated_rows '100000');
CREATE FOREIGN TABLE item_calls (payload jsonb) SERVER lambda OPTIONS (function_arn 'calls', payload '{"function": "items"}');
SELECT FROM reset_calls;
SELECT count(*), count(DISTINCT id) FROM items WHERE id IN (SELECT i % 15 FROM bind_tuples_t);
SELECT jsonb_array_length(payload->'id') AS keys FROM item_calls;
SELECT has_bind_join('SELECT * FROM items WHERE id IN (SELECT i % 15 FROM bind_tuples_t)') AS bind;
SELECT FROM reset_calls;
SET enable_hashagg = off;
SELECT count(*), count(DISTINCT id) FROM items WHERE id IN (SELECT i % 15 FROM bind_tuples_t);
RESET enable_hashagg;
SELECT jsonb_array_length(payload->'id') AS keys FROM item_calls;
-- the other side's uniqueness is not that: each item comes once
SELECT count(*), count(DISTINCT i) FROM bind_tuples_t WHERE a IN (SELECT length(category) - 3 FROM items WHERE id < 9);

-- equal values that are written differently are tuples of their own
CREATE TABLE spelled (n int, a numeric, b numeric);
INSERT INTO spelled VALUES (1, 1.0, 2), (2, 1.00, 2), (3, 1.0, 2.0), (4, 1.0, 2), (5, NULL, 2), (6, 3, NULL);
ANALYZE spelled;
CREATE FOREIGN TABLE spelling (a numeric OPTIONS (pushdown '=', required 'true'), b numeric OPTIONS (pushdown '=', required 'true'), d numeric, v int)
  SERVER lambda OPTIONS (function_arn 'grid', payload '{"d": 0}', envelope 'false');
SELECT FROM reset_calls;
SELECT n, v FROM spelled LEFT JOIN spelling USING (a, b) ORDER BY n;
SELECT payload->'a' AS a, payload->'b' AS b FROM calls ORDER BY (payload->'a')::text, (payload->'b')::text;
-- what came for one spelling is not the answer to another, asked later
ALTER FOREIGN TABLE spelling OPTIONS (ADD max_concurrency '1');
INSERT INTO spelled SELECT g + 10, 1.0, 2 FROM generate_series(1, 30) g;
INSERT INTO spelled SELECT g + 100, g + 0.5, 2 FROM generate_series(1, 30) g;
INSERT INTO spelled VALUES (200, 1.000, 2.0), (201, 1.00, 2);
SELECT FROM reset_calls;
SELECT count(*), count(v) FROM (SELECT * FROM spelled ORDER BY n OFFSET 0) s LEFT JOIN spelling USING (a, b);
SELECT payload->>'a' AS a, payload->>'b' AS b, count(*) FROM calls WHERE (payload->>'a')::numeric = 1 GROUP BY 1, 2 ORDER BY 1, 2;

-- prepared, with parameters in the key; a cursor
PREPARE tuples(int) AS SELECT t.i, f.v FROM bind_tuples_t t JOIN one f ON f.a = t.a AND f.b = t.b AND f.d = t.d + $1 WHERE t.i > 50 ORDER BY t.i, f.v;
SET plan_cache_mode = force_generic_plan;
EXECUTE tuples(0);
EXECUTE tuples(1);
RESET plan_cache_mode;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT t.i, f.v FROM bind_tuples_t t JOIN lists f USING (a, b, d) ORDER BY t.i, f.v;
FETCH 2 FROM c;
FETCH BACKWARD 1 FROM c;
COMMIT;

-- columns that several relations give, and those that none can
SELECT count(*) FROM bind_tuples_t t JOIN bind_tuples_u u ON u.n = t.i, generate_series(1, 2) g, one f WHERE f.a = t.a AND f.b = u.k AND f.d = g;
-- a relation that cannot give its value is left out
SELECT count(*) FROM bind_tuples_t t, bind_tuples_u u, pair f WHERE f.a = t.a AND f.b = u.k AND EXISTS (SELECT 1 FROM bind_tuples_u x WHERE x.k = f.d AND x.n > t.i) AND t.i < 20;
SELECT count(*) FROM bind_tuples_t t, bind_tuples_u u, bind_tuples_local.one f WHERE f.a = t.a AND f.b = u.k AND EXISTS (SELECT 1 FROM bind_tuples_u x WHERE x.k = f.d AND x.n > t.i) AND t.i < 20;
SELECT count(*) FROM bind_tuples_t t FULL JOIN one f USING (a, b, d);
SELECT count(*) FROM bind_tuples_t t RIGHT JOIN one f USING (a, b, d);
SELECT count(*) FROM bind_tuples_t t JOIN one f USING (a, b);
SELECT count(*) FROM bind_tuples_t t JOIN one f ON f.a = t.a AND f.b = t.b AND f.d = t.d + 0.5;

-- 2,500 rows with a function that takes tuples one by one and 20 ms
CREATE TABLE many AS SELECT i, i % 5 AS a, i / 5 % 5 AS b, i / 25 % 4 AS d FROM generate_series(0, 2499) i;
ANALYZE many;
ALTER FOREIGN TABLE one OPTIONS (SET payload '{"delay_ms": 20}');
SELECT FROM reset_calls;
SELECT count(*) FROM many JOIN one USING (a, b, d);
SELECT count(*) AS calls FROM calls;

-- a subquery for each row is core's to run, a row at a time; the join that says the same is not
ALTER FOREIGN TABLE one OPTIONS (DROP payload);
SELECT FROM reset_calls;
SELECT i, (SELECT v FROM one f WHERE f.a = m.a AND f.b = m.b AND f.d = m.d ORDER BY v LIMIT 1) FROM many m WHERE i < 300 AND i % 100 < 2 ORDER BY i;
SELECT count(*) AS calls FROM calls;
SELECT FROM reset_calls;
SELECT DISTINCT ON (i) i, v FROM many m LEFT JOIN one f USING (a, b, d) WHERE i < 300 AND i % 100 < 2 ORDER BY i, v;
SELECT count(*) AS calls FROM calls;

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP TABLE bind_tuples_t, bind_tuples_u;
DROP SCHEMA bind_tuples, bind_tuples_local CASCADE;
