-- Where arguments stand in the payload, and in what form.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA places;
SET search_path = places, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, payload json) SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
-- what the function was sent, as it came; then none of it is there any more
CREATE FUNCTION sent() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT payload::text FROM places.calls WHERE function = 'items' ORDER BY seq
$$;

-- JSON Pointers: objects are made, and absent while nothing is in them
CREATE FOREIGN TABLE p (
  id int OPTIONS (pushdown '=:/query/id, in:/query/ids'),
  name text OPTIONS (pushdown '=:/path/name, <:"/query/a,b", >:/query/x~1y'),
  price numeric OPTIONS (pushdown '>=:/query/range/0/from, <:/query/range/1/to'),
  category text OPTIONS (pushdown '=, in')
) SERVER lambda OPTIONS (function_arn 'items', envelope 'false',
  payload '{"tenant": {"id": 1.50}, "query": {"fixed": true, "range": [{}, {"unit": "EUR"}]}}');
SELECT count(*) FROM reset_calls;
SELECT count(*) FROM p;
SELECT count(*) FROM p WHERE id = 3;
SELECT count(*) FROM p WHERE id IN (3, 4) AND name = 'x';
SELECT count(*) FROM p WHERE price >= 1.10 AND price < 20 AND category = 'red';
SELECT count(*) FROM p WHERE name COLLATE "C" < 'm' AND name COLLATE "C" > '"';
SELECT sent();

-- through strings that hold JSON, which are strings again; Unicode and quotes in them
CREATE FOREIGN TABLE s (id int OPTIONS (pushdown '=:/body/id'), name text OPTIONS (pushdown '=:/body/inner/0/name, in:/list/names'))
  SERVER lambda OPTIONS (function_arn 'items', envelope 'false',
  payload '{"body": "{\"inner\": \"[{\\\"k\\\": 1}]\", \"n\": 1e400}", "list": {}}');
SELECT count(*) FROM reset_calls;
SELECT count(*) FROM s;
SELECT count(*) FROM s WHERE id = 3 AND name = E'a"b\\ü';
SELECT count(*) FROM s WHERE name IN ('x', 'y');
SELECT sent();
SELECT (((payload->>'body')::json->>'inner')::json->0->>'name') AS name FROM calls WHERE function = 'items' ORDER BY seq OFFSET 1 LIMIT 1;
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM s WHERE id = 3 AND name = current_user;

-- forms
CREATE FOREIGN TABLE t (
  id int OPTIONS (pushdown '=, in'), name text OPTIONS (pushdown '=, in', argument_format 'csv'),
  price numeric OPTIONS (pushdown '>=:from', argument_format 'json'), active bool OPTIONS (pushdown '='),
  raw jsonb OPTIONS (pushdown '='), on_day date OPTIONS (pushdown 'not in:except'))
  SERVER lambda OPTIONS (function_arn 'items', envelope 'false', argument_format 'text');
SELECT count(*) FROM reset_calls;
SELECT count(*) FROM t WHERE id = 3 AND name = 'a b' AND price >= 1.10 AND active;
SELECT count(*) FROM t WHERE id IN (3, 4) AND name IN ('a', 'b"c', 'ü');
SELECT count(*) FROM t WHERE raw = '{"a": [1, "x"]}';
SELECT count(*) FROM t WHERE on_day NOT IN ('2026-01-01', '2026-01-02');
SELECT count(*) FROM t WHERE name IN ('a', 'b,c');
SELECT sent();
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM t WHERE name IN ('a', 'b,c') AND id = 1;

-- places that cannot be: what one object shows at CREATE, the others when a query is planned
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'items', payload '{"a": [1]}', cursor_argument '/a/1');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'items', payload '{"a": {"b": 1}}', cursor_argument '/a/b/c');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'items', payload '{"a": "text"}', cursor_argument '/a/b');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'items', payload '{"a": 1}', batch_argument 'a');
CREATE FOREIGN TABLE at_value (a int OPTIONS (pushdown '=:/a/b')) SERVER lambda OPTIONS (function_arn 'items', payload '{"a": {"b": null}}');
SELECT * FROM at_value;
CREATE FOREIGN TABLE above_value (a int OPTIONS (pushdown '=')) SERVER lambda OPTIONS (function_arn 'items', payload '{"a": {}}');
SELECT * FROM above_value;
CREATE FOREIGN TABLE under_other (a int OPTIONS (pushdown '='), b int OPTIONS (pushdown '=:/a/b')) SERVER lambda OPTIONS (function_arn 'items');
SELECT * FROM under_other;
CREATE FOREIGN TABLE above_other (a int OPTIONS (pushdown '=:/a/b'), b int OPTIONS (pushdown '=:a')) SERVER lambda OPTIONS (function_arn 'items');
SELECT * FROM above_other;
CREATE FOREIGN TABLE two_names (a int OPTIONS (pushdown '=:x, in:/x')) SERVER lambda OPTIONS (function_arn 'items');
SELECT * FROM two_names;

-- a cursor on a value of the payload, which the first call sends, and above other arguments
CREATE FOREIGN TABLE c (name text OPTIONS (pushdown '=:/next/name'), id int) SERVER lambda
  OPTIONS (function_arn 'paged', envelope 'false', payload '{"total": 4, "page_size": 2}', cursor_argument 'next');
CREATE FOREIGN TABLE d (id int) SERVER lambda
  OPTIONS (function_arn 'paged', envelope 'false', payload '{"total": 4, "page_size": 2, "next": "from-2"}', cursor_argument 'next');
SELECT count(*) FROM reset_calls;
SELECT count(*) FROM c;
SELECT count(*) FROM d;
SELECT payload FROM calls WHERE function = 'paged' ORDER BY seq;

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA places CASCADE;
