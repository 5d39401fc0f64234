-- What a function is sent for rows that are written, form by form, and which options do not go together.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA write_forms;
SET search_path = write_forms, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint', max_concurrency '1');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, payload jsonb, written int)
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
CREATE FOREIGN TABLE reset_store (cleared int) SERVER lambda OPTIONS (function_arn 'reset_store');
-- what came since it was asked last, without the ids
CREATE FUNCTION sent() RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY SELECT CASE jsonb_typeof(payload) WHEN 'object' THEN payload #- '{lambda_fdw,batch_id}' ELSE payload END FROM write_forms.calls ORDER BY seq;
  PERFORM FROM write_forms.reset_calls;
END $$;
-- the requests of HTTP events
CREATE FUNCTION requests() RETURNS TABLE (request text, query jsonb, parameters jsonb, type text, body text) LANGUAGE sql AS $$
  SELECT coalesce(split_part(sent->>'routeKey', ' ', 1), sent->>'httpMethod') || ' ' || coalesce(sent->>'rawPath', sent->>'path'),
         sent->'queryStringParameters', sent->'pathParameters',
         coalesce(sent->'headers'->>'content-type', sent->'headers'->>'Content-Type'), sent->>'body'
    FROM write_forms.sent()
$$;
SELECT count(*) FROM reset_store;
SELECT count(*) FROM reset_calls;

-- the envelope: objects nested by the columns' paths, over the table's payload
CREATE FOREIGN TABLE orders (
  id int OPTIONS (key 'true'), item text DEFAULT 'none', price numeric,
  city text OPTIONS (path '/address/city'), zip text OPTIONS (path '/address/zip'),
  placed timestamptz OPTIONS (format 'epoch_s'), tags text[], extra jsonb, twice numeric GENERATED ALWAYS AS (price * 2) STORED
) SERVER lambda OPTIONS (function_arn 'store', payload '{"tenant": "acme", "digits": 1.50}', updatable 'true', truncatable 'true', batch_size '2', argument_format 'text');
INSERT INTO orders (id, price, city, placed, tags, extra) VALUES
  (1, 1.50, 'Köln "Süd"', 'epoch', '{a,NULL,"b c"}', '{"a": [1, null]}'), (2, NULL, NULL, NULL, '{}', 'null'), (3, 0, '', '2000-01-01Z', NULL, '1');
SELECT sent FROM sent();
INSERT INTO orders (id) VALUES (4);
SELECT sent FROM sent();
UPDATE orders SET id = 5, zip = '50667', price = price + 1 WHERE id = 1;
SELECT sent FROM sent() OFFSET 1;
DELETE FROM orders WHERE id > 3;
SELECT sent FROM sent() OFFSET 1;
TRUNCATE orders RESTART IDENTITY CASCADE;
SELECT sent FROM sent();
EXPLAIN (COSTS OFF) INSERT INTO orders (id) VALUES (4);
-- values that JSON has not, and keys that tell no row
INSERT INTO orders (id, price) VALUES (1, 1), (2, 'NaN');
INSERT INTO orders (placed) VALUES ('infinity');
INSERT INTO orders (item) VALUES ('keyless');
SELECT sent->'lambda_fdw'->'rows' FROM sent();
UPDATE orders SET item = 'x';
DELETE FROM orders;
SELECT sent->'lambda_fdw'->>'operation' FROM sent();
-- settings do not change what is sent
SET datestyle = 'German';
SET timezone = 'Asia/Tokyo';
SET intervalstyle = 'iso_8601';
SET extra_float_digits = 0;
CREATE FOREIGN TABLE typed (d date, t timestamptz, i interval, r tstzrange, f float8, b bytea, n name, c char(4))
  SERVER lambda OPTIONS (function_arn 'store', updatable 'true');
INSERT INTO typed VALUES ('2.1.2003', '2003-01-02 03:04+01', '1 day 2:03', '[2003-01-02 03:04+01,)', 0.1::float8 * 3, '\x00ff', 'n', 'c');
RESET datestyle;
RESET timezone;
RESET intervalstyle;
RESET extra_float_digits;
SELECT sent #> '{lambda_fdw,rows,0,values}' FROM sent();

