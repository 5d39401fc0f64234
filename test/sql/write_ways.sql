-- Writes by way of views, partitions, triggers, functions and WITH.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA write_ways;
SET search_path = write_ways, public;
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
CREATE FUNCTION sent() RETURNS TABLE (operation text, "table" text, rows jsonb, written int)
LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY SELECT c.payload->'lambda_fdw'->>'operation', c.payload->'lambda_fdw'->>'table',
    c.payload->'lambda_fdw'->'rows', c.written
    FROM calls c WHERE c.payload->'lambda_fdw'->>'operation' <> 'scan' ORDER BY c.seq;
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
  price int
) SERVER lambda OPTIONS (function_arn 'store', updatable 'true', batch_size '2');
SELECT clear();

-- views
CREATE VIEW cheap AS SELECT id, item, price FROM orders WHERE price < 10 WITH CHECK OPTION;
SELECT is_insertable_into, is_updatable FROM information_schema.views WHERE table_schema = 'write_ways';
INSERT INTO cheap VALUES (1, 'a', 1), (2, 'b', 2);
INSERT INTO cheap VALUES (3, 'c', 3), (4, 'd', 40);
UPDATE cheap SET price = price + 1;
UPDATE cheap SET price = price * 4 WHERE id < 3;
DELETE FROM cheap WHERE id = 2;
SELECT * FROM sent();
SELECT * FROM orders ORDER BY id;

-- defaults and generated columns
CREATE SEQUENCE ids;
CREATE FOREIGN TABLE made (
  id int OPTIONS (key 'true') DEFAULT nextval('ids'),
  item text DEFAULT 'thing',
  note text,
  twice int GENERATED ALWAYS AS (id * 2) STORED,
  label text GENERATED ALWAYS AS (item || coalesce(note, '-')) STORED
) SERVER lambda OPTIONS (function_arn 'store', updatable 'true');
INSERT INTO made (note) VALUES ('x'), (NULL);
INSERT INTO made VALUES (7, NULL, 'y');
UPDATE made SET note = 'z' WHERE id = 1;
UPDATE made SET id = 8 WHERE id = 7 RETURNING *;
INSERT INTO made (item) VALUES (DEFAULT) RETURNING *;
SELECT * FROM sent();
SELECT * FROM made ORDER BY id;

-- ON CONFLICT
INSERT INTO orders VALUES (1, 'a', 1) ON CONFLICT DO NOTHING;

-- partitions
CREATE TABLE events (id int, kind text, at int) PARTITION BY LIST (kind);
CREATE FOREIGN TABLE events_a PARTITION OF events FOR VALUES IN ('a')
  SERVER lambda OPTIONS (function_arn 'store', updatable 'true', batch_size '2');
CREATE TABLE events_b PARTITION OF events FOR VALUES IN ('b');
CREATE TABLE events_c PARTITION OF events FOR VALUES IN ('c') PARTITION BY RANGE (at);
CREATE FOREIGN TABLE events_c1 (kind text, at int, id int OPTIONS (key 'true'))
  SERVER lambda OPTIONS (function_arn 'store', updatable 'true');
ALTER TABLE events_c ATTACH PARTITION events_c1 FOR VALUES FROM (0) TO (10);
CREATE FOREIGN TABLE events_c2 PARTITION OF events_c FOR VALUES FROM (10) TO (20)
  SERVER lambda OPTIONS (function_arn 'store', updatable 'true');
CREATE FOREIGN TABLE events_rest PARTITION OF events DEFAULT
  SERVER lambda OPTIONS (function_arn 'store');
ALTER FOREIGN TABLE events_a ALTER COLUMN id OPTIONS (ADD key 'true');
SELECT clear();
INSERT INTO events VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3), (4, 'a', 4), (5, 'c', 15), (6, 'a', 6);
SELECT * FROM sent() ORDER BY 2, rows;
SELECT tableoid::regclass, * FROM events WHERE kind IN ('a', 'b', 'c') ORDER BY id;
INSERT INTO events VALUES (10, 'a', 10), (11, 'c', 1), (12, 'b', 1) RETURNING tableoid::regclass, *;
INSERT INTO events (at, kind, id) VALUES (1, 'x', 13);
INSERT INTO events VALUES (14, 'a', 1) ON CONFLICT DO NOTHING;
SELECT clear();
COPY events FROM stdin;
20	a	1
21	b	2
22	c	3
23	a	4
24	c	14
25	a	5
\.
SELECT * FROM sent() ORDER BY 2, rows;
UPDATE events SET at = at + 1 WHERE kind IN ('a', 'b') AND id > 10;
DELETE FROM events WHERE kind = 'c' AND at < 10;
DELETE FROM events WHERE kind = 'c';
SELECT * FROM sent() ORDER BY 2, rows;

