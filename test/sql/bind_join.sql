-- Bind joins: keys of one side go to the function in batches.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA bind_join;
SET search_path = bind_join, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
-- every plan is copied, and goes through its text, where a server with assertions has that
SELECT count(set_config(name, 'on', false)) >= 0 AS nodes FROM pg_settings
  WHERE name IN ('debug_copy_parse_plan_trees', 'debug_write_read_parse_plan_trees');
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, payload jsonb) SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
CREATE FOREIGN TABLE items (id int OPTIONS (pushdown '=, in'), name text, category text OPTIONS (pushdown 'in'), price numeric)
  SERVER lambda OPTIONS (function_arn 'items', estimated_rows '100000');
CREATE FOREIGN TABLE lookup (key int OPTIONS (pushdown '=', required 'true'), label text)
  SERVER lambda OPTIONS (function_arn 'lookup', payload '{"omit_key": true}');
CREATE TABLE items_copy AS SELECT * FROM items;
CREATE TABLE lookup_copy AS SELECT key, 'label ' || key AS label FROM generate_series(0, 60) key;
-- duplicates, NULLs, and keys without an item
CREATE TABLE wanted AS
  SELECT i, CASE WHEN i % 7 = 0 THEN NULL ELSE i * 3 % 30 END AS id, (i * 5 % 40)::bigint AS big, 'item ' || i AS name
  FROM generate_series(1, 40) i;
