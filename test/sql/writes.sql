-- Writes: what a function is sent by INSERT, UPDATE, DELETE, COPY and TRUNCATE.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA writes;
SET search_path = writes, public;
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
-- what was sent since it was asked last, and how many rows the function wrote
CREATE FUNCTION sent() RETURNS TABLE (call bigint, operation text, rows jsonb, written int)
LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY SELECT row_number() OVER (ORDER BY c.seq), c.payload->'lambda_fdw'->>'operation',
    c.payload->'lambda_fdw'->'rows', c.written
    FROM calls c ORDER BY c.seq;
  PERFORM FROM reset_calls;
END $$;
CREATE FUNCTION clear() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM reset_store;
  PERFORM FROM reset_calls;
END $$;
CREATE FOREIGN TABLE orders (
  id int OPTIONS (key 'true'),
  item text,
  price numeric(10,2),
  city text OPTIONS (path '/address/city')
) SERVER lambda OPTIONS (function_arn 'store', updatable 'true', batch_size '2');
SELECT clear();

-- INSERT: batches, in order; a column that is named is sent, be it NULL
INSERT INTO orders VALUES (1, 'one', 1.50, 'Ulm'), (2, 'two', NULL, 'Rom'), (3, 'three', 3, NULL);
SELECT * FROM sent();
INSERT INTO orders (id, item) SELECT n, 'item ' || n FROM generate_series(4, 6) n;
SELECT * FROM sent();
SELECT * FROM orders ORDER BY id;
SELECT * FROM sent();
INSERT INTO orders SELECT WHERE false;
INSERT INTO orders DEFAULT VALUES;
SELECT * FROM sent();
DELETE FROM orders WHERE id IS NULL;
SELECT payload->'lambda_fdw' ? 'batch_id' AS batch_id, payload->'lambda_fdw'->>'table' AS "table" FROM calls;
SELECT clear();

-- one that reads what it writes is sent when it has read everything
INSERT INTO orders VALUES (1, 'one', 1, 'Ulm'), (2, 'two', 2, 'Rom');
INSERT INTO orders SELECT id + 10, item FROM orders;
INSERT INTO orders SELECT a.id + 20, a.item FROM orders a WHERE EXISTS (SELECT FROM orders b WHERE b.id = a.id + 10) ORDER BY a.id;
SELECT operation, rows, written FROM sent();
SELECT id, item FROM orders ORDER BY id;

-- UPDATE and DELETE: by key, and sent when everything has been read
SELECT count(*) FROM sent();
UPDATE orders SET item = upper(item), city = NULL WHERE id < 13;
SELECT * FROM sent();
UPDATE orders SET id = id + 100 WHERE id > 20;
SELECT * FROM sent();
DELETE FROM orders WHERE id BETWEEN 10 AND 20;
SELECT * FROM sent();
SELECT * FROM orders ORDER BY id;
CREATE TABLE wanted (id int, note text);
INSERT INTO wanted VALUES (1, 'uno'), (2, 'due'), (2, 'due'), (7, 'sette');
SELECT count(*) FROM sent();
UPDATE orders o SET item = w.note FROM wanted w WHERE w.id = o.id AND w.note <> 'due';
SELECT operation, rows, written FROM sent() WHERE operation <> 'scan';
DELETE FROM orders o USING wanted w WHERE o.id = w.id AND w.note LIKE 'd%';
SELECT operation, rows, written FROM sent() WHERE operation <> 'scan';
DELETE FROM orders WHERE id IN (SELECT id FROM wanted);
SELECT operation, rows, written FROM sent() WHERE operation <> 'scan';
SELECT id, item FROM orders ORDER BY id;

-- two key columns, one below a path
CREATE FOREIGN TABLE lines (
  "order" int OPTIONS (key 'true', path '/at/order'),
  line int OPTIONS (key 'true'),
  amount int
) SERVER lambda OPTIONS (function_arn 'store', updatable 'true');
INSERT INTO lines VALUES (1, 1, 10), (1, 2, 20), (2, 1, 30);
UPDATE lines SET amount = amount + 1, line = 3 WHERE line = 2;
DELETE FROM lines WHERE "order" = 2;
SELECT operation, rows, written FROM sent() WHERE operation <> 'scan';
SELECT * FROM lines ORDER BY 1, 2;

