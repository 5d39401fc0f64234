-- Answers that are streamed: what is asked for, which forms they have, what the
-- function's end says, and what goes on beside.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA streams;
SET search_path = streams, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw
  OPTIONS (region 'eu-west-1', endpoint :'endpoint', max_attempts '2');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, path text, headers jsonb, payload jsonb)
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');

-- makes the table rows anew: what the function writes, and options
CREATE FUNCTION make(event json, options text DEFAULT '', columns text DEFAULT 'id int, note text') RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  SET LOCAL client_min_messages = warning;
  DROP FOREIGN TABLE IF EXISTS streams.rows;
  EXECUTE format('CREATE FOREIGN TABLE streams.rows (%s) SERVER lambda
    OPTIONS (function_arn ''stream'', response_mode ''streaming'', payload %L %s)', columns, event, options);
END $$;
-- the same of texts, each a chunk
CREATE FUNCTION write(VARIADIC chunks text[]) RETURNS void LANGUAGE sql AS
  $$ SELECT streams.make(json_build_object('chunks', chunks)) $$;

-- What is asked for.
SELECT FROM reset_calls;
SELECT make('{"rows": 3, "size": 2}', $$, log_type 'Tail', qualifier 'prod'$$);
SELECT * FROM rows;
SELECT path, headers ->> 'x-amz-invocation-type' AS type, headers ->> 'x-amz-log-type' AS log FROM calls;
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM rows;
CREATE FUNCTION analyzed(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING ON, SUMMARY OFF, BUFFERS OFF) ' || query LOOP
    IF line ~ 'Invocations|Bytes|Attempts' THEN
      RETURN NEXT line;
    ELSIF line ~ 'Billed' THEN
      RETURN NEXT regexp_replace(line, '\d+', 'N');
    END IF;
  END LOOP;
END $$;
SELECT analyzed('SELECT * FROM rows');
-- what has come counts, where the rest is left
SELECT make('{"rows": 30000, "size": 1000}');
SELECT substring(line FROM '[1-9]') IS NOT NULL AS counted FROM analyzed('SELECT * FROM rows LIMIT 1') line
WHERE line ~ 'Bytes';
-- and the way to stream is shown
CREATE FOREIGN TABLE whole (id int, note text) SERVER lambda
  OPTIONS (function_arn 'stream', payload '{"rows": 7000, "size": 1000}');
SELECT count(*) FROM whole;
ALTER FOREIGN TABLE whole OPTIONS (ADD response_mode 'streaming');
SELECT count(*) FROM whole;

-- Forms, in chunks that end anywhere.
SELECT write('{"rows": [{"id": 1, "no', 'te": "a"}', ', {"id"', ': 2}], "cursor": null}');
SELECT * FROM rows;
SELECT write('[{"id": 1}, {"i', 'd": 2}]');
SELECT * FROM rows;
SELECT write('{"id": 1}', E'\n{"id": 2, "note": "b"}\n', E'\n{"id": 3}');
SELECT * FROM rows;
SELECT write('{"id": 1, "note": "', 'one row', '"}');
SELECT * FROM rows;
SELECT write('{"statusCode": 200, "body": "[{\"id\"', ': 1}]"}');
SELECT * FROM rows;
SELECT write('"[{\"id\": 1}', ', {\"id\": 2}]"');
SELECT * FROM rows;
SELECT write('{"columns": ["note", "id"], "rows": [["a", 1]', ', ["b", 2]]}');
SELECT * FROM rows;
SELECT make('{"chunks": []}');
SELECT * FROM rows;
SELECT write('null');
SELECT * FROM rows;
SELECT write('', '[', '', '{"id": 1}]', '');
SELECT * FROM rows;
SELECT write('[{"id": 1}, {"id": ');
SELECT * FROM rows;
SELECT write('[{"id": 1} {"id": 2}]');
SELECT * FROM rows;
SELECT make('{"chunks": ["id,note\n1,", "a\n2,b\n"]}', $$, answer_format 'csv'$$);
SELECT * FROM rows;
SELECT make('{"chunks": ["a pie", "ce of text"]}', $$, answer_format 'raw'$$, 'body text');
SELECT * FROM rows;
SELECT make('{"chunks": ["{\"a\": {\"n\": 1}, \"b\": ", "{\"n\": 2}}"]}', $$, rows_format 'entries'$$,
  $$k text OPTIONS (path '/key'), n int OPTIONS (path '/value/n')$$);
SELECT n FROM rows;

-- A function that only returns a value is one chunk.
CREATE FOREIGN TABLE items (id int OPTIONS (pushdown '=, in'), name text) SERVER lambda
  OPTIONS (function_arn 'items', response_mode 'streaming');
SELECT * FROM items WHERE id IN (3, 4) ORDER BY id;
SELECT count(*) FROM (VALUES (1), (2), (5)) v (id) JOIN items USING (id);
CREATE FOREIGN TABLE paged (id int) SERVER lambda
  OPTIONS (function_arn 'paged', response_mode 'streaming');
SELECT count(*) > 0 AS pages FROM paged;
ANALYZE items;
SELECT reltuples FROM pg_class WHERE oid = 'items'::regclass;

-- The head of an HTTP answer before the body.
SELECT make('{"head": {"statusCode": 200, "headers": {"content-type": "application/x-ndjson"}}, "rows": 2, "size": 1}');
SELECT * FROM rows;
SELECT make('{"head": {"headers": {}, "cookies": ["a=1"]}, "chunks": ["[{\"id\": 1}]"]}');
SELECT * FROM rows;
SELECT make('{"head": {}, "chunks": ["{\"rows\": [{\"id\": 1}]}"]}');
SELECT * FROM rows;
SELECT make('{"head": {"statusCode": 200}, "chunks": []}');
SELECT * FROM rows;
SELECT make('{"head": {"statusCode": 200}, "chunks": ["id,note\n7,x\n"]}', $$, answer_format 'csv'$$);
SELECT * FROM rows;
SELECT make('{"head": {"statusCode": 503}, "chunks": ["out of ", "order"]}');
SELECT * FROM rows;
SELECT make('{"head": {"statusCode": 404}, "chunks": ["no such thing"]}', $$, no_rows_status '404'$$);
SELECT * FROM rows;
SELECT make('{"head": {"statusCode": 400}, "chunks": ["{\"error\": \"bad id\"}"]}', $$, error_path '/error'$$);
SELECT * FROM rows;
SELECT make('{"head": {"statusCode": 200, "headers": {"Link": "<https://x/?page=2>; rel=\"next\""}}, "rows": 1}');
SELECT id FROM rows;
-- a row may have a member of such a name
SELECT make('{"chunks": ["{\"body\": \"b\", \"id\": 1}", "\n{\"body\": \"c\", \"id\": 2}\n"]}', '', 'id int, body text');
SELECT * FROM rows;

-- What the function's end says.
SELECT make('{"rows": 2, "raises": "Overrun", "message": "too much to tell"}', $$, log_type 'Tail'$$);
\set SHOW_CONTEXT errors
\set VERBOSITY terse
SELECT * FROM rows;
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT * FROM rows;
SELECT id FROM rows LIMIT 1;
SELECT make('{"rows": 0, "raises": "NotFound"}', $$, no_rows_errors 'NotFound'$$);
SELECT * FROM rows;
SELECT make('{"rows": 1, "raises": "NotFound", "message": "behind a row"}', $$, no_rows_errors 'NotFound'$$);
SELECT * FROM rows;
SELECT make('{"rows": 1, "fault": "timeout"}');
SELECT * FROM rows;
CREATE FOREIGN TABLE raising (id int) SERVER lambda OPTIONS (function_arn 'function_error', response_mode 'streaming');
SELECT * FROM raising;

-- What is no JSON behind a head, and what is packed.
SELECT make('{"head": {"statusCode": 200}, "chunks": ["oops"]}');
SELECT * FROM rows;
SELECT make('{"head": {"statusCode": 200, "headers": {"content-encoding": "gzip"}}, "chunks_base64": ["H4sIAAAAAAAAA4uOBQApu0wNAgAAAA=="]}');
SELECT * FROM rows;
SELECT make('{"chunks_base64": ["H4sIAAAAAAAAA4uOBQApu0wNAgAAAA=="]}');
SELECT * FROM rows;

-- The head of an HTTP answer, read without asking for a stream.
SELECT make('{"head": {"statusCode": 200, "headers": {}}, "chunks": ["{\"id\": 1}\n"]}');
SELECT * FROM rows;
ALTER FOREIGN TABLE rows OPTIONS (DROP response_mode);
SELECT * FROM rows;
ALTER FOREIGN TABLE rows OPTIONS (ADD rows_path '/items');
SELECT * FROM rows;
-- and of any other NUL nothing is said
SELECT make('{"chunks_base64": ["eyJpZCI6IDF9AA=="]}');
SELECT * FROM rows;

-- Errors of the service within.
SELECT make('{"rows": 1, "fault": "throttled"}');
SELECT * FROM rows;
SELECT make('{"rows": 1, "fault": "refused"}');
SELECT * FROM rows;
SELECT make('{"rows": 1, "fault": "error"}');
SELECT * FROM rows;
CREATE FOREIGN TABLE nobody (id int) SERVER lambda OPTIONS (function_arn 'nobody', response_mode 'streaming');
SELECT * FROM nobody;

-- Writes have no streamed answers.
SELECT FROM reset_calls;
CREATE FOREIGN TABLE written (id int OPTIONS (key 'true'), name text) SERVER lambda
  OPTIONS (function_arn 'echo', response_mode 'streaming', updatable 'true', invocation_type 'Event');
INSERT INTO written VALUES (1, 'a');
SELECT path, headers ->> 'x-amz-invocation-type' AS type FROM calls;

-- Options.
CREATE FOREIGN TABLE refused (id int) SERVER lambda
  OPTIONS (function_arn 'f', response_mode 'chunked');
CREATE FOREIGN TABLE refused (id int) SERVER lambda
  OPTIONS (function_arn 'f:1', response_mode 'streaming', updatable 'true', durable 'true');
SELECT make('{"rows": 30, "size": 1000}', $$, max_response_bytes '20000'$$);
\set VERBOSITY terse
SELECT count(*) FROM rows;

SET client_min_messages = warning;
DROP SCHEMA streams CASCADE;
DROP SERVER lambda CASCADE;
