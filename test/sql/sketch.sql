-- lambda_fdw_sketch: from one answer to a CREATE FOREIGN TABLE that works at once.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA sketch;
SET search_path = sketch, public;
SET datestyle = 'Postgres, MDY';
SET bytea_output = hex;
SET extra_float_digits = 1;
SET timezone = 'UTC';
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');

-- the statement as it is, and the table that it makes
SELECT lambda_fdw_sketch('lambda', 'raw', '{"response": "[{\"orderId\": 1, \"total\": 12.50, \"placedAt\": \"2024-01-31T10:00:00Z\"}]"}') AS statement \gset
\echo :statement
:statement
SELECT * FROM raw;
DROP FOREIGN TABLE raw;

-- of an answer: what the statement says of its shape, and the rows of the table
CREATE FUNCTION tried(answer text, more jsonb DEFAULT '{}') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  statement text := lambda_fdw_sketch('lambda', 'raw', jsonb_build_object('response', answer) || more);
BEGIN
  EXECUTE statement;
  RETURN QUERY SELECT line FROM regexp_split_to_table(statement, E'\n') WITH ORDINALITY l (line, n)
    WHERE line !~ '^(CREATE|  function_arn|  payload|  envelope|\) SERVER|\);)' AND line <> '' ORDER BY n;
  RETURN QUERY SELECT to_jsonb(r)::text FROM raw r;
  DROP FOREIGN TABLE raw;
END $$;

-- where rows are
SELECT tried('[{"id": 1, "name": "a"}, {"id": 2, "size": 3}]');
SELECT tried('{"rows": [{"id": 1}, {"id": 2}]}');
SELECT tried('{"data": {"list": {"Items": [{"id": 1}, {"id": 2}], "Count": 2}}}');
SELECT tried('{"total": 2, "orders": [{"id": 1}, {"id": 2}], "warnings": [{"code": 7}]}');
SELECT tried('{"orders": [{"id": 1}], "customers": [{"name": "b"}, {"name": "c"}]}');
SELECT tried('{"Item": {"id": 1, "tags": ["a"]}, "ResponseMetadata": {"RequestId": "x"}}');
SELECT tried('[{"id": 1, "detail": "{\"kind\": \"a\", \"inner\": \"{\\\"x\\\": 1}\"}", "note": "{}"}, {"id": 2, "detail": null, "note": "no JSON"}]');
SELECT tried('{"lat": 59.91, "lon": 10.75, "address": {"city": "Oslo"}}');
SELECT tried('[[1, "a", null], [2, "b", 3.5, true]]');
SELECT tried('{"columns": ["id", "fullName"], "rows": [[1, "a"], [2, null]]}');
SELECT tried('{"schema": [{"name": "Id", "type": "int"}, {"name": "when", "type": "date"}], "data": [[1, "2024-01-31"]]}');
SELECT tried('[1, 2, null]');
SELECT tried('{"predictions": [0.25, 1e-7]}');
SELECT tried('{"embeddings": ' || (SELECT json_agg(v)::text FROM (SELECT array_agg(i + j / 8.0::float8) AS v FROM generate_series(1, 2) j, generate_series(1, 20) i GROUP BY j ORDER BY j) s) || '}');
SELECT tried('{"embedding": [0.1, 0.2], "inputTextTokenCount": 3}');
SELECT tried('{"time": ["10:00", "11:00"], "temperature": [1, 2.5]}');
SELECT tried('17');
SELECT tried('"just text"');
SELECT tried(E'{"id": 1}\n{"id": 2, "x": "y"}\n');
SELECT tried('[{"id": 1}, 7, [2], null]');
SELECT tried('{"records": [[{"longValue": 1}, {"stringValue": "a"}], [{"longValue": 2}, {"isNull": true}]],
  "columnMetadata": [{"name": "id", "typeName": "int8"}, {"name": "name", "typeName": "text"}]}');
