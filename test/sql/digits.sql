-- argument_format 'digits': numbers as strings of their digits, for functions in
-- languages whose numbers are binary.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA digits;
SET search_path = digits, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR PUBLIC SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, payload json) SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');

-- what a query sends: the arguments, and the filters of the envelope
CREATE FUNCTION sent(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  call json;
  row record;
BEGIN
  PERFORM FROM reset_calls;
  EXECUTE query;
  FOR call IN SELECT payload FROM calls ORDER BY payload::text LOOP
    RETURN NEXT (SELECT string_agg(key || '=' || value, ' ') FROM json_each(call) WHERE key NOT IN ('lambda_fdw', 'response'));
    RETURN NEXT '  filters ' || (call->'lambda_fdw'->>'filters');
  END LOOP;
END $$;

CREATE FOREIGN TABLE t (
  i int OPTIONS (pushdown '=, in, not in, >=:low, <:high'),
  n numeric OPTIONS (pushdown '=, in'),
  f float8 OPTIONS (pushdown '='),
  b bool OPTIONS (pushdown '='),
  s text OPTIONS (pushdown '='),
  a bigint[] OPTIONS (pushdown '='),
  j jsonb,
  plain bigint OPTIONS (pushdown '=', argument_format 'json'),
  hint bigint)
  SERVER lambda OPTIONS (function_arn 'raw', argument_format 'digits', payload '{"response": "[]"}');

-- one value, of each type; a column's own format is first
SELECT sent('SELECT FROM t WHERE i = 9 AND n = 12345678901234567890.10 AND f = 0.1 AND b AND s = ''7''');
SELECT sent('SELECT FROM t WHERE plain = 9007199254740993');
SELECT sent('SELECT FROM t WHERE a = ''{9007199254740993, 2}''');
-- lists, ranges, what is left out, hints
SELECT sent('SELECT FROM t WHERE i IN (1, 2) AND n IN (1.0, 2.50)');
SELECT sent('SELECT FROM t WHERE i >= 3 AND i < 5');
SELECT sent('SELECT FROM t WHERE i NOT IN (1, 2)');
SELECT sent('SELECT FROM t WHERE hint = 4503599627370496');
SELECT sent('SELECT FROM t WHERE hint IN (1, 2)');
-- a call for each value
SELECT sent('SELECT FROM t WHERE f IN (0.1, 0.2)');
-- documents keep their numbers
CREATE FOREIGN TABLE document (j json, d jsonb OPTIONS (pushdown '='))
  SERVER lambda OPTIONS (function_arn 'raw', argument_format 'digits', payload '{"response": "[]"}');
SELECT sent('SELECT FROM document WHERE d = ''{"a": 9007199254740993, "b": [1.50]}''');
-- a bind join, and a batch
CREATE TABLE outer_rows (i int, n numeric);
INSERT INTO outer_rows VALUES (1, 1.5), (2, 2.50), (2, 2.5);
ANALYZE outer_rows;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT sent('SELECT FROM outer_rows o JOIN t ON t.i = o.i');
CREATE FOREIGN TABLE batched (
  i int OPTIONS (required 'true', pushdown '='), n numeric OPTIONS (required 'true', pushdown '='), s text)
  SERVER lambda OPTIONS (function_arn 'raw', argument_format 'digits', batch_argument 'keys', payload '{"response": "[]"}');
SELECT sent('SELECT FROM batched WHERE i IN (1, 2) AND n = 2.50');
SELECT sent('SELECT FROM outer_rows o JOIN batched t ON t.i = o.i AND t.n = o.n');
RESET enable_hashjoin;
RESET enable_mergejoin;
-- EXPLAIN shows what is sent, and placeholders as they are
EXPLAIN (COSTS OFF, VERBOSE) SELECT s FROM t WHERE i = 9 AND n IN (1.0, 2.50);
PREPARE by_number(int, numeric) AS SELECT s FROM t WHERE i = $1 AND n = ANY (ARRAY[$2, 2.50]);
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF, VERBOSE) EXECUTE by_number(9, 1.0);
RESET plan_cache_mode;
-- cursor, page and limit follow the table's format
CREATE FOREIGN TABLE paged (id int) SERVER lambda
  OPTIONS (function_arn 'raw', argument_format 'digits', page_argument 'page', limit_argument 'size', page_size '10', payload '{"response": "[]"}');
SELECT sent('SELECT FROM paged');
-- writes with the envelope
CREATE FOREIGN TABLE stored (id bigint OPTIONS (key 'true'), n numeric, f float8, b bool, s text, a numeric[], j json, d jsonb, same bigint OPTIONS (argument_format 'json'))
  SERVER lambda OPTIONS (function_arn 'store', table_name 'digits', argument_format 'digits', updatable 'true', truncatable 'true');
SELECT count(*) FROM reset_calls;
INSERT INTO stored VALUES (9007199254740993, 0.10, 0.1, true, '7', '{1.50, NULL}', '{"a": 1.50}', '{"a": 9007199254740993}', 5);
UPDATE stored SET n = 12345678901234567890.10 WHERE id = 9007199254740993;
SELECT * FROM stored;
DELETE FROM stored WHERE id = 9007199254740993;
SELECT payload->'lambda_fdw'->>'operation' AS operation, coalesce(payload->'lambda_fdw'->'rows', payload->'rows') AS rows FROM calls
  WHERE payload->'lambda_fdw'->>'operation' <> 'scan' ORDER BY seq;
TRUNCATE stored;

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA digits CASCADE;
