-- Answers of functions that nobody wrote for us: none, errors, strings for NULL,
-- entries of an object, CSV, bodies, gzip.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA answers;
SET search_path = answers, public;
SET datestyle = 'Postgres, MDY';
SET bytea_output = hex;
SET extra_float_digits = 1;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');

-- sets the answer that a table gets
CREATE FUNCTION answer(rel regclass, event jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    EXECUTE format('ALTER FOREIGN TABLE %s OPTIONS (DROP payload)', rel);
  EXCEPTION WHEN undefined_object THEN NULL;
  END;
  EXECUTE format('ALTER FOREIGN TABLE %s OPTIONS (ADD payload %L)', rel, event);
END $$;

-- what a query returns: its rows, or the error
CREATE FUNCTION ask(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  row text;
  detail text;
  hint text;
  context text;
BEGIN
  FOR row IN EXECUTE query LOOP
    RETURN NEXT row;
  END LOOP;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
  RETURN NEXT format('%s: %s', SQLSTATE, SQLERRM);
  IF detail <> '' THEN
    RETURN NEXT '  ' || detail;
  END IF;
  IF hint <> '' THEN
    RETURN NEXT '  ' || hint;
  END IF;
  IF context LIKE 'column %' OR context LIKE 'call with%' OR context LIKE 'answer of%' THEN
    RETURN NEXT '  ' || split_part(context, E'\nPL/pgSQL', 1);
  END IF;
END $$;

-- what a table makes of an answer
CREATE FUNCTION try(rel regclass, response text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT answers.answer(rel, jsonb_build_object('response', response));
  SELECT answers.ask(format('SELECT r::text FROM %s r', rel));
$$;
-- the same of API Gateway's form
CREATE FUNCTION try_body(rel regclass, body text, status int DEFAULT 200) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT answers.try(rel, jsonb_build_object('statusCode', status, 'body', body)::text);
$$;
CREATE FUNCTION try_bytes(rel regclass, body bytea, headers jsonb DEFAULT NULL) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT answers.try(rel, (jsonb_build_object('statusCode', 200, 'isBase64Encoded', true,
    'body', translate(encode(body, 'base64'), E'\n', '')) || coalesce(headers, '{}'))::text);
$$;

-- no rows, by the statusCode of the answer
CREATE FOREIGN TABLE t (a int, b text) SERVER lambda
  OPTIONS (function_arn 'raw', no_rows_status '404, 410', no_rows_errors 'NotFound, com.example.None');
SELECT try_body('t', '{"message":"no"}', 404);
SELECT try_body('t', '{"message":"no"}', 410);
SELECT try_body('t', '{"message":"no"}', 403);
SELECT try_body('t', '{"a":1}', 200);
SELECT try('t', '{"statusCode":"404"}');
SELECT try('t', '{"statusCode":404.0,"headers":{},"body":null}');
SELECT try('t', '{"statusCode":404,"message":"not of API Gateway''s form"}');
SELECT try('t', '{"a":1,"statusCode":404}');
SELECT try('t', '{"statusCode":404,"rows":[{"a":1}]}');
SELECT try('t', '{"rows":[{"a":1}],"statusCode":404}');
SELECT try('t', '{"rows":[],"statusCode":404}');
SELECT try('t', '"{\"statusCode\":404}"');
SELECT try('t', '{"statusCode":404} trailing');
-- a status inside of the body is not the answer's own
SELECT try_body('t', '{"statusCode":404,"a":2}');
-- nor is that of Invoke
SELECT answer('t', '{"response":"{}","status":404}');
SELECT ask('SELECT a FROM t') LIMIT 1;
CREATE FOREIGN TABLE http ("statusCode" int, b text) SERVER lambda OPTIONS (function_arn 'raw', no_rows_status '404');
SELECT try('http', '{"statusCode":404,"b":"x"}');
SELECT try('http', '{"statusCode":404,"rows":[{"b":"x"}]}');
SELECT try('http', '{"statusCode":200,"b":"x"}');

-- by its errorType, with the header and without
SELECT try('t', '{"errorMessage":"no","errorType":"NotFound","stackTrace":[]}');
SELECT try('t', '{"errorMessage":"no","errorType":"com.example.None"}');
SELECT try('t', '{"errorMessage":"no","errorType":"example.None"}');
SELECT try('t', '{"errorMessage":"no","errorType":"notfound"}');
SELECT try_body('t', '{"errorMessage":"no","errorType":"NotFound"}');
SELECT try('t', '[{"errorMessage":"no","errorType":"NotFound"}]');
SELECT try('t', '{"errorMessage":"no","errorType":"NotFound","a":1}');
SELECT answer('t', jsonb_build_object('response', '{"errorMessage":"no","errorType":"NotFound"}', 'function_error', 'Unhandled'));
SELECT ask('SELECT a FROM t');
SELECT answer('t', jsonb_build_object('response', '{"errorMessage":"no","errorType":"KeyError"}', 'function_error', 'Unhandled'));
SELECT ask('SELECT a FROM t');
CREATE FOREIGN TABLE doc (a int, whole jsonb OPTIONS (path '')) SERVER lambda
  OPTIONS (function_arn 'raw', no_rows_errors 'NotFound');
SELECT try('doc', '{"errorMessage":"no","errorType":"NotFound"}');
SELECT try('doc', '{"errorMessage":"no","errorType":"Other"}');
SELECT try('doc', E'{"errorMessage":"no","errorType":"NotFound"}\n{"a":1}');
CREATE FOREIGN TABLE deep (a int) SERVER lambda
  OPTIONS (function_arn 'raw', rows_path '/data/items', no_rows_errors 'NotFound');
SELECT try('deep', '{"errorMessage":"no","errorType":"NotFound"}');
SELECT try('deep', '{"errorMessage":"no","errorType":"Other"}');
SELECT try('deep', '{"data":{"items":{"errorMessage":"no","errorType":"NotFound"}}}');
-- a table that has such a column reads it
CREATE FOREIGN TABLE messages ("errorMessage" text, "errorType" text) SERVER lambda
  OPTIONS (function_arn 'raw', no_rows_errors 'NotFound');
SELECT try('messages', '{"errorMessage":"no","errorType":"NotFound"}');

-- by what is missing
ALTER FOREIGN TABLE deep OPTIONS (ADD no_rows_missing 'true');
SELECT try('deep', '{"data":{"count":0}}');
SELECT try('deep', '{"data":null}');
SELECT try('deep', '{}');
SELECT try('deep', '[]');
SELECT try('deep', 'null');
SELECT try('deep', '7');
SELECT try('deep', '"nothing"');
SELECT try('deep', '{"data":{"items":null}}');
SELECT try('deep', '{"data":{"items":{}}}');
SELECT try('deep', '{"data":{"items":[{}]}}');
SELECT try('deep', '{"data":{"items":"no rows"}}');
SELECT try_body('deep', '{"data":{}}');
SELECT try('deep', '{"errorMessage":"no","errorType":"Other"}');
ALTER FOREIGN TABLE deep OPTIONS (DROP no_rows_missing);
SELECT try('deep', '{"data":{"count":0}}');
SELECT try('deep', '{"data":{"items":{}}}');
ALTER FOREIGN TABLE t OPTIONS (ADD no_rows_missing 'true');
SELECT try('t', '{}');
SELECT try_body('t', '{}');
SELECT try('t', '{"other":1}');
SELECT try('t', E'{"a":1}\n{}');
ALTER FOREIGN TABLE doc OPTIONS (ADD no_rows_missing 'true');
SELECT try('doc', '{}');

-- of several keys the others keep their rows: halves, down to one
CREATE FOREIGN TABLE item (id int OPTIONS (pushdown '=:id, in:ids', required 'true'), name text) SERVER lambda
  OPTIONS (function_arn 'partial', rows_path '/items', max_concurrency '1', no_rows_status '404',
           no_rows_errors 'NotFound', no_rows_missing 'true');
CREATE FOREIGN TABLE calls (id int OPTIONS (path '/payload/id'), ids jsonb OPTIONS (path '/payload/ids')) SERVER lambda
  OPTIONS (function_arn 'calls', payload '{"function": "partial"}', rows_path '/rows', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
CREATE FUNCTION says(how text) RETURNS void LANGUAGE sql AS $$
  SELECT answers.answer('answers.item', jsonb_build_object('none', how));
  SELECT cleared FROM answers.reset_calls;
$$;
SELECT says('status');
SELECT * FROM item WHERE id IN (1, 2, 3, 7, 4) ORDER BY id;
SELECT count(*), string_agg(coalesce(ids::text, id::text), ' ') FROM calls;
CREATE FUNCTION explained(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) ' || query LOOP
    IF line ~ '(Invocations|Received|Answers)' THEN
      RETURN NEXT trim(line);
    END IF;
  END LOOP;
END $$;
SELECT explained('SELECT * FROM item WHERE id IN (1, 2, 3, 7, 4)');
SELECT * FROM item WHERE id = 7;
SELECT says('raise');
SELECT * FROM item WHERE id IN (8, 2, 3, 7) ORDER BY id;
SELECT count(*) FROM calls;
SELECT says('document');
SELECT * FROM item WHERE id IN (8, 2, 3, 7) ORDER BY id;
SELECT says('missing');
SELECT * FROM item WHERE id IN (8, 2, 3, 7) ORDER BY id;
SELECT says('empty');
SELECT * FROM item WHERE id IN (8, 2, 3, 7) ORDER BY id;
SELECT * FROM (VALUES (8), (2), (7), (5)) k (id) JOIN item USING (id) ORDER BY id;
SELECT * FROM (VALUES (8), (2), (7), (5)) k (id) LEFT JOIN item USING (id) ORDER BY id;
ALTER FOREIGN TABLE item OPTIONS (DROP no_rows_status, DROP no_rows_errors, DROP no_rows_missing);
SELECT says('status');
SELECT ask('SELECT * FROM item WHERE id IN (1, 7)');
SELECT says('raise');
SELECT ask('SELECT * FROM item WHERE id IN (1, 7)');
SELECT says('document');
SELECT ask('SELECT * FROM item WHERE id IN (1, 7)');

-- after the first page: it ends pages that are counted, and not those that a cursor asked for
CREATE FOREIGN TABLE page (id int, name text) SERVER lambda
  OPTIONS (function_arn 'partial', rows_path '/items', page_argument 'page', no_rows_status '404',
           no_rows_errors 'NotFound', no_rows_missing 'true');
CREATE FUNCTION pages(how text, given text DEFAULT NULL) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT answers.answer('answers.page', jsonb_strip_nulls(jsonb_build_object('none', how, 'next', given)));
  SELECT answers.ask('SELECT id FROM page');
$$;
SELECT how, pages(how) FROM unnest('{status,raise,document,missing,empty}'::text[]) how;
ALTER FOREIGN TABLE page OPTIONS (DROP page_argument, ADD cursor_path '/next', ADD cursor_argument 'after');
SELECT how, pages(how) FROM unnest('{status,raise,document,missing,empty}'::text[]) how;
SELECT how, pages(how, 'x') FROM unnest('{status,raise,document,missing,empty}'::text[]) how;
-- a page without the list, but with a cursor, has no rows
CREATE FOREIGN TABLE sparse (a int) SERVER lambda
  OPTIONS (function_arn 'raw', rows_path '/items', cursor_path '/next', cursor_argument 'after', no_rows_missing 'true', max_pages '1');
SELECT try('sparse', '{"next":"x"}');
SELECT try('sparse', '{"next":null}');

-- the function's error, at a place of the answer
CREATE FOREIGN TABLE graph (a int) SERVER lambda
  OPTIONS (function_arn 'raw', rows_path '/data/items', error_path '/errors', no_rows_status '404');
SELECT try('graph', '{"data":{"items":[{"a":1}]}}');
SELECT try('graph', '{"errors":null,"data":{"items":[{"a":1}]}}');
SELECT try('graph', '{"errors":false,"data":{"items":[{"a":2}]}}');
SELECT try('graph', '{"errors":0,"data":{"items":[{"a":3}]}}');
SELECT try('graph', '{"errors":-0.0,"data":{"items":[{"a":3}]}}');
SELECT try('graph', '{"errors":"","data":{"items":[{"a":4}]}}');
SELECT try('graph', '{"errors":{},"data":{"items":[{"a":5}]}}');
SELECT try('graph', '{"errors":[],"data":{"items":[{"a":6}]}}');
SELECT try('graph', '{"errors":[{"message":"Cannot query field \"x\"","path":["x"]},{"message":"more"}],"data":null}');
SELECT try('graph', '{"data":{"items":[{"a":1}]},"errors":[{"message":"behind the rows"}]}');
SELECT try('graph', '{"errors":"a string"}');
SELECT try('graph', '{"errors":["the first of strings"]}');
SELECT try('graph', '{"errors":{"code":7,"errorMessage":"a runtime''s","message":"the message"}}');
SELECT try('graph', '{"errors":{"errorMessage":"a runtime''s"}}');
SELECT try('graph', '{"errors":{"code":7,"message":{"deep":1}}}');
SELECT try('graph', '{"errors":[[{"message":"in lists"}]]}');
SELECT try('graph', '{"errors":[null,1]}');
SELECT try('graph', '{"errors":true}');
SELECT try('graph', '{"errors":1}');
SELECT try('graph', '{"errors":0.001}');
SELECT try('graph', '{"errors":"line\none\u00fc"}');
-- in the body of every status; one in no_rows_status comes first
SELECT try_body('graph', '{"errors":["of the body"],"data":null}');
SELECT try_body('graph', '{"errors":["of 500"]}', 500);
SELECT try_body('graph', '{"errors":["of 404"]}', 404);
SELECT try_body('graph', '{"other":1}', 500);
SELECT try_body('graph', 'no JSON', 500);
SELECT try('graph', '{"statusCode":500,"body":{"errors":["of an object"]}}');
SELECT try('graph', '"{\"errors\":[\"of a string\"]}"');
SELECT try('graph', '{"errors":["beside a status"],"statusCode":404}');
SELECT try('graph', '{"errors":["beside rows and a status"],"data":{"items":[{"a":1}]},"statusCode":404}');
SELECT try('graph', '{"errors":["beside rows and another status"],"data":{"items":[{"a":1}]},"statusCode":403}');
CREATE FOREIGN TABLE inner_error (a int) SERVER lambda OPTIONS (function_arn 'raw', error_path '/result/error');
SELECT try('inner_error', '{"result":"{\"error\":\"in a string\"}","a":1}');
SELECT try('inner_error', '{"a":1,"result":"no JSON"}');
SELECT try('inner_error', '{"a":1,"result":[{"error":"of no object"}]}');
SELECT try('inner_error', '[{"a":1}]');
SELECT try('inner_error', '{"result":{"error":"of what is cut"},"rows":[{"a":');
CREATE FOREIGN TABLE second_error (a int) SERVER lambda OPTIONS (function_arn 'raw', error_path '/1/error');
SELECT try('second_error', '[{"a":1},{"error":"of an element"}]');
SELECT try('second_error', '[{"a":1},{"a":2}]');
-- no row is given before, however it arrives
SELECT answer('graph', jsonb_build_object('chunks', ARRAY['{"data":{"items":[', '{"a":1},', '{"a":2}]}', ',"errors":', '["late"]}'], 'delay_ms', 20));
SELECT ask('SELECT a FROM graph LIMIT 1');
SELECT answer('graph', jsonb_build_object('chunks', ARRAY['{"errors":', 'null,"data":{"items":[', '{"a":1},', '{"a":2}]}}'], 'delay_ms', 20));
SELECT ask('SELECT a FROM graph');

-- a string for NULL
CREATE FOREIGN TABLE s (a int OPTIONS (null_if 'N/A'), b text OPTIONS (null_if ''), c text, d jsonb OPTIONS (null_if 'x')) SERVER lambda
  OPTIONS (function_arn 'raw');
SELECT try('s', '[{"a":"N/A","b":"","c":"","d":"x"},{"a":1,"b":"N/A","c":"N/A","d":["x"]},{"a":"2","b":" ","d":"y"},{"a":null}]');
SELECT try('s', '[["N\/A","x",null,"\u0078"]]');
SELECT try('s', '[{"a":"n/a"}]');
CREATE DOMAIN code AS text CHECK (VALUE <> 'x');
CREATE FOREIGN TABLE s2 (a code OPTIONS (null_if 'x'), b int) SERVER lambda OPTIONS (function_arn 'raw');
SELECT try('s2', '[{"a":"x","b":1},{"a":"y"}]');
-- what the function sorts and filters by is a string: neither is left to it alone
CREATE FOREIGN TABLE sorted (id int, name text OPTIONS (null_if 'item 2', pushdown '=, <>') COLLATE "C") SERVER lambda
  OPTIONS (function_arn 'items', capabilities 'limit, order_by');
EXPLAIN (COSTS OFF) SELECT * FROM sorted ORDER BY name LIMIT 2;
EXPLAIN (COSTS OFF) SELECT * FROM sorted WHERE name <> 'item 1' LIMIT 2;
EXPLAIN (COSTS OFF) SELECT * FROM sorted WHERE name = 'item 1' LIMIT 2;
ALTER FOREIGN TABLE s ALTER a OPTIONS (ADD pushdown '=, is null');
ALTER FOREIGN TABLE s ALTER a OPTIONS (ADD pushdown '=, is not null');
ALTER FOREIGN TABLE s ALTER a OPTIONS (ADD input 'true');

-- the members of an object are rows
CREATE FOREIGN TABLE rate (key text, value numeric) SERVER lambda
  OPTIONS (function_arn 'raw', rows_path '/rates', rows_format 'entries');
SELECT try('rate', '{"base":"USD","rates":{"EUR":0.91,"JPY":"149.5","E\"\u00fc":null},"date":"2026-01-01"}');
SELECT try('rate', '{"rates":{}}');
SELECT try('rate', '{"rates":null}');
SELECT try('rate', '{"rates":{"EUR":1,"EUR":2}}');
SELECT try('rate', '{"rates":[["EUR",1]]}');
SELECT try('rate', '{"rates":"none"}');
SELECT try('rate', '{"rates":"{\"EUR\":1}"}');
SELECT try('rate', '{"rates":"[]"}');
SELECT try('rate', '{"rates":7}');
SELECT try('rate', '{"rate":{}}');
SELECT try('rate', '{"rates":{"EUR":"x"}}');
SELECT try('rate', '{"rates":{"EUR":1');
SELECT try('rate', '{"rates":[{"EUR":1}');
SELECT try('rate', '{"rates":tru');
SELECT try('rate', '{"errorMessage":"no","errorType":"Boom"}');
SELECT try_body('rate', '{"rates":{"EUR":1}}');
SELECT try('rate', '{"rates":{"EUR":1},"statusCode":200,"body":"{}"}');
CREATE FOREIGN TABLE entry (code text OPTIONS (path '/key'), rate numeric OPTIONS (path '/value/rate'),
    tag text OPTIONS (path '/value/tags/0'), whole jsonb OPTIONS (path '')) SERVER lambda
  OPTIONS (function_arn 'raw', rows_format 'entries');
SELECT try('entry', '{"EUR":{"rate":1.5,"tags":["a","b"]},"J\u0050Y":{"rate":2},"C":3,"D":"{\"rate\":4}"}');
SELECT try('entry', '{}');
SELECT try('entry', 'null');
SELECT try('entry', '[]');
SELECT try('entry', '"x"');
SELECT try('entry', '7');
SELECT try('entry', '"{\"EUR\":{\"rate\":1}}"');
SELECT try_body('entry', '{"statusCode":{"rate":1},"body":{"rate":2}}');
SELECT try('entry', '{"statusCode":404,"body":"none"}');
SELECT try('entry', '{"body":{"rate":1},"more":{"rate":2}}');
SELECT try('entry', '{"EUR":{"rate":1},"statusCode":200,"body":"{}"}');
SELECT try('entry', '{"errorMessage":"no","errorType":"Boom"}');
SELECT try('entry', '{"errorMessage":{"rate":1},"more":{"rate":2}}');
SELECT try('entry', '{"lambda_fdw_error":{"message":"gave up"}}');
SELECT try('entry', '{"EUR":{"rate":1}} {"JPY":{"rate":1}}');
ALTER FOREIGN TABLE entry OPTIONS (ADD error_path '/error', ADD no_rows_status '404', ADD no_rows_errors 'Boom');
SELECT try('entry', '{"EUR":{"rate":1},"error":"behind"}');
SELECT try('entry', '{"statusCode":404,"body":"none"}');
SELECT try('entry', '{"errorMessage":"no","errorType":"Boom"}');
-- what a call carried needs no member
CREATE FOREIGN TABLE based (base text OPTIONS (pushdown '=', required 'true'), key text, value numeric) SERVER lambda
  OPTIONS (function_arn 'raw', rows_path '/rates', rows_format 'entries', payload '{"response": "{\"rates\": {\"EUR\": 2}}"}');
SELECT * FROM based WHERE base = 'USD';
ALTER FOREIGN TABLE based ADD COLUMN other int;
SELECT * FROM based WHERE base = 'USD';
ALTER FOREIGN TABLE rate ALTER key OPTIONS (ADD path '/key/x');
SELECT * FROM rate;
-- as they arrive, in one piece or cut anywhere
SELECT answer('entry', jsonb_build_object('chunks', string_to_array('{"a":{"rate":1},"b\u00fc":{"rate":[{}]},"c" : "x","d":{"tags":["t"]}}', NULL)));
SELECT ask('SELECT code, tag, whole FROM entry');

-- CSV
CREATE FOREIGN TABLE csv (id int, name text, day date OPTIONS (path '/the day'), doc jsonb, tags text[],
    at timestamptz OPTIONS (format 'epoch_s'), word text OPTIONS (null_if '-')) SERVER lambda
  OPTIONS (function_arn 'raw', answer_format 'csv');
SET timezone = 'UTC';
SELECT try_body('csv', E'id,name,the day,doc,tags,at,word,more\n1,x,2026-01-02,"{""a"": 1}","{a,""b c""}",1700000000,-,\n,,,,,,,\n2,"",,null,{},,"-",m\n');
SELECT try_body('csv', E'"name","id"\r\n"a ""b"", c\r\nd",1\r\nä,2');
SELECT try_body('csv', E'\uFEFFname,id\nx,1\n');
SELECT try_body('csv', E'id\n1\n\n2\n');
SELECT try_body('csv', 'id,name');
SELECT try_body('csv', '');
SELECT try_body('csv', NULL);
SELECT try('csv', '"id,name\n1,x"');
SELECT try('csv', '"{\"id\": 1}\n"');
SELECT try('csv', E'id,name\n1,x\n');
SELECT try('csv', E'"id","name"\n1,x\n');
SELECT try('csv', '');
SELECT try('csv', 'null');
SELECT try('csv', '[{"id":1}]');
SELECT try('csv', '{"id":1}');
SELECT try('csv', '7');
SELECT try('csv', '{"errorMessage":"no","errorType":"Boom"}');
SELECT try('csv', '{"lambda_fdw_error":{"message":"gave up"}}');
SELECT try_body('csv', E'id,name\n1,x\n', 500);
SELECT try_body('csv', E'id,name\n1,x\n2\n');
SELECT try_body('csv', E'id,name\n"1","x\ny"\n2,z,\n');
SELECT try_body('csv', E'id,name\n1,"x\n');
SELECT try_body('csv', E'id,name\n1,x\r\n');
SELECT try_body('csv', E'ID,Name\n1,x\n');
SELECT try_body('csv', E'id,name,id\n1,x,2\n');
SELECT try_body('csv', E'id,name\none,x\n');
SELECT try_body('csv', E'id,doc\n1,{\n');
SELECT try_bytes('csv', E'id,name\n1,x\n');
SELECT try_bytes('csv', E'id,name\n1,\\377\n'::bytea);
SELECT try_bytes('csv', E'id,name\n1,\\000\n'::bytea);
-- columns named as members of API Gateway's form, or of an error, read fields
CREATE FOREIGN TABLE log ("statusCode" int, "errorType" text) SERVER lambda OPTIONS (function_arn 'raw', answer_format 'csv');
SELECT try_body('log', E'statusCode,errorType\n200,x\n');
SELECT try('log', '{"errorMessage":"no","errorType":"Boom"}');
-- in pieces, cut anywhere
CREATE FUNCTION in_pieces(rel regclass, response text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT answers.answer(rel, jsonb_build_object('chunks', string_to_array(response, NULL)));
  SELECT answers.ask(format('SELECT r::text FROM %s r', rel));
$$;
SELECT in_pieces('csv', '{"statusCode":200,"body":"id,name\n1,\"x\ny\"\n2,z"}');
SELECT in_pieces('csv', '"id,name\n1,\u00fc"');
SELECT in_pieces('graph', '{"data":{"items":[{"a":1},{"a":2}]},"count":2}');
SELECT in_pieces('graph', '{"data":{"items":[{"a":1},{"a":2}]},"errors":[{"message":"late"}]}');
SELECT in_pieces('t', '{"headers":{},"body":"","statusCode":404}');
SELECT in_pieces('deep', '{"data":{"count":0}}');
CREATE FOREIGN TABLE report (id int, name text) SERVER lambda
  OPTIONS (function_arn 'raw', answer_format 'csv', rows_path '/report/csv', error_path '/report/error');
SELECT try('report', '{"report":{"csv":"id,name\n1,x\n2,\"y\ny\"\n"},"count":2}');
SELECT try_body('report', '{"report":{"csv":"id,name\n1,x"}}');
SELECT try('report', '{"report":{"csv":null}}');
SELECT try('report', '{"report":{"csv":""}}');
SELECT try('report', '{"report":{"csv":["id"]}}');
SELECT try('report', '{"report":{}}');
SELECT try('report', '{"report":{"csv":"id,name\n1,x","error":"late"}}');
SELECT try('report', '{"statusCode":500,"body":"{\"report\":{\"error\":\"of 500\"}}"}');
SELECT try('report', '"id,name\n1,x"');
SELECT try('report', E'id,name\n1,x');
SELECT try('report', '{"report":{"csv":"id,name\n1,x\n"}');
ALTER FOREIGN TABLE report OPTIONS (ADD no_rows_missing 'true');
SELECT try('report', '{"report":{}}');
ALTER FOREIGN TABLE csv ALTER id OPTIONS (ADD path '/a/b');
SELECT * FROM csv;
ALTER FOREIGN TABLE csv ALTER id OPTIONS (SET path '');
SELECT * FROM csv;

-- as COPY reads it
CREATE TABLE copied (n int GENERATED ALWAYS AS IDENTITY, a text, b text);
CREATE FOREIGN TABLE fetched (a text, b text) SERVER lambda OPTIONS (function_arn 'raw', answer_format 'csv');
CREATE FUNCTION as_copy(body text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  want text;
  got text;
BEGIN
  TRUNCATE copied;
  BEGIN
    EXECUTE format($c$COPY copied (a, b) FROM PROGRAM 'echo %s | base64 -d' (FORMAT csv, HEADER)$c$,
                   translate(encode(convert_to(body, 'UTF8'), 'base64'), E'\n', ''));
    want := (SELECT json_agg(json_build_array(a, b) ORDER BY n) FROM copied);
  EXCEPTION WHEN bad_copy_file_format THEN
    want := 'error';
  END;
  PERFORM answer('fetched', jsonb_build_object('response', jsonb_build_object('statusCode', 200, 'body', body)::text));
  BEGIN
    got := (SELECT json_agg(json_build_array(a, b)) FROM fetched);
  EXCEPTION WHEN fdw_inconsistent_descriptor_information OR invalid_text_representation THEN
    got := 'error';
  END;
  RETURN CASE WHEN want IS NOT DISTINCT FROM got THEN CASE WHEN want = 'error' THEN 'error' ELSE 'rows' END
              ELSE format('%s: %s instead of %s', to_json(body), got, want) END;
END $$;
CREATE FUNCTION field(line_end text) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN random() < 0.2 THEN ''
              WHEN random() < 0.5 THEN chr(97 + (random() * 25)::int)
              ELSE (SELECT '"' || string_agg((ARRAY['""', ',', line_end, 'x', ' ', 'ü'])[1 + (random() * 5)::int], '') || '"'
                      FROM generate_series(0, (random() * 4)::int)) END
      || CASE WHEN random() < 0.1 THEN '"y""z"' WHEN random() < 0.01 THEN '"' ELSE '' END $$;
SELECT setseed(0.14);
CREATE TABLE compared AS
SELECT as_copy(body) AS outcome
  FROM (SELECT i, 'a,b' || line_end || string_agg(field(line_end) || ',' || field(line_end)
                 || CASE WHEN random() < 0.01 THEN ',' ELSE '' END, line_end)
               || CASE WHEN i % 4 > 0 THEN line_end ELSE '' END AS body
          FROM generate_series(1, 40) i, LATERAL (SELECT (ARRAY[E'\n', E'\r\n', E'\r'])[1 + i % 3] AS line_end) l, generate_series(1, 12) j
         GROUP BY i, line_end) texts;
SELECT outcome FROM compared WHERE outcome NOT IN ('rows', 'error');
SELECT count(*) FILTER (WHERE outcome = 'rows') > 10 AS has_rows, count(*) FILTER (WHERE outcome = 'error') > 3 AS has_errors FROM compared;

-- a body is a value
CREATE FOREIGN TABLE body (body text) SERVER lambda OPTIONS (function_arn 'raw', answer_format 'raw');
CREATE FOREIGN TABLE bytes (body bytea) SERVER lambda OPTIONS (function_arn 'raw', answer_format 'raw');
CREATE FOREIGN TABLE json_body (body jsonb) SERVER lambda OPTIONS (function_arn 'raw', answer_format 'raw', no_rows_status '404');
SELECT try_body('body', E'<p>"one"</p>\n');
SELECT try_body('body', '{"a": "JSON"}');
SELECT try_body('body', '');
SELECT try_body('body', NULL);
SELECT try('body', '{"statusCode":200}');
SELECT try('body', '"{\"a\": [1]}"');
SELECT try('body', ' {"a":  1} ');
SELECT try('body', '[1, 2]');
SELECT try('body', '7.50');
SELECT try('body', 'null');
SELECT try('body', '');
SELECT try('body', '""');
SELECT try('body', 'no JSON at all');
SELECT try('body', '{"statusCode":200,"body":{"a":1}}');
SELECT try('body', '{"errorMessage":"no","errorType":"Boom"}');
SELECT try('body', '{"errorMessage":"no","errorType":"Boom","more":1}');
SELECT try_body('body', 'no', 404);
SELECT try_body('json_body', '{"a": 1.50}');
SELECT try_body('json_body', '{"a": ');
SELECT try_body('json_body', 'no', 404);
SELECT try_bytes('bytes', '\x00ff1f8b08');
SELECT try_bytes('bytes', '');
SELECT try_bytes('body', 'text');
SELECT try_bytes('body', '\xff');
SELECT try_bytes('body', '\x610062');
SELECT try_body('bytes', 'ü');
SELECT try('bytes', '{"statusCode":200,"body":"?","isBase64Encoded":true}');
ALTER FOREIGN TABLE bytes ADD COLUMN id int OPTIONS (pushdown '=', input 'true');
ALTER FOREIGN TABLE bytes ADD COLUMN size int;
SELECT * FROM bytes WHERE id = 7;
ALTER FOREIGN TABLE body ALTER body OPTIONS (ADD path '/body');
SELECT * FROM body;
ALTER FOREIGN TABLE body ALTER body OPTIONS (DROP path, ADD input 'true', ADD pushdown '=');
SELECT * FROM body;

-- gzip
CREATE FOREIGN TABLE zipped (a int) SERVER lambda OPTIONS (function_arn 'raw', max_response_bytes '1000');
CREATE FOREIGN TABLE zipped_bytes (body bytea) SERVER lambda OPTIONS (function_arn 'raw', answer_format 'raw');
SELECT try_bytes('zipped', '\x1f8b08000000000002ffab564a54b232ac0500afac1b5607000000');
SELECT try_bytes('zipped', '\x1f8b08000000000002ffab564a54b232ac0500afac1b5607000000', '{"headers":{"content-encoding":"GZIP"}}');
SELECT try_bytes('zipped', '\x1f8b08000000000002ffab564a54b232ac0500afac1b5607000000', '{"headers":null,"multiValueHeaders":{"X":["y"],"Content-Encoding":["gzip"]}}');
SELECT try_bytes('zipped', '\x1f8b08000000000002ff8bae564a54b232acd50100d732c9d5090000001f8b08000000000002ffab564a54b232aa8d050048d9a18308000000');
SELECT try_bytes('zipped', '\x1f8b08000000000002ffedc1411100000c02a02af6f2ec5f6335f60012000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000e0abee00a3d9db90a2860100');
SELECT try_bytes('zipped', '\x1f8b08000000000002ffab564a54b232ac');
SELECT try_bytes('zipped', '\x1f8b08000000000002ffab564a545858ac0500afac1b5607000000');
SELECT try_bytes('zipped', '\x1f8b08000000000002ffab564a54b232ac0500afac1b56070000006d6f7265');
SELECT try_bytes('zipped', '{"a":1}', '{"headers":{"Content-Encoding":"gzip"}}');
SELECT try_bytes('zipped', '{"a":1}', '{"headers":{"Content-Encoding":"br"}}');
SELECT try_bytes('zipped', '{"a":1}', '{"headers":{"Content-Encoding":"identity"}}');
SELECT try_bytes('zipped', '', '{"headers":{"Content-Encoding":"gzip"}}');
SELECT try('zipped', '{"statusCode":200,"headers":{"Content-Encoding":"gzip"},"body":"{\"a\":2}"}');
SELECT try('zipped', '{"statusCode":500,"isBase64Encoded":true,"body":"H4sIAAAAAAAC/6tWSlSyMqwFAK+sG1YHAAAA"}');
SELECT try_bytes('fetched', '\x1f8b08000000000002ff4be432e402000024c18904000000');
-- bytes are what they are, unless the answer says that they are packed
SELECT try_bytes('zipped_bytes', '\x1f8b08000000000002ffab564a54b232ac0500afac1b5607000000');
SELECT try_bytes('zipped_bytes', '\x1f8b08000000000002ffab564a54b232ac0500afac1b5607000000', '{"headers":{"Content-Encoding":"gzip"}}');

-- what cannot work is refused
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', answer_format 'csv', rows_format 'entries');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', answer_format 'csv', cursor_path '/next', cursor_argument 'next');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', answer_format 'csv', page_argument 'page', more_path '/more');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', answer_format 'csv', cursor_row_path '/id', cursor_argument 'next');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', answer_format 'csv', no_rows_missing 'true');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', answer_format 'csv', batch_argument 'list', batch_answer 'aligned');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', answer_format 'raw', rows_format 'entries');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', answer_format 'raw', rows_path '/rows');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', answer_format 'raw', cursor_path '/next', cursor_argument 'next');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', answer_format 'raw', cursor_row_path '/next', cursor_argument 'next');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', answer_format 'raw', page_argument 'page', more_path '/more');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', answer_format 'raw', no_rows_missing 'true');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', answer_format 'raw', error_path '/error');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', rows_format 'entries', cursor_path '/next', cursor_argument 'next');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', rows_format 'entries', rows_path '/r', cursor_row_path '/key', cursor_argument 'next');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', error_path '');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', rows_path '/data/items', error_path '/data');
CREATE FOREIGN TABLE bad (a int) SERVER lambda OPTIONS (function_arn 'f', error_path '/rows');

SET client_min_messages = warning;
DROP SCHEMA answers CASCADE;
DROP SERVER lambda CASCADE;