-- a key that is NULL tells no row
INSERT INTO lines VALUES (NULL, 7, 7);
UPDATE lines SET amount = 0 WHERE line = 7;
DELETE FROM lines WHERE line = 7;
SELECT operation, written FROM sent() WHERE operation <> 'scan';

-- what the function did not find is counted, and told
CREATE FOREIGN TABLE missed (id int OPTIONS (key 'true'), item text) SERVER lambda
  OPTIONS (function_arn 'store', updatable 'true', batch_size '2', payload '{"miss": [2, 3], "store": "missed"}');
INSERT INTO missed VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd');
INSERT INTO missed VALUES (2, 'b') RETURNING *;
SELECT * FROM missed ORDER BY id;

-- RETURNING: the row that the function has, or else our own
SELECT clear();
INSERT INTO orders VALUES (1, 'one', 1, 'Ulm'), (2, 'two', 2, 'Rom')
  RETURNING *, upper(item) AS upper, tableoid::regclass, orders AS whole;
SELECT * FROM sent();
UPDATE orders SET price = price + 1 RETURNING id, price, city;
SELECT * FROM sent();
UPDATE orders o SET item = w.note FROM wanted w WHERE w.id = o.id AND o.id = 1 RETURNING o.item, w.note;
DELETE FROM orders WHERE id = 1 RETURNING *, tableoid::regclass;
SELECT operation, rows, written FROM sent() WHERE operation <> 'scan';
CREATE FOREIGN TABLE numbered (id int OPTIONS (key 'true'), item text, at text) SERVER lambda
  OPTIONS (function_arn 'store', updatable 'true', payload '{"serial": "id", "answer": "rows", "set": {"at": "noon"}}');
INSERT INTO numbered (item) VALUES ('a'), ('b') RETURNING *;
UPDATE numbered SET item = 'c' WHERE id = 2 RETURNING *;
DELETE FROM numbered RETURNING id, item, at;
SELECT operation, rows, written FROM sent() WHERE operation <> 'scan';
WITH ins AS (INSERT INTO numbered (item) SELECT n::text FROM generate_series(1, 3) n RETURNING id, item)
  SELECT sum(id), string_agg(item, ',' ORDER BY id) FROM ins;
CREATE FOREIGN TABLE missed_too (id int OPTIONS (key 'true'), item text) SERVER lambda
  OPTIONS (function_arn 'store', updatable 'true', payload '{"miss": [2], "store": "numbered"}');
UPDATE missed_too SET item = 'x' RETURNING id, item;
DELETE FROM missed_too RETURNING id;
SELECT id FROM missed_too;

-- rows that are kept go to disk past work_mem, and leave no file
SELECT clear();
SET work_mem = '64kB';
INSERT INTO numbered (id, item) SELECT n, repeat('x', 2000) FROM generate_series(1, 100) n;
WITH u AS (UPDATE numbered SET item = item || id WHERE id > 0 RETURNING length(item) AS length) SELECT sum(length) FROM u;
UPDATE numbered SET item = item || id;
SELECT count(*), sum(length(item)) FROM numbered;
WITH d AS (DELETE FROM numbered RETURNING id) SELECT count(*) FROM d;
RESET work_mem;

-- RETURNING of 18: the row that was there, and the one that is
CREATE FUNCTION since_18(query text, expected text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  IF current_setting('server_version_num')::int < 180000 THEN
    RETURN true;
  END IF;
  EXECUTE query INTO result;
  IF result IS DISTINCT FROM expected THEN
    RAISE WARNING '%: %', query, result;
  END IF;
  RETURN true;
END $$;
SELECT clear();
INSERT INTO numbered (id, item) VALUES (1, 'a');
SELECT since_18('UPDATE numbered SET item = ''b'' RETURNING (old.item, new.item, old.id, new.at)', '(a,b,1,noon)');
SELECT since_18('INSERT INTO numbered (item) VALUES (''c'') RETURNING (old.item, new.id)', '(,2)');
SELECT since_18('DELETE FROM numbered WHERE id = 2 RETURNING (old.item, new.id)', '(c,)');
SELECT since_18('UPDATE numbered SET id = 9 RETURNING (old, new)', '("(1,b,noon)","(9,b,noon)")');
SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA writes CASCADE;
