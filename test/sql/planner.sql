-- Foreign tables where queries put them: under locks, partitions, views,
-- policies, cursors, recursion, parallel plans; and what ANALYZE learns.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA planner;
SET search_path = planner, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
-- every plan is copied, and goes through its text, where a server with assertions has that
SELECT count(set_config(name, 'on', false)) >= 0 AS nodes FROM pg_settings
  WHERE name IN ('debug_copy_parse_plan_trees', 'debug_write_read_parse_plan_trees');
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR PUBLIC SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, payload jsonb) SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
CREATE FOREIGN TABLE items (id int OPTIONS (pushdown '=, in'), name text, category text, price numeric) SERVER lambda
  OPTIONS (function_arn 'items');

-- locks are for local rows
CREATE TABLE basket (item int, n int);
INSERT INTO basket VALUES (1, 10), (3, 30), (NULL, 0);
BEGIN;
SELECT item, name FROM basket JOIN items ON id = item ORDER BY 1 FOR UPDATE OF basket;
SELECT item, name FROM basket LEFT JOIN items ON id = item ORDER BY 1 FOR UPDATE OF basket;
COMMIT;
UPDATE basket SET n = n + length(name) FROM items WHERE id = item RETURNING item, n, name;
DELETE FROM basket USING items WHERE id = item AND name = 'item 3' RETURNING item;

-- partitions and inheritance
CREATE TABLE parted (id int, name text) PARTITION BY RANGE (id);
CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (MINVALUE) TO (10);
CREATE FOREIGN TABLE parted_high (name text, gone int, id int OPTIONS (pushdown '=, in')) SERVER lambda
  OPTIONS (function_arn 'items');
ALTER FOREIGN TABLE parted_high DROP COLUMN gone;
ALTER TABLE parted ATTACH PARTITION parted_high FOR VALUES FROM (10) TO (1000);
INSERT INTO parted VALUES (1, 'local 1'), (9, 'local 9');
SELECT tableoid::regclass, * FROM parted WHERE id IN (12, 15) ORDER BY id;
SELECT count(*) FROM reset_calls;
SELECT * FROM parted WHERE id = 9;
SELECT count(*) FROM calls;
SELECT * FROM parted WHERE id > 17 ORDER BY id DESC LIMIT 2;
CREATE TABLE parent (id int, name text);
CREATE FOREIGN TABLE child () INHERITS (parent) SERVER lambda OPTIONS (function_arn 'items');
INSERT INTO parent VALUES (100, 'local');
SELECT tableoid::regclass, count(*) FROM parent GROUP BY 1 ORDER BY 1;
SELECT p.id, b.n FROM parent p JOIN basket b ON b.item = p.id ORDER BY 1;
-- ORDER BY over partitions: the function of each sorts its own rows
CREATE TABLE sorted (id int, name text) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE sorted_low (name text, id int OPTIONS (pushdown '>=:since')) SERVER lambda
  OPTIONS (function_arn 'raw', payload '{"response": "[[\"a\", 1], [\"b\", 2]]"}', capabilities 'order_by');
CREATE FOREIGN TABLE sorted_high (id int OPTIONS (pushdown '>=:since'), name text) SERVER lambda
  OPTIONS (function_arn 'raw', payload '{"response": "[[11, \"c\"], [12, \"d\"]]"}', capabilities 'order_by');
ALTER TABLE sorted ATTACH PARTITION sorted_low FOR VALUES FROM (0) TO (10);
ALTER TABLE sorted ATTACH PARTITION sorted_high FOR VALUES FROM (10) TO (20);
SELECT count(*) FROM reset_calls;
SELECT tableoid::regclass, id FROM sorted WHERE id >= 2 ORDER BY id;
SELECT payload->'lambda_fdw'->'order_by' AS order_by FROM calls ORDER BY seq;
-- of a domain the function may know no more than the name
CREATE DOMAIN code AS int;
CREATE FOREIGN TABLE coded (id code, n int) SERVER lambda
  OPTIONS (function_arn 'raw', payload '{"response": "[[3, 1], [1, 2]]"}', capabilities 'order_by');
SELECT count(*) FROM reset_calls;
SELECT id FROM coded ORDER BY id;
SELECT payload->'lambda_fdw'->'order_by' AS order_by FROM calls ORDER BY seq;

