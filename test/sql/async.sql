-- Asynchronous Append: partitions and UNION ALL, all scans under way together.
-- Rows come in whatever order they arrive in.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA async;
SET search_path = async, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (function text, payload jsonb) SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
CREATE TABLE parts (p int, id int) PARTITION BY LIST (p);
CREATE FOREIGN TABLE part1 PARTITION OF parts FOR VALUES IN (1) SERVER lambda OPTIONS (function_arn 'partition', payload '{"p": 1}', envelope 'false');
CREATE FOREIGN TABLE part2 PARTITION OF parts FOR VALUES IN (2) SERVER lambda OPTIONS (function_arn 'partition', payload '{"p": 2, "delay_ms": 20}', envelope 'false');
CREATE FOREIGN TABLE part3 PARTITION OF parts FOR VALUES IN (3) SERVER lambda OPTIONS (function_arn 'partition', payload '{"p": 3, "row_ms": 5}', envelope 'false');
CREATE TABLE local (p int, id int);
INSERT INTO local SELECT 9, n FROM generate_series(1, 3) n;
ANALYZE local;

-- all of an Append's foreign scans are asynchronous
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM parts;
SELECT * FROM parts ORDER BY p, id;
EXPLAIN (COSTS OFF) SELECT id FROM part1 UNION ALL SELECT id + 10 FROM part2 UNION ALL SELECT id FROM local;
SELECT id FROM part1 UNION ALL SELECT id + 10 FROM part2 UNION ALL SELECT id FROM local ORDER BY id;
-- one that is an Append's only child is not, nor what has to be in order
EXPLAIN (COSTS OFF) SELECT * FROM parts WHERE p = 1;
SET enable_async_append = off;
EXPLAIN (COSTS OFF) SELECT * FROM parts;
SELECT count(*), sum(p), sum(id) FROM parts;
RESET enable_async_append;

-- what is counted, and what the conditions drop
SELECT count(*) >= 0 AS cleared FROM reset_calls;
CREATE FUNCTION counted(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) ' || query LOOP
    -- 18 has decimals
    RETURN NEXT regexp_replace(line, '(rows=\d+)\.00', '\1');
  END LOOP;
END $$;
SELECT counted('SELECT * FROM parts WHERE id % 2 = 1');
SELECT payload->>'p' AS p, count(*) FROM calls GROUP BY 1 ORDER BY 1;

-- an error of one of them ends all
CREATE FOREIGN TABLE broken (id int) SERVER lambda OPTIONS (function_arn 'function_error');
SELECT id FROM part1 UNION ALL SELECT id FROM broken;
DO $$
DECLARE
  n int := 0;
BEGIN
  FOR i IN 1..5 LOOP
    BEGIN
      PERFORM id FROM part2 UNION ALL SELECT id FROM broken;
    EXCEPTION WHEN OTHERS THEN
      n := n + 1;
    END;
  END LOOP;
  RAISE NOTICE '% errors, then % rows', n, (SELECT count(*) FROM parts);
END $$;

-- fewer rows than there are
SELECT count(*) FROM (SELECT * FROM parts LIMIT 4) s;
SELECT count(*) FROM (VALUES (1), (2)) v (x), LATERAL (SELECT * FROM parts LIMIT 4 + 0 * x) s;
SELECT EXISTS (SELECT FROM parts), (SELECT count(*) FROM parts WHERE id = 7);

-- rescans: with the same values, with others, and of other partitions
SET enable_material = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_memoize = off;
SELECT count(*) >= 0 AS cleared FROM reset_calls;
SELECT v.x, count(*), sum(parts.id) FROM (VALUES (1), (2), (3)) v (x) JOIN parts ON parts.id <= v.x GROUP BY 1 ORDER BY 1;
SELECT payload->>'p' AS p, count(*) FROM calls GROUP BY 1 ORDER BY 1;
SELECT v.x, (SELECT sum(id) FROM parts WHERE id <= v.x) FROM (VALUES (3), (1), (2)) v (x);
SELECT v.x, s.* FROM (VALUES (1), (3), (9), (2)) v (x) LEFT JOIN LATERAL (SELECT count(*), min(p), max(p) FROM parts WHERE p IN (v.x, v.x + 1)) s ON true;
SELECT v.x, s.p BETWEEN v.x AND v.x + 1 AS found FROM (VALUES (1), (3), (9), (2)) v (x) LEFT JOIN LATERAL (SELECT p FROM parts WHERE p IN (v.x, v.x + 1) AND id = 1 LIMIT 1) s ON true;
RESET enable_material;
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_memoize;

-- partitions that are known only when the query runs
SET plan_cache_mode = force_generic_plan;
PREPARE chosen(int, int) AS SELECT p, count(*) FROM parts WHERE p IN ($1, $2) GROUP BY p ORDER BY p;
EXPLAIN (COSTS OFF) EXECUTE chosen(1, 2);
SELECT count(*) >= 0 AS cleared FROM reset_calls;
EXECUTE chosen(1, 3);
EXECUTE chosen(2, 2);
EXECUTE chosen(7, 8);
SELECT payload->>'p' AS p, count(*) FROM calls GROUP BY 1 ORDER BY 1;
RESET plan_cache_mode;

-- cursors: other statements wait meanwhile
CREATE FUNCTION moved(c refcursor, rows int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  n int;
BEGIN
  MOVE FORWARD rows FROM c;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;
BEGIN;
DECLARE one CURSOR FOR SELECT * FROM parts;
DECLARE other SCROLL CURSOR FOR SELECT * FROM parts;
SELECT moved('one', 2), moved('other', 1);
SELECT count(*) FROM part2;
SELECT moved('other', 2);
SELECT count(*), sum(p), sum(id) FROM parts;
SELECT moved('one', 99), moved('other', -2);
SELECT moved('other', 99), moved('other', -99);
COMMIT;

-- beside a bind join, which waits by itself
CREATE FOREIGN TABLE lookup (key int OPTIONS (required 'true', pushdown '=, in'), label text) SERVER lambda OPTIONS (function_arn 'lookup');
CREATE FUNCTION nodes(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
    IF line ~ 'Append|Scan' THEN
      RETURN NEXT line;
    END IF;
  END LOOP;
END $$;
SELECT nodes('SELECT id FROM part2 UNION ALL SELECT l.id FROM local l JOIN lookup ON key = l.id UNION ALL SELECT id FROM part3');
SELECT id, 'part' AS label FROM part2 UNION ALL SELECT l.id, label FROM local l JOIN lookup ON key = l.id UNION ALL SELECT id, 'part' FROM part3
ORDER BY 1, 2;

-- rows that are written from it
CREATE TABLE copied AS SELECT * FROM parts;
INSERT INTO copied SELECT * FROM parts UNION ALL SELECT * FROM local;
SELECT p, count(*) FROM copied GROUP BY p ORDER BY p;

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA async CASCADE;
