-- Batches: lists of key tuples, what the function receives of them, and answers of
-- each kind.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA batches;
SET search_path = batches, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER batches FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER batches
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, payload jsonb)
  SERVER batches OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER batches OPTIONS (function_arn 'reset_calls');

-- runs a query, counts its rows, and shows what the function received
CREATE FUNCTION sent(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  PERFORM FROM batches.reset_calls;
  EXECUTE 'SELECT count(*) FROM (' || query || ') q' INTO n;
  RETURN NEXT n || ' rows';
  RETURN QUERY SELECT CASE jsonb_typeof(payload) WHEN 'object' THEN (payload - 'lambda_fdw' - 'how')::text ELSE payload::text END
    || coalesce(' ' || (payload->'lambda_fdw'->>'filters'), '')
    FROM batches.calls WHERE function <> 'calls' ORDER BY 1;
END $$;
CREATE FUNCTION explained(query text, more text DEFAULT '') RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE 'EXPLAIN (COSTS off, VERBOSE' || more || ') ' || query;
END $$;
CREATE TABLE t (id int, a int, b text);
INSERT INTO t VALUES (1, 1, 'x'), (2, 1, 'yy'), (3, 20, 'x'), (4, 1, 'x'), (5, NULL, 'x'), (6, 300, NULL);
ANALYZE t;

-- rows that carry their keys
CREATE FOREIGN TABLE scores (
  a int OPTIONS (pushdown '=', required 'true'),
  b text OPTIONS (pushdown '=', required 'true'),
  score int
) SERVER batches OPTIONS (function_arn 'batch', batch_argument '/instances');
SELECT * FROM scores WHERE a = 1 AND b = 'x';
SELECT sent('SELECT * FROM scores WHERE a = 1 AND b = ''x''');
SELECT sent('SELECT * FROM scores WHERE a IN (1, 2, 2) AND b IN (''x'', ''y'') AND b <> ''z''');
SELECT t.id, s.score FROM t JOIN scores s USING (a, b) ORDER BY 1;
SELECT sent('SELECT * FROM t JOIN scores USING (a, b)');
SELECT t.id, s.score FROM t LEFT JOIN scores s USING (a, b) ORDER BY 1;
SELECT id FROM t WHERE EXISTS (SELECT FROM scores s WHERE s.a = t.a AND s.b = t.b) ORDER BY 1;
SELECT id FROM t WHERE NOT EXISTS (SELECT FROM scores s WHERE s.a = t.a AND s.b = t.b) ORDER BY 1;
-- a list beside a join makes the product
SELECT sent('SELECT * FROM t JOIN scores USING (a) WHERE scores.b IN (''p'', ''q'')');
-- max_batch_keys a call, and halves of what is too much
ALTER FOREIGN TABLE scores OPTIONS (ADD max_batch_keys '2');
SELECT sent('SELECT * FROM scores WHERE a IN (1, 2, 3) AND b IN (''x'')');
ALTER FOREIGN TABLE scores OPTIONS (SET max_batch_keys '1000', ADD payload '{"how": {"most": 2}}');
SELECT sent('SELECT * FROM scores WHERE a IN (1, 2, 3) AND b IN (''x'')');
ALTER FOREIGN TABLE scores OPTIONS (DROP payload, DROP max_batch_keys);
SELECT sent('SELECT * FROM scores WHERE a IN (1, 2) AND a IN (3) AND b = ''x''');
SELECT * FROM scores WHERE a = 1;
SELECT count(*) FROM scores WHERE a = ANY (ARRAY(SELECT generate_series(1, 4000))) AND b = ANY (ARRAY(SELECT 'b' || n FROM generate_series(1, 4000) n));
-- a great join is few calls
CREATE TABLE many AS SELECT n % 50 AS a, 'b' || n % 40 AS b FROM generate_series(1, 2500) n;
ANALYZE many;
SELECT * FROM reset_calls;
SELECT count(*), sum(score) FROM many JOIN scores USING (a, b);
SELECT count(*), (SELECT count(*) FROM (SELECT DISTINCT a, b FROM many) q) FROM calls WHERE function = 'batch';
SELECT line FROM explained('SELECT * FROM t JOIN scores USING (a, b)') line WHERE line !~ 'Join Filter';
EXPLAIN (COSTS off, VERBOSE) SELECT * FROM scores WHERE a IN (1, 2) AND b = 'x';
PREPARE of(int[], text) AS SELECT * FROM scores WHERE a = ANY ($1) AND b = $2;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS off, VERBOSE) EXECUTE of('{1,2}', 'x');
EXECUTE of('{1,2}', 'x');
EXECUTE of('{1,2}', NULL);
RESET plan_cache_mode;

