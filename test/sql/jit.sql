-- JIT compilation: begun for work, not for waiting.  Where the server has none
-- there is nothing to see.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA jit;
SET search_path = jit, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE items (id int OPTIONS (pushdown '=, in'), name text, price numeric) SERVER lambda
  OPTIONS (function_arn 'items', estimated_rows '20');
CREATE TABLE work AS SELECT i AS n FROM generate_series(1, 20000) i;
ANALYZE work;
-- Is JIT as it should be?  EXPLAIN tells by its own section.
CREATE FUNCTION is_right(query text, wanted boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
  RETURN CASE WHEN NOT pg_jit_available() OR (plan->0->'JIT' IS NOT NULL) = wanted THEN 'as it should be' ELSE 'WRONG: ' || plan END;
END $$;
SELECT string_agg('SELECT id, price * 2 FROM items WHERE id = ' || i, ' UNION ALL ') AS scans FROM generate_series(1, 100) i \gset
SET jit = on;
SET jit_above_cost = 20000;
SET jit_optimize_above_cost = 50000;
SET jit_inline_above_cost = 50000;
SELECT is_right(:'scans', false);
SELECT is_right('SELECT sum(price) FROM (' || :'scans' || ') s (id, price)', false);
SELECT is_right('SELECT * FROM (' || :'scans' || ') s LIMIT 90', false);
SELECT is_right('SELECT w.n, i.name FROM (SELECT n FROM work LIMIT 20) w, LATERAL (SELECT name FROM items WHERE id = w.n OFFSET 0) i', false);
SELECT is_right('SELECT w.n, (SELECT name FROM items WHERE id = w.n) FROM (SELECT n FROM work LIMIT 20) w', false);
SELECT is_right('SELECT (SELECT sum(p) FROM (' || :'scans' || ') s (id, p))', false);
SELECT is_right('WITH s AS MATERIALIZED (' || :'scans' || ') SELECT * FROM s', false);
-- plans that compute are compiled, with a foreign scan beside or below, and without
SELECT is_right('SELECT count(*) FROM work a, work b WHERE a.n + b.n > 3', true);
SELECT is_right('SELECT count(*) FROM work a, work b, items WHERE a.n + b.n > 3', true);
SELECT is_right('SELECT (SELECT count(*) FROM work a, work b WHERE a.n + b.n > 3), id FROM items', true);
SET jit_above_cost = 0;
SELECT is_right(:'scans', true);
RESET jit_above_cost;
SET jit_above_cost = 20000;
-- a cached plan keeps its flags: nobody else's execution takes them away
SET plan_cache_mode = force_generic_plan;
PREPARE cached AS SELECT sum(price) FROM items WHERE id IN (1, 2, 3);
SET jit_above_cost = 0;
SELECT is_right('EXECUTE cached', true);
SET jit_above_cost = 1000000;
SELECT is_right('EXECUTE cached', false);
EXECUTE cached;
SET jit_above_cost = 0;
SELECT is_right('EXECUTE cached', true);
EXECUTE cached;
RESET plan_cache_mode;
SET jit_above_cost = 20000;
-- nested statements and cursors
CREATE FUNCTION nested(i int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT max(s.id) FROM (SELECT id FROM items WHERE id = i UNION ALL SELECT id FROM items WHERE id = i + 1 UNION ALL SELECT id FROM items WHERE id = i + 2
    UNION ALL SELECT id FROM items WHERE id = i + 3 UNION ALL SELECT id FROM items WHERE id = i + 4) s);
END $$;
SELECT nested(i) FROM generate_series(1, 3) i;
-- (in the order of the query)
SET enable_async_append = off;
BEGIN;
DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT id FROM items WHERE id = 1 UNION ALL SELECT id FROM items WHERE id = 2 UNION ALL SELECT id FROM items WHERE id = 3
  UNION ALL SELECT id FROM items WHERE id = 4 UNION ALL SELECT nested(5)::int;
FETCH 2 FROM c;
COMMIT;
FETCH ALL FROM c;
FETCH BACKWARD 1 FROM c;
CLOSE c;
RESET enable_async_append;

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA jit CASCADE;