-- columns that lead to the same: one of them has the value
CREATE FOREIGN TABLE documents (id int OPTIONS (key 'true'), doc jsonb OPTIONS (path ''), address jsonb, city text OPTIONS (path '/address/city'))
  SERVER lambda OPTIONS (function_arn 'store', updatable 'true');
INSERT INTO documents (id, city) VALUES (1, 'Ulm');
INSERT INTO documents VALUES (NULL, '{"id": 2, "x": [1.0]}', NULL, NULL), (3, NULL, '{"city": "Rom"}', NULL);
SELECT sent->'lambda_fdw'->'rows' FROM sent();
INSERT INTO documents (id, doc) VALUES (4, '{}');
INSERT INTO documents (address, city) VALUES ('{}', 'Ulm');
CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER pass BEFORE UPDATE ON documents FOR EACH ROW EXECUTE FUNCTION pass();
UPDATE documents SET city = 'Bonn' WHERE id = 1;
UPDATE documents SET city = 'Jena', address = '{}' WHERE id = 1;
SELECT sent->'lambda_fdw'->'rows' FROM sent() WHERE sent->'lambda_fdw'->>'operation' <> 'scan';

-- without the envelope one row a call, merged into the payload
CREATE FOREIGN TABLE merged (id int, n int OPTIONS (argument_format 'json'), city text OPTIONS (path '/address/city'), list int[] OPTIONS (path '/deep/list'))
  SERVER lambda OPTIONS (function_arn 'echo', envelope 'false', payload '{"tenant": "acme", "deep": "{}", "address": {"country": "DE"}}', updatable 'true', argument_format 'text');
EXPLAIN (COSTS OFF) INSERT INTO merged VALUES (1);
INSERT INTO merged VALUES (1, 2, 'Ulm', '{1,2}'), (NULL, NULL, NULL, NULL);
INSERT INTO merged (n) VALUES (3);
INSERT INTO merged DEFAULT VALUES;
SELECT sent FROM sent();
UPDATE merged SET n = 1;
DELETE FROM merged;
TRUNCATE merged;
CREATE FOREIGN TABLE joined (tags text[], n int, doc jsonb) SERVER lambda OPTIONS (function_arn 'echo', envelope 'false', updatable 'true', argument_format 'csv');
INSERT INTO joined VALUES ('{a,"b c"}', 1, '{"a": 1}'), ('{"",b}', 2, '"a,b"');
INSERT INTO joined VALUES ('{a,"b,c"}');
SELECT sent FROM sent();
CREATE FOREIGN TABLE taken (tenant text, country text OPTIONS (path '/address/country'))
  SERVER lambda OPTIONS (function_arn 'echo', envelope 'false', payload '{"tenant": "acme"}', updatable 'true');
INSERT INTO taken (country) VALUES ('DE');

-- a list at batch_argument: objects, arrays, values; or the payload itself
CREATE FOREIGN TABLE listed (a int, b text OPTIONS (path '/deep/b'), c text)
  SERVER lambda OPTIONS (function_arn 'echo', envelope 'false', payload '{"op": "put"}', batch_argument '/items/list', updatable 'true', batch_size '2');
EXPLAIN (COSTS OFF) INSERT INTO listed VALUES (1);
INSERT INTO listed (a, b) VALUES (1, 'x'), (2, NULL), (3, '"');
SELECT sent FROM sent();
ALTER FOREIGN TABLE listed OPTIONS (ADD batch_format 'arrays');
INSERT INTO listed (a, c) VALUES (1, 'x'), (2, NULL);
SELECT sent FROM sent();
ALTER FOREIGN TABLE listed OPTIONS (SET batch_format 'values');
INSERT INTO listed (a) VALUES (1);
ALTER FOREIGN TABLE listed OPTIONS (DROP batch_format, SET batch_argument '', DROP payload, ADD item_payload '{"kind": "x", "deep": {"k": 1}}', ADD argument_format 'text');
EXPLAIN (COSTS OFF) INSERT INTO listed VALUES (1);
INSERT INTO listed (a, b) VALUES (1, 'x'), (2, NULL);
SELECT sent FROM sent();
CREATE FOREIGN TABLE numbers (n int) SERVER lambda OPTIONS (function_arn 'echo', envelope 'false', batch_argument '', batch_format 'values', updatable 'true');
INSERT INTO numbers SELECT generate_series(1, 3);
SELECT sent FROM sent();
SELECT * FROM numbers;
ANALYZE numbers;
UPDATE listed SET a = 1;