-- the forms of elements
CREATE FOREIGN TABLE nested (
  a int OPTIONS (pushdown '=', required 'true', path '/key/a'),
  b text OPTIONS (pushdown '=', required 'true', path '/key/b', argument_format 'text'),
  score int
) SERVER batches OPTIONS (function_arn 'raw', batch_argument '/body/keys', item_payload '{"key": {"kind": "t"}, "n": 1}', payload '{"response": "[]"}', envelope 'false');
SELECT sent('SELECT * FROM nested WHERE a IN (1, 2) AND b = ''x''');
ALTER FOREIGN TABLE nested OPTIONS (DROP item_payload, ADD batch_format 'arrays');
SELECT sent('SELECT * FROM nested WHERE a IN (1, 2) AND b = ''x''');
CREATE FOREIGN TABLE whole (a int OPTIONS (pushdown '=, in', required 'true'), score int)
  SERVER batches OPTIONS (function_arn 'batch', batch_argument '', batch_format 'values', batch_answer 'aligned', envelope 'false');
SELECT * FROM whole WHERE a IN (1, 20, 300) ORDER BY 1;
SELECT sent('SELECT * FROM whole WHERE a IN (1, 20, 300)');
-- columns whose "=" names an argument go beside the list, each value a call
CREATE FOREIGN TABLE beside (
  a int OPTIONS (pushdown '=', required 'true'),
  model text OPTIONS (pushdown '=:model, in:models', required 'true'),
  kind text OPTIONS (pushdown '=, in'),
  score int
) SERVER batches OPTIONS (function_arn 'batch', batch_argument '/instances');
SELECT sent('SELECT * FROM beside WHERE a IN (1, 2) AND model = ''m''');
SELECT sent('SELECT * FROM beside WHERE a IN (1, 2) AND model IN (''m'', ''n'') AND kind IN (''k'', ''l'')');
SELECT sent('SELECT * FROM (VALUES (1, ''m''), (2, ''m''), (3, ''n'')) v (a, model) JOIN beside USING (a, model)');

