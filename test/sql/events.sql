-- Events of other callers: API Gateway's, Redshift's and Snowflake's.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA events;
SET search_path = events, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, payload json) SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
-- the events that came since, without what is another in each
CREATE FUNCTION sent() RETURNS SETOF jsonb LANGUAGE sql AS $$
  SELECT payload::jsonb #- '{requestContext,requestId}' #- '{requestContext,extendedRequestId}'
           #- '{requestContext,requestTime}' #- '{requestContext,requestTimeEpoch}'
           #- '{requestContext,time}' #- '{requestContext,timeEpoch}'
    FROM events.calls WHERE function = 'http_orders' ORDER BY seq
$$;
-- of them, what differs from table to table
CREATE FUNCTION asked() RETURNS TABLE (query jsonb, lists jsonb, raw text, path text, parameters jsonb, body text) LANGUAGE sql AS $$
  SELECT sent->'queryStringParameters', sent->'multiValueQueryStringParameters', sent->>'rawQueryString',
         coalesce(sent->>'rawPath', sent->>'path'), sent->'pathParameters', sent->>'body'
    FROM events.sent()
$$;

-- whole events, as they came
CREATE FOREIGN TABLE order_v1 (
  id int OPTIONS (required 'true', pushdown '=:order_id'), customer text, total numeric
) SERVER lambda OPTIONS (function_arn 'http_orders', event 'apigateway_v1', route 'GET /orders/{order_id}', rows_path '/orders');
ALTER FOREIGN TABLE order_v1 OPTIONS (SET route 'GET /orders/{id}');
ALTER FOREIGN TABLE order_v1 ALTER id OPTIONS (SET pushdown '=');
CREATE FOREIGN TABLE order_v2 (
  id int OPTIONS (required 'true', pushdown '=, in'), customer text, total numeric
) SERVER lambda OPTIONS (function_arn 'http_orders', event 'apigateway_v2', route 'GET /orders/{id}', rows_path '/orders');
CREATE FOREIGN TABLE search_v1 (
  id int, customer text OPTIONS (pushdown 'in:customers'), status text OPTIONS (pushdown '=')
) SERVER lambda OPTIONS (function_arn 'http_orders', event 'apigateway_v1', route 'POST /orders/search', rows_path '/orders');
CREATE FOREIGN TABLE search_v2 (
  id int, customer text OPTIONS (pushdown 'in:/body/customers'), status text OPTIONS (pushdown '=')
) SERVER lambda OPTIONS (function_arn 'http_orders', event 'apigateway_v2', route 'POST /orders/search', rows_path '/orders');
SELECT count(*) FROM reset_calls;
SELECT * FROM order_v1 WHERE id = 3;
SELECT * FROM search_v1 WHERE status = 'open' AND customer IN ('c1', 'c"2ü');
SELECT jsonb_pretty(sent) FROM sent();
SELECT count(*) FROM reset_calls;
SELECT * FROM order_v2 WHERE id IN (3, 5) ORDER BY id;
SELECT * FROM search_v2 WHERE status = 'closed' ORDER BY id;
SELECT count(*) FROM search_v2;
SELECT jsonb_pretty(sent) FROM sent();
-- what is made anew for each request
SELECT count(DISTINCT payload#>>'{requestContext,requestId}') AS ids,
       bool_and(payload#>>'{requestContext,requestId}' ~ '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$') AS uuid,
       bool_and((payload#>>'{requestContext,timeEpoch}')::numeric / 1000 BETWEEN extract(epoch FROM now()) - 60 AND extract(epoch FROM now()) + 60) AS epoch,
       bool_and(to_timestamp(payload#>>'{requestContext,time}', 'DD/Mon/YYYY:HH24:MI:SS')::timestamp
                = to_timestamp(floor((payload#>>'{requestContext,timeEpoch}')::numeric / 1000)) AT TIME ZONE 'UTC') AS time
  FROM calls WHERE function = 'http_orders';
-- every member of AWS's samples is there but what needs an authorizer, a client certificate or cookies
CREATE TABLE samples (version text, sample jsonb);
INSERT INTO samples VALUES ('1.0', '{
  "version": "1.0", "resource": "/my/path", "path": "/my/path", "httpMethod": "GET",
  "headers": {}, "multiValueHeaders": {}, "queryStringParameters": {}, "multiValueQueryStringParameters": {},
  "requestContext": {
    "accountId": "123456789012", "apiId": "id", "domainName": "id.execute-api.us-east-1.amazonaws.com",
    "domainPrefix": "id", "extendedRequestId": "request-id", "httpMethod": "GET",
    "identity": {
      "accessKey": null, "accountId": null, "caller": null, "cognitoAuthenticationProvider": null,
      "cognitoAuthenticationType": null, "cognitoIdentityId": null, "cognitoIdentityPoolId": null,
      "principalOrgId": null, "sourceIp": "192.0.2.1", "user": null, "userAgent": "user-agent", "userArn": null},
    "path": "/my/path", "protocol": "HTTP/1.1", "requestId": "id=", "requestTime": "04/Mar/2020:19:15:17 +0000",
    "requestTimeEpoch": 1583349317135, "resourceId": null, "resourcePath": "/my/path", "stage": "$default"},
  "pathParameters": null, "stageVariables": null, "body": "Hello from Lambda!", "isBase64Encoded": false}'),
('2.0', '{
  "version": "2.0", "routeKey": "$default", "rawPath": "/my/path",
  "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
  "headers": {}, "queryStringParameters": {},
  "requestContext": {
    "accountId": "123456789012", "apiId": "api-id", "domainName": "id.execute-api.us-east-1.amazonaws.com",
    "domainPrefix": "id",
    "http": {"method": "POST", "path": "/my/path", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "agent"},
    "requestId": "id", "routeKey": "$default", "stage": "$default", "time": "12/Mar/2020:19:03:58 +0000",
    "timeEpoch": 1583348638390},
  "body": "Hello from Lambda", "pathParameters": {"parameter1": "value1"}, "isBase64Encoded": false}');
CREATE FUNCTION members(document jsonb) RETURNS TABLE (member text, type text) LANGUAGE sql AS $$
  WITH RECURSIVE m(path, value) AS (
    SELECT key, value FROM jsonb_each(document)
    UNION ALL
    SELECT path || '.' || key, e.value FROM m, jsonb_each(CASE jsonb_typeof(m.value) WHEN 'object' THEN m.value END) e
     WHERE path NOT SIMILAR TO '%(eaders|ueryStringParameters|pathParameters)')
  SELECT path, CASE WHEN path IN ('body', 'pathParameters', 'stageVariables') THEN NULL ELSE jsonb_typeof(value) END FROM m
$$;
CREATE FOREIGN TABLE both_v1 (id int OPTIONS (required 'true', pushdown '=')) SERVER lambda
  OPTIONS (function_arn 'http_orders', event 'apigateway_v1', route 'POST /orders/{id}?q=1', rows_path '/orders');
CREATE FOREIGN TABLE both_v2 (id int OPTIONS (required 'true', pushdown '='), x int OPTIONS (pushdown '=:/body/x')) SERVER lambda
  OPTIONS (function_arn 'http_orders', event 'apigateway_v2', route 'POST /orders/{id}?q=1', rows_path '/orders');
SELECT count(*) FROM reset_calls;
SELECT count(*) FROM both_v1 WHERE id = 3;
SELECT count(*) FROM both_v2 WHERE id = 3 AND x = 1;
SELECT version, member, s.type AS documented, e.type AS sent
  FROM samples
  JOIN (SELECT payload::jsonb AS event FROM calls WHERE function = 'http_orders') c ON event->>'version' = version,
       LATERAL (SELECT * FROM members(sample) s FULL JOIN members(event) e USING (member)) m(member, documented, sent),
       LATERAL (SELECT documented, sent) s(type, sent_type), LATERAL (SELECT m.sent) e(type)
 WHERE s.type IS DISTINCT FROM e.type;

-- the query: repeated or with commas, encoded where it is raw and nowhere else
CREATE FOREIGN TABLE q1 (
  id int, customer text OPTIONS (pushdown '=, in'), status text OPTIONS (pushdown '=, in', argument_format 'csv'),
  total numeric OPTIONS (pushdown '>=:from')
) SERVER lambda OPTIONS (function_arn 'http_orders', event 'apigateway_v1', route 'GET /orders?fixed=a%20b+c&flag', rows_path '/orders');
CREATE FOREIGN TABLE q2 (
  id int, customer text OPTIONS (pushdown '=, in'), status text OPTIONS (pushdown '=, in', argument_format 'csv'),
  total numeric OPTIONS (pushdown '>=:/queryStringParameters/from')
) SERVER lambda OPTIONS (function_arn 'http_orders', event 'apigateway_v2', route 'GET /orders?fixed=a%20b+c&flag', rows_path '/orders');
SELECT count(*) FROM reset_calls;
SELECT id FROM q1 WHERE customer IN ('c1', 'c2') AND total >= 40.50 ORDER BY id;
SELECT id FROM q2 WHERE customer IN ('c1', 'c2') AND total >= 40.50 ORDER BY id;
SELECT count(*) FROM q1 WHERE status IN ('open', 'new');
SELECT count(*) FROM q2 WHERE status IN ('open', 'new');
SELECT count(*) FROM q1 WHERE customer = E'ü €😀 /+%&=?#"\\\n';
SELECT count(*) FROM q2 WHERE customer = E'ü €😀 /+%&=?#"\\\n';
SELECT count(*) FROM q2 WHERE customer = '';
SELECT query, lists, raw FROM asked();

-- the path: every character of a value is itself, but for slashes in {key+}
CREATE FOREIGN TABLE files_v1 (
  id int, bucket text OPTIONS (required 'true', pushdown '=, in'), key text OPTIONS (required 'true', pushdown '='), status text
) SERVER lambda OPTIONS (function_arn 'http_orders', event 'apigateway_v1', route 'GET /files/{bucket}/{key+}', rows_path '/orders');
CREATE FOREIGN TABLE files_v2 (
  id int, bucket text OPTIONS (required 'true', pushdown '=:/pathParameters/bucket'),
  key text OPTIONS (required 'true', pushdown '='), status text
) SERVER lambda OPTIONS (function_arn 'http_orders', event 'apigateway_v2', route 'GET /files/{bucket}/{key+}', rows_path '/orders');
SELECT count(*) FROM reset_calls;
SELECT * FROM files_v1 WHERE bucket = 'a/b ü+%2F' AND key = 'c d/é/%.x';
SELECT * FROM files_v2 WHERE bucket = 'a/b ü+%2F' AND key = 'c d/é/%.x';
SELECT * FROM files_v2 WHERE bucket = '...' AND key = 'a/...';
SELECT status FROM files_v1 WHERE bucket IN ('x y', 'z') AND key = 'k';
SELECT path, parameters FROM asked();
-- what cannot be sent there
SELECT * FROM files_v1 WHERE bucket = '' AND key = 'k';
SELECT * FROM files_v1 WHERE bucket = '.' AND key = 'k';
SELECT * FROM files_v1 WHERE bucket IN ('a', '..') AND key = 'k';
SELECT * FROM files_v1 WHERE bucket IN ('a', 'b,c') AND key = 'k';
SELECT * FROM files_v2 WHERE bucket = 'b,c' AND key = 'k';
SELECT * FROM files_v2 WHERE bucket = 'b' AND key = 'k//l';
SELECT * FROM files_v2 WHERE bucket = 'b' AND key = 'k/';
SELECT * FROM files_v2 WHERE bucket = 'b' AND key = 'k/../l';
SELECT f.* FROM (VALUES ('a'), ('..')) v(b) JOIN files_v2 f ON f.bucket = b WHERE key = 'k';

-- headers, and what payload adds
CREATE FOREIGN TABLE h1 (
  id int, tenant text OPTIONS (path '/t', pushdown '=:/headers/X-Tenant, in:/multiValueHeaders/x-tenants'),
  accept text OPTIONS (pushdown '=:/headers/accept'), trace text OPTIONS (pushdown '=:/requestContext/identity/user')
) SERVER lambda OPTIONS (function_arn 'http_orders', event 'apigateway_v1', route 'GET /orders', rows_path '/orders',
  payload '{"headers": {"Authorization": "Bearer ü", "x-n": 1.50, "user-agent": "me"}, "stageVariables": {"env": "test"},
            "requestContext": {"stage": "test", "identity": {"sourceIp": "192.0.2.1"}, "authorizer": {"claims": {"sub": "s"}}}}');
CREATE FOREIGN TABLE h2 (
  id int, tenant text OPTIONS (path '/t', pushdown '=:/headers/X-Tenant, in:/headers/x-tenants'),
  accept text OPTIONS (pushdown '=:/headers/accept'), sub text OPTIONS (pushdown '=:/requestContext/authorizer/jwt/claims/sub')
) SERVER lambda OPTIONS (function_arn 'http_orders', event 'apigateway_v2', route 'GET /orders', rows_path '/orders',
  payload '{"headers": {"Authorization": "Bearer ü", "x-n": 1.50, "user-agent": "me"}, "stageVariables": {"env": "test"},
            "cookies": ["a=b"], "requestContext": {"http": {"sourceIp": "192.0.2.1"}}}');
SELECT count(*) FROM reset_calls;
SELECT count(*) FROM h1 WHERE tenant = 't1' AND accept = 'text/csv' AND trace = 'u';
SELECT count(*) FROM h1 WHERE tenant IN ('t1', 't2');
SELECT count(*) FROM h2 WHERE tenant = 't1' AND accept = 'text/csv' AND sub = 's';
SELECT count(*) FROM h2 WHERE tenant IN ('t1', 't2');
SELECT count(*) FROM h2 WHERE tenant = E'a\nx-evil: 1';
SELECT sent->'headers' AS headers, sent->'multiValueHeaders' AS lists FROM sent();
SELECT sent#>'{requestContext,stage}' AS stage, sent#>'{requestContext,identity,sourceIp}' AS ip, sent#>'{requestContext,identity,user}' AS u,
       sent#>'{requestContext,identity,userAgent}' AS agent, sent#>'{requestContext,http,sourceIp}' AS ip, sent#>'{requestContext,http,userAgent}' AS agent, sent#>'{requestContext,authorizer}' AS authorizer,
       sent->'stageVariables' AS variables, sent->'cookies' AS cookies FROM sent();

-- joins: a list in the query is a call for all keys, a parameter of the path a call each
CREATE TABLE wanted AS SELECT n AS id, 'c' || n AS customer FROM generate_series(1, 3) n;
ANALYZE wanted;
CREATE FOREIGN TABLE one (id int OPTIONS (required 'true', pushdown '='), customer text) SERVER lambda
  OPTIONS (function_arn 'http_orders', event 'apigateway_v2', route 'GET /orders/{id}', rows_path '/orders');
SELECT count(*) FROM reset_calls;
SELECT w.id, count(q2.id) FROM wanted w JOIN q2 USING (customer) GROUP BY 1 ORDER BY 1;
SELECT w.id, one.customer FROM wanted w JOIN one USING (id) ORDER BY 1;
SELECT raw, path FROM asked() ORDER BY path, raw;

-- limit, pages, cursors; the next page's URL takes the place of path and query
CREATE FOREIGN TABLE l (id int, status text OPTIONS (pushdown '=')) SERVER lambda
  OPTIONS (function_arn 'http_orders', event 'apigateway_v2', route 'GET /orders', rows_path '/orders', capabilities 'limit', limit_argument 'limit');
CREATE FOREIGN TABLE n (id int, status text OPTIONS (pushdown '=')) SERVER lambda
  OPTIONS (function_arn 'http_orders', event 'apigateway_v1', route 'GET /orders?per_page=5', rows_path '/orders', page_argument '/queryStringParameters/page');
CREATE FOREIGN TABLE u1 (id int, status text OPTIONS (pushdown '=, in'), customer text OPTIONS (pushdown '=:/headers/x-c')) SERVER lambda
  OPTIONS (function_arn 'http_orders', event 'apigateway_v1', route 'GET /orders?per_page=5', rows_path '/orders', cursor_path '/next');
CREATE FOREIGN TABLE u2 (id int, status text OPTIONS (pushdown '=')) SERVER lambda
  OPTIONS (function_arn 'http_orders', event 'apigateway_v2', route 'GET /orders?per_page=5&links=query', rows_path '/orders', cursor_path '/next');
CREATE FOREIGN TABLE u3 (id int) SERVER lambda
  OPTIONS (function_arn 'http_orders', event 'apigateway_v2', route 'GET /orders?per_page=5&links=header', rows_path '/orders', cursor_header 'link');
CREATE FOREIGN TABLE u4 (bucket text OPTIONS (required 'true', pushdown '='), key text OPTIONS (required 'true', pushdown '='), status text) SERVER lambda
  OPTIONS (function_arn 'http_orders', event 'apigateway_v2', route 'GET /files/{bucket}/{key+}?next=/files/b/k2%252Fz%2520%25C3%25BC', rows_path '/orders', cursor_path '/next');
CREATE FOREIGN TABLE u5 (bucket text OPTIONS (required 'true', pushdown '='), key text OPTIONS (required 'true', pushdown '='), status text) SERVER lambda
  OPTIONS (function_arn 'http_orders', event 'apigateway_v1', route 'GET /files/{bucket}/{key+}?next=../k3/l', rows_path '/orders', cursor_path '/next');
CREATE FOREIGN TABLE u6 (bucket text OPTIONS (required 'true', pushdown '='), key text OPTIONS (required 'true', pushdown '='), status text) SERVER lambda
  OPTIONS (function_arn 'http_orders', event 'apigateway_v1', route 'GET /files/{bucket}/{key+}?next=token', rows_path '/orders', cursor_path '/next');
SELECT count(*) FROM reset_calls;
SELECT count(*) FROM (SELECT * FROM l WHERE status = 'open' LIMIT 3) x;
SELECT count(*) FROM n;
SELECT count(*) FROM u1 WHERE status IN ('open', 'closed') AND customer = 'x';
SELECT count(*) FROM u2 WHERE status = 'open';
SELECT count(*) FROM u3;
SELECT count(*) FROM u4 WHERE bucket = 'b' AND key = 'k';
SELECT count(*) FROM u5 WHERE bucket = 'b' AND key = 'k/1/2';
SELECT count(*) FROM u6 WHERE bucket = 'b' AND key = 'k';
SELECT query, lists, raw, path, parameters FROM asked();
SELECT sent->'headers'->'x-c' AS header FROM sent() WHERE sent->'queryStringParameters'->>'status' = 'closed';

-- EXPLAIN shows the event, with what is not known yet, and nothing that changes
EXPLAIN (VERBOSE, COSTS OFF) SELECT status FROM files_v2 WHERE bucket = 'a b' AND key = lower('K/' || length(current_user));
PREPARE p(text[], text) AS SELECT id FROM q1 WHERE customer = ANY ($1) AND status = $2;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (VERBOSE, COSTS OFF) EXECUTE p('{a,b}', 'x');
RESET plan_cache_mode;
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM search_v2 WHERE status = 'open';

-- what cannot be: options of the table
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', event 'apigateway_v1');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders', event 'redshift');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route '/orders', event 'apigateway_v1');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v1', envelope 'true');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v1', capabilities 'order_by');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v1', capabilities 'limit');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v1', payload '{"path": "/x"}');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v2', payload '{"body": "{}"}');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v2', payload '{"queryStringParameters": {"a": "b"}}');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v1', payload '{"multiValueHeaders": {"a": ["b"]}}');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v1', payload '{"headers": ["a"]}');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v1', payload '{"headers": {"a": null}}');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v1', payload '{"headers": {"a": "1", "A": "2"}}');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders?page=1', event 'apigateway_v1', limit_argument 'page', page_argument 'page');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v1', page_argument '/queryStringParameters/a/b');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v1', page_argument '/pathParameters/a');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v1', page_argument '/path');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v2', page_argument '/queryStringParameters');
-- ... and of its columns
CREATE FOREIGN TABLE r1 (id int OPTIONS (pushdown '=')) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders/{id}', event 'apigateway_v1');
SELECT * FROM r1;
CREATE FOREIGN TABLE r2 (id int) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders/{id}', event 'apigateway_v1');
SELECT * FROM r2 WHERE id = 1;
CREATE FOREIGN TABLE r3 (id int OPTIONS (required 'true', pushdown '=, in:ids')) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders/{id}', event 'apigateway_v1');
SELECT * FROM r3 WHERE id = 1;
CREATE FOREIGN TABLE r4 (id int OPTIONS (pushdown '>:id')) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders/{id}', event 'apigateway_v1');
SELECT * FROM r4 WHERE id > 1;
CREATE FOREIGN TABLE r5 (id int OPTIONS (pushdown '='), x text OPTIONS (pushdown '=:/queryStringParameters/id')) SERVER lambda
  OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v1');