-- a row that moves into a foreign partition
UPDATE events SET kind = 'a' WHERE id = 2 AND kind IN ('a', 'b');
UPDATE events SET kind = 'a' WHERE id = 2 AND kind = 'b';
UPDATE events SET kind = 'a' WHERE id = 12 AND kind = 'b' RETURNING tableoid::regclass, *;
UPDATE events SET kind = 'x' WHERE kind = 'b';
SELECT * FROM sent() ORDER BY 2, rows;

-- an INSERT that reads the function of a partition, sent row by row
INSERT INTO events SELECT id + 100, kind, at FROM events WHERE kind IN ('a', 'b') ORDER BY id RETURNING tableoid::regclass, id;
INSERT INTO events SELECT id + 100, kind, at FROM events WHERE kind = 'a' AND id > 100 ORDER BY id;
SELECT * FROM sent() ORDER BY 2, rows;

-- triggers, and what has been sent when they run
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  written int;
BEGIN
  SELECT coalesce(sum(c.written), 0) INTO written FROM calls c;
  IF TG_LEVEL = 'ROW' THEN
    RAISE NOTICE '% % % of %: old %, new %; % written', TG_WHEN, TG_OP, TG_LEVEL, TG_TABLE_NAME, OLD, NEW, written;
    IF TG_WHEN = 'BEFORE' AND TG_OP <> 'DELETE' THEN
      NEW.price := NEW.price + 1000;
      RETURN CASE WHEN NEW.item <> 'none' THEN NEW END;
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  RAISE NOTICE '% % % of %: % written', TG_WHEN, TG_OP, TG_LEVEL, TG_TABLE_NAME, written;
  RETURN NULL;
END $$;
CREATE TRIGGER before_all BEFORE INSERT OR UPDATE OR DELETE ON orders FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER after_all AFTER INSERT OR UPDATE OR DELETE ON orders FOR EACH STATEMENT EXECUTE FUNCTION note();
SELECT clear();
INSERT INTO orders VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3);
UPDATE orders SET item = 'd' WHERE id = 3;
DELETE FROM orders WHERE id = 3;
WITH ins AS (INSERT INTO orders VALUES (3, 'c', 3), (4, 'd', 4), (5, 'e', 5)) SELECT 'none of its rows';
SELECT operation, rows, written FROM sent();
CREATE TRIGGER before_row BEFORE INSERT OR UPDATE OR DELETE ON orders FOR EACH ROW EXECUTE FUNCTION note();
INSERT INTO orders VALUES (9, 'i', 9), (10, 'none', 10);
UPDATE orders SET item = 'j' WHERE id = 9;
SELECT operation, rows, written FROM sent();
DROP TRIGGER before_row ON orders;
CREATE TRIGGER after_row AFTER INSERT OR UPDATE OR DELETE ON orders FOR EACH ROW EXECUTE FUNCTION note();
INSERT INTO orders VALUES (10, 'j', 10), (11, 'k', 11);
UPDATE orders SET item = 'l' WHERE id > 9;
DELETE FROM orders WHERE id > 9;
COPY orders FROM stdin;
12	l	1
13	m	2
\.
SELECT operation, rows, written FROM sent();
DROP TRIGGER before_all ON orders;
DROP TRIGGER after_all ON orders;
DROP TRIGGER after_row ON orders;
-- behind COPY, too, from 16 on
CREATE FUNCTION note_copy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE 'all written: %', (SELECT sum(written) = 3 FROM calls) OR current_setting('server_version_num')::int < 160000;
  RETURN NULL;
END $$;
CREATE TRIGGER after_copy AFTER INSERT ON orders FOR EACH STATEMENT EXECUTE FUNCTION note_copy();
COPY orders (id, item) FROM stdin;
6	f
7	g
8	h
\.
DROP TRIGGER after_copy ON orders;

-- WITH
SELECT clear();
WITH ins AS (INSERT INTO orders SELECT n, 'with', n FROM generate_series(1, 3) n RETURNING id)
  SELECT count(*), (SELECT count(*) FROM orders) <= 3 AS seen FROM ins;
WITH gone AS (DELETE FROM orders WHERE id < 3 RETURNING *)
  INSERT INTO orders SELECT id + 10, item, price FROM gone;
WITH one AS (UPDATE orders SET item = 'one' WHERE id = 11), two AS (DELETE FROM orders WHERE id = 3)
  SELECT 1 AS one;
SELECT operation, rows, written FROM sent();
SELECT * FROM orders ORDER BY id;

-- MERGE reads it, and does not write it
CREATE TABLE local (id int, item text, price int);
INSERT INTO local VALUES (11, 'old', 0);
MERGE INTO local l USING orders o ON l.id = o.id
  WHEN MATCHED THEN UPDATE SET item = o.item
  WHEN NOT MATCHED THEN INSERT VALUES (o.id, o.item, o.price);