-- aligned answers
CREATE FOREIGN TABLE aligned (
  a int OPTIONS (pushdown '=', required 'true'),
  b text OPTIONS (input 'true'),
  score int
) SERVER batches OPTIONS (function_arn 'batch', batch_argument '/instances', batch_answer 'aligned', payload '{"how": {"answer": "aligned"}}');
SELECT * FROM aligned WHERE a IN (1, 20) AND b IN ('x', 'yy') ORDER BY 1, 2;
SELECT sent('SELECT * FROM aligned WHERE a IN (1, 20) AND b IN (''x'', ''yy'')');
SELECT t.id, s.score FROM t JOIN aligned s USING (a, b) ORDER BY 1;
SELECT t.id, s.score FROM t LEFT JOIN aligned s USING (a, b) ORDER BY 1;
SELECT sent('SELECT * FROM t JOIN aligned USING (a, b)');
-- an element that is null is no row
ALTER FOREIGN TABLE aligned OPTIONS (SET payload '{"how": {"answer": "aligned", "none": [1]}}');
SELECT * FROM aligned WHERE a IN (1, 20) AND b = 'x';
SELECT line FROM explained('SELECT * FROM aligned WHERE a IN (1, 20) AND b = ''x''', ', ANALYZE, TIMING off') line WHERE line LIKE '%Tuples%';
SELECT id FROM t WHERE NOT EXISTS (SELECT FROM aligned s WHERE s.a = t.a AND s.b = t.b) ORDER BY 1;
-- several rows
ALTER FOREIGN TABLE aligned OPTIONS (SET payload '{"how": {"answer": "several"}}');
SELECT * FROM aligned WHERE a IN (1, 20) AND b = 'x' ORDER BY 1, 2, 3;
-- keys that an element carries are its tuple's, or it is in the wrong place
ALTER FOREIGN TABLE aligned OPTIONS (SET payload '{"how": {"answer": "echo"}}');
SELECT * FROM aligned WHERE a IN (1, 20) AND b = 'x' ORDER BY 1;
ALTER FOREIGN TABLE aligned OPTIONS (SET payload '{"how": {"answer": "echo", "shift": 1}}');
SELECT * FROM aligned WHERE a IN (1, 20) AND b = 'x' ORDER BY 1;
-- their numbers must agree
ALTER FOREIGN TABLE aligned OPTIONS (SET payload '{"how": {"answer": "aligned", "omit": 1}}');
SELECT * FROM aligned WHERE a IN (1, 20) AND b = 'x' ORDER BY 1;
ALTER FOREIGN TABLE aligned OPTIONS (SET payload '{"how": {"answer": "doubled"}}');
SELECT * FROM aligned WHERE a IN (1, 20) AND b = 'x' ORDER BY 1;
ALTER FOREIGN TABLE aligned OPTIONS (SET payload '{"how": {"answer": "aligned", "omit": 2}}');
SELECT * FROM aligned WHERE a IN (1, 20) AND b = 'x' ORDER BY 1;
-- by number
ALTER FOREIGN TABLE aligned OPTIONS (SET payload '{"how": {"answer": "index", "none": [1]}}', ADD batch_index_path '/index');
SELECT * FROM aligned WHERE a IN (1, 20, 300) AND b = 'x' ORDER BY 1;
ALTER FOREIGN TABLE aligned OPTIONS (SET payload '{"how": {"answer": "index", "bad": 3}}');
SELECT * FROM aligned WHERE a IN (1, 20, 300) AND b = 'x' ORDER BY 1;
ALTER FOREIGN TABLE aligned OPTIONS (SET payload '{"how": {"answer": "index", "bad": -1}}');
SELECT * FROM aligned WHERE a IN (1, 20, 300) AND b = 'x' ORDER BY 1;
ALTER FOREIGN TABLE aligned OPTIONS (SET payload '{"how": {"answer": "index", "bad": "x"}}');
SELECT * FROM aligned WHERE a IN (1, 20, 300) AND b = 'x' ORDER BY 1;
ALTER FOREIGN TABLE aligned OPTIONS (SET payload '{"how": {"answer": "index", "bad": 1}}');
SELECT * FROM aligned WHERE a IN (1, 20, 300) AND b = 'x' ORDER BY 1, 3;
ALTER FOREIGN TABLE aligned OPTIONS (SET payload '{"how": {"answer": "aligned"}}');
SELECT * FROM aligned WHERE a IN (1, 20, 300) AND b = 'x' ORDER BY 1, 3;
ALTER FOREIGN TABLE aligned OPTIONS (DROP batch_index_path);
-- what is no list
ALTER FOREIGN TABLE aligned OPTIONS (SET payload '{"how": {"answer": "aligned", "under": "predictions"}}');
SELECT * FROM aligned WHERE a = 1 AND b = 'x';
ALTER FOREIGN TABLE aligned OPTIONS (ADD rows_path '/predictions');
SELECT * FROM aligned WHERE a IN (1, 20) AND b = 'x' ORDER BY 1;
-- a column of path '' is the element, whole
CREATE FOREIGN TABLE embedded (input text OPTIONS (input 'true'), vector int[] OPTIONS (path ''))
  SERVER batches OPTIONS (function_arn 'batch', batch_argument '/instances', batch_format 'values', batch_answer 'aligned', payload '{"how": {"answer": "vectors"}}', envelope 'false');
SELECT * FROM embedded WHERE input IN ('x', 'yyy') ORDER BY 1;
SELECT id, vector FROM t JOIN embedded ON input = b ORDER BY 1;
CREATE FOREIGN TABLE predicted (x float8 OPTIONS (input 'true'), y int OPTIONS (path ''))
  SERVER batches OPTIONS (function_arn 'batch', batch_argument '/instances', batch_format 'values', batch_answer 'aligned', payload '{"how": {"answer": "values", "under": "predictions", "none": [2]}}', rows_path '/predictions', envelope 'false');