SELECT * FROM r5;
CREATE FOREIGN TABLE r6 (id int OPTIONS (pushdown '=:/headers/X-A'), x text OPTIONS (pushdown '=:/headers/x-a')) SERVER lambda
  OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v1');
SELECT * FROM r6;
CREATE FOREIGN TABLE r7 (id int OPTIONS (pushdown '=:limit')) SERVER lambda OPTIONS (function_arn 'f', route 'GET /orders?limit=5', event 'apigateway_v1');
SELECT * FROM r7;
CREATE FOREIGN TABLE r8 (id int OPTIONS (pushdown '=:/headers/x-a')) SERVER lambda
  OPTIONS (function_arn 'f', route 'GET /orders', event 'apigateway_v1', payload '{"headers": {"X-A": "1"}}');
SELECT * FROM r8;
CREATE FOREIGN TABLE r9 (id int OPTIONS (pushdown '=:/body/a, in:/body/a/b')) SERVER lambda OPTIONS (function_arn 'f', route 'POST /orders', event 'apigateway_v1');
SELECT * FROM r9;

-- Redshift's Lambda UDFs
CREATE FOREIGN TABLE distance (
  lat1 float8 OPTIONS (input 'true'), lon1 float8 OPTIONS (input 'true'),
  lat2 float8 OPTIONS (input 'true'), lon2 float8 OPTIONS (input 'true'), km float8
) SERVER lambda OPTIONS (function_arn 'redshift_distance', event 'redshift', payload '{"user": "me", "database": "dev", "cluster": "c", "extra": 1.50}');
CREATE TABLE legs (leg int, a float8, b float8, c float8, d float8);
INSERT INTO legs VALUES (1, 60.4, 5.32, 59.91, 10.75), (2, 59.91, 10.75, 38.72, -9.14), (3, 60.4, 5.32, 59.91, 10.75), (4, NULL, 1, 2, 3);
ANALYZE legs;
SELECT count(*) FROM reset_calls;
SELECT leg, km FROM legs LEFT JOIN distance ON lat1 = a AND lon1 = b AND lat2 = c AND lon2 = d ORDER BY leg;
SELECT * FROM distance WHERE lat1 = 0 AND lon1 = 0 AND lat2 IN (0, 1) AND lon2 = 0 ORDER BY lat2;
SELECT jsonb_pretty(payload::jsonb - 'request_id' - 'query_id') AS sent,
       payload->>'request_id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' AS id, (payload->>'query_id')::bigint > 0 AS query
  FROM calls WHERE function = 'redshift_distance' ORDER BY seq;