-- records of SQS, Kinesis and DynamoDB have their number, unless a column gives it
CREATE FOREIGN TABLE queue (id int OPTIONS (path '/body/id'), fail bool OPTIONS (path '/body/fail'), source text OPTIONS (path '/attributes/SenderId'))
  SERVER lambda OPTIONS (function_arn 'sqs_batch', envelope 'false', batch_argument 'Records', updatable 'true',
    item_payload '{"messageId": "", "body": "{}", "attributes": {"ApproximateReceiveCount": "1"}, "eventSource": "aws:sqs"}');
EXPLAIN (COSTS OFF) INSERT INTO queue VALUES (1);
INSERT INTO queue (id, source) VALUES (1, 'me'), (2, NULL);
SELECT sent FROM sent();
INSERT INTO queue (id, fail) VALUES (1, false), (2, true), (3, true);
SELECT sent FROM sent();
ALTER FOREIGN TABLE queue ADD COLUMN message text OPTIONS (path '/messageId');
INSERT INTO queue (id, fail, message) VALUES (1, false, 'm-"1'), (2, true, 'm-"2'), (3, false, 'm3');
SELECT sent #> '{Records,1}' FROM sent();
CREATE FOREIGN TABLE stream (data bytea OPTIONS (path '/kinesis/data', format 'base64'))
  SERVER lambda OPTIONS (function_arn 'kinesis_batch', envelope 'false', batch_argument 'Records', updatable 'true',
    item_payload '{"kinesis": {"sequenceNumber": "?", "partitionKey": "p"}, "eventName": "aws:kinesis:record"}');
INSERT INTO stream VALUES ('{"id": 1}'), ('{"fail": true}');
SELECT sent FROM sent();
CREATE FOREIGN TABLE changes (id int OPTIONS (path '/dynamodb/NewImage/id/N', argument_format 'text'))
  SERVER lambda OPTIONS (function_arn 'kinesis_batch', envelope 'false', batch_argument 'Records', updatable 'true',
    item_payload '{"dynamodb": {"SequenceNumber": ""}, "eventName": "INSERT"}');
INSERT INTO changes VALUES (1), (2);
SELECT sent FROM sent();

-- HTTP events: a route for each operation
CREATE FOREIGN TABLE api (id int OPTIONS (key 'true', pushdown '='), item text, city text OPTIONS (path '/address/city'), active bool)
  SERVER lambda OPTIONS (function_arn 'http_store', event 'apigateway_v2', route 'GET /orders', updatable 'true',
    insert_route 'POST /orders', update_route 'PATCH /orders/{id}', delete_route 'DELETE /orders/{id}', no_rows_status '404');
EXPLAIN (COSTS OFF) INSERT INTO api VALUES (1);
INSERT INTO api (id, item, city) VALUES (1, 'a "b"', 'Köln'), (2, NULL, NULL);
SELECT * FROM requests();
EXPLAIN (COSTS OFF) UPDATE api SET item = 'x' WHERE id = 1;
UPDATE api SET id = 10 + id, item = 'new', city = 'Ulm' WHERE id = 1;
SELECT * FROM requests() OFFSET 1;
DELETE FROM api WHERE id = 2;
SELECT * FROM requests() OFFSET 1;
ALTER FOREIGN TABLE api OPTIONS (SET event 'apigateway_v1', SET update_route 'PUT /orders?by=id', SET delete_route 'DELETE /orders?limit=1', DROP no_rows_status);
INSERT INTO api VALUES (3, 'c', 'Rom', true);
UPDATE api SET item = 'newer' WHERE id = 3;
UPDATE api SET id = 4 WHERE id = 3;
DELETE FROM api WHERE id = 3;
SELECT * FROM requests();
INSERT INTO api (id) VALUES (3), (3);
SELECT * FROM requests();
-- a list of rows in one request
ALTER FOREIGN TABLE api OPTIONS (ADD batch_argument '');
INSERT INTO api (id, item) VALUES (5, 'e'), (6, 'f');
SELECT * FROM requests();
SELECT id, item FROM api WHERE id = 5;
-- parameters of paths: the columns, or what scans send them as
CREATE FOREIGN TABLE renamed (order_no int OPTIONS (path '/id', key 'true'), line text OPTIONS (path '/address/city', pushdown '=:where', key 'true'), item text)
  SERVER lambda OPTIONS (function_arn 'http_store', event 'apigateway_v2', route 'GET /orders', updatable 'true',
    insert_route 'PUT /orders/{where}/{id}', delete_route 'DELETE /orders/{where}');