SELECT * FROM predicted WHERE x IN (1.5, 2, 30) ORDER BY 1;
SELECT * FROM (VALUES (1.0), (1.00), (30)) v (n) JOIN predicted ON x = n::float8 ORDER BY n::text;
SELECT * FROM predicted WHERE x = 'NaN';
-- an answer too large is asked for by halves
ALTER FOREIGN TABLE predicted OPTIONS (SET payload '{"how": {"answer": "values", "under": "predictions", "most": 2}}');
SELECT sent('SELECT * FROM predicted WHERE x IN (1.5, 2, 30, 4, 5)');
SELECT * FROM predicted WHERE x IN (1.5, 2, 30, 4, 5) ORDER BY 1;
-- so is one that says that some tuple is none
ALTER FOREIGN TABLE predicted OPTIONS (SET payload '{"how": {"answer": "values", "under": "predictions", "raise": [2]}}', ADD no_rows_errors 'NotFound');
SELECT sent('SELECT * FROM predicted WHERE x IN (1.5, 2, 30, 4, 5)');
SELECT n, y FROM (VALUES (2), (30), (4)) v (n) LEFT JOIN predicted ON x = n::float8 ORDER BY 1;
\set SHOW_CONTEXT always
ALTER FOREIGN TABLE predicted OPTIONS (SET payload '{"how": {"answer": "values", "under": "predictions", "omit": 1}}');
SELECT * FROM predicted WHERE x IN (1.5, 2, 30);
\set SHOW_CONTEXT never
-- an input column in a batch of rows has calls of its own: nobody tells which row is whose
CREATE FOREIGN TABLE mixed (a int OPTIONS (pushdown '=', required 'true'), b text OPTIONS (input 'true'), score int)
  SERVER batches OPTIONS (function_arn 'batch', batch_argument '/instances');
SELECT * FROM mixed WHERE a IN (1, 20) AND b IN ('x', 'yy') ORDER BY 1, 2;
SELECT sent('SELECT * FROM mixed WHERE a IN (1, 20) AND b IN (''x'', ''yy'')');

-- what does not go together
CREATE FOREIGN TABLE bad (a int) SERVER batches OPTIONS (function_arn 'batch', batch_format 'arrays');
CREATE FOREIGN TABLE bad (a int) SERVER batches OPTIONS (function_arn 'batch', batch_argument 'x', batch_format 'arrays', item_payload '{}');
CREATE FOREIGN TABLE bad (a int) SERVER batches OPTIONS (function_arn 'batch', batch_argument 'x', batch_index_path '/i');
CREATE FOREIGN TABLE bad (a int) SERVER batches OPTIONS (function_arn 'batch', batch_argument 'x', batch_answer 'aligned', cursor_path '/c', cursor_argument 'c');
CREATE FOREIGN TABLE bad (a int) SERVER batches OPTIONS (function_arn 'batch', batch_argument 'x', batch_answer 'aligned', page_argument 'p');
CREATE FOREIGN TABLE bad (a int) SERVER batches OPTIONS (function_arn 'batch', batch_argument 'x', batch_answer 'aligned', capabilities 'limit');
CREATE FOREIGN TABLE bad (a int) SERVER batches OPTIONS (function_arn 'batch', batch_argument 'x', batch_answer 'aligned', rows_path '/r', rows_format 'entries');
CREATE FOREIGN TABLE bad (a int) SERVER batches OPTIONS (function_arn 'batch', batch_argument 'x', batch_answer 'aligned', answer_format 'csv');
CREATE FOREIGN TABLE none (a int, b int OPTIONS (pushdown '=:b', required 'true')) SERVER batches OPTIONS (function_arn 'batch', batch_argument 'x');
SELECT * FROM none WHERE b = 1;
CREATE FOREIGN TABLE two (a int OPTIONS (input 'true'), b int OPTIONS (input 'true')) SERVER batches OPTIONS (function_arn 'batch', batch_argument 'x', batch_format 'values');
SELECT * FROM two WHERE a = 1 AND b = 1;
CREATE FOREIGN TABLE taken (a int OPTIONS (input 'true')) SERVER batches OPTIONS (function_arn 'batch', batch_argument 'x', item_payload '{"a": 1}');
SELECT * FROM taken WHERE a = 1;
CREATE FOREIGN TABLE named (a int OPTIONS (pushdown '=, in:many', required 'true')) SERVER batches OPTIONS (function_arn 'batch', batch_argument 'x');
SELECT * FROM named WHERE a = 1;
CREATE FOREIGN TABLE bad (a int OPTIONS (input 'true')) SERVER batches OPTIONS (function_arn 'batch', batch_argument '');

SET client_min_messages = warning;
DROP SCHEMA batches CASCADE;
DROP SERVER batches CASCADE;
