-- Bind joins that end before their time and begin again: rescans after LIMIT,
-- EXISTS, cursors and errors return what a first scan returns.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA bind_rescan;
CREATE SCHEMA bind_rescan_local;
SET search_path = bind_rescan, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE bind_rescan.f (id int OPTIONS (pushdown '=, in'), name text, category text OPTIONS (pushdown 'in'), price numeric)
  SERVER lambda OPTIONS (function_arn 'items', estimated_rows '100000');
CREATE TABLE bind_rescan_local.f AS SELECT * FROM bind_rescan.f;
CREATE TABLE public.bind_rescan_two AS SELECT i AS n, (ARRAY['red', 'green', 'red', NULL, 'mauve', 'blue'])[i] AS category FROM generate_series(1, 6) i;
ANALYZE public.bind_rescan_two, bind_rescan_local.f;

CREATE TABLE queries (number int GENERATED ALWAYS AS IDENTITY, query text);
INSERT INTO queries (query) VALUES
  -- how many rows, and how many different ones
  ('SELECT o, (SELECT count(*) || ''/'' || count(DISTINCT (n, name)) FROM (SELECT t.n, f.name FROM bind_rescan_two t JOIN f USING (category) LIMIT l) s) FROM (VALUES (1, 1), (2, 100), (3, 100), (4, 100)) v (o, l)'),
  ('SELECT o, (SELECT count(*) || ''/'' || count(DISTINCT (n, name)) FROM (SELECT t.n, f.name FROM bind_rescan_two t JOIN f USING (category) LIMIT l) s) FROM (VALUES (1, 9), (2, 0), (3, 3), (4, 11), (5, 5), (6, 100), (7, 2), (8, 100)) v (o, l)'),
  ('SELECT o, (SELECT count(*) || ''/'' || count(DISTINCT (n, name)) FROM (SELECT t.n, f.name FROM bind_rescan_two t LEFT JOIN f USING (category) LIMIT l) s) FROM (VALUES (1, 1), (2, 7), (3, 100), (4, 4), (5, 100)) v (o, l)'),
  ('SELECT o, (SELECT count(*) FROM (SELECT t.n FROM bind_rescan_two t WHERE EXISTS (SELECT 1 FROM f WHERE f.category = t.category AND f.price > t.n * 9) LIMIT l) s) FROM (VALUES (1, 1), (2, 2), (3, 100), (4, 100)) v (o, l)'),
  ('SELECT o, (SELECT count(*) FROM (SELECT t.n FROM bind_rescan_two t WHERE NOT EXISTS (SELECT 1 FROM f WHERE f.category = t.category AND f.price > t.n * 9) LIMIT l) s) FROM (VALUES (1, 1), (2, 2), (3, 100), (4, 100)) v (o, l)'),
  -- the parameter filters outer rows, or inner ones
  ('SELECT o, (SELECT count(*) || ''/'' || count(DISTINCT (n, name)) FROM (SELECT t.n, f.name FROM bind_rescan_two t JOIN f USING (category) WHERE t.n >= o LIMIT l) s) FROM (VALUES (1, 1), (2, 100), (1, 100), (3, 2), (1, 100)) v (o, l)'),
  ('SELECT o, (SELECT count(*) || ''/'' || count(DISTINCT (n, name)) FROM (SELECT t.n, f.name FROM bind_rescan_two t JOIN f USING (category) WHERE f.price > o * 10 LIMIT l) s) FROM (VALUES (1, 1), (2, 100), (1, 100), (3, 2), (0, 100)) v (o, l)'),
  ('SELECT o, (SELECT count(*) || ''/'' || count(DISTINCT (n, name)) FROM (SELECT t.n, f.name FROM bind_rescan_two t JOIN f ON f.category = t.category AND f.price > o * 10 LIMIT l) s) FROM (VALUES (1, 1), (2, 100), (1, 100), (3, 2), (0, 100)) v (o, l)'),
  -- EXISTS and scalar conditions stop at the first row
  ('SELECT o, EXISTS (SELECT 1 FROM bind_rescan_two t JOIN f USING (category) WHERE t.n > o OFFSET 1) FROM generate_series(0, 7) o'),
  ('SELECT o FROM generate_series(0, 7) o WHERE (SELECT f.price FROM bind_rescan_two t JOIN f USING (category) WHERE t.n > o LIMIT 1) > 0'),
  ('SELECT o, s.c FROM generate_series(1, 5) o, LATERAL (SELECT count(*) AS c FROM (SELECT f.name FROM bind_rescan_two t JOIN f USING (category) LIMIT o * o) l) s'),
  ('SELECT o, s.c FROM generate_series(5, 1, -1) o LEFT JOIN LATERAL (SELECT count(*) AS c FROM (SELECT f.name FROM bind_rescan_two t JOIN f USING (category) WHERE t.n <> o LIMIT o * o) l) s ON s.c > 1'),
  -- below other nodes
  ('SELECT o, (SELECT count(*) || ''/'' || count(DISTINCT (n, name, other)) FROM (SELECT t.n, f.name, g.name AS other FROM bind_rescan_two t JOIN f USING (category) JOIN f g ON g.id = f.id + 1 LIMIT l) s) FROM (VALUES (1, 1), (2, 3), (3, 100), (4, 2), (5, 100)) v (o, l)'),
  ('SELECT o, (SELECT count(*) FROM (SELECT t.n, f.name FROM bind_rescan_two t JOIN f USING (category) UNION ALL SELECT t.n, f.name FROM bind_rescan_two t LEFT JOIN f ON f.id = t.n LIMIT l) s) FROM (VALUES (1, 1), (2, 12), (3, 100), (4, 100)) v (o, l)');