-- views that keep secrets, row-level security of the local side, definers
CREATE ROLE planner_user;
GRANT USAGE ON SCHEMA planner TO planner_user;
CREATE VIEW cheap WITH (security_barrier) AS SELECT id, name FROM items WHERE price < 30;
GRANT SELECT ON cheap, basket TO planner_user;
ALTER TABLE basket ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON basket USING (item IS NOT NULL);
CREATE FUNCTION leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS
  $$ BEGIN RAISE NOTICE 'seen %', $1; RETURN true; END $$;
CREATE FUNCTION price_of(int) RETURNS numeric LANGUAGE sql STABLE SECURITY DEFINER SET search_path = planner AS
  'SELECT price FROM items WHERE id = $1';
SET ROLE planner_user;
SELECT id FROM cheap WHERE leak(name) AND id IN (6, 7, 8) ORDER BY id;
SELECT item, name FROM basket JOIN cheap ON id = item ORDER BY 1;
SELECT price_of(5);
SELECT * FROM items;
RESET ROLE;
-- a partition has its parent's policies: after them nothing is sent by an operator that is not leakproof
CREATE TABLE guarded (id int, name text, price numeric) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE guarded_part (id int OPTIONS (pushdown '=, in'), name text OPTIONS (pushdown 'like:pattern'),
  price numeric OPTIONS (pushdown '>:above')) SERVER lambda OPTIONS (function_arn 'items');
ALTER TABLE guarded ATTACH PARTITION guarded_part FOR VALUES FROM (0) TO (100);
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY ones ON guarded USING (name LIKE '%1%');
GRANT SELECT ON guarded TO planner_user;
SELECT count(*) FROM reset_calls;
SELECT id FROM guarded WHERE id IN (1, 2, 11, 12) AND price > 5 AND name LIKE '%2';
SET ROLE planner_user;
SELECT id FROM guarded WHERE id IN (1, 2, 11, 12) AND price > 5 AND name LIKE '%2';
EXPLAIN (COSTS OFF) SELECT id FROM guarded WHERE id IN (1, 2, 11, 12) AND price > 5 AND name LIKE '%2';
RESET ROLE;
SELECT payload - 'lambda_fdw' AS arguments FROM calls ORDER BY seq;

-- cursors
BEGIN;
DECLARE s SCROLL CURSOR FOR SELECT id FROM items WHERE id IN (1, 2, 3, 4) ORDER BY id;
FETCH 2 FROM s;
FETCH BACKWARD 1 FROM s;
FETCH LAST FROM s;
FETCH ABSOLUTE 2 FROM s;
DECLARE h CURSOR WITH HOLD FOR SELECT id FROM items WHERE id IN (5, 6) ORDER BY id;
COMMIT;
FETCH ALL FROM h;
CLOSE h;

-- recursion, MERGE, parallel plans
WITH RECURSIVE walk(id, depth) AS (
  SELECT 1, 0
  UNION ALL
  SELECT i.id, w.depth + 1 FROM walk w JOIN items i ON i.id = w.id * 2)
SELECT * FROM walk;
MERGE INTO basket b USING (SELECT id, name FROM items WHERE id IN (1, 2)) s ON b.item = s.id
  WHEN MATCHED THEN UPDATE SET n = -1
  WHEN NOT MATCHED THEN INSERT VALUES (s.id, length(s.name));
SELECT * FROM basket ORDER BY item;
DO $$
BEGIN
  -- 16 gave the setting another name
  PERFORM set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