CREATE FOREIGN TABLE own_names (a int OPTIONS (input 'true'), r int) SERVER lambda OPTIONS (function_arn 'redshift_distance', event 'redshift');
SELECT * FROM own_names WHERE a = 1;
SELECT payload->>'user' = current_user AS "user", payload->>'database' = current_database() AS database, payload->>'external_function' AS name, payload->>'cluster' = coalesce(nullif(current_setting('cluster_name'), ''), 'postgresql') AS cluster
  FROM calls WHERE function = 'redshift_distance' ORDER BY seq DESC LIMIT 1;
EXPLAIN (VERBOSE, COSTS OFF) SELECT km FROM distance WHERE lat1 = 0 AND lon1 = 0 AND lat2 IN (0, 1) AND lon2 = 0;

-- Snowflake's external functions
CREATE FOREIGN TABLE sentiment (comment text OPTIONS (input 'true'), result jsonb) SERVER lambda
  OPTIONS (function_arn 'snowflake_sentiment', event 'snowflake');
SELECT count(*) FROM reset_calls;
SELECT c, result->>'label' AS label FROM (VALUES ('Great, we love it!'), ('Late "again".'), (NULL)) v (c) LEFT JOIN sentiment ON comment = c ORDER BY 1;
SELECT payload->>'body' AS body, payload->>'httpMethod' AS method, h - 'sf-external-function-query-batch-id' - 'sf-external-function-current-query-id' AS headers,
       h->>'sf-external-function-query-batch-id' = payload->'requestContext'->>'requestId' AS batch, (h->>'sf-external-function-current-query-id')::bigint > 0 AS query
  FROM calls, CAST(payload->'headers' AS jsonb) h WHERE function = 'snowflake_sentiment';
