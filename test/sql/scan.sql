-- Shapes of scans: rescans, prepared statements, whole rows, EXPLAIN.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA scan;
SET search_path = scan, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, payload jsonb)
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
CREATE FOREIGN TABLE items (
  id int OPTIONS (pushdown '=, in'),
  name text,
  category text OPTIONS (pushdown '=, in'),
  price numeric(10,2),
  active boolean,
  city text OPTIONS (path '/address/city')
) SERVER lambda OPTIONS (function_arn 'arn:aws:lambda:eu-west-1:123456789012:function:items:prod');
CREATE TABLE wanted (id int, note text);
INSERT INTO wanted SELECT n, 'note ' || n FROM generate_series(1, 3) n;
INSERT INTO wanted VALUES (NULL, 'none'), (2, 'again');
ANALYZE wanted;

-- EXPLAIN shows the function, under VERBOSE the payload; nobody is called
SELECT count(*) >= 0 AS cleared FROM reset_calls;
EXPLAIN (COSTS OFF) SELECT * FROM items;
EXPLAIN (VERBOSE, COSTS OFF) SELECT name FROM items WHERE id = 3 AND price > 1;
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM items WHERE id IN (1, 2) AND category = lower('RED') AND name = current_setting('application_name');
PREPARE one(int) AS SELECT id, name FROM items WHERE id = $1;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (VERBOSE, COSTS OFF) EXECUTE one(3);
RESET plan_cache_mode;
-- conditions that share an argument, one or both without a value yet
CREATE FOREIGN TABLE ranged (name text OPTIONS (pushdown '<:before') COLLATE "C") SERVER lambda OPTIONS (function_arn 'items');
EXPLAIN (VERBOSE, COSTS OFF) SELECT name FROM ranged WHERE name < 'm' AND name < current_setting('application_name');
EXPLAIN (VERBOSE, COSTS OFF) SELECT name FROM ranged WHERE name < lower('X') || current_user AND name < current_setting('application_name');
-- a key of its own in the other formats
CREATE FUNCTION plan_as_json(query text) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (VERBOSE, FORMAT JSON) ' || query INTO plan;
  RETURN plan->0->'Plan';
END $$;
SELECT p->>'Node Type' AS node, p->>'Function' AS function, (p->>'Payload')::jsonb->'id' AS id
FROM plan_as_json('SELECT id FROM items WHERE id = 4') p;
SELECT count(*) AS calls FROM calls;

-- a join with a local table: few local rows and a large function make one call a row
ALTER FOREIGN TABLE items OPTIONS (ADD estimated_rows '10000000');
-- (the filter's sides are the planner's choice, and differ between versions)
CREATE FUNCTION plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query LOOP
    IF line !~ 'Filter:' THEN
      RETURN NEXT line;
    END IF;
  END LOOP;
END $$;
SET lambda_fdw.enable_bind_join = off;
SELECT plan_of('SELECT w.note, i.name FROM wanted w JOIN items i ON i.id = w.id');
SELECT w.id, w.note, i.name FROM wanted w LEFT JOIN items i ON i.id = w.id ORDER BY w.id, w.note;
SET enable_nestloop = off;
SELECT w.id, w.note, i.name FROM wanted w LEFT JOIN items i ON i.id = w.id ORDER BY w.id, w.note;
SET enable_nestloop = on;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SELECT w.id, w.note, i.name FROM wanted w JOIN items i ON i.id + 0 = w.id ORDER BY w.id, w.note;
SET enable_memoize = off;
SELECT count(*) >= 0 AS cleared FROM reset_calls;
SELECT w.id, w.note, i.name FROM wanted w JOIN items i ON i.id = w.id ORDER BY w.id, w.note;
-- a NULL key makes no call
SELECT payload->'id' AS id FROM calls ORDER BY seq;
RESET enable_memoize;
RESET enable_material;
RESET enable_mergejoin;
RESET enable_hashjoin;
-- both sides foreign
SELECT count(*), sum(a.id) FROM items a JOIN items b ON a.category = b.category AND a.id <> b.id;
SELECT a.id, (SELECT count(*) FROM items b WHERE b.category = a.category) FROM items a WHERE a.id IN (1, 2, 20) ORDER BY 1;
RESET lambda_fdw.enable_bind_join;