END $$;
SELECT count(*), sum(price) FROM items;
SELECT i.id, b.n FROM items i JOIN basket b ON b.item = i.id ORDER BY 1;
DO $$
BEGIN
  PERFORM set_config(name, 'off', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
END $$;

-- a row less than a limit must have is an error: "items" does not filter by price
CREATE FOREIGN TABLE liar (id int, price numeric OPTIONS (pushdown '<')) SERVER lambda
  OPTIONS (function_arn 'items', capabilities 'limit');
SELECT id FROM liar WHERE price < 10 LIMIT 5;
SELECT id FROM liar WHERE price < 10 ORDER BY id LIMIT 5;
SELECT count(*) FROM liar LIMIT 5;
-- a value that cannot be sent takes the limit with it
ALTER FOREIGN TABLE liar ALTER price TYPE float8;
PREPARE below(float8) AS SELECT id FROM liar WHERE price < $1 LIMIT 2;
SELECT count(*) FROM reset_calls;
EXECUTE below('infinity');
SELECT payload->'lambda_fdw'->'limit' AS "limit", payload->'lambda_fdw'->'filters' AS filters FROM calls;
-- LIMIT NULL and LIMIT ALL are none; a negative one is core's error
SELECT count(*) FROM (SELECT id FROM liar LIMIT NULL) x;
PREPARE page(bigint, bigint) AS SELECT id FROM liar LIMIT $1 OFFSET $2;
SELECT count(*) FROM reset_calls;
EXECUTE page(2, 1);
EXECUTE page(NULL, 19);
EXECUTE page(1, NULL);
EXECUTE page(-1, 0);
EXECUTE page(9223372036854775807, 19);
SELECT payload->'lambda_fdw'->'limit' AS "limit" FROM calls ORDER BY seq;
-- a limit of other rows than the scan's is not sent
SELECT count(*) FROM reset_calls;
SELECT DISTINCT id % 5 AS id FROM liar ORDER BY 1 LIMIT 6;
SELECT id, generate_series(1, id) FROM liar LIMIT 1 OFFSET 2;
SELECT max(id) OVER () FROM liar LIMIT 1;
SELECT id FROM liar LIMIT 1 FOR UPDATE;
SELECT count(*), count(payload->'lambda_fdw'->'limit') AS limits FROM calls;

-- a relation that the planner has proved empty
SELECT id FROM liar WHERE false LIMIT 1;
SELECT * FROM basket JOIN (SELECT id FROM items WHERE false) x ON id = item LIMIT 1;

-- GEQO tries joins, those of partitions too, in memory that it empties
SET geqo_threshold = 2;
SET enable_partitionwise_join = on;
SELECT i.id, p.name, b.n, c.id AS child FROM items i JOIN parted p ON p.id = i.id JOIN items j ON j.id = p.id AND j.name = p.name
  LEFT JOIN basket b ON b.item = j.id LEFT JOIN child c ON c.id = j.id LEFT JOIN parted q ON q.id = p.id AND q.name < p.name
  WHERE i.id IN (12, 15, 17) AND j.id > 12 ORDER BY 1;
RESET geqo_threshold;
RESET enable_partitionwise_join;

-- ANALYZE
ANALYZE items;
SELECT reltuples FROM pg_class WHERE oid = 'items'::regclass;
SELECT attname, null_frac, n_distinct FROM pg_stats WHERE schemaname = 'planner' AND tablename = 'items' ORDER BY 1;
CREATE FOREIGN TABLE lookup (key int OPTIONS (pushdown '=', required 'true'), label text) SERVER lambda OPTIONS (function_arn 'lookup');
ANALYZE lookup;
ALTER FOREIGN TABLE lookup ALTER key OPTIONS (SET pushdown '>=', SET required 'true');
SELECT * FROM lookup WHERE key = 3;

-- a nested loop for ten outer rows, none for ten million; a bind join is the cheapest
CREATE FOREIGN TABLE large (id int OPTIONS (pushdown '=, in'), name text) SERVER lambda
  OPTIONS (function_arn 'items', estimated_rows '1000000');
CREATE TABLE few AS SELECT i FROM generate_series(1, 10) i;
ANALYZE few;
CREATE FUNCTION join_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
  plan := plan->0->'Plan';
  RETURN concat_ws(' ', plan->>'Node Type', plan->>'Custom Plan Provider');
END $$;
SET lambda_fdw.enable_bind_join = off;
SELECT join_of('SELECT * FROM few JOIN large ON id = i');
SELECT count(*) FROM (SELECT 1 FROM few JOIN large ON id = i) x;
SELECT join_of('SELECT * FROM generate_series(1, 10000000) i JOIN large ON id = i') <> 'Nested Loop' AS full_scan;
SET lambda_fdw.enable_bind_join = on;
SELECT join_of('SELECT * FROM few JOIN large ON id = i');
SELECT count(*) FROM (SELECT 1 FROM few JOIN large ON id = i) x;
SELECT join_of('SELECT * FROM generate_series(1, 10000000) i JOIN items ON id = i') !~ 'Bind' AS full_scan;

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA planner CASCADE;
DROP ROLE planner_user;