CREATE FUNCTION rows_in(schema text, query text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  result text[];
BEGIN
  PERFORM set_config('search_path', schema || ', public', true);
  EXECUTE 'SELECT array_agg(x::text ORDER BY x::text COLLATE "C") FROM (' || query || ') x' INTO result;
  RETURN result;
END $$;
CREATE FUNCTION has_bind_join(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  PERFORM set_config('search_path', 'bind_rescan, public', true);
  EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
  RETURN plan::text ~ 'Bind Join';
END $$;
-- What differs, under several sizes of batches and of memory.
CREATE FUNCTION check_all() RETURNS TABLE (number int, bind boolean, ours text[], truth text[]) LANGUAGE sql AS $$
  SELECT q.number, b.bind, o.ours, t.truth
    FROM bind_rescan.queries q, LATERAL bind_rescan.has_bind_join(q.query) b (bind),
      LATERAL bind_rescan.rows_in('bind_rescan', q.query) o (ours), LATERAL bind_rescan.rows_in('bind_rescan_local', q.query) t (truth)
   WHERE o.ours IS DISTINCT FROM t.truth OR NOT b.bind ORDER BY 1
$$;
-- the cost of a disabled node would begin JIT compilation and workers; a Gather
-- that a LIMIT ends and that begins again loses rows of core's own tables
SET jit = off;
SET max_parallel_workers_per_gather = 0;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SELECT * FROM bind_rescan.check_all();
ALTER FOREIGN TABLE bind_rescan.f OPTIONS (ADD max_batch_keys '1', ADD max_concurrency '1');
SELECT * FROM bind_rescan.check_all();
ALTER FOREIGN TABLE bind_rescan.f OPTIONS (SET max_batch_keys '2', SET max_concurrency '2');
SET work_mem = '64kB';
SELECT * FROM bind_rescan.check_all();
RESET work_mem;
ALTER FOREIGN TABLE bind_rescan.f OPTIONS (DROP max_batch_keys, DROP max_concurrency);

-- answers that were read to the end are not asked for again, others are
SET search_path = bind_rescan, public;
CREATE FOREIGN TABLE calls (seq int, function text, payload jsonb) SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
SELECT count(*) FROM reset_calls;
SELECT l, (SELECT count(*) FROM (SELECT f.name FROM bind_rescan_two t JOIN f USING (category) LIMIT l) s) FROM (VALUES (1), (100), (100), (100)) v (l);
SELECT count(*) AS calls FROM calls WHERE function = 'items';

-- parts that were split, not read to the end, and begun again
CREATE FOREIGN TABLE greedy (key int OPTIONS (pushdown '=, in', required 'true'), label text)
  SERVER lambda OPTIONS (function_arn 'greedy', payload '{"most": 3}');
SELECT l, (SELECT count(*) || '/' || count(DISTINCT label) FROM (SELECT label FROM generate_series(1, 10) g JOIN greedy ON key = g LIMIT l) s)
  FROM (VALUES (1), (4), (100), (2), (100)) v (l);

-- a cursor left in the middle, back to its start, held, and one that fails
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT t.n, f.name FROM bind_rescan_two t JOIN f USING (category);
FETCH 3 FROM c \g /dev/null
MOVE ABSOLUTE 0 FROM c;
\echo :ROW_COUNT
MOVE FORWARD ALL FROM c;
\echo :ROW_COUNT
MOVE BACKWARD 2 FROM c;
\echo :ROW_COUNT
CLOSE c;
DECLARE held SCROLL CURSOR WITH HOLD FOR SELECT t.n, f.name FROM bind_rescan_two t LEFT JOIN f USING (category);
FETCH 3 FROM held \g /dev/null
DECLARE straight NO SCROLL CURSOR WITH HOLD FOR SELECT t.n, f.name FROM bind_rescan_two t LEFT JOIN f USING (category);
FETCH 3 FROM straight \g /dev/null
COMMIT;
MOVE BACKWARD ALL FROM held;
\echo :ROW_COUNT
MOVE FORWARD ALL FROM held;
\echo :ROW_COUNT
MOVE FORWARD ALL FROM straight;
\echo :ROW_COUNT
CLOSE ALL;
DO $$
DECLARE
  row record;
  failures int := 0;
  rows int := 0;
BEGIN
  FOR i IN 1..3 LOOP
    BEGIN
      FOR row IN SELECT 10 / (t.n - i) AS q FROM bind_rescan_two t JOIN f USING (category) LOOP
        rows := rows + 1;
      END LOOP;
    EXCEPTION WHEN division_by_zero THEN
      failures := failures + 1;
    END;
  END LOOP;
  RAISE NOTICE '% failures, % rows in all of a query of the same plan', failures,
    (SELECT count(*) FROM bind_rescan_two t JOIN f USING (category));
END $$;

-- each of them begins with few keys, however many the one before had come to
CREATE TABLE many AS SELECT o, CASE WHEN i = 1 THEN o ELSE o * 10000 + i END AS item FROM generate_series(1, 4) o, generate_series(1, 1000) i ORDER BY o, i;
ANALYZE many;
SELECT count(*) FROM reset_calls;
SELECT o FROM generate_series(1, 4) o WHERE (SELECT f.id FROM many m JOIN f ON f.id = m.item WHERE m.o = o.o LIMIT 1) = o.o;
SELECT string_agg(jsonb_array_length(payload->'id')::text, ' ' ORDER BY seq) AS keys FROM calls WHERE function = 'items';

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP TABLE bind_rescan_two;
DROP SCHEMA bind_rescan, bind_rescan_local CASCADE;