CREATE FOREIGN TABLE two (a int OPTIONS (input 'true'), b int OPTIONS (input 'true'), result jsonb) SERVER lambda
  OPTIONS (function_arn 'snowflake_sentiment', event 'snowflake');
\set VERBOSITY terse
SELECT * FROM two WHERE a = 1 AND b = 2;
\set VERBOSITY default

-- what they leave no room for
CREATE FOREIGN TABLE r (a int) SERVER lambda OPTIONS (function_arn 'f', event 'redshift', batch_argument 'x');
CREATE FOREIGN TABLE r (a int) SERVER lambda OPTIONS (function_arn 'f', event 'snowflake', rows_path '/x');
CREATE FOREIGN TABLE r (a int) SERVER lambda OPTIONS (function_arn 'f', event 'snowflake', capabilities 'limit');
CREATE FOREIGN TABLE r (a int) SERVER lambda OPTIONS (function_arn 'f', event 'snowflake', route 'POST /x');
CREATE FOREIGN TABLE r (a int) SERVER lambda OPTIONS (function_arn 'f', event 'redshift', envelope 'true');
CREATE FOREIGN TABLE r (a int) SERVER lambda OPTIONS (function_arn 'f', event 'redshift', payload '{"arguments": []}');
CREATE FOREIGN TABLE r (a int) SERVER lambda OPTIONS (function_arn 'f', event 'redshift', payload '{"num_records": 1}');
CREATE FOREIGN TABLE r (a int) SERVER lambda OPTIONS (function_arn 'f', event 'snowflake', payload '{"body": "{}"}');
CREATE FOREIGN TABLE c1 (a int OPTIONS (input 'true'), b int, c int) SERVER lambda OPTIONS (function_arn 'f', event 'redshift');
SELECT * FROM c1 WHERE a = 1;
CREATE FOREIGN TABLE c2 (a int) SERVER lambda OPTIONS (function_arn 'f', event 'redshift');
SELECT * FROM c2;
CREATE FOREIGN TABLE c3 (a int OPTIONS (input 'true')) SERVER lambda OPTIONS (function_arn 'f', event 'snowflake');
SELECT * FROM c3 WHERE a = 1;
CREATE FOREIGN TABLE c4 (a int OPTIONS (input 'true'), b int OPTIONS (path '/x')) SERVER lambda OPTIONS (function_arn 'f', event 'redshift');
SELECT * FROM c4 WHERE a = 1;
CREATE FOREIGN TABLE c5 (a int OPTIONS (input 'true'), b int OPTIONS (pushdown '>')) SERVER lambda OPTIONS (function_arn 'f', event 'redshift');
SELECT * FROM c5 WHERE a = 1;
CREATE FOREIGN TABLE c6 (a int OPTIONS (input 'true', pushdown '=:x'), b int OPTIONS (input 'true'), c int) SERVER lambda OPTIONS (function_arn 'f', event 'redshift');
SELECT * FROM c6 WHERE a = 1 AND b = 1;

