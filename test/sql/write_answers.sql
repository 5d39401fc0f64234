-- Answers of writes: what they say of the rows, and the rows that RETURNING gets.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA write_answers;
SET search_path = write_answers, public;
SET datestyle = 'Postgres, MDY';
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');

-- sets the answer that a table's writes get
CREATE FUNCTION answer(rel regclass, event jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    EXECUTE format('ALTER FOREIGN TABLE %s OPTIONS (DROP payload)', rel);
  EXCEPTION WHEN undefined_object THEN NULL;
  END;
  EXECUTE format('ALTER FOREIGN TABLE %s OPTIONS (ADD payload %L)', rel, event);
END $$;

-- what came of a statement: the rows that it returned, or how many it wrote, or the error
CREATE FUNCTION outcome(statement text, with_rows boolean) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  row text;
  written int;
  detail text;
  hint text;
  context text;
BEGIN
  IF with_rows THEN
    FOR row IN EXECUTE statement LOOP
      RETURN NEXT '  returned ' || row;
    END LOOP;
    IF NOT FOUND THEN
      RETURN NEXT '  returned nothing';
    END IF;
  ELSE
    EXECUTE statement;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN NEXT '  wrote ' || written;
  END IF;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
  RETURN NEXT format('  %s: %s', SQLSTATE, SQLERRM);
  IF detail <> '' THEN
    RETURN NEXT '    ' || detail;
  END IF;
  IF hint <> '' THEN
    RETURN NEXT '    ' || hint;
  END IF;
  IF context LIKE 'column %' OR context LIKE 'answer of%' THEN
    RETURN NEXT '    ' || split_part(context, E'\n', 1);
  END IF;
END $$;

-- what comes of three rows in a batch that are answered so; the notices about rows
-- that are not affected come first
CREATE FUNCTION batch(rel regclass, VARIADIC responses text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  response text;
BEGIN
  FOREACH response IN ARRAY responses LOOP
    RETURN NEXT left(response, 130);
    PERFORM answer(rel, jsonb_build_object('response', response));
    RETURN QUERY SELECT outcome(format('INSERT INTO %s SELECT FROM generate_series(1, 3)', rel), false);
  END LOOP;
END $$;
-- the same, and what comes of one row with RETURNING
CREATE FUNCTION put(rel regclass, VARIADIC responses text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  response text;
BEGIN
  FOREACH response IN ARRAY responses LOOP
    RETURN QUERY SELECT batch(rel, response);
    RETURN QUERY SELECT outcome(format('INSERT INTO %s AS r DEFAULT VALUES RETURNING r::text', rel), true);
  END LOOP;
END $$;
-- the same of API Gateway's form
CREATE FUNCTION put_body(rel regclass, VARIADIC bodies text[]) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT put(rel, VARIADIC array_agg(jsonb_build_object('statusCode', 200, 'body', body)::text ORDER BY place))
    FROM unnest(bodies) WITH ORDINALITY AS body (body, place);
$$;

CREATE FOREIGN TABLE t (a int OPTIONS (key 'true') DEFAULT -1, b text DEFAULT 'local') SERVER lambda
  OPTIONS (function_arn 'write_answer', updatable 'true', batch_size '100', error_path '/error',
    no_rows_status '404, 410', no_rows_errors 'NotFound');

-- what says nothing means that all were written
SELECT put('t', '', E'\tnull', 'null', '{}', '1', 'true', '"OK"', '""', '"null"', '"{}"', '{"status":"created"}', '{"id":7,"ok":true}');
SELECT put('t', '{"rows":null}', '{"rows":{"a":1}}', '{"failed":null,"affected":null,"batchItemFailures":null}',
  '{"failed":[]}', '{"failed":0}', '{"failed":false,"batchItemFailures":{}}', '{"batchItemFailures":[]}');
SELECT put('t', '{"result":{"failed":[1],"affected":0}}', '{"Failed":[1],"AFFECTED":0}');
-- the function's row is RETURNING's; what it lacks is the row's own
SELECT put('t', '{"a":1,"b":"x"}', '{"a":1}', '{"a":null}', '{"b":"x","id":3}', '"{\"a\":5}"', '{"a":1,"affected":1}');
SELECT put('t', '{"rows":[{"a":1}],"affected":3}', '{"rows":[{}],"affected":3}', '{"rows":[[1,"x"]],"affected":3}',
  '{"rows":[["x",1]],"columns":["b","a"],"affected":3}', '{"affected":3,"columns":["b"],"rows":[["x"]]}', '{"rows":"no","a":2}');
SELECT put('t', '[{"a":1}]', '[[1,"x"]]', '[{"b":null}]', E'{"a":1}\n', E'{"c":1}\n{"a":2}', '"[{\"a\":1}]"');
-- and no other
SELECT put('t', '[1,"x"]', '[{"c":1}]', '{"rows":[{"c":1}],"affected":3}', '{"rows":[7],"affected":3}', '{"a":"x"}', '[{"a":1},{"a":2}]');
-- how many rows it wrote: by a number, or as it lists them; one that is alone is none then
SELECT put('t', '{"affected":3}');
SELECT put('t', '{"affected":1}');
SELECT put('t', '{"affected":0}');
SELECT put('t', '{"affected":999999999999999999}');
SELECT put('t', '{"affected":2,"affected":3}');
SELECT put('t', '{"rows":[{"a":1},{"a":2},{"a":3}],"affected":2}');
SELECT put('t', '{"rows":[]}');
SELECT put('t', '{"rows":[{"a":1}]}');
SELECT put('t', '{"rows":[],"affected":3}');
SELECT put('t', '[]');
SELECT batch('t', '{"affected":-1}', '{"affected":1e3}', '{"affected":1.0}', '{"affected":"5"}', '{"affected":true}',
  '{"affected":[3]}', '{"affected":9999999999999999999}', '{"affected":01}');
-- rows that failed
SELECT batch('t', '{"failed":[0]}', '{"failed":[{"index":2,"message":"no such customer"},{"index":0}]}',
  '{"failed":[{"index":3,"message":"past the end"}]}', '{"failed":[{"index":99999999999999999999}]}',
  '{"failed":[{"index":-1,"message":"below"}]}', '{"failed":[{"index":1.5}]}', '{"failed":[{"index":"1"},{"index":"x"},{"index":{"a":1}}]}',
  '{"failed":[{"index":null,"message":"m"},{},null,true,"abc",[1]]}',
  '{"failed":[{"index":1,"code":"E7"},{"index":1,"message":""},{"index":1,"errorMessage":"em"},{"message":"alone"}]}');
SELECT batch('t', '{"failed":"all"}', '{"failed":2}', '{"failed":true}', '{"failed":{"index":1}}', '{"batchItemFailures":"id1"}');
SELECT batch('t', '{"batchItemFailures":[{"itemIdentifier":"id1"},{"itemIdentifier":""},{"itemIdentifier":null},{"itemIdentifier":5},{"bad":"x"},"y"]}');
-- a failure is not undone by anything beside it
SELECT batch('t', '{"failed":[1],"failed":[]}', '{"failed":[],"failed":[1]}', '{"affected":3,"failed":[1]}', '{"a":1,"failed":[0]}',
  '{"rows":[{"a":1}],"failed":[0]}', '{"failed":[0],"batchItemFailures":[{"itemIdentifier":"1"}]}',
  '{"f\u0061iled":[0]}', '"{\"failed\":[0]}"', '"\"{\\\"failed\\\":[0]}\""');
-- so RETURNING gets no row
SELECT put('t', '{"a":1,"failed":[0]}', '{"rows":[{"c":1}],"failed":[{"index":0,"message":"no"}]}', '{"failed":[{"message":"no"}],"affected":1}',
  '{"batchItemFailures":[{"itemIdentifier":"0"}],"rows":[{"a":1}]}', '{"failed":2}', '{"affected":-1}');
-- the function's own errors come first
SELECT put('t', '{"errorType":"E","errorMessage":"m"}', '{"lambda_fdw_error":{"message":"own","sqlstate":"23505"}}',
  '{"failed":"all","error":"boom"}', '{"error":{"message":"boom"},"failed":[1],"affected":-1}', '{"error":[],"failed":[0]}', '[{"error":"boom"}]');
-- an error of its own in a form that is none is no success
SELECT batch('t', '{"lambda_fdw_error":"boom"}', '{"lambda_fdw_error":[{"message":"m"}],"affected":3}', '{"lambda_fdw_error":null}');
-- no rows, by the options no_rows_...
SELECT put('t', '{"errorType":"NotFound","errorMessage":"m"}');
SELECT put('t', '{"statusCode":404}');
SELECT put('t', '{"statusCode":404,"body":"{\"failed\":[0]}"}');
SELECT put('t', '{"statusCode":410,"rows":[{"a":1}],"error":"gone"}');
SELECT answer('t', '{"response": "{\"errorType\":\"NotFound\",\"errorMessage\":\"m\"}", "function_error": "Unhandled"}');
SELECT outcome('INSERT INTO t SELECT FROM generate_series(1, 3)', false);
SELECT outcome('INSERT INTO t DEFAULT VALUES RETURNING a', true);
-- a bare answer is JSON, and nothing follows it
SELECT batch('t', 'Created', 'nul', '"abc', '[1,', '{"failed":[1]', '{"a":1} x', '{"a":1}]', '1 2', '"{\"failed\":[1]"',
  '{"failed":[{"index":1,"message":"a\u0000b"}]}', '{"failed":[{"index":1,"message":"a\ud800b"}]}');
-- a body is any text that does not begin as an object does, or as rows that are wanted
SELECT put_body('t', '', 'Created', '201 Created', 'true story', '"text" more', '<html>', 'null', '{}', '[oops]', '{"failed":[1]', '{oops}');
SELECT put_body('t', '{"failed":[0]}', '{"batchItemFailures":[{"itemIdentifier":"0"}]}', '{"a":4}', '[{"a":4}]', '"{\"a\":1}"',
  '{"error":"boom"}', '{"statusCode":500,"body":"x"}', E'{"a":1}\n');
SELECT put_body('t', '{"affected":2}');
SELECT put('t', '{"statusCode":201}', '{"statusCode":"204","body":null}', '{"statusCode":200,"body":7}', '{"statusCode":200,"body":{"failed":[0]}}',
  '{"statusCode":200,"body":{"a":3}}', '{"statusCode":200,"failed":[0]}', '{"statusCode":200,"failed":[0],"body":"ok"}',
  '{"statusCode":200,"body":"","failed":"all"}');
SELECT batch('t', '{"statusCode":500}', '{"statusCode":500,"failed":[1],"body":"ok"}', '{"statusCode":500,"body":"{\"failed\":[1]}"}',
  '{"statusCode":302,"body":"{\"error\":\"moved\"}"}');
SELECT batch('t', '{"statusCode":200,"isBase64Encoded":true,"body":"Q3JlYXRlZP8="}', '{"statusCode":200,"isBase64Encoded":true,"body":"eyJmYWlsZWQiOlswXX0="}',
  '{"statusCode":200,"isBase64Encoded":true,"body":"!!"}');
SELECT batch('t', format('{"statusCode":200,"isBase64Encoded":true,"headers":{"content-encoding":"gzip"},"body":"%s"}', packed))
  FROM (VALUES ('H4sIAAAAAAAAA6tWSkvMzElNUbKKNoitBQBTU585DgAAAA==')) AS gzip (packed);

-- rows where the options say
CREATE FOREIGN TABLE p (a int DEFAULT -1, b text OPTIONS (path '/x/b') DEFAULT 'local', c int OPTIONS (null_if 'none') DEFAULT 7) SERVER lambda
  OPTIONS (function_arn 'write_answer', updatable 'true', batch_size '100', rows_path '/data/items', no_rows_missing 'true');
SELECT put('p', '{}', '{"a":1}', '[{"a":1}]', '{"data":7}', '{"data":{"items":null}}', '{"data":{"items":{"a":1,"x":{"b":"q"}}}}',
  '{"data":{"items":{}}}', '{"data":{"items":{"z":1}}}', '{"data":"{\"items\":{\"a\":1}}"}');
SELECT put('p', '{"data":{"items":[{"x":"{\"b\":null}","c":"none"}]},"affected":3}', '{"data":{"items":"[{\"a\":1}]"},"affected":3}',
  '{"affected":3,"data":{"items":[{"z":1}]}}', '{"data":{"items":[{"a":1}]},"failed":[0]}');
SELECT put('p', '{"data":{"items":[]}}');
CREATE FOREIGN TABLE e (k text OPTIONS (path '/key') DEFAULT 'local', v int OPTIONS (path '/value') DEFAULT -1) SERVER lambda
  OPTIONS (function_arn 'write_answer', updatable 'true', batch_size '100', rows_format 'entries');
SELECT put('e', '{"x":1}', '{"failed":[0]}', '[1]', '{}');
ALTER FOREIGN TABLE e OPTIONS (ADD rows_path '/m');
SELECT put('e', '{"m":{"x":1},"affected":3}', '{"m":null}', '{}', '{"m":5}');
SELECT put('e', '{"m":{"x":1}}');
CREATE FOREIGN TABLE d (id int DEFAULT -1, doc jsonb OPTIONS (path '') DEFAULT NULL) SERVER lambda
  OPTIONS (function_arn 'write_answer', updatable 'true', batch_size '100');
SELECT put('d', '{"id":1,"x":2}', '{"affected":3}', '{"affected":3,"id":2}', '{"affected":3,"rows":[{"x":1}]}', '{}', '"s"', '{"errorType":"E","errorMessage":"m"}');
-- one column: a scalar alone is no row
CREATE FOREIGN TABLE o (b text DEFAULT 'local') SERVER lambda OPTIONS (function_arn 'write_answer', updatable 'true', batch_size '100');
SELECT put('o', '"OK"', '1', '["x"]', '{"rows":["x"],"affected":3}', '{"b":"x"}');
-- columns that are called as what an answer says: a list that failed rows does so all the same
CREATE FOREIGN TABLE k (a int DEFAULT -1, failed text DEFAULT 'local', affected int DEFAULT 0, "statusCode" int DEFAULT 0) SERVER lambda
  OPTIONS (function_arn 'write_answer', updatable 'true', batch_size '100');
SELECT put('k', '{"a":1,"failed":"yes"}', '{"failed":2}', '{"a":1,"failed":[0]}', '{"affected":-5}', '{"a":1,"statusCode":500}');
-- a table of texts, which may be truncated, need not be answered with JSON
CREATE FOREIGN TABLE c (a int, b text) SERVER lambda
  OPTIONS (function_arn 'write_answer', truncatable 'true', answer_format 'csv');
CREATE FUNCTION empty(VARIADIC responses text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  response text;
BEGIN
  FOREACH response IN ARRAY responses LOOP
    RETURN NEXT response;
    PERFORM answer('c', jsonb_build_object('response', response));
    RETURN QUERY SELECT outcome('TRUNCATE c', false);
  END LOOP;
END $$;
SELECT empty(E'a,b\n1,x', 'Emptied', '"a,b\n1,x"', '{"statusCode":200,"body":"a,b\n1,x"}', '', '{oops', '{"statusCode":500,"body":"a,b"}',
  '{"error":"none"}', '{"failed":[{"message":"locked"}]}');
-- values that the function may not change, and others; the rows before stay
CREATE FOREIGN TABLE v (a int DEFAULT -1, b text DEFAULT repeat('local', 100), w int GENERATED ALWAYS AS (a * 2) STORED, n numeric DEFAULT 1.50,
  r text[] DEFAULT '{x,y}', dropped int, q date DEFAULT '2026-01-01') SERVER lambda
  OPTIONS (function_arn 'write_answer', updatable 'true', batch_size '100');
ALTER FOREIGN TABLE v DROP COLUMN dropped;
SELECT answer('v', jsonb_build_object('response', '{"a":5,"n":1234567890.123456789012345678901234567890,"r":["z"]}'));
INSERT INTO v VALUES (1), (2) RETURNING a, length(b), w, n, r, q, tableoid::regclass;
INSERT INTO v VALUES (1) RETURNING 1;
WITH w AS (INSERT INTO v VALUES (1), (2) RETURNING v) SELECT count(*), min(length(v::text)) FROM w;

-- UPDATE and DELETE: the values of the row that was there, and what the function has
SELECT answer('t', '{"rows": [{"a": 1, "b": "one"}, {"a": 2, "b": "two"}], "response": "{\"b\":\"new\"}"}');
UPDATE t SET b = 'three' WHERE a = 2 RETURNING a, b;
UPDATE t SET a = a + 10 RETURNING a, b;
DELETE FROM t RETURNING a, b;
SELECT answer('t', '{"rows": [{"a": 1, "b": "one"}, {"a": 2, "b": "two"}], "response": "{\"rows\":[]}"}');
UPDATE t SET b = 'three' RETURNING a, b;
UPDATE t SET b = 'three';
DELETE FROM t;
SELECT answer('t', '{"rows": [{"a": 1, "b": "one"}, {"a": 2, "b": "two"}], "response": "{\"failed\":[{\"index\":0,\"message\":\"locked\"}]}"}');
SELECT outcome('UPDATE t SET b = ''three''', false);
SELECT outcome('DELETE FROM t WHERE a = 2 RETURNING b', true);

-- many failures, deep nesting, no UTF-8
SELECT left(line, 80), length(line) FROM batch('t', format('{"failed":[%s3]}', repeat('{"index":1,"message":"' || repeat('x', 2000) || '"},', 1500))) line;
SELECT batch('t', format('{"failed":[%s1]}', repeat('7,', 500000)));
SELECT batch('t', format('{"failed":%s0%s}', repeat('[', n), repeat(']', n)), format('{"c":%s0%s}', repeat('[', n), repeat(']', n)))
  FROM (VALUES (999), (1000)) AS depth (n);
SELECT answer('t', '{"response_base64": "eyJmYWlsZWQiOlsi/yJdfQ=="}');
SELECT outcome('INSERT INTO t SELECT FROM generate_series(1, 3)', false);
-- however it comes in
SELECT answer('t', jsonb_build_object('chunks', regexp_split_to_array(response, '')))
  FROM (VALUES ('{"statusCode":200,"body":"{\"failed\":[{\"index\":1,\"message\":\"late\"}],\"rows\":[{\"a\":1}]}"}')) AS answer (response);
SELECT outcome('INSERT INTO t SELECT FROM generate_series(1, 3)', false);
SELECT answer('t', jsonb_build_object('chunks', regexp_split_to_array(response, '')))
  FROM (VALUES ('{"rows":[["é",8]],"columns":["b","a"],"affected":1}')) AS answer (response);
SELECT outcome('INSERT INTO t DEFAULT VALUES RETURNING (a, b)', true);
-- an answer that takes the place of one that broke off is a write's, too
CREATE FOREIGN TABLE broken (id int DEFAULT -1) SERVER lambda
  OPTIONS (function_arn 'truncated', updatable 'true', idempotent 'true', batch_size '100', payload '{"times": 1, "body": "{\"failed\":[1],\"rows\":[{"}');
SELECT outcome('INSERT INTO broken SELECT FROM generate_series(1, 3)', false);
SELECT outcome('INSERT INTO broken DEFAULT VALUES RETURNING id', true);

SET client_min_messages = warning;
DROP SCHEMA write_answers CASCADE;
DROP SERVER lambda CASCADE;