SELECT tried('{"Items": [{"Id": {"S": "a"}, "Price": {"N": "2.5"}, "Gone": {"NULL": true}, "Tags": {"SS": ["x", "y"]}, "Ok": {"BOOL": true}}], "Count": 1}');
SELECT tried('{"data": {"orders": {"edges": [{"cursor": "x", "node": {"id": 1, "customerName": "a"}}, {"cursor": "y", "node": {"id": 2}}]}}}');
SELECT tried('{"data": [{"type": "order", "id": "1", "attributes": {"total": 5}}]}');
SELECT tried('{"data": {"orders": {"nodes": [{"id": 1}], "pageInfo": {"hasNextPage": false, "endCursor": null}}}}',
  '{"query": "getOrders", "variables": {"first": 1}}');

-- object maps
SELECT tried('{"base": "USD", "rates": {"EUR": 0.9, "GBP": 0.78}}');
SELECT tried('{"2024-01-30": {"high": 3, "low": 1}, "2024-01-31": {"high": 4}}');

-- JSON in strings, and API Gateway's form
SELECT tried(to_jsonb('[{"id": 1}, {"id": 2}]'::text)::text);
SELECT tried('{"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": "{\"items\": [{\"id\": 1}]}"}');
SELECT tried('{"result": "{\"rows\": [{\"id\": 1}]}", "ok": true}');
SELECT tried('{"formattedRecords": "[{\"id\": 1}]"}');
SELECT tried('{"statusCode": 200, "isBase64Encoded": true, "headers": {"Content-Encoding": "gzip"}, "body": "H4sIAAAAAAACA4uuVspMUbJSMKzVUYAyjWpjAbjo0ygWAAAA"}');

-- text and bytes
SELECT tried(E'id,full name,price,day\n1,"a, b",2.5,2024-01-31\n2,,3,2024-02-01\n');
SELECT tried('{"statusCode": 200, "headers": {"content-type": "text/csv; charset=utf-8"}, "body": "id\n1\n2\n"}');
SELECT tried('{"csv": "id,code\n1,007\n2,\"\"\n", "rowCount": 2}');
SELECT tried(to_jsonb('{"csv": "id,code\n1,007\n", "rowCount": 1}'::text)::text);
SELECT tried(to_jsonb(E'\uFEFF"Meter",kWh\nm1,2.5\n'::text)::text);
SELECT tried('{"statusCode": 200, "headers": {"content-type": "text/html"}, "body": "<p>Hello</p>"}');
SELECT tried('{"statusCode": 200, "isBase64Encoded": true, "headers": {"content-type": "image/png"}, "body": "iVBORw0KGgo="}');

-- types
SELECT tried('[{"a": 9223372036854775807, "b": 9223372036854775808, "c": 1.5, "d": 1e3, "e": 0.30000000000000004, "f": 0.123456789012345678901, "g": -0},
  {"a": -9223372036854775807, "b": 1, "c": 2, "d": 1.25, "e": 1, "f": 1, "g": null}]');
