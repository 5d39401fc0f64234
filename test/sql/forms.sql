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

-- sets the answer that a table gets
CREATE FUNCTION answer(rel regclass, response text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    EXECUTE format('ALTER FOREIGN TABLE %s OPTIONS (DROP payload)', rel);
  EXCEPTION WHEN undefined_object THEN NULL;
  END;
  EXECUTE format('ALTER FOREIGN TABLE %s OPTIONS (ADD payload %L)', rel, json_build_object('response', response));
END $$;

-- what a table makes of an answer: its rows, or the error
CREATE FUNCTION try(rel regclass, response text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  row text;
  detail text;
  hint text;
  context text;
BEGIN
  PERFORM forms.answer(rel, response);
  FOR row IN EXECUTE format('SELECT r::text FROM %s r', rel) LOOP
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
-- what may be its rows is named
SELECT try('t', '{"meta":{"tags":["x"]},"data":{"list":[{"c":1}]},"more":[{"a":1}]}');
SELECT try('t', '{"statusCode":"200","body":"{\"a/b~\":[[1,2]],\"n\":2}"}');
SELECT try('t', '{"x":{"y":{"z":{"rows":[{"a":1}]}}},"none":[]}');
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
CREATE FOREIGN TABLE http (id int, body text) SERVER lambda OPTIONS (function_arn 'raw');
SELECT try('http', '{"statusCode":"400","body":"no"}');
SELECT try('http', '{"body":"\u00fcber\n\"quoted\"","statusCode":"404"}');
SELECT try('http', '{"statusCode":404,"body":{"message":"not here"}}');
SELECT try('http', '{"statusCode":"200","body":"[{\"id\":1,\"body\":\"x\"}]"}');
SELECT try('http', '{"statusCode":200.0,"id":1,"body":"{\"id\":2}","more":{}}');
SELECT try('http', '{"statusCode":"OK","body":"is no status"}');
SELECT try('http', '{"statusCode":null,"body":"is no status"}');
SELECT try('http', '{"statusCode":500,"id":1}');
SELECT try('http', '{"statusCode":500,"statusDescription":"500 Error","headers":{},"multiValueHeaders":{},"cookies":[],"isBase64Encoded":false}');
SELECT try('t', '{"statusCode":200,"body":"W3siYSI6MX1d","isBase64Encoded":"true"}');
SELECT try('t', '{"statusCode":200,"body":"[{\"a\":1}]","isBase64Encoded":"false"}');
SELECT try('t', '{"statusCode":200,"body":"W3siYSI6MX0sIHt9XQ","isBase64Encoded":true}');
SELECT try('t', '{"statusCode":200,"body":"W3siYSI6MX1d*","isBase64Encoded":true}');
SELECT try('t', '{"statusCode":502,"body":"bm8=","isBase64Encoded":true}');
SELECT try('t', '{"statusCode":200,"body":"H4sIAAAAAAAAA4uOBQApu0wNAgAAAA==","isBase64Encoded":true}');
SELECT try('t', '{"statusCode":200,"body":"\"[{\\\"a\\\":7}]\""}');
SELECT try('t', '{"statusCode":200,"body":"{\"statusCode\":400,\"body\":\"inner\"}"}');
SELECT try('t', '{"statusCode":200,"body":"{\"a\":1}\n{\"a\":2}"}');
SELECT try('t', '{"statusCode":200,"body":"{\"errorType\":\"E\",\"errorMessage\":\"inside\"}"}');
-- not where a column reads the status
CREATE FOREIGN TABLE status (code text OPTIONS (path '/statusCode'), body text) SERVER lambda OPTIONS (function_arn 'raw');
SELECT try('status', '{"statusCode":400,"body":"no"}');
SELECT try('status', '[{"statusCode":400,"body":"no"}]');
ALTER FOREIGN TABLE status ALTER code OPTIONS (SET path '/statusCode/value');
SELECT try('status', '{"statusCode":{"value":400},"body":"no"}');
-- a string that holds JSON
SELECT try('t', '"[{\"a\":1,\"b\":\"\\u00fc\"},{\"a\":2}]"');
SELECT try('t', ' "{\"rows\":[[1,\"x\"]]}" ');
SELECT try('t', '"{\"statusCode\":400,\"body\":\"no\"}"');
SELECT try('t', '"{\"statusCode\":200,\"body\":\"[{\\\"a\\\":3}]\"}"');
SELECT try('t', '"[{\"a\":1},]"');
SELECT try('t', '"{\"a\":1}" x');
SELECT try('t', '"plain text"');
SELECT try('one', '"[1,2]"');
SELECT try('one', '"[draft] of {this}"');
SELECT try('one', E'"[1]"\n"[2]"');
SELECT try('t', '["{\"a\":1}","[2,\"x\"]"]');
SELECT try('t', E'"{\\"a\\":1}"\n"[2,null]"\n');
SELECT try('t', E'"{\\"a\\":1}"\n"plain"\n');
-- a function that raised, without the header that says so
SELECT try('t', '{"errorMessage":"division by zero","errorType":"ZeroDivisionError","stackTrace":["x"]}');
SELECT try('t', '{"errorMessage":"alone"}');
SELECT try('doc', '{"errorType":"E","errorMessage":"whatever takes all rows"}');
SELECT try('doc', '[{"errorType":"E","errorMessage":"a row of a log"}]');
SELECT try('doc', '{"a":1,"errorType":"E","errorMessage":"a row"}');
-- an object that has nothing of the table is no row, wherever it stands
SELECT try('t', '[{"a":1},{"c":2,"d":{"a":1}}]');
SELECT try('t', '{"rows":[{"A":1,"other":2}]}');
SELECT try('t', '[{"a":1},{"errorType":"E","errorMessage":"half way"}]');
SELECT try('doc', '[{"c":2}]');
-- a cursor without rows is a member
CREATE FOREIGN TABLE cursors (id int, cursor text) SERVER lambda OPTIONS (function_arn 'raw');
SELECT try('cursors', '{"id":1,"cursor":"x"}');
SELECT try('cursors', '{"cursor":"x","id":1,"rows":0}');
SELECT try('t', '{"a":1,"cursor":"x"}');

-- the function's own errors
SELECT try('t', '{"lambda_fdw_error":{"message":"no such tenant","detail":"tenant is \"x\"","hint":"use another","sqlstate":"22023"}}');
SELECT try('t', '{"lambda_fdw_error":{"message":"plain"},"rows":[{"a":1}]}');
SELECT try('t', '{"rows":[{"a":1}],"lambda_fdw_error":{"message":"too late"}}');
SELECT try('t', '{"statusCode":200,"body":"{\"lambda_fdw_error\":{\"message\":\"inside\"}}"}');
SELECT state, try('t', json_build_object('lambda_fdw_error', json_build_object('message', 'no', 'sqlstate', state))::text)
FROM unnest(ARRAY['P0001', '22012', '23505', '40001', '53300', '57014', '58030', 'XX000', 'P0004', '00000', 'short', '4200']) AS state;
SELECT try('t', '{"lambda_fdw_error":{"message":"no","detail":"because","sqlstate":"57P01"}}');
-- not JSON
SELECT try('t', '[{"a":1},]');
SELECT try('t', '[{"a":1}');
SELECT try('t', '[{"a":1}] [');
SELECT try('t', '{"rows":[{"a":1}]} x');
SELECT try('t', '[{"a":01}]');
SELECT try('t', '[{"a":1,"x":"\u0000"}]');
SELECT try('t', '[{"b":"\ud800"}]');
SELECT try('t', '<html>');
-- how much of it is shown depends on what has arrived
SELECT regexp_replace(try('t', repeat('[', 2000)), '\[+', '[ and more');
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

-- through strings that hold JSON
CREATE FOREIGN TABLE queue (id text OPTIONS (path '/messageId'), city text OPTIONS (path '/body/address/city'), second int OPTIONS (path '/body/n/1'),
  body json, odd text OPTIONS (path '/body/address/city/deeper')) SERVER lambda OPTIONS (function_arn 'raw');
SELECT try('queue', '[{"messageId":"1","body":"{\"address\":{\"city\":\"K\\u00f6ln\"},\"n\":[1,2]}"},
  {"messageId":"2","body":"plain"},{"messageId":"3","body":"{\"address\":"},{"messageId":"4","body":{"address":"{\"city\":\"Rome\"}","n":"[4,5]"}},
  {"messageId":"5","body":"\"{\\\"n\\\":[6,7]}\""},{"messageId":"6","body":"12"},{"messageId":"7","body":""},
  {"messageId":"8","body":"{\"n\":[8,9]}","body":"{\"address\":{\"city\":\"Bonn\"}}"}]');
SELECT try('queue', '[{"messageId":"1","body":"{\"n\":\"\\u0000\"}"}]');
SELECT try('queue', '[{"messageId":"1","body":"' || repeat('[', 2000) || '"}]');

-- array rows by place
CREATE FOREIGN TABLE places (c text OPTIONS (path '/2'), a text OPTIONS (path '/0'), deep text OPTIONS (path '/1/k'), whole json OPTIONS (path ''))
  SERVER lambda OPTIONS (function_arn 'raw');
SELECT try('places', '[["x",{"k":"y"},"z",true],["short"],[],["x","{\"k\":1}",null]]');
SELECT try('places', '{"columns":["a","c"],"rows":[["x",0,"z"]]}');
SELECT try('places', '{"rows":[["x",0,"z"]],"columns":["a","c"]}');
SELECT try('places', E'["x",0,"z"]\n["y"]');
SELECT try('places', '[{"0":"a member","2":"another"}]');
CREATE FOREIGN TABLE half (a text OPTIONS (path '/0'), b text) SERVER lambda OPTIONS (function_arn 'raw');
SELECT try('half', '[["x","y"]]');
SELECT try('half', '[{"0":"x","b":"y"}]');
ALTER FOREIGN TABLE half ALTER b OPTIONS (ADD path '/01');
SELECT try('half', '[["x","y"]]');
ALTER FOREIGN TABLE half ALTER b OPTIONS (SET path '/1');
SELECT try('half', '[["x","y"]]');

-- rows_path
ALTER FOREIGN TABLE t OPTIONS (ADD rows_path '/data/items');
SELECT try('t', '{"meta":{},"data":{"count":1,"items":[{"a":1,"b":"x"}],"more":[]},"rows":[]}');
SELECT try('t', '{"data":{"items":{"a":1}}}');
SELECT try('t', '{"data":{"items":null}}');
SELECT try('t', '{"data":{}}');
SELECT try('t', '{"data":{"item":[],"count":0},"meta":1}');
SELECT try('t', '{"datum":{"items":[]},"meta":{}}');
SELECT try('t', '{"data":[1,2]}');
SELECT try('t', '{"data":"none"}');
SELECT try('t', '"none"');
SELECT try('t', '7');
SELECT try('t', '{"errorType":"E","errorMessage":"instead of data"}');
SELECT try('t', '{"data":{"items":{}}}');
SELECT try('t', '{"data":{"items":{"c":1}}}');
SELECT try('t', '{"data":{"items":{"page":[{"a":1}]}}}');
SELECT try('t', '{"data":{"items":[{"a":1},{"c":1}]}}');
SELECT try('t', '{"data":"{\"items\":[{\"a\":1},{\"a\":2}],\"count\":2}","more":[]}');
SELECT try('t', '{"data":"{\"items\":\"[{\\\"a\\\":3},{\\\"a\\\":4}]\"}","x":"y"}');
SELECT try('t', '{"data":{"items":"[{\"a\":5}]"}}');
SELECT try('t', '{"data":{"items":"{\"a\":6}"}}');
SELECT try('t', '{"data":{"items":"none"}}');
SELECT try('t', '"{\"data\":{\"items\":[{\"a\":7}]}}"');
SELECT try('t', '{"data":"{\"items\":[{\"a\":8}]} x"}');
SELECT try('t', '{"statusCode":400,"body":"no","data":{"items":[]}}');
SELECT try('t', '{"statusCode":400,"data":{"items":[{"a":9}]}}');
SELECT try('t', '{"statusCode":400}');
SELECT try('t', 'null');
SELECT try('t', '{"statusCode":200,"body":"{\"data\":{\"items\":[{\"a\":5}]}}"}');
ALTER FOREIGN TABLE t OPTIONS (SET rows_path '/body/items');
SELECT try('t', '{"body":{"items":[{"a":1}]}}');
SELECT try('t', '{"x":1,"body":"{\"items\":[{\"a\":2}]}"}');
SELECT try('t', '{"statusCode":200,"body":"{\"items\":[{\"a\":3}]}"}');
SELECT try('t', '{"body":{"items":[]},"statusCode":"500"}');
SELECT try('t', '{"statusCode":200,"body":"{\"body\":{\"items\":[{\"a\":4}]}}"}');
ALTER FOREIGN TABLE t OPTIONS (SET rows_path '/a~1b/c~0d');
SELECT try('t', '{"a/b":{"c~d":[{"a":1}]}}');
SELECT try('t', '{"a/b":{"c":[{"a":1}]}}');
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
ALTER FOREIGN TABLE pages OPTIONS (SET max_pages '1');
SELECT count(*) FROM pages;
-- only a call's first page is split: the values of a later one had their rows
CREATE FOREIGN TABLE long_pages (name text OPTIONS (pushdown '=, in')) SERVER lambda
  OPTIONS (function_arn 'paged', payload '{"total": 2, "page_size": 1, "cursor_pad": 2500000}');
SELECT name FROM long_pages WHERE name IN (repeat('a', 2000000), repeat('b', 2000000), 'row 1', 'row 2');
SELECT name FROM long_pages WHERE name IN (repeat('a', 2000000), 'row 1', 'row 2');
SELECT try('t', '{"rows":[{"a":1}],"cursor":""}');
SELECT try('t', '{"rows":[{"a":1}],"cursor":null}');
SELECT try('t', '{"rows":[{"a":1}],"cursor":{"again":1}}');
ALTER FOREIGN TABLE t OPTIONS (ADD envelope 'false');
SELECT try('t', '{"cursor":"more","rows":[{"a":1}]}');

ALTER FOREIGN TABLE t OPTIONS (DROP envelope);
SELECT try('t', '{"rows":[{"a":1}],"cursor":false}');
SELECT try('t', '{"rows":[{"a":1}],"cursor":{ }}');
SELECT try('t', '{"cursor":[],"rows":[{"a":1}]}');
SELECT try('t', '{"cursor":[null],"rows":[{"a":1}]}');
ALTER FOREIGN TABLE t OPTIONS (ADD cursor_path '/meta/next/key', cursor_argument 'after');
SELECT try('t', '{"rows":[{"a":1}],"meta":"{\"next\":\"{\\\"key\\\":\\\"k\\\"}\"}"}');
SELECT try('t', '{"rows":[{"a":1}],"meta":{"next":"end"}}');
ALTER FOREIGN TABLE t OPTIONS (DROP cursor_path, DROP cursor_argument);
-- a cursor in the rows is none
ALTER FOREIGN TABLE t OPTIONS (ADD cursor_path '/rows/next');
ALTER FOREIGN TABLE t OPTIONS (ADD rows_path '/data/items', ADD cursor_path '/data/items/0/next');
ALTER FOREIGN TABLE t OPTIONS (ADD rows_path '/data/items', ADD cursor_path '/data/items');
ALTER FOREIGN TABLE t OPTIONS (ADD rows_path '', ADD cursor_path '/next');
ALTER FOREIGN TABLE t OPTIONS (ADD rows_path '/data/items', ADD cursor_path '/data/item');

-- warnings: a member of the same letters, a further page that nobody reads
ALTER FOREIGN TABLE t OPTIONS (DROP rows_path, DROP cursor_path);
CREATE FOREIGN TABLE shop (order_id int, "unitPrice" int, zip text OPTIONS (path '/ship_to/zip_code')) SERVER lambda OPTIONS (function_arn 'raw');
SELECT try('shop', '[{"orderId":1,"unitPrice":2,"ship_to":{}},{"orderId":2,"unitPrice":3}]');
SELECT try('shop', '[{"orderId":1,"unitPrice":2},{"order_id":2,"unitPrice":3}]');
SELECT try('shop', '[{"order_id":1,"unit_price":2}]');
SELECT try('shop', '[{"order_id":1,"unitPrice":2,"ship_to":{"zipCode":"1"}},{"order_id":1,"ship_to":{"ZIP-code":"1"}}]');
SELECT try('shop', '[{"order_id":1,"unitPrice":2,"ship_to":{"zip":"1"},"orderid":0}]');
SELECT try('shop', '[{"orderId":1,"UnitPrice":2}]');
SELECT try('shop', '[{"order\u0049d":1,"unitPrice":2}]');
SELECT try('shop', '[{"\u00e9t\u00e9/\"x\"":1}]');
SELECT answer('shop', '[{"orderId":1,"unitPrice":2}]');
SELECT "unitPrice" FROM shop;
SELECT order_id FROM shop, generate_series(1, 3) n WHERE n > "unitPrice";
SELECT name, try('t', format('{"rows":[{"a":1}],%s}', name))
FROM unnest(ARRAY['"nextToken":"x"', '"next_cursor":"x"', '"has_more":true', '"LastEvaluatedKey":{"id":1}', '"UnprocessedKeys":{"t":[]}', '"@odata.nextLink":"https://x/"',
  '"IsTruncated":true', '"pageInfo":{"hasNextPage":true,"endCursor":"x"}', '"links":{"next":"/p2"}', '"next":"/p2"', '"nextToken":null', '"nextToken":""', '"has_more":false,"next_cursor":"x"',
  '"LastEvaluatedKey":{}', '"pageInfo":{"hasNextPage":false,"endCursor":"x"}', '"UnprocessedKeys":[]', '"more":0', '"cursor":null,"IsTruncated":"false"', '"total":1']) name;
SELECT try('t', '{"a":1,"next":"is a word"}');
SELECT try('t', '{"a":1,"nextToken":"is none"}');
SELECT try('doc', '{"a":1,"nextToken":"is read"}');
CREATE FOREIGN TABLE tokens (a int, token text OPTIONS (path '/nextToken')) SERVER lambda OPTIONS (function_arn 'raw');
SELECT try('tokens', '{"a":1,"nextToken":"is read"}');
SELECT try('tokens', '{"rows":[{"a":1,"nextToken":"is read"}],"nextToken":"is not"}');
ALTER FOREIGN TABLE t OPTIONS (ADD rows_path '/data/items', ADD cursor_path '/data/next');
SELECT try('t', '{"data":{"items":[{"a":1}],"next_token":"x"}}');
SELECT try('t', '{"statusCode":200,"nextToken":"outside","body":"{\"data\":{\"items\":[]},\"cursor\":\"x\"}"}');

-- a required column that the function does not return
CREATE FOREIGN TABLE echoed (k int OPTIONS (pushdown '=, in, >=:since', required 'true'), v text) SERVER lambda
  OPTIONS (function_arn 'raw', payload '{"response": "[{\"v\":\"x\"},{\"v\":\"y\"}]"}');
SELECT * FROM echoed WHERE k = 5;
SELECT * FROM echoed WHERE k IN (5, 6);
SELECT * FROM echoed WHERE k >= 5;
SELECT * FROM echoed WHERE k = 5 AND k >= 5;
ALTER FOREIGN TABLE echoed ALTER k OPTIONS (SET pushdown '=');
SELECT * FROM echoed WHERE k IN (5, 6) ORDER BY k, v;
-- ANALYZE has no value for it, and nothing is written
ANALYZE echoed;
INSERT INTO echoed VALUES (1, 'x');
UPDATE echoed SET v = 'x' WHERE k = 1;
DELETE FROM echoed WHERE k = 1;

-- numbers that count from 1970
CREATE FOREIGN TABLE times (at timestamptz, on_day date) SERVER lambda OPTIONS (function_arn 'raw');
SELECT try('times', '[{"at":1709210096}]');
SELECT try('times', '[{"at":"1709210096123"}]');
SELECT try('times', '[{"at":1709210096.5}]');
SELECT replace(try('times', '[{"at":12345678901234567890}]'), 'DateStyle', 'datestyle') AS try;
SELECT try('times', '[{"at":"noon"}]');
SELECT replace(try('times', '[{"on_day":1709210096}]'), 'DateStyle', 'datestyle') AS try;

-- a function that raises
CREATE FOREIGN TABLE raises (id int) SERVER lambda OPTIONS (function_arn 'lookup');
SELECT * FROM raises;

-- where no column is wanted, a row needs one member of the table's; the rest is validated
CREATE FOREIGN TABLE counted (a int, b text) SERVER lambda OPTIONS (function_arn 'raw');
SELECT answer('counted', '[{"x": 1, "a": 1, "b": {"c": ["}"]}}, {"b": null, "y": [[]]}, {"a": 2}, {}]');
SELECT count(*) FROM counted;
SELECT answer('counted', '[{"a": 1}, {"x": 1}]');
SELECT count(*) FROM counted;
SELECT answer('counted', '[{"a": 1, "x": [1, 2}]');
SELECT count(*) FROM counted;
SELECT answer('counted', '[{"a": 1, "x": "\u0000"}]');
SELECT count(*) FROM counted;
-- many such rows in one go, none of them lost, given twice or miscounted before an error
SELECT answer('counted', '[' || string_agg('{"a": 1, "b": "x"}', ',') || ', {"b": "y", "a": 0}, {"x": 1}]')
  FROM generate_series(1, 200);
SELECT count(*) FROM (SELECT FROM counted LIMIT 201) AS c;
SELECT count(*) FROM counted;
SELECT answer('counted', '[' || string_agg('{"a": 1}', ',') || ', {"a": tru}]') FROM generate_series(1, 70);
SELECT count(*) FROM (SELECT FROM counted LIMIT 70) AS c;
SELECT count(*) FROM counted;

-- integers of any length, and what is none
CREATE FOREIGN TABLE digits (n bigint, same text) SERVER lambda OPTIONS (function_arn 'raw');
SELECT answer('digits', '[' || string_agg(format('{"n": %s, "same": "%1$s"}', n), ',') || ']')
  FROM (SELECT sign || left('918273645091827364', len) FROM generate_series(1, 18) AS len, (VALUES (''), ('-')) AS s(sign)) AS v(n);
SELECT count(*), count(*) FILTER (WHERE n::text = same) AS same FROM digits;
SELECT count(*) FILTER (WHERE t = '22P02: invalid input syntax for type bigint: "' || bad || '"') AS refused
  FROM (SELECT overlay(left('12345678', len) PLACING c FROM at FOR 1) FROM generate_series(1, 8) AS len, generate_series(1, len) AS at, unnest('{/,:,@,p}'::text[]) AS c) AS v(bad),
  LATERAL (SELECT split_part(r, ' |', 1) FROM try('digits', format('[{"n": "%s"}]', bad)) AS r) AS t(t);
SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA forms CASCADE;