-- a million local rows and a small function make one call
ALTER FOREIGN TABLE items OPTIONS (SET estimated_rows '1000');
EXPLAIN (COSTS OFF) SELECT count(*) FROM generate_series(1, 1000000) n JOIN items i ON i.id = n;

-- LATERAL
SELECT w.id, l.name FROM wanted w, LATERAL (SELECT name FROM items i WHERE i.id = w.id LIMIT 1) l ORDER BY 1, 2;
SELECT w.id, l.n FROM wanted w, LATERAL (SELECT count(*) AS n FROM items i WHERE i.id IN (w.id, w.id + 1)) l ORDER BY 1, 2;
SELECT i.id, l.x FROM items i, LATERAL (SELECT i.id * 2 AS x) l WHERE i.id < 3 ORDER BY 1;
-- a rescan with the same parameters gives the same rows
SELECT w.id, (SELECT string_agg(name, ',' ORDER BY id) FROM items WHERE id < 3) FROM wanted w ORDER BY 1;
SET enable_material = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT count(*) FROM wanted w CROSS JOIN items i;
SELECT count(*) FROM wanted w JOIN items i ON i.id > w.id;
-- those that were kept for other parameters are gone
SELECT n, (SELECT string_agg(id::text, ',') FROM (VALUES (1), (2)) v (i) LEFT JOIN items ON id <= n) FROM (VALUES (1), (2), (1)) x (n);
RESET enable_material;
RESET enable_hashjoin;
RESET enable_mergejoin;
WITH RECURSIVE r(id) AS (SELECT 1 UNION SELECT i.id FROM r JOIN items i ON i.id = r.id + 1 WHERE r.id < 5)
SELECT array_agg(id ORDER BY id) FROM r;

-- prepared statements go on pushing past the fifth execution
SELECT count(*) >= 0 AS cleared FROM reset_calls;
DO $$
BEGIN
  FOR n IN 1..8 LOOP
    EXECUTE format('EXECUTE one(%s)', n);
  END LOOP;
END $$;
SELECT payload->'id' AS id, payload->'lambda_fdw'->'filters' AS filters FROM calls ORDER BY seq;
CREATE FUNCTION item_name(wanted_id int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT name FROM scan.items WHERE id = wanted_id);
END $$;
SELECT item_name(n) FROM generate_series(1, 7) n;
-- an option changed takes effect at once
ALTER FOREIGN TABLE items OPTIONS (SET function_arn 'nobody');
EXECUTE one(1);
ALTER FOREIGN TABLE items OPTIONS (SET function_arn 'items');
ALTER SERVER lambda OPTIONS (SET region 'us-east-1');
EXECUTE one(1);
ALTER FOREIGN TABLE items OPTIONS (SET function_arn 'arn:aws:lambda:eu-west-1:123456789012:function:items');
EXECUTE one(1);
ALTER SERVER lambda OPTIONS (SET region 'eu-west-1');
EXECUTE one(1);