SELECT tried('[{"a": true, "b": "2024-02-29", "c": "2024-01-31T10:00:00.5+02:00", "d": "2024-01-31 10:00", "e": "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "f": "2023-02-29", "g": "24:00", "h": null, "i": ""},
  {"a": null, "b": "", "c": null, "d": "2024-01-31", "e": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12", "f": "x", "g": "2024-01-31T24:00:00Z", "i": "x"}]');
SELECT tried('[{"a": {"x": 1}, "b": [1, 2], "c": [1, "x"], "d": [], "e": ["x", null], "f": [[1], [2]], "g": [0.5, 1], "h": 1, "i": true, "j": ["2024-01-31"], "k": "{\"x\": 1}"},
  {"a": null, "b": [], "c": [], "d": [], "e": null, "f": [], "g": null, "h": "x", "i": 1, "j": ["2024-02-01"], "k": "x"}]');

-- names: a hostile answer runs nothing
CREATE TABLE precious (n int);
SELECT tried(jsonb_build_array(jsonb_build_object(
  E'a"; DROP TABLE precious; --', 1, E'b''); DROP TABLE precious; --', 2, E'c\n; DROP TABLE precious;\n*/', 3, E'd\\', 4,
  'customerId', 5, 'customer_id', 6, 'CustomerID', 7, 'select', 8, 'ctid', 9, 'größe', 10, '', 11, '@', 12, '2fa', 13, 'a/b~c', 14,
  repeat('long', 20) || '1', 15, repeat('long', 20) || '2', 16, repeat('ü', 40), 17))::text);
SELECT tried(jsonb_build_object(E'it''s "rows" \\ \n; DROP TABLE precious; --', '[{"id": 1}]'::jsonb)::text);
SELECT tried(jsonb_build_object(E'next\nToken', 'x', E'x\n; DROP TABLE precious; --', '[{"id": 1}]'::jsonb, 'other', '[{"id": 1, "b": 2}]'::jsonb)::text);
TABLE precious;
-- a server may have strings of the old kind, which 19 has no more
DO $$ BEGIN PERFORM set_config('standard_conforming_strings', 'off', false); EXCEPTION WHEN feature_not_supported THEN NULL; END $$;
SELECT tried(E'[{"a\\\\b''": 1}]');
RESET standard_conforming_strings;
SELECT count(*), max(line) FILTER (WHERE line ~ '^--') FROM tried((SELECT jsonb_build_array(jsonb_object_agg('m' || i, i)) FROM generate_series(1, 1700) i)::text) line WHERE line !~ '^\{';

-- nothing to go by
SELECT tried('[]');
SELECT tried('{"items": []}');
SELECT tried('null');
SELECT tried('');
SELECT tried('{}');
SELECT tried('[{}]');

-- how much is looked at
SELECT lambda_fdw_sketch('lambda', 'raw', '{"response": "[{\"a\": 1}, {\"a\": \"x\", \"b\": 1}]"}', 1);
SELECT lambda_fdw_sketch('lambda', 'items', row_limit => 3);

-- the payload: what it may be, and what of it is in the rows
SELECT lambda_fdw_sketch('lambda', 'items', '{"id": 3, "category": "garden"}');
SELECT lambda_fdw_sketch('lambda', 'echo', '{"queryStringParameters": {"customerId": "7"}, "rows": [{"customerId": 7}]}');
SELECT lambda_fdw_sketch('lambda', 'items', '[1]');
SELECT lambda_fdw_sketch('lambda', 'items', '{"lambda_fdw": 1}');


-- pages: what the answer says, and the argument that asks for them
CREATE FUNCTION paged(answer text, payload jsonb DEFAULT '{}') RETURNS SETOF text LANGUAGE sql AS $$
  SELECT line FROM regexp_split_to_table(lambda_fdw_sketch('lambda', 'raw', jsonb_build_object('response', answer) || payload), E'\n')
    WITH ORDINALITY l (line, n)
    WHERE line !~ '^(CREATE|  function_arn|  envelope|\) SERVER|\);)' AND line !~ '^  \w+ (bigint|text)' AND line !~ '  payload E' AND line <> '' ORDER BY n $$;
SELECT paged('{"items": [{"id": 1}], "nextToken": "x"}');
SELECT paged('{"items": [{"id": 1}], "next_token": null}', '{"token": null, "limit": 10}');
SELECT paged('{"Items": [{"id": 1}], "LastEvaluatedKey": {"id": 1}}');
SELECT paged('{"Responses": {"orders": [{"id": 1}]}, "UnprocessedKeys": {}}', '{"keys": [1, 2]}');
SELECT paged('{"object": "list", "data": [{"id": "a"}], "has_more": true}');
SELECT paged('{"data": {"orders": {"edges": [{"node": {"id": 1}}], "pageInfo": {"hasNextPage": true, "endCursor": "x"}}}, "errors": null}',
  '{"query": "query($after: String) { orders(after: $after) { id } }"}');
SELECT paged('{"data": [{"id": 1}], "page": 1, "total_pages": 3}');
SELECT paged('{"data": [{"id": 1}], "meta": {"page": 0, "totalPages": 3}}');
SELECT paged('[{"id": 1}]', '{"page": 1, "per_page": 50}');
SELECT paged('{"results": [{"id": 1}], "more": true}', '{"offset": 0}');
SELECT paged('{"results": [{"id": 1}], "hasMore": true}');
SELECT paged('{"results": [{"id": 1}], "next": 17}');
SELECT paged('{"value": [{"id": 1}], "@odata.nextLink": "https://api/orders?$skip=10"}');
SELECT paged('{"value": [{"id": 1}], "@odata.nextLink": "https://api/orders?$skip=10"}',
  '{"httpMethod": "GET", "path": "/orders", "queryStringParameters": {"$filter": "a eq 1"}, "headers": {"accept": "application/json"}, "requestContext": {"stage": "prod"}}');
SELECT paged('{"_embedded": {"orders": [{"id": 1}]}, "_links": {"self": {"href": "/orders"}, "next": {"href": "/orders?page=2"}}}',
  '{"version": "2.0", "rawPath": "/orders", "rawQueryString": "", "requestContext": {"http": {"method": "GET"}}}');
SELECT paged('{"data": [{"id": 1}], "links": {"next": null}}', '{"httpMethod": "GET", "path": "/orders"}');
SELECT paged('{"statusCode": 200, "headers": {"Link": "<https://api/orders?page=2>; rel=\"next\""}, "body": "[{\"id\": 1}]"}',
  '{"httpMethod": "GET", "path": "/orders", "queryStringParameters": null}');
SELECT paged('{"statusCode": 200, "headers": {"X-Next-Token": "x"}, "body": "[{\"id\": 1}]"}',
  '{"httpMethod": "GET", "path": "/orders", "queryStringParameters": {"limit": "10"}}');
SELECT paged('{"statusCode": 200, "body": "{\"items\": [{\"id\": 1}], \"nextCursor\": \"x\"}"}',
  '{"httpMethod": "POST", "path": "/orders", "queryStringParameters": null, "body": "{}"}');
SELECT paged('{"items": [{"id": 1}], "nextToken": null}', '{"arguments": {"limit": 10, "nextToken": null}}');
SELECT paged('{"predictions": [{"score": 1}, {"score": 2}]}', '{"instances": [{"a": 1}, {"a": 2}]}');

-- the functions of functions/examples: they have their tables at once
CREATE FUNCTION read_at_once(function text, payload jsonb) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  statement text := lambda_fdw_sketch('lambda', function, payload);
  nrows int;
BEGIN
  EXECUTE statement;
  RETURN QUERY SELECT line FROM regexp_split_to_table(statement, E'\n') WITH ORDINALITY l (line, n)
    WHERE line !~ '^(CREATE|  function_arn|  envelope|\) SERVER|\);)' AND line <> '' ORDER BY n;
  EXECUTE format('SELECT count(*) FROM %I', function) INTO nrows;
  RETURN QUERY EXECUTE format('SELECT to_jsonb(r)::text FROM %I r LIMIT 2', function);
  EXECUTE format('DROP FOREIGN TABLE %I', function);
  RETURN NEXT nrows || ' rows';
END $$;
SELECT read_at_once('rest_customers', '{"queryStringParameters": {"country": "PT"}, "body": null}');
SELECT read_at_once('appsync_posts', '{"info": {"fieldName": "postsByAuthor"}, "arguments": {"author": "ann"}}');
SELECT read_at_once('graphql_issues', '{"body": "{\"query\": \"{ issues }\"}"}');
SELECT read_at_once('redshift_distance', '{"num_records": 2, "arguments": [[60.39, 5.32, 38.71, -9.14], [1, 1, null, 1]]}');
SELECT read_at_once('snowflake_sentiment', '{"body": "{\"data\": [[0, \"good\"], [1, \"late\"]]}"}');
SELECT read_at_once('churn_model', '{"instances": [{"complaints": 0, "tenure_months": 12, "plan": "annual"}, {"complaints": 3, "tenure_months": 12, "plan": "annual"}]}');
SELECT read_at_once('embeddings', '{"input": ["a", "b", "c"]}');
SELECT read_at_once('dynamodb_readings', '{"sensor": "s1"}');
SELECT read_at_once('dynamodb_http', '{"queryStringParameters": null, "pathParameters": {"sensor": "s2"}}');
SELECT read_at_once('dynamodb_batch', '{"RequestItems": {"products": {"Keys": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}]}}}');
SELECT read_at_once('charges', '{}');
SELECT read_at_once('charges', '{"limit": 5}');
SELECT read_at_once('catalog_pages', '{"queryStringParameters": {"per_page": "50"}}');
SELECT read_at_once('odata_employees', '{"queryStringParameters": null, "pathParameters": null}');
SELECT read_at_once('hal_invoices', '{"version": "2.0", "rawPath": "/invoices", "queryStringParameters": {"status": "open"}}');
SELECT read_at_once('jsonapi_articles', '{"queryStringParameters": null}');
SELECT read_at_once('link_repos', '{"queryStringParameters": null, "pathParameters": {"org": "acme"}}');
SELECT read_at_once('fx_rates', '{"base": "NOK"}');
SELECT read_at_once('sales_csv', '{"queryStringParameters": {"month": "2026-05"}}');
SELECT read_at_once('swatch', '{"pathParameters": {"color": "ff8800"}}');
SELECT read_at_once('warehouse_query', '{"station": "Porto"}');
SELECT read_at_once('forecast', '{"latitude": 60.4, "longitude": 5.3}');
SELECT read_at_once('queue_messages', '{}');
SELECT read_at_once('rds_data', '{}');

-- errors
SELECT lambda_fdw_sketch('lambda', NULL);
SELECT lambda_fdw_sketch('lambda', 'items', '{}', 0);
SELECT lambda_fdw_sketch('lambda', 'items', '{}', NULL);
SELECT lambda_fdw_sketch('nosuch', 'items');
SELECT lambda_fdw_sketch('lambda', 'nosuch');
SELECT lambda_fdw_sketch('lambda', 'function_error');
SELECT tried('{"errorMessage": "no such order", "errorType": "KeyError", "stackTrace": []}');
SELECT tried('{"lambda_fdw_error": {"message": "no such order"}}');
SELECT tried('{"statusCode": 404, "body": "{\"message\": \"Not Found\"}"}');
SELECT tried('{"statusCode": 200, "isBase64Encoded": true, "body": "?"}');
SELECT tried('["\u0000"]');
SELECT tried(repeat('[', 1001) || repeat(']', 1001));

-- the head of an HTTP answer that is streamed
SELECT lambda_fdw_sketch('lambda', 'stream', '{"head": {"statusCode": 200, "headers": {}}, "chunks": ["{\"id\": 1}\n", "{\"id\": 2}\n"]}') AS statement \gset
SELECT :'statement';
:statement
SELECT * FROM stream;
DROP FOREIGN TABLE stream;
SELECT lambda_fdw_sketch('lambda', 'stream', '{"head": {"headers": {"Content-Type": "text/csv"}}, "chunks": ["id,name\n1,a\n"]}') AS statement \gset
:statement
SELECT * FROM stream;
DROP FOREIGN TABLE stream;
SELECT lambda_fdw_sketch('lambda', 'stream', '{"head": {"statusCode": 503}, "chunks": ["{\"message\": \"down\"}"]}');

-- who may: whoever may execute lambda_invoke, and has USAGE on the server
CREATE ROLE sketch_user;
GRANT USAGE ON SCHEMA sketch TO sketch_user;
CREATE USER MAPPING FOR sketch_user SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
SET ROLE sketch_user;
SELECT lambda_fdw_sketch('lambda', 'items');
RESET ROLE;
GRANT EXECUTE ON FUNCTION lambda_invoke TO sketch_user;
SET ROLE sketch_user;
SELECT lambda_fdw_sketch('lambda', 'items');
RESET ROLE;
GRANT USAGE ON FOREIGN SERVER lambda TO sketch_user;
SET ROLE sketch_user;
SELECT lambda_fdw_sketch('lambda', 'items', row_limit => 1) ~ 'CREATE FOREIGN TABLE items' AS may;
RESET ROLE;

SET client_min_messages = warning;
DROP OWNED BY sketch_user;
DROP SERVER lambda CASCADE;
DROP SCHEMA sketch CASCADE;
DROP ROLE sketch_user;
