-- Writes: what is refused, EXPLAIN, TRUNCATE, roles, COMMIT, pages.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA write_plans;
SET search_path = write_plans, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw
  OPTIONS (region 'eu-west-1', endpoint :'endpoint', max_concurrency '1');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, payload jsonb, written int)
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
CREATE FOREIGN TABLE reset_store (cleared int) SERVER lambda OPTIONS (function_arn 'reset_store');
CREATE FUNCTION sent() RETURNS TABLE (operation text, "table" text, more jsonb, written int)
LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY SELECT c.payload->'lambda_fdw'->>'operation', c.payload->'lambda_fdw'->>'table',
    (c.payload->'lambda_fdw') - '{operation,table,version,batch_id}'::text[], c.written
    FROM calls c WHERE c.payload->'lambda_fdw'->>'operation' <> 'scan' ORDER BY c.seq;
  PERFORM FROM reset_calls;
END $$;
CREATE FUNCTION clear() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM reset_store;
  PERFORM FROM reset_calls;
END $$;
CREATE FUNCTION plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (COSTS OFF, TIMING OFF, SUMMARY OFF, ANALYZE) ' || query LOOP
    IF line !~ '(Buffers|Bytes Received|Rows Received|Storage|Planning|Execution)' THEN
      RETURN NEXT regexp_replace(line, 'rows=(\d+)\.00', 'rows=\1');
    END IF;
  END LOOP;
