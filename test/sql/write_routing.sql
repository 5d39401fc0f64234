-- Rows that are routed to foreign partitions while the statement reads them.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA write_routing;
SET search_path = write_routing, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER routing FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER routing
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE reset_store (cleared int) SERVER routing OPTIONS (function_arn 'reset_store');
SELECT count(*) FROM reset_store;

-- a local partition, two foreign ones with their columns in another order; the
-- function says that there are more rows after each
CREATE TABLE p (part int, a bigint, b text) PARTITION BY LIST (part);
CREATE FOREIGN TABLE p0 (b text, a bigint OPTIONS (key 'true'), part int) SERVER routing
  OPTIONS (function_arn 'store', payload '{"page_size": 1}', updatable 'true');
CREATE FOREIGN TABLE p1 (part int, a bigint OPTIONS (key 'true'), b text) SERVER routing
  OPTIONS (function_arn 'store', payload '{"page_size": 1, "answer": "rows"}', updatable 'true');
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
ALTER TABLE p ATTACH PARTITION p1 FOR VALUES IN (1);
ALTER TABLE p ATTACH PARTITION p0 FOR VALUES IN (0);
INSERT INTO p SELECT i % 3, i, 'row ' || i FROM generate_series(1, 9) i;
SELECT tableoid::regclass, * FROM p ORDER BY a;

-- each row goes at once, and none that is written is read
WITH written AS (INSERT INTO p SELECT part, a + 100, b || '!' FROM p RETURNING part, a, b)
SELECT * FROM written ORDER BY part, a;
SELECT tableoid::regclass, count(*) FROM p GROUP BY 1 ORDER BY 1;
CREATE TABLE seen (op text, a bigint, b text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO write_routing.seen VALUES (TG_OP, NEW.a, NEW.b);
  RETURN NULL;
END $$;
CREATE TRIGGER note AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION note();
INSERT INTO p SELECT part, a + 1000, repeat(b, 1000) FROM p WHERE a < 100;
SELECT tableoid::regclass, count(*) FROM p GROUP BY 1 ORDER BY 1;
SELECT op, a, length(b) FROM seen ORDER BY a;

-- rows that move out of the local partition
UPDATE p SET part = 1, b = 'moved' WHERE part = 2 AND a < 100 RETURNING part, a, b;
SELECT tableoid::regclass, count(*) FROM p GROUP BY 1 ORDER BY 1;
SELECT op, a, b FROM seen WHERE b = 'moved' ORDER BY a;

SET client_min_messages = warning;
DROP SCHEMA write_routing CASCADE;
DROP SERVER routing CASCADE;