ANALYZE wanted, items_copy, lookup_copy;

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
-- Both must return the same; over copies, no bind join can be.
CREATE FUNCTION same(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  copies text := replace(replace(query, 'items ', 'items_copy '), 'lookup ', 'lookup_copy ');
  plan text := '';
  line text;
  differing bigint;
  n bigint;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
    plan := plan || line;
  END LOOP;
  EXECUTE format('SELECT count(*) FROM ((%1$s EXCEPT ALL %2$s) UNION ALL (%2$s EXCEPT ALL %1$s)) x',
                 'SELECT * FROM (' || query || ') a', 'SELECT * FROM (' || copies || ') b') INTO differing;
  EXECUTE 'SELECT count(*) FROM (' || query || ') x' INTO n;
  RETURN concat(CASE WHEN differing = 0 THEN 'same' ELSE 'DIFFERENT' END, ', ', n, ' rows',
                CASE WHEN plan ~ 'Bind Join' THEN ', bind join' END);
END $$;

SELECT explain('SELECT w.i, t.name FROM wanted w JOIN items t ON t.id = w.id');
SELECT explain('SELECT w.i, t.name FROM wanted w LEFT JOIN items t ON t.id = w.id AND t.price > w.i WHERE t.name IS DISTINCT FROM ''item 3''');
SELECT explain('SELECT w.i FROM wanted w WHERE EXISTS (SELECT 1 FROM items t WHERE t.id = w.id)');
SELECT explain('SELECT w.i FROM wanted w WHERE NOT EXISTS (SELECT 1 FROM items t WHERE t.id = w.id)');
SELECT explain('SELECT w.i, l.label FROM wanted w JOIN lookup l ON l.key = w.id');

-- every kind of join
SELECT same('SELECT w.i, t.name FROM wanted w JOIN items t ON t.id = w.id');
SELECT same('SELECT w.i, t.name FROM wanted w JOIN items t ON t.id = w.big');
SELECT same('SELECT w.i, t.name FROM wanted w JOIN items t ON t.id = w.id + 1 AND t.name <> w.name');
SELECT same('SELECT w.i, t.name FROM wanted w JOIN items t ON t.id = w.id AND t.id = w.big');
SELECT same('SELECT w.i, t.* FROM wanted w LEFT JOIN items t ON t.id = w.id');
SELECT same('SELECT w.i, t.* FROM wanted w LEFT JOIN items t ON t.id = w.id AND t.price > w.i');
SELECT same('SELECT w.i, t.name FROM wanted w LEFT JOIN items t ON t.id = w.id AND w.i > 20 WHERE coalesce(t.name, ''none'') <> ''item 3''');
SELECT same('SELECT w.i, t.k, t.v FROM wanted w LEFT JOIN (SELECT id AS k, coalesce(category, ''none'') AS v FROM items ) t ON t.k = w.id');
SELECT same('SELECT w.i FROM wanted w WHERE EXISTS (SELECT 1 FROM items t WHERE t.id = w.id AND t.price > w.i)');
SELECT same('SELECT w.i FROM wanted w WHERE w.id IN (SELECT id FROM items WHERE category = ''red'')');
SELECT same('SELECT w.i FROM wanted w WHERE NOT EXISTS (SELECT 1 FROM items t WHERE t.id = w.id AND t.price > w.i)');
SELECT same('SELECT w.i, t.name FROM wanted w LEFT JOIN items t ON t.id = w.id WHERE t.id IS NULL');
SELECT same('SELECT w.i, t.name FROM items t RIGHT JOIN wanted w ON t.id = w.id');
SELECT same('SELECT w.i, t.name FROM items t FULL JOIN wanted w ON t.id = w.id');
SELECT same('SELECT w.i, t.name FROM wanted w, items t WHERE t.name = w.name');
SELECT same('SELECT w.i, t.name FROM wanted w JOIN items t ON t.category = CASE WHEN w.i < 9 THEN ''red'' END');

-- several of them, over one another and over plans of any kind
SELECT same('SELECT w.i, t.name, u.name AS other FROM wanted w JOIN items t ON t.id = w.id JOIN items u ON u.id = t.id + 1');
SELECT same('SELECT w.i, t.name, l.label FROM wanted w LEFT JOIN items t ON t.id = w.id LEFT JOIN lookup l ON l.key = t.id + w.i');
SELECT same('SELECT g.id, g.n, t.name FROM (SELECT id, count(*) AS n FROM wanted GROUP BY id) g LEFT JOIN items t ON t.id = g.id');
SELECT same('SELECT w.i, x.name FROM wanted w LEFT JOIN (SELECT v.i, t.name FROM wanted v JOIN items t ON t.id = v.id) x ON x.i = w.i');
SELECT same('SELECT w.i, (SELECT max(t.name) FROM wanted v JOIN items t ON t.id = v.id WHERE v.i <= w.i) AS m FROM wanted w WHERE w.i < 6');
SELECT same('SELECT w.i, x.name FROM wanted w, LATERAL (SELECT t.name FROM wanted v JOIN items t ON t.id = v.id AND t.price > w.i WHERE v.i = w.i OFFSET 0) x');
SELECT same('SELECT count(*) AS n FROM wanted w JOIN items t ON t.id = w.id');

-- tiny batches and tiny memory
ALTER FOREIGN TABLE items OPTIONS (ADD max_batch_keys '2', ADD max_concurrency '2');
SET work_mem = '64kB';
SELECT same('SELECT w.i, t.name FROM wanted w JOIN items t ON t.id = w.id');
SELECT same('SELECT w.i, t.* FROM wanted w LEFT JOIN items t ON t.id = w.id AND t.price > w.i');
SELECT same('SELECT w.i FROM wanted w WHERE NOT EXISTS (SELECT 1 FROM items t WHERE t.id = w.id)');
SELECT same('SELECT g, t.name FROM generate_series(1, 5000) g JOIN wanted w ON w.i = g % 41 LEFT JOIN items t ON t.id = w.id');
-- more keys are expected than there is memory for
ALTER FOREIGN TABLE items OPTIONS (SET max_batch_keys '100000');
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SELECT explain('SELECT g.g, t.name FROM generate_series(1, 10000) g JOIN items t ON t.id = g.g AND g.g < 50');
SELECT count(*), sum(t.id) FROM generate_series(1, 10000) g JOIN items t ON t.id = g.g AND g.g < 50;
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_nestloop;
ALTER FOREIGN TABLE items OPTIONS (SET max_batch_keys '2');
RESET work_mem;
SELECT count(*) FROM reset_calls;
SELECT count(t.name) FROM wanted w JOIN items t ON t.id = w.id;
SELECT count(*) AS calls, max(jsonb_array_length(payload->'id')) AS most, sum(jsonb_array_length(payload->'id')) AS keys,
       count(DISTINCT payload->'id') AS different
  FROM calls;
ALTER FOREIGN TABLE items OPTIONS (DROP max_batch_keys, DROP max_concurrency);

-- NULLs are not sent, duplicates once; a required key needs no more than the join
SELECT count(*) FROM reset_calls;
SELECT count(*) FROM wanted w JOIN items t ON t.id = w.id;
SELECT payload->'id' AS id FROM calls;
SELECT count(*) FROM reset_calls;
SELECT count(*) FROM wanted w LEFT JOIN lookup l ON l.key = w.id;
SELECT count(*) AS calls, count(DISTINCT payload->'key') AS keys FROM calls;
SELECT count(*) FROM reset_calls;
SELECT count(*) FROM (SELECT NULL::int AS id FROM wanted) w LEFT JOIN items t ON t.id = w.id;
SELECT count(*) FROM calls;

-- a part that is too large is split in half; one key that is too large is an error
CREATE FOREIGN TABLE greedy (key int OPTIONS (pushdown '=, in', required 'true'), label text)
  SERVER lambda OPTIONS (function_arn 'greedy', payload '{"most": 3}');
SELECT count(*) FROM reset_calls;
SELECT count(*), count(DISTINCT label) FROM generate_series(1, 10) g JOIN greedy ON key = g;
SELECT jsonb_array_length(payload->'key') AS keys, count(*) FROM calls GROUP BY 1 ORDER BY 1;
ALTER FOREIGN TABLE greedy OPTIONS (SET payload '{"most": 3, "how": "request"}');
SELECT count(*), count(DISTINCT label) FROM generate_series(1, 10) g JOIN greedy ON key = g;
ALTER FOREIGN TABLE greedy OPTIONS (SET payload '{"most": 3, "under": "items"}', ADD rows_path '/items');
SELECT count(*), count(DISTINCT label) FROM generate_series(1, 10) g JOIN greedy ON key = g;
ALTER FOREIGN TABLE greedy OPTIONS (SET payload '{"most": 0}', DROP rows_path);
SELECT count(*) FROM generate_series(1, 2) g JOIN greedy ON key = g;

-- a function that ignores the keys changes nothing
CREATE FOREIGN TABLE ignoring (id int OPTIONS (pushdown '=, in'), name text) SERVER lambda
  OPTIONS (function_arn 'items_ignoring', estimated_rows '100000', max_batch_keys '3');
SELECT count(*), count(DISTINCT t.name) FROM wanted w JOIN ignoring t ON t.id = w.id;

-- keys that JSON cannot carry
CREATE FOREIGN TABLE by_price (price float8 OPTIONS (pushdown 'in'), name text) SERVER lambda
  OPTIONS (function_arn 'items', estimated_rows '100000');
SELECT p, name FROM (VALUES ('NaN'::float8), ('infinity'), (3.99), (NULL), (7.74)) v (p) LEFT JOIN by_price ON price = p ORDER BY p;

-- prepared, ten times, under both kinds of plan; cursors; early ends
PREPARE join_from(int) AS SELECT w.i, t.name FROM wanted w JOIN items t ON t.id = w.id WHERE w.i >= $1 ORDER BY w.i LIMIT 3;
SET plan_cache_mode = force_generic_plan;
EXECUTE join_from(10);
EXECUTE join_from(20);
RESET plan_cache_mode;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT w.i, t.name FROM wanted w JOIN items t ON t.id = w.id ORDER BY w.i;
FETCH 2 FROM c;
FETCH BACKWARD 1 FROM c;
COMMIT;
SELECT count(*) FROM (SELECT t.name FROM wanted w JOIN items t ON t.id = w.id LIMIT 2) x;

-- refused: locks, volatile conditions, an inner side behind a one-time filter,
-- and by the setting
SELECT bool_and(line !~ 'Bind') AS refused FROM explain('SELECT w.i FROM wanted w JOIN items t ON t.id = w.id FOR UPDATE OF w') line;
SELECT bool_and(line !~ 'Bind') AS refused FROM explain('SELECT w.i FROM wanted w JOIN items t ON t.id = w.id AND t.price > random() * w.i') line;
SET enable_nestloop = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT same('SELECT w.i, t.name FROM wanted w LEFT JOIN items t ON t.id = w.id AND t.id = 3 WHERE w.id = 6');
SELECT same('SELECT w.i, t.name FROM wanted w LEFT JOIN items t ON t.id = w.id AND now() < ''epoch''');
RESET enable_nestloop;
RESET enable_hashjoin;
RESET enable_mergejoin;
SET lambda_fdw.enable_bind_join = off;
SELECT bool_and(line !~ 'Bind') AS refused FROM explain('SELECT w.i FROM wanted w JOIN items t ON t.id = w.id') line;
SELECT same('SELECT w.i, t.name FROM wanted w JOIN items t ON t.id = w.id');
RESET lambda_fdw.enable_bind_join;

-- a node that is disabled below it counts: where a whole scan is cheaper, it still is
CREATE FOREIGN TABLE singly (id int OPTIONS (pushdown '='), name text) SERVER lambda OPTIONS (function_arn 'items', estimated_rows '20', max_concurrency '1');
SELECT bool_and(line !~ 'Bind') AS whole FROM explain('SELECT w.i, s.name FROM wanted w JOIN singly s ON s.id = w.id') line;
SET enable_seqscan = off;
SELECT bool_and(line !~ 'Bind') AS whole FROM explain('SELECT w.i, s.name FROM wanted w JOIN singly s ON s.id = w.id') line;
RESET enable_seqscan;

-- a key that leaves another required column without a value is none
CREATE FOREIGN TABLE pair (a int OPTIONS (pushdown '=, in', required 'true'), b int OPTIONS (pushdown '=', required 'true'), label text)
  SERVER lambda OPTIONS (function_arn 'raw', payload '{"response": "[{\"label\":\"x\"}]"}');
SELECT count(*) FROM reset_calls;
SELECT n, p.* FROM generate_series(1, 2) n LEFT JOIN pair p ON p.a = n AND p.b = n + 5 ORDER BY n;
SELECT payload->'a' AS a, payload->'b' AS b FROM calls ORDER BY 1, 2;
SELECT n, m, p.label FROM generate_series(1, 2) n, generate_series(3, 4) m, pair p WHERE p.a = n AND p.b = m ORDER BY n, m;
SELECT count(*) FROM reset_calls;
SELECT n, p.* FROM generate_series(1, 1) n JOIN pair p ON p.a = n AND p.b = 7;
SELECT n, p.* FROM generate_series(1, 1) n JOIN pair p ON p.a = n;
SELECT line ~ 'Bind Join' AS bind FROM explain('SELECT n, p.* FROM generate_series(1, 1) n JOIN pair p ON p.a = n AND p.b = 7') line LIMIT 1;
SELECT payload->'a' AS a, payload->'b' AS b FROM calls ORDER BY 1, 2;

-- a key's column that has a constant too, as a condition on an outer join's other side gives it
CREATE FOREIGN TABLE named (name text OPTIONS (pushdown '=', required 'true'), id int OPTIONS (pushdown '=, in', required 'true'), label text)
  SERVER lambda OPTIONS (function_arn 'raw', payload '{"response": "[{\"label\":\"x\"}]"}');
SELECT line FROM explain('SELECT w.i, t.label FROM wanted w LEFT JOIN named t ON t.name = w.name AND t.id = w.id WHERE w.name = ''item 3''') line WHERE line !~ 'Bind Key';
SELECT w.i, t.* FROM wanted w LEFT JOIN named t ON t.name = w.name AND t.id = w.id WHERE w.name = 'item 3';

-- a key of which a stored row and an answer's have different Datums
CREATE TABLE owned AS SELECT unnest('{5,2147483648,4294967295}'::oid[]) AS k;
CREATE FOREIGN TABLE owners (k oid OPTIONS (pushdown '=, in', required 'true'), label text)
  SERVER lambda OPTIONS (function_arn 'raw', payload '{"response": "[{\"k\":4294967295,\"label\":\"z\"},{\"k\":5,\"label\":\"x\"},{\"k\":2147483648,\"label\":\"y\"}]"}');
SELECT k, label FROM owned JOIN owners USING (k) ORDER BY k;

-- under a view its owner's user mapping counts, under another role that role's
CREATE ROLE bind_join_user;
GRANT USAGE ON SCHEMA bind_join TO bind_join_user;
CREATE VIEW joined AS SELECT w.i, t.name FROM wanted w JOIN items t ON t.id = w.id;
GRANT SELECT ON joined, wanted, items TO bind_join_user;
SET ROLE bind_join_user;
SELECT count(*) FROM joined;
\set VERBOSITY terse
SELECT count(*) FROM wanted w JOIN items t ON t.id = w.id;
\set VERBOSITY default
RESET ROLE;

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA bind_join CASCADE;
DROP ROLE bind_join_user;