-- whole rows, no columns, system columns
SELECT i FROM items i WHERE id = 1;
SELECT i IS NULL AS isnull, (i).name FROM items i WHERE id IN (1, 2) ORDER BY 2;
SELECT w.id, i FROM wanted w LEFT JOIN items i ON i.id = w.id + 18 ORDER BY w.id, w.note;
SELECT count(*) >= 0 AS cleared FROM reset_calls;
SELECT count(*) FROM items;
SELECT FROM items WHERE id < 3;
SELECT EXISTS (SELECT FROM items);
SELECT payload->'lambda_fdw'->'columns' AS columns FROM calls ORDER BY seq;
SELECT tableoid::regclass, id FROM items WHERE id = 1;
SELECT w.id, i.name FROM wanted w JOIN items i USING (id) WHERE w.note = 'again' FOR UPDATE OF w;
-- only the columns that are needed are asked for
SELECT count(*) >= 0 AS cleared FROM reset_calls;
SELECT name FROM items WHERE city = 'Oslo' ORDER BY price LIMIT 1;
SELECT payload->'lambda_fdw'->'columns' AS columns FROM calls;
-- dropped and added columns
ALTER FOREIGN TABLE items DROP COLUMN name, ADD COLUMN label text OPTIONS (path '/name');
SELECT * FROM items WHERE id IN (1, 19) ORDER BY id;
SELECT i FROM items i WHERE id = 1;
CREATE FOREIGN TABLE positional (gone int, a int, also_gone text, b text) SERVER lambda
  OPTIONS (function_arn 'raw', payload '{"response": "[[1,\"x\"]]"}');
ALTER FOREIGN TABLE positional DROP COLUMN gone, DROP COLUMN also_gone;
SELECT * FROM positional;
ALTER FOREIGN TABLE positional DROP COLUMN a, DROP COLUMN b;
ALTER FOREIGN TABLE positional OPTIONS (SET payload '{"response": "[{},{\"x\":1}]"}');
SELECT count(*) FROM positional;

-- partitions and inheritance
CREATE TABLE parent (id int, category text) PARTITION BY LIST (category);
CREATE FOREIGN TABLE child_red PARTITION OF parent FOR VALUES IN ('red') SERVER lambda
  OPTIONS (function_arn 'raw', payload '{"response": "[{\"id\":1,\"category\":\"red\"}]"}');
CREATE TABLE child_blue PARTITION OF parent FOR VALUES IN ('blue');
INSERT INTO child_blue VALUES (2, 'blue');
SELECT tableoid::regclass, * FROM parent ORDER BY id;
SELECT * FROM parent WHERE category = 'red';

-- cursors: forward, to the end, held; an answer not read to its end
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM items ORDER BY id;
FETCH 2 FROM c;
MOVE ALL FROM c;
CLOSE c;
DECLARE s SCROLL CURSOR FOR SELECT id FROM items WHERE id IN (1, 2, 3);
FETCH ALL FROM s;
FETCH BACKWARD 1 FROM s;
FETCH FIRST FROM s;
DECLARE h CURSOR WITH HOLD FOR SELECT id FROM items WHERE id = 4;
DECLARE e CURSOR FOR SELECT 1 FROM items;
FETCH 1 FROM e;
COMMIT;
FETCH ALL FROM h;
CLOSE h;
CREATE FOREIGN TABLE endless (id bigint) SERVER lambda OPTIONS (function_arn 'endless');
SELECT count(*) FROM (SELECT * FROM endless LIMIT 1000) e;

-- nested scans, and an error in the middle of one
CREATE FUNCTION check_item(i int) RETURNS boolean LANGUAGE sql AS $$ SELECT EXISTS (SELECT FROM scan.items WHERE id = i) $$;
CREATE DOMAIN item_id AS int CHECK (check_item(VALUE));
CREATE FOREIGN TABLE checked (id item_id, name text) SERVER lambda OPTIONS (function_arn 'items_ignoring');
SELECT count(id), max(name) FROM checked;
ALTER FOREIGN TABLE checked OPTIONS (SET function_arn 'raw', ADD payload '{"response": "[{\"id\":1,\"name\":\"x\"},{\"id\":21}]"}');
SELECT count(id), max(name) FROM checked;
SELECT count(*) FROM items;
-- reading only
INSERT INTO items (id) VALUES (1);
UPDATE items SET label = 'x';
DELETE FROM items;

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA scan CASCADE;