SELECT * FROM local ORDER BY id;
MERGE INTO orders o USING local l ON l.id = o.id WHEN MATCHED THEN DELETE;

-- a rule, functions, prepared statements, cursors
CREATE RULE kept AS ON DELETE TO local DO ALSO INSERT INTO orders VALUES (old.id + 100, 'rule', old.price);
DELETE FROM local WHERE id = 12;
CREATE FUNCTION add_sql(int, text) RETURNS bigint LANGUAGE sql AS $$
  INSERT INTO orders VALUES ($1, $2);
  SELECT count(*) FROM orders WHERE id = $1;
$$;
CREATE FUNCTION add_plpgsql(first int, last int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  n int;
BEGIN
  FOR i IN first..last LOOP
    INSERT INTO orders VALUES (i, 'loop');
    UPDATE orders SET item = item || i WHERE id = i RETURNING id INTO n;
  END LOOP;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;
SELECT add_sql(21, 'sql');
SELECT add_plpgsql(31, 32);
PREPARE ins(int, text) AS INSERT INTO orders VALUES ($1, $2);
PREPARE upd(int, text) AS UPDATE orders SET item = $2 WHERE id = $1;
PREPARE del(int) AS DELETE FROM orders WHERE id = $1 RETURNING item;
SET plan_cache_mode = force_generic_plan;
EXECUTE ins(41, 'a');
EXECUTE ins(42, 'b');
EXECUTE upd(41, 'c');
EXECUTE del(41);
ALTER FOREIGN TABLE orders OPTIONS (SET batch_size '1');
EXECUTE del(42);
RESET plan_cache_mode;
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM orders WHERE id > 30 ORDER BY id FOR UPDATE;
FETCH 1 FROM c;
DELETE FROM orders WHERE CURRENT OF c;
ROLLBACK;
SELECT operation, rows, written FROM sent();
DEALLOCATE ALL;

-- errors that are caught leave nothing behind
DO $$
BEGIN
  FOR i IN 1..3 LOOP
    BEGIN
      INSERT INTO orders SELECT n, (1 / (3 - n))::text FROM generate_series(3, 4) n;
    EXCEPTION WHEN division_by_zero THEN
      RAISE NOTICE 'division by zero';
    END;
  END LOOP;
END $$;
UPDATE orders SET item = (1 / (id - 12))::text;
SELECT operation, rows, written FROM sent();

-- transition tables of a parent's triggers are refused before anything is sent
CREATE TABLE collecting (id int, item text, price int);
INSERT INTO collecting VALUES (1, 'local', 1);
CREATE FOREIGN TABLE collected (id int OPTIONS (key 'true'), item text, price int) INHERITS (collecting)
  SERVER lambda OPTIONS (function_arn 'store', updatable 'true');
INSERT INTO collected VALUES (2, 'foreign', 2);
CREATE TRIGGER collect_update AFTER UPDATE ON collecting REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER collect_delete AFTER DELETE ON collecting REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TABLE collecting_parts (id int, item text) PARTITION BY LIST (id);
CREATE FOREIGN TABLE collecting_part PARTITION OF collecting_parts DEFAULT
  SERVER lambda OPTIONS (function_arn 'store', updatable 'true');
CREATE TRIGGER collect_insert AFTER INSERT ON collecting_parts REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION note();
SELECT count(*) AS sent FROM sent();
UPDATE collecting SET item = 'new' RETURNING id;
DELETE FROM collecting RETURNING id;
INSERT INTO collecting_parts VALUES (1, 'x') RETURNING id;
COPY collecting_parts FROM stdin;
1	x
\.
UPDATE collected SET item = 'alone' RETURNING id;
SELECT operation, rows, written FROM sent();

-- errors that are none of a call tell what was written before them
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE WARNING 'no context';
  RAISE 'no';
END $$;
CREATE TRIGGER refuse AFTER INSERT ON orders FOR EACH STATEMENT EXECUTE FUNCTION refuse();
\set SHOW_CONTEXT always
INSERT INTO orders SELECT i, 'told', 1 FROM generate_series(51, 53) i;
DROP TRIGGER refuse ON orders;
INSERT INTO orders SELECT i, 'told', 1 / (63 - i) FROM generate_series(61, 64) i RETURNING id;
INSERT INTO orders SELECT i, 'told', 1 / (71 - i) FROM generate_series(71, 74) i RETURNING id;
\set SHOW_CONTEXT never
SELECT id FROM orders WHERE item = 'told' ORDER BY id;
SELECT count(*) > 0 AS sent FROM sent();

-- READ ONLY
BEGIN READ ONLY;
INSERT INTO orders VALUES (1, 'a', 1);
ROLLBACK;
BEGIN READ ONLY;
TRUNCATE orders;
ROLLBACK;
SELECT count(*) AS sent FROM sent();
SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA write_ways CASCADE;