END $$;
CREATE FUNCTION plan_as_json(query text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  plan jsonb;
BEGIN
  EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
  RETURN plan->0->'Plan';
END $$;
CREATE FOREIGN TABLE orders (id int OPTIONS (key 'true'), item text, price int)
  SERVER lambda OPTIONS (function_arn 'store', updatable 'true', batch_size '2');
SELECT clear();

-- what is refused before anything is sent
CREATE FOREIGN TABLE read_only (id int OPTIONS (key 'true')) SERVER lambda OPTIONS (function_arn 'store');
INSERT INTO read_only VALUES (1);
UPDATE read_only SET id = 2;
DELETE FROM read_only;
TRUNCATE read_only;
COPY read_only FROM stdin;
\.
CREATE FOREIGN TABLE keyless (id int, item text) SERVER lambda OPTIONS (function_arn 'store', updatable 'true');
UPDATE keyless SET id = 2;
DELETE FROM keyless;
CREATE FOREIGN TABLE plain (id int OPTIONS (key 'true'), item text)
  SERVER lambda OPTIONS (function_arn 'store', updatable 'true', envelope 'false');
UPDATE plain SET item = 'x';
DELETE FROM plain;
CREATE FOREIGN TABLE forgotten (id int OPTIONS (key 'true'), item text)
  SERVER lambda OPTIONS (function_arn 'store', updatable 'true', invocation_type 'Event');
INSERT INTO forgotten VALUES (1, 'a') RETURNING id;
INSERT INTO orders VALUES (1) ON CONFLICT DO NOTHING;
INSERT INTO orders VALUES (1) ON CONFLICT (id) DO NOTHING;
SELECT c.relname, pg_relation_is_updatable(c.oid, false) AS events
FROM pg_class c WHERE c.relnamespace = 'write_plans'::regnamespace AND c.relname IN ('orders', 'read_only', 'keyless', 'plain') ORDER BY 1;
SELECT count(*) AS sent FROM sent();

-- EXPLAIN asks nobody
EXPLAIN (COSTS OFF) INSERT INTO orders VALUES (1), (2);
EXPLAIN (COSTS OFF) INSERT INTO orders VALUES (1), (2) RETURNING id;
EXPLAIN (COSTS OFF) INSERT INTO orders SELECT id + 1 FROM orders;
EXPLAIN (COSTS OFF) UPDATE orders SET item = 'x' WHERE id = 1;
EXPLAIN (VERBOSE, COSTS OFF) DELETE FROM orders WHERE id = 1;
EXPLAIN (COSTS OFF) INSERT INTO forgotten VALUES (1);
EXPLAIN (COSTS OFF) INSERT INTO plain VALUES (1);
SELECT count(*) AS sent FROM sent();
SELECT plan_of('INSERT INTO orders SELECT n FROM generate_series(1, 5) n');
SELECT plan_of('UPDATE orders SET item = ''x'' WHERE id < 4');
SELECT plan_of('DELETE FROM orders WHERE id < 3 RETURNING id');
SELECT p->'Lambda Write' AS write, p->'Batch Size' AS size, p->'Batches' AS batches, p->'Invocations' AS invocations,
  p->'Attempts' AS attempts, p->'Rows Written' AS written, p->'Rows Not Affected' AS not_affected, p->'Rows Held' AS held
FROM plan_as_json('UPDATE orders SET item = ''y''') p;
SELECT count(*) AS sent FROM sent();

-- TRUNCATE: all tables are known to take it before one is sent
CREATE FOREIGN TABLE emptied (id int) SERVER lambda OPTIONS (function_arn 'store', updatable 'true', truncatable 'true');
CREATE FOREIGN TABLE emptied_too (id int) SERVER lambda OPTIONS (function_arn 'store', updatable 'true', truncatable 'true');
INSERT INTO emptied VALUES (1), (2);
INSERT INTO emptied_too VALUES (3);
SELECT count(*) AS sent FROM sent();
TRUNCATE emptied, orders;
SELECT count(*) AS sent FROM sent();
TRUNCATE emptied, emptied_too;
TRUNCATE emptied RESTART IDENTITY CASCADE;
SELECT * FROM sent();
SELECT (SELECT count(*) FROM emptied) AS emptied, (SELECT count(*) FROM emptied_too) AS emptied_too;

-- a view writes with its owner's user mapping
CREATE ROLE lambda_writer_owner;
CREATE ROLE lambda_writer;
GRANT USAGE ON SCHEMA write_plans TO lambda_writer_owner, lambda_writer;
GRANT ALL ON orders TO lambda_writer_owner;
CREATE VIEW by_owner AS SELECT * FROM orders;
ALTER VIEW by_owner OWNER TO lambda_writer_owner;
GRANT ALL ON by_owner TO lambda_writer;
SET ROLE lambda_writer;
INSERT INTO by_owner VALUES (70, 'a', 1);
RESET ROLE;
CREATE USER MAPPING FOR lambda_writer_owner SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
SET ROLE lambda_writer;
INSERT INTO by_owner VALUES (70, 'a', 1);
UPDATE by_owner SET item = 'b' WHERE id = 70;
INSERT INTO orders VALUES (71);
RESET ROLE;
SELECT * FROM sent();
DROP VIEW by_owner;
DROP OWNED BY lambda_writer_owner, lambda_writer;
DROP USER MAPPING FOR lambda_writer_owner SERVER lambda;
DROP ROLE lambda_writer_owner, lambda_writer;

-- deliver_at 'commit': what is returned, and what triggers see, is local
CREATE FOREIGN TABLE later (id int OPTIONS (key 'true'), item text)
  SERVER lambda OPTIONS (function_arn 'store', updatable 'true', truncatable 'true', deliver_at 'commit',
                         payload '{"set": {"item": "of the function"}, "answer": "rows"}');
SELECT clear();
BEGIN;
INSERT INTO later VALUES (1, 'a'), (2, 'b') RETURNING *;
INSERT INTO later SELECT n, 'c' FROM generate_series(3, 4) n;
SELECT count(*) FROM later;
SELECT plan_of('INSERT INTO later VALUES (5, ''d'')');
SELECT count(*) AS sent FROM sent();
COMMIT;
SELECT operation, "table", more, written FROM sent();
BEGIN;
UPDATE later SET item = upper(item) WHERE id = 1 RETURNING *;
DELETE FROM later WHERE id = 2 RETURNING *;
TRUNCATE later;
SELECT count(*) AS sent FROM sent();
ROLLBACK;
SELECT count(*) AS sent FROM sent();
BEGIN;
TRUNCATE later;
SELECT count(*) AS sent FROM sent();
COMMIT;
SELECT operation, more FROM sent();

-- rows deleted while pages that an offset counts are read
CREATE FOREIGN TABLE paged (id int OPTIONS (key 'true'), item text)
  SERVER lambda OPTIONS (function_arn 'store', updatable 'true', offset_argument 'offset', page_size '2', limit_argument 'limit',
                         payload '{"store": "paged", "page_size": 2}');
INSERT INTO paged SELECT n, 'n' FROM generate_series(1, 7) n;
DELETE FROM paged WHERE id <> 4 RETURNING id;
INSERT INTO paged SELECT n, 'n' FROM generate_series(5, 8) n;
INSERT INTO paged SELECT id + 10, item FROM paged RETURNING id;
DELETE FROM paged;
SELECT * FROM paged;

-- rows have no ctid that tells them from each other
CREATE VIEW by_ctid AS SELECT ctid AS place, * FROM orders;
CREATE TABLE parent (id int, item text, price int);
CREATE FOREIGN TABLE child () INHERITS (parent) SERVER lambda OPTIONS (function_arn 'store', updatable 'true');
ALTER FOREIGN TABLE child ALTER id OPTIONS (key 'true');
INSERT INTO parent VALUES (1, 'here', 1);
SELECT clear();
INSERT INTO orders VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3);
DELETE FROM orders WHERE ctid IN (SELECT ctid FROM orders LIMIT 1);
DELETE FROM orders WHERE ctid = ANY (ARRAY(SELECT ctid FROM orders LIMIT 1));
UPDATE orders o SET item = 'x' FROM (SELECT ctid FROM orders ORDER BY id LIMIT 1) one WHERE o.ctid = one.ctid;
DELETE FROM by_ctid WHERE place = (SELECT place FROM by_ctid LIMIT 1);
DELETE FROM parent WHERE ctid = '(0,1)';
DELETE FROM ONLY parent WHERE ctid = '(0,1)' RETURNING *;
DELETE FROM orders WHERE id IN (SELECT id FROM orders LIMIT 1) RETURNING id;
SELECT * FROM orders;
SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA write_plans CASCADE;