INSERT INTO renamed VALUES (7, 'a/b ü', 'x');
INSERT INTO renamed VALUES (7, NULL, 'x');
INSERT INTO renamed VALUES (7, '..', 'x');
INSERT INTO renamed (line) VALUES ('x');
SELECT * FROM requests();
UPDATE renamed SET item = 'y';
-- a method without a body has a query string, and no NULL in it
CREATE FOREIGN TABLE logged (id int, note text, city text OPTIONS (path '/address/city')) SERVER lambda
  OPTIONS (function_arn 'http_orders', event 'apigateway_v2', insert_route 'GET /orders?by=me', updatable 'true', argument_format 'text');
INSERT INTO logged (id, note) VALUES (1, NULL), (2, 'a&b');
SELECT * FROM requests();
-- a table that is only written
CREATE FOREIGN TABLE hook (id int, item text) SERVER lambda
  OPTIONS (function_arn 'http_store', event 'apigateway_v1', insert_route 'POST /hooks', updatable 'true');
INSERT INTO hook VALUES (1, 'h');
SELECT * FROM requests();
SELECT * FROM hook;
ANALYZE hook;
DELETE FROM hook;
-- what routes and columns ask of each other
CREATE FOREIGN TABLE unfit (id int, n int OPTIONS (key 'true')) SERVER lambda
  OPTIONS (function_arn 'http_store', event 'apigateway_v1', route 'GET /orders', updatable 'true',
    insert_route 'POST /{customer}/orders', update_route 'PUT /orders/{id}');
INSERT INTO unfit VALUES (1);
UPDATE unfit SET n = 1;
DELETE FROM unfit;
ALTER FOREIGN TABLE unfit OPTIONS (SET insert_route 'POST /{id}/orders', ADD batch_argument 'list');
INSERT INTO unfit VALUES (1);

-- options that do not go together
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', batch_size '5');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', deliver_at 'commit');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', invocation_type 'Event');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', idempotent 'true');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f:1', durable 'true');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', truncatable 'true', batch_size '5');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', updatable 'true', durable 'true');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', updatable 'true', insert_route 'POST /a');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', event 'apigateway_v1', insert_route 'POST /a');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', event 'apigateway_v1', updatable 'true');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', event 'apigateway_v1', updatable 'true', route 'GET /a');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', event 'apigateway_v1', updatable 'true', update_route 'PUT /a', insert_route 'POST /a');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', event 'apigateway_v1', updatable 'true', route 'GET /a', insert_route 'POST /a', payload '{"path": "/b"}');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', event 'apigateway_v1', truncatable 'true', route 'GET /a');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', event 'redshift', updatable 'true');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', truncatable 'true', envelope 'false');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', updatable 'true', envelope 'false', batch_size '5');
CREATE FOREIGN TABLE t (a int) SERVER lambda OPTIONS (function_arn 'f', updatable 'true', answer_format 'csv');
CREATE FOREIGN TABLE t (a int OPTIONS (key 'true', path '')) SERVER lambda OPTIONS (function_arn 'f', updatable 'true');
CREATE FOREIGN TABLE bad_form (a int OPTIONS (argument_format 'text')) SERVER lambda OPTIONS (function_arn 'f', updatable 'true');
INSERT INTO bad_form VALUES (1);

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA write_forms CASCADE;