-- the payload's body: its members stay, arguments join them, and without any it is sent too
CREATE FOREIGN TABLE given_v1 (
  id int, status text OPTIONS (pushdown '=')
) SERVER lambda OPTIONS (function_arn 'http_orders', event 'apigateway_v1', route 'POST /orders/search', rows_path '/orders',
                         payload '{"body": "{}"}');
CREATE FOREIGN TABLE given_v2 (
  id int, status text OPTIONS (pushdown '=:/body/variables/status')
) SERVER lambda OPTIONS (function_arn 'http_orders', event 'apigateway_v2', route 'POST /orders/search', rows_path '/orders',
                         payload '{"body": {"query": "ü", "variables": {"a": [1.50]}}}');
SELECT count(*) FROM reset_calls;
SELECT count(*) > 0 AS some FROM given_v1;
SELECT count(*) > 0 AS some FROM given_v1 WHERE status = 'open';
SELECT count(*) > 0 AS some FROM given_v2;
SELECT count(*) > 0 AS some FROM given_v2 WHERE status = 'open';
SELECT body FROM asked();
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'POST /orders', event 'apigateway_v2', payload '{"body": "[1]"}');
CREATE FOREIGN TABLE r (id int) SERVER lambda OPTIONS (function_arn 'f', route 'POST /orders', event 'apigateway_v1', payload '{"body": "{} {}"}');

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA events CASCADE;
