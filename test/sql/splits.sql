-- A scan that its function cuts: what each call asks for, what its answer must say,
-- and what cannot be cut.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA splits;
SET search_path = splits, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, payload jsonb)
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');

-- makes the table rows anew: the function's ways, and options
CREATE FUNCTION make(test text, options text DEFAULT $$splits '4'$$) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  SET LOCAL client_min_messages = warning;
  DROP FOREIGN TABLE IF EXISTS splits.rows;
  EXECUTE format('CREATE FOREIGN TABLE splits.rows (id int, k int OPTIONS (pushdown ''=, in'')) SERVER lambda
    OPTIONS (function_arn ''split_rows'', payload %L, %s)', json_build_object('test', test::json), options);
END $$;
-- runs a query, tells its rows, and what the function received, in the splits' order
CREATE FUNCTION sent(query text DEFAULT 'SELECT * FROM rows') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  n text;
BEGIN
  PERFORM FROM splits.reset_calls;
  EXECUTE 'SELECT count(*) || '' rows, '' || count(DISTINCT id) || '' ids'' FROM (' || query || ') q' INTO n;
  RETURN NEXT n;
  RETURN QUERY SELECT (payload -> 'lambda_fdw' -> 'split')::text
      || coalesce(' k ' || (payload ->> 'k'), '') || coalesce(' limit ' || (payload -> 'lambda_fdw' ->> 'limit'), '')
      || coalesce(' from ' || (payload -> 'lambda_fdw' ->> 'cursor'), '')
      || coalesce(' by ' || (payload -> 'lambda_fdw' ->> 'order_by'), '')
    FROM splits.calls WHERE function = 'split_rows'
    ORDER BY payload -> 'lambda_fdw' -> 'split', payload -> 'k', payload -> 'lambda_fdw' -> 'cursor';
END $$;

-- how many rows there are with a table of these ways and options, or the error
CREATE FUNCTION told(test text, options text DEFAULT $$splits '4'$$, query text DEFAULT 'SELECT * FROM rows')
  RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  message text; detail text; hint text; n text;
BEGIN
  PERFORM splits.make(test, options);
  EXECUTE 'SELECT count(*) || '' rows, '' || count(DISTINCT id) || '' ids'' FROM (' || query || ') q' INTO n;
  RETURN n;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN SQLSTATE || ' ' || message || E'\n' || detail || CASE WHEN hint <> '' THEN E'\n' || hint ELSE '' END;
END $$;

SELECT make('{}');
SELECT sent();
SELECT make('{}', $$splits '1'$$);
SELECT sent();
SELECT make('{}', $$splits '30', max_concurrency '3'$$);
SELECT count(*), count(DISTINCT sent) FROM sent() WITH ORDINALITY AS s(sent, n) WHERE n > 1;
SELECT count(*), sum(id) FROM rows;

-- whatever form the answer has, and wherever "split" stands in it
SELECT test, told(test) FROM unnest(ARRAY['{"last": true}', '{"floats": true}', '{"form": "string"}', '{"form": "body"}',
  '{"form": "body", "last": true}', '{"form": "alone"}', '{"form": "null"}', '{"size": 2}', '{"size": 2, "last": true}']) test;
SELECT told('{"at": "data"}', $$splits '4', rows_path '/data/items'$$);
SELECT told('{"csv": true}', $$splits '4', rows_path '/rows', answer_format 'csv'$$);
CREATE FOREIGN TABLE entries (id int OPTIONS (path '/value/id')) SERVER lambda
  OPTIONS (function_arn 'split_rows', splits '4', rows_path '/rows', rows_format 'entries', payload '{"test": {"entries": true}}');
SELECT count(*), sum(id) FROM entries;
SELECT told('{"no_member": true}', $$splits '4', rows_path '/rows', no_rows_missing 'true'$$);

-- a function that returns another split, or does not say which
SELECT test, told(test, $$splits '4', max_concurrency '1'$$) FROM unnest(ARRAY['{"lie": "ignore"}', '{"lie": "other"}', '{"lie": "count"}', '{"lie": "text"}',
  '{"lie": "second", "size": 2}', '{"form": "list"}', '{"form": "alone", "lie": "ignore"}', '{"form": "lines"}']) test;
-- no row of it comes before that is known
SELECT told('{"lie": "ignore", "last": true}', $$splits '4', max_concurrency '1'$$, 'SELECT * FROM rows LIMIT 1');
SELECT told('{"lie": "other", "last": true}', $$splits '4', max_concurrency '1'$$, 'SELECT * FROM rows LIMIT 1');
-- its own error is the error
SELECT told('{"raise": true}', $$splits '4'$$);
SELECT told('{"form": "raised"}', $$splits '4'$$);
-- one that returns all rows and says otherwise cannot be found out
SELECT told('{"lie": "deaf"}');

-- with lists, a call for each value and parts of them
SELECT make('{}', $$splits '2'$$);
SELECT sent('SELECT * FROM rows WHERE k IN (1, 2, 3)');
ALTER FOREIGN TABLE rows OPTIONS (ADD max_batch_keys '2');
SELECT sent('SELECT * FROM rows WHERE k IN (1, 2, 3)');
ALTER FOREIGN TABLE rows ALTER COLUMN k OPTIONS (SET pushdown '=');
SELECT sent('SELECT * FROM rows WHERE k IN (1, 2, 3)');
SELECT sent('SELECT * FROM rows WHERE k = 2 AND id < 10');
-- joins
ALTER FOREIGN TABLE rows ALTER COLUMN k OPTIONS (SET pushdown '=, in');
CREATE TABLE keys AS SELECT n AS k FROM generate_series(1, 3) n;
ANALYZE keys;
ALTER FOREIGN TABLE rows OPTIONS (ADD estimated_rows '1000000');
CREATE FUNCTION planned(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query;
END $$;
SELECT trim(line) FROM planned('SELECT * FROM keys JOIN rows USING (k)') line WHERE line ~ 'Bind Join|Splits';
SELECT sent('SELECT * FROM keys JOIN rows USING (k)');
SELECT sent('SELECT * FROM keys, LATERAL (SELECT * FROM rows WHERE rows.k = keys.k AND keys.k = 2 OFFSET 0) r');

-- a limit bounds each call; an order is not sent
SELECT make('{}', $$splits '3', capabilities 'limit, order_by'$$);
SELECT sent('SELECT * FROM rows WHERE k = 1 LIMIT 2 OFFSET 4');
SELECT sent('SELECT * FROM rows ORDER BY id LIMIT 2');
EXPLAIN (COSTS OFF) SELECT * FROM rows ORDER BY id;
EXPLAIN (COSTS OFF) SELECT * FROM rows LIMIT 5;
SELECT array_agg(id) FROM (SELECT id FROM rows ORDER BY id DESC LIMIT 3) r;
ALTER FOREIGN TABLE rows OPTIONS (SET splits '1');
EXPLAIN (COSTS OFF) SELECT * FROM rows ORDER BY id;

-- what EXPLAIN shows, and how many calls there are
SELECT make('{}', $$splits '3', envelope 'true'$$);
EXPLAIN (COSTS OFF, VERBOSE) SELECT id FROM rows;
CREATE FUNCTION counts(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query;
END $$;
SELECT trim(line) FROM counts('SELECT * FROM rows') line WHERE line ~ 'Invocations|Pages|Rows Received';
ALTER FOREIGN TABLE rows OPTIONS (SET payload '{"test": {"size": 5}}');
SELECT trim(line) FROM counts('SELECT * FROM rows') line WHERE line ~ 'Invocations|Pages|Rows Received';
-- more calls than go side by side wait for one another: what that costs
CREATE FUNCTION cost(splits text) RETURNS float LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  PERFORM splits.make('{}', format($o$splits %L, max_concurrency '4', estimated_rows '1'$o$, splits));
  EXECUTE 'EXPLAIN (FORMAT json) SELECT * FROM splits.rows' INTO plan;
  RETURN round((plan -> 0 -> 'Plan' ->> 'Startup Cost')::numeric);
END $$;
SELECT splits, cost(splits) FROM unnest('{1,4,5,16}'::text[]) splits;

-- ANALYZE reads all splits
SELECT make('{}');
ANALYZE rows;
SELECT reltuples FROM pg_class WHERE oid = 'rows'::regclass;
-- rescans begin with the first again
SELECT n, (SELECT sum(id) FROM rows WHERE k = n) FROM generate_series(0, 3) n;
-- nor does a split go with rows that are written
SELECT make('{"form": "null"}', $$splits '4', updatable 'true', truncatable 'true'$$);
SELECT FROM reset_calls;
INSERT INTO rows VALUES (1, 2);
TRUNCATE rows;
SELECT payload -> 'lambda_fdw' ->> 'operation', payload -> 'lambda_fdw' -> 'split' FROM calls WHERE function = 'split_rows';

-- what cannot be cut
SELECT told('{}', options) FROM unnest(ARRAY[$$splits '2', envelope 'false'$$,
  $$splits '2', event 'apigateway_v2', route 'GET /x'$$, $$splits '2', answer_format 'csv'$$,
  $$splits '2', answer_format 'raw'$$, $$splits '2', rows_format 'entries'$$, $$splits '2', rows_path ''$$,
  $$splits '2', batch_argument 'keys', batch_answer 'aligned'$$, $$splits '0'$$, $$splits '10001'$$, $$splits 'two'$$]) options;
SELECT make('{}', $$splits '2'$$);
ALTER FOREIGN TABLE rows OPTIONS (ADD envelope 'false');

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA splits CASCADE;
