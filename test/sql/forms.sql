-- The forms of an answer and of its rows.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA forms;
SET search_path = forms, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');

CREATE FOREIGN TABLE t (a int, b text) SERVER lambda OPTIONS (function_arn 'raw');
CREATE FOREIGN TABLE one (v text) SERVER lambda OPTIONS (function_arn 'raw');
CREATE FOREIGN TABLE doc (a int, raw jsonb OPTIONS (path '')) SERVER lambda OPTIONS (function_arn 'raw');

-- sets the answer of the tables above; options is added to table t
CREATE FUNCTION answer(response text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  rel text;
BEGIN
  FOREACH rel IN ARRAY ARRAY['t', 'one', 'doc'] LOOP
    BEGIN
      EXECUTE format('ALTER FOREIGN TABLE forms.%I OPTIONS (DROP payload)', rel);
    EXCEPTION WHEN undefined_object THEN NULL;
    END;
    EXECUTE format('ALTER FOREIGN TABLE forms.%I OPTIONS (ADD payload %L)', rel,
                   json_build_object('response', response));
  END LOOP;
END $$;

-- what a table makes of an answer: its rows, or the error
CREATE FUNCTION try(rel regclass, response text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  row text;
  detail text;
  context text;
BEGIN
  PERFORM forms.answer(response);
  FOR row IN EXECUTE format('SELECT r::text FROM %s r', rel) LOOP
    RETURN NEXT row;
  END LOOP;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, context = PG_EXCEPTION_CONTEXT;
  RETURN NEXT format('%s: %s', SQLSTATE, SQLERRM);
  IF detail <> '' THEN
    RETURN NEXT '  ' || detail;
  END IF;
  IF context LIKE 'column %' THEN
    RETURN NEXT '  ' || split_part(context, E'\n', 1);
  END IF;
END $$;

-- arrays of rows
SELECT try('t', '[{"a":1,"b":"x"},{"b":"y"},{}]');
SELECT try('t', '[]');
SELECT try('t', ' [ [1,"x"] , [null,"y"] ] ');
SELECT try('t', '[[1,"x",true]]');
SELECT try('t', '[[1]]');
SELECT try('t', '[1,2]');
SELECT try('one', '[1,"two",null,true,3.50]');
SELECT try('one', '[[1],["two"],{"v":"three"}]');
-- an object with rows
SELECT try('t', '{"rows":[{"a":1,"b":"x"}]}');
SELECT try('t', '{"note":{"deep":[1,{"rows":[]}]},"rows":[{"a":1,"b":"x"},{"a":2}],"count":2}');
SELECT try('t', '{"columns":["b","a"],"rows":[["x",1],["y",2]]}');
SELECT try('t', '{"rows":[["x",1],["y",2]],"columns":["b","a"]}');
SELECT try('t', '{"rows":[[1,"x"]]}');
SELECT try('t', '{"columns":["b","c","a"],"rows":[["x",0,1]]}');
SELECT try('t', '{"columns":["b"],"rows":[["x",1]]}');
SELECT try('t', '{"rows":[]}');
-- any other object is one row
SELECT try('t', '{"a":1,"b":"x","rows":3}');
SELECT try('t', '{"b":"x","c":[]}');
SELECT try('t', '{"message":"hello","code":7}');
SELECT try('t', '{}');
SELECT try('doc', '{"message":"hello","code":7}');
-- nothing, and scalars
SELECT try('t', '');
SELECT try('t', ' null ');
SELECT try('one', '"Hello"');
SELECT try('one', '42');
SELECT try('one', 'null');
SELECT try('t', '"Hello"');
-- lines
SELECT try('t', E'{"a":1,"b":"x"}\n{"a":2}\n\n{"b":"z"}\n');
SELECT try('t', E'[1,"x"]\n[2,"y"]\n');
SELECT try('t', '[1,"x"]');
SELECT try('one', E'1\n"two"\n');
SELECT try('t', '{"a":1}{"a":2}');
SELECT try('t', E'{"a":1}\n{"other":2}\n');
SELECT try('t', E'{"a":1}\n{"lambda_fdw_error":{"message":"gave up"}}\n');
-- API Gateway's form
SELECT try('t', '{"statusCode":200,"body":"[{\"a\":1,\"b\":\"x\"}]"}');
SELECT try('t', '{"body":"{\"rows\":[[1,\"x\"]]}","headers":{},"statusCode":201}');
SELECT try('t', '{"statusCode":200,"body":[{"a":1}]}');
SELECT try('t', '{"statusCode":200,"body":"W3siYSI6MX1d","isBase64Encoded":true}');
SELECT try('t', '{"statusCode":204}');
SELECT try('t', '{"statusCode":200,"body":""}');
SELECT try('t', '{"statusCode":200,"body":null}');
SELECT try('t', '{"statusCode":503,"body":"out of order"}');
SELECT try('t', '{"statusCode":302,"headers":{"Location":"/"}}');
SELECT try('t', '{"statusCode":200,"body":"not JSON"}');
SELECT try('t', '{"statusCode":200,"body":"[]"} trailing');
SELECT try('t', '{"statusCode":200,"rows":[{"a":1}]}');
SELECT try('t', '{"rows":[{"a":1}],"statusCode":200,"body":"[]"}');
SELECT try('one', '{"statusCode":200,"body":"\"Hello from Lambda!\""}');
-- the function's own errors
SELECT try('t', '{"lambda_fdw_error":{"message":"no such tenant","detail":"tenant is \"x\"","hint":"use another","sqlstate":"22023"}}');
SELECT try('t', '{"lambda_fdw_error":{"message":"plain"},"rows":[{"a":1}]}');
SELECT try('t', '{"rows":[{"a":1}],"lambda_fdw_error":{"message":"too late"}}');
SELECT try('t', '{"statusCode":200,"body":"{\"lambda_fdw_error\":{\"message\":\"inside\"}}"}');
-- not JSON
SELECT try('t', '[{"a":1},]');
SELECT try('t', '[{"a":1}');
SELECT try('t', '[{"a":1}] [');
SELECT try('t', '{"rows":[{"a":1}]} x');
SELECT try('t', '[{"a":01}]');
SELECT try('t', '[{"a":1,"x":"\u0000"}]');
SELECT try('t', '[{"b":"\ud800"}]');
SELECT try('t', '<html>');
SELECT try('t', repeat('[', 2000));
ALTER FOREIGN TABLE t OPTIONS (SET payload '{"response_base64": "W3siYiI6Iv/+In1d"}');
SELECT * FROM t;
-- errors of conversion say where
SELECT try('t', '[{"a":1},{"a":"x"}]');
SELECT try('t', '[{"a":99999999999}]');
SELECT try('t', '[{"a":1.5}]');
-- the last of equal members counts, as in json_populate_record
SELECT try('t', '[{"a":"x","a":7,"b":"y"}]');
-- escaped names are names
SELECT try('t', '[{"\u0061":7}]');

-- paths
CREATE FOREIGN TABLE paths (
  city text OPTIONS (path '/address/city'),
  zip text OPTIONS (path '/address/zip'),
  address jsonb,
  first text OPTIONS (path '/tags/0'),
  tags jsonb,
  slash text OPTIONS (path '/a~1b/c~0d'),
  whole json OPTIONS (path ''))
SERVER lambda OPTIONS (function_arn 'raw', payload '{"response": ""}');
ALTER FOREIGN TABLE paths OPTIONS (SET payload '{"response":
  "[{\"address\":{\"city\":\"Oslo\",\"zip\":\"0150\"},\"tags\":[\"x\",\"y\"],\"a/b\":{\"c~d\":1}},{\"address\":null,\"tags\":[]},{\"address\":\"here\",\"tags\":{\"0\":\"zero\"}},{\"address\":{\"city\":\"A\",\"zip\":\"1\"},\"address\":{\"city\":\"B\"}}]"}');
SELECT city, zip, address, first, tags, slash FROM paths;
SELECT whole FROM paths LIMIT 1;
SELECT first, whole FROM paths LIMIT 1;

-- rows_path
ALTER FOREIGN TABLE t OPTIONS (ADD rows_path '/data/items');
SELECT try('t', '{"meta":{},"data":{"count":1,"items":[{"a":1,"b":"x"}],"more":[]},"rows":[]}');
SELECT try('t', '{"data":{"items":{"a":1}}}');
SELECT try('t', '{"data":{"items":null}}');
SELECT try('t', '{"data":{}}');
SELECT try('t', 'null');
SELECT try('t', '{"statusCode":200,"body":"{\"data\":{\"items\":[{\"a\":5}]}}"}');
ALTER FOREIGN TABLE t OPTIONS (SET rows_path '/1/rows');
SELECT try('t', '[{"rows":[{"a":0}]},{"rows":[{"a":1}]}]');
ALTER FOREIGN TABLE t OPTIONS (SET rows_path '');
SELECT try('t', '{"a":1,"rows":[{"a":2}]}');
SELECT try('t', '[{"a":1}]');
ALTER FOREIGN TABLE t OPTIONS (DROP rows_path);

-- pages
CREATE FOREIGN TABLE calls (seq int, function text, payload jsonb)
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
CREATE FOREIGN TABLE pages (id int, name text) SERVER lambda OPTIONS (function_arn 'paged');
SELECT count(*) > 0 AS cleared FROM reset_calls;
SELECT count(*), min(id), max(id), count(DISTINCT id) FROM pages;
SELECT payload->'lambda_fdw'->'cursor' AS cursor FROM calls ORDER BY seq;
ALTER FOREIGN TABLE pages OPTIONS (ADD payload '{"cursor_at": "meta"}', rows_path '/data/items',
  cursor_path '/meta/next', cursor_argument 'next', envelope 'false');
SELECT count(*) > 0 AS cleared FROM reset_calls;
SELECT count(*), min(id), max(id), count(DISTINCT id) FROM pages;
SELECT payload FROM calls ORDER BY seq;
ALTER FOREIGN TABLE pages OPTIONS (max_pages '2');
SELECT count(*) FROM pages;
SELECT try('t', '{"rows":[{"a":1}],"cursor":""}');
SELECT try('t', '{"rows":[{"a":1}],"cursor":null}');
SELECT try('t', '{"rows":[{"a":1}],"cursor":{"again":1}}');
ALTER FOREIGN TABLE t OPTIONS (ADD envelope 'false');
SELECT try('t', '{"cursor":"more","rows":[{"a":1}]}');

-- a function that raises
CREATE FOREIGN TABLE raises (id int) SERVER lambda OPTIONS (function_arn 'lookup');
SELECT * FROM raises;

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA forms CASCADE;
